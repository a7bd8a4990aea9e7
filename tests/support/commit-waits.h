/* SPDX-License-Identifier: Apache-2.0 */

/* Commits, waited for. */

#pragma once

#include "tw-commit.h"
#include "tw-latch.h"

#include <stdatomic.h>
#include <string.h>

typedef struct
{
  TwCommitFunc decide;
  gpointer data;
  TwLatch ended;
  _Atomic guint decisions, ends; /* how often it was */
  TwCommitted committed;         /* once it has ended well */
  char note[TW_COMMIT_NOTE_BYTES + 1]; /* a repeat's, which is text */
  GError *error;
} CommitWait;

static inline gboolean
commit_wait_decide (TwCommit *commit, gpointer data, GError **error)
{
  CommitWait *wait = data;

  wait->decisions++;
  return wait->decide (commit, wait->data, error);
}

static inline void
commit_wait_end (const TwCommitted *committed, const GError *error, gpointer data)
{
  CommitWait *wait = data;

  g_assert_cmpuint (wait->ends++, ==, 0);
  g_assert_true ((committed == NULL) == (error != NULL));
  if (committed != NULL)
    {
      wait->committed = *committed;
      if (committed->note != NULL)
        memcpy (wait->note, committed->note, MIN (committed->note_length, TW_COMMIT_NOTE_BYTES));
    }
  else
    wait->error = g_error_copy (error);
  tw_latch_open (&wait->ended);
}

/* Starts @spec, with @decide and @data as its own. */
static inline void
commit_begin (CommitWait *wait, TwCommits *commits, gint64 deadline_ms, const TwCommitSpec *spec, TwCommitFunc decide,
              gpointer data)
{
  TwCommitSpec whole = *spec;

  *wait = (CommitWait){ .decide = decide, .data = data };
  tw_latch_init (&wait->ended);
  whole.decide = commit_wait_decide;
  whole.done = commit_wait_end;
  whole.data = wait;
  tw_commit_run (commits, deadline_ms, &whole);
}

static inline gboolean
commit_wait (CommitWait *wait, GError **error)
{
  tw_latch_wait (&wait->ended);
  if (wait->error == NULL)
    return TRUE;
  g_propagate_error (error, wait->error);
  return FALSE;
}
