/* SPDX-License-Identifier: Apache-2.0 */

/* Inside tasks/: a write on its way, and what its step decides. */

#pragma once

#include "tw-task-access.h"
#include "tw-task-places.h"
#include "tw-task-writes.h"

G_BEGIN_DECLS

/* What became of an operation when it was done first. */
typedef struct
{
  char id[TW_ID_SIZE]; /* the task that it was about */
  int status;          /* HTTP's, of the error that it ended with; 0: it was done */
} TwTaskBefore;

typedef struct
{
  TwTaskStore *store;
  char *partition;      /* whose the tasks are */
  char *user_id;        /* who asks; NULL: nobody is asked whether they may */
  TwTaskPlaces *places; /* where it looks for what is not in the partition; NULL: nowhere */
  guint looks_left;     /* how often it does so: tasks may move meanwhile */
  gboolean is_lost;     /* its one task has not been found where it looked before */
  TwTaskMove *move;     /* of its one operation; or NULL */
  gint64 deadline_ms, now_ms;
  char *key;
  TwRecordBytes fingerprint;
  gboolean atomic;
  TwTaskDone one; /* who is told: of one operation, or ... */
  TwTasksDone many;
  gpointer user_data;
  GSList *unchanged; /* tasks of results */
  guint n;
  TwTaskResult *results;
  TwTaskBefore *before; /* of what was done by the same request before: what became of each operation */
  TwTaskOperation operations[];
} TwTaskWrite;

/* Whether it goes on looking elsewhere for what is not there. */
gboolean tw_task_write_looks_on (const TwTaskWrite *write);

/* The same write once more, for whoever is to be told. */
TwTaskWrite *tw_task_write_again (const TwTaskWrite *write);
void tw_task_write_free (gpointer write);

/* Commits what @func decides, with @key, or without one, since it has been looked at. Takes @write. */
void tw_task_write_run (TwTaskWrite *write, const char *key, TwCommitFunc func);

/* Tells whoever asked the end. */
void tw_task_write_tell (const TwTaskWrite *write, const GError *error);

/* Of a repeat: how the operation failed then. And whether an error is none of an operation's. */
GError *tw_task_write_failed_before (const TwTaskWrite *write, guint i);
gboolean tw_task_write_is_the_stores (const GError *error);

/* Looks again at what @write has done before, as it is now: in its partition, or each task wherever it lies. */
void tw_task_again_begin (const TwTaskWrite *write, const TwCommitted *committed);
void tw_task_again_elsewhere (const TwTaskWrite *write);

/* TwCommitFuncs of a TwTaskWrite: do its operations, or, where they were done by the same request before, see how what
 * they were about is now. Where it may be found elsewhere, what is not there fails the whole. */
gboolean tw_task_write_decide (TwCommit *commit, gpointer write, GError **error);
gboolean tw_task_write_look_again (TwCommit *commit, gpointer write, GError **error);

G_END_DECLS
