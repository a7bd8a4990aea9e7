/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-wait.h"

#include "tw-latch.h"

/* The wait is over when the end has been told; what the commit has may outlast it. */
typedef struct
{
  TwCommitSpec spec; /* the asker's */
  TwCommitted committed;
  GError *error;
  TwLatch ended;
} Wait;

typedef struct
{
  TwCommitFunc decide;
  gpointer data;
  GDestroyNotify free_data;
  Wait *wait;
} Shared;

static gboolean
decide_shared (TwCommit *commit, gpointer data, GError **error)
{
  const Shared *shared = data;

  return shared->decide (commit, shared->data, error);
}

static void
end_shared (const TwCommitted *committed, const GError *error, gpointer data)
{
  Wait *wait = ((const Shared *) data)->wait;

  if (committed != NULL)
    wait->committed = *committed;
  wait->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&wait->ended);
}

static void
free_shared (gpointer data)
{
  Shared *shared = data;

  if (shared->free_data != NULL)
    shared->free_data (shared->data);
  g_free (shared);
}

gboolean
tw_commit_wait (TwCommits *commits, gint64 deadline_ms, const TwCommitSpec *asked, TwCommitted *committed,
                GError **error)
{
  Wait wait = { .spec = *asked };
  Shared *shared = g_new (Shared, 1);

  tw_latch_init (&wait.ended);
  *shared = (Shared) { asked->decide, asked->data, asked->free_data, &wait };
  wait.spec.decide = decide_shared;
  wait.spec.done = end_shared;
  wait.spec.data = shared;
  wait.spec.free_data = free_shared;
  tw_commit_run (commits, deadline_ms, &wait.spec);
  tw_latch_wait (&wait.ended);
  if (committed != NULL)
    *committed = wait.committed;
  if (wait.error == NULL)
    return TRUE;
  g_propagate_error (error, wait.error);
  return FALSE;
}
