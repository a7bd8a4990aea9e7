/* SPDX-License-Identifier: Apache-2.0 */

/* What changes tasks: each write is a commit (tw-commit.h) of whose the tasks are, of one operation or of several, and
 * its step has the rules. Whose they are is looked up where they don't lie with whoever asks: what is one's own costs
 * nothing more than it would without lists of others. */

#pragma once

#include "tw-preconditions.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

typedef struct _TwTaskPlaces TwTaskPlaces;

/* On what a write is done. */
typedef struct
{
  gint64 deadline_ms; /* tw-call-context.h */
  gint64 now_ms;      /* wall clock */

  /* Who asks, whose the tasks are as far as that is known; NULL: nobody is asked whether they may (tw-task-access.h). */
  const char *user_id;

  /* Where the write goes on looking (tw-task-places.h) for what does not lie with @user_id; NULL: nowhere. */
  TwTaskPlaces *places;

  /* Idempotency-Key (tw-commit.h), or NULL: what was done with it before by the same request is not done again, and its
   * end is with the task as it is now; NOT_FOUND where it has been removed since. */
  const char *key;
  TwRecordBytes fingerprint; /* of the request; of any length */
} TwTaskRequest;

typedef enum
{
  TW_TASK_INSERT, /* @said as it stands, with version 1 */
  TW_TASK_CHANGE, /* sets what @said has, clears @clear (tw_record_apply()): a version more, also where that changes
                     nothing; where there is neither, the task stays as it is */
  TW_TASK_REMOVE,
} TwTaskVerb;

typedef struct
{
  TwTaskVerb verb;
  const TwTaskRecord *said; /* with the key and the owner, whatever its bits say of these */
  guint64 clear;
  TwPreconditions conditions; /* of a change, a removal */
} TwTaskOperation;

/* What has become of an operation: how the task is then, or NULL where it was removed, or with an @error: NOT_FOUND,
 * PRECONDITION, and what tw-task-access.h refuses. */
typedef struct
{
  const TwTaskRecord *task;
  GError *error;
} TwTaskResult;

/* The end of a write of several operations; of one it is a TwTaskDone. All is valid during the call. */
typedef void (*TwTasksDone) (const TwTaskResult *results, const GError *error, gpointer user_data);

void tw_task_insert (TwTaskStore *store, const TwTaskRequest *request, const TwTaskRecord *task, TwTaskDone done,
                     gpointer user_data);
void tw_task_change (TwTaskStore *store, const TwTaskRequest *request, const char *user_id, const char *id,
                     const TwPreconditions *conditions, const TwTaskRecord *said, guint64 clear, TwTaskDone done,
                     gpointer user_data);
void tw_task_remove (TwTaskStore *store, const TwTaskRequest *request, const char *user_id, const char *id,
                     const TwPreconditions *conditions, TwTaskDone done, gpointer user_data);

/* Does @n >= 1 operations, each of another task, as one. Where they are not all of one user INVALID for the whole. @atomic: where one fails nothing is done, and the
 * error is that one's, located at "operations[i]". Otherwise each has a result of its own. */
void tw_task_write (TwTaskStore *store, const TwTaskRequest *request, const char *user_id,
                    const TwTaskOperation *operations, guint n, gboolean atomic, TwTasksDone done, gpointer user_data);

G_END_DECLS
