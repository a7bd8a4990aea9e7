/* SPDX-License-Identifier: Apache-2.0 */

/* Inside tasks-service/: a write on its way, and what its step decides. */

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
  TwTaskPlaces *places; /* where it looks for what is not in the partition; NULL: nowhere, or it has */
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

/* TwCommitFuncs of a TwTaskWrite: do its operations, or, where they were done by the same request before, see how what
 * they were about is now. Where it may be found elsewhere, what is not there fails the whole. */
gboolean tw_task_write_decide (TwCommit *commit, gpointer write, GError **error);
gboolean tw_task_write_look_again (TwCommit *commit, gpointer write, GError **error);

G_END_DECLS
