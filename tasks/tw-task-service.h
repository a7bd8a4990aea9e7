/* SPDX-License-Identifier: Apache-2.0 */

/* What the methods of the Tasks service do, apart from how they are called: ids, times, versions, pages and the
 * rules that a schema can't say.
 *
 * The schema's limits have been checked before. Errors are a TwTaskStore's, and INVALID for what is refused here.
 * @context is that of the call for which it is done, needed until the function returns: what is over is not begun.
 * Every function may be called on any thread; how reads and changes end is as with a TwTaskStore, but at once for what
 * is refused here.
 */

#pragma once

#include "tw-call-context.h"
#include "tw-clock.h"
#include "tw-task-store-query.h"
#include "tw-task-writes.h"

G_BEGIN_DECLS

typedef struct _TwTaskService TwTaskService;

/* Takes @store. @clock must outlive it. */
TwTaskService *tw_task_service_new (TwTaskStore *store, const TwClock *clock);
void tw_task_service_free (TwTaskService *service);

/* Does what is due, of that which nobody asks for: to be called every second or so. Never blocks. */
void tw_task_service_tend (TwTaskService *service);

/* What shares the store's work for several reads. */
gboolean tw_task_service_reads_begin (TwTaskService *service, gboolean foremost);
void tw_task_service_reads_end (TwTaskService *service);

/* The user's task @id, also of a list that is gone. What it returns is the store's. */
gboolean tw_task_service_read (TwTaskService *service, const TwCallContext *context, const char *user_id,
                               const char *id, const TwTaskReading *reading);

/* Every task of the user, newest first, but for those of lists that are gone. Blocks. */
void tw_task_service_read_all (TwTaskService *service, const TwCallContext *context, const char *user_id,
                               const TwTaskReading *reading);

/* The page that @query asks for, which has a limit of at least 1, of lists that somebody has seen to be the user's, and begins at @cursor (NULL: at the start). INVALID for
 * a cursor of another question. */
gboolean tw_task_service_page (TwTaskService *service, const TwCallContext *context, const TwTaskQuery *query,
                               const char *cursor, const TwTaskReading *reading);

/* The task @id, which does not lie with @user_id, in lists of others that they are in. Never blocks; NOT_FOUND. */
void tw_task_service_find_shared (TwTaskService *service, const TwCallContext *context, const char *user_id,
                                  const char *id, TwTaskDone done, gpointer user_data);

/* What else the store keeps: tw_task_store_query(). */
gboolean tw_task_service_find (TwTaskService *service, const TwCallContext *context, const TwRecordQuery *query,
                               const TwRecordReading *reading);

/* By what a request is known when it comes again, and what it depends on (not so a new task). All zero: nothing. */
typedef struct
{
  const char *key; /* as in TwTaskRequest */
  TwRecordBytes fingerprint;
  TwPreconditions conditions;
  gboolean is_own; /* it is about what lies with the user alone, and nothing in lists of others */
} TwTaskOptions;

/* A new task of @said, which has who asks as its user: version 1, with the IDL's defaults for what it does not say. A name that is
 * absent or empty is INVALID. */
void tw_task_service_create (TwTaskService *service, const TwCallContext *context, const TwTaskRecord *said,
                             const TwTaskOptions *options, TwTaskDone done, gpointer user_data);

/* Sets what @said has, clears the fields of @clear, and raises the version by one. Such a change does something: what
 * leaves everything as it is, is not to be begun, and answers with the task. */
void tw_task_service_change (TwTaskService *service, const TwCallContext *context, const char *user_id,
                             const char *id, const TwTaskRecord *said, guint64 clear,
                             const TwTaskOptions *options, TwTaskDone done, gpointer user_data);

void tw_task_service_remove (TwTaskService *service, const TwCallContext *context, const char *user_id,
                             const char *id, const TwTaskOptions *options, TwTaskDone done, gpointer user_data);

/* What is asked of one of several tasks. */
typedef struct
{
  TwTaskVerb verb;
  TwTaskRecord said; /* with the id of what is there already */
  guint64 clear;
  TwPreconditions conditions;
} TwTaskWish;

/* Does all as one: tw_task_write(). What can't be a new task is INVALID for the whole. */
void tw_task_service_write (TwTaskService *service, const TwCallContext *context, const char *user_id,
                            const TwTaskWish *wishes, guint n, gboolean atomic, const TwTaskOptions *options,
                            TwTasksDone done, gpointer user_data);

/* Whether the service can do its work. Blocks on the store. */
gboolean tw_task_service_check (TwTaskService *service, const TwCallContext *context, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskService, tw_task_service_free)

G_END_DECLS
