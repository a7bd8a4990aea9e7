/* SPDX-License-Identifier: Apache-2.0 */

/* What the methods of the Tasks service do, apart from how they are called: ids, times, versions, pages and the
 * rules that a schema can't say.
 *
 * The schema's limits have been checked before. Errors are a TwTaskStore's, and INVALID for what is refused here.
 * @context is that of the call for which it is done, needed until the function returns: what is over is not begun.
 * Every function may be called on any thread, and may block on the store but for those that start something: they call
 * @done as the store does, or at once for what is refused here. Records are freed with tw_task_record_free().
 */

#pragma once

#include "tw-call-context.h"
#include "tw-clock.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

typedef struct _TwTaskService TwTaskService;

/* Takes @store. @clock must outlive it. */
TwTaskService *tw_task_service_new (TwTaskStore *store, const TwClock *clock);
void tw_task_service_free (TwTaskService *service);

/* What a caller says about a task; what is NULL or not has_done was not said. */
typedef struct
{
  const char *name;
  gboolean has_done;
  gboolean done;
} TwTaskInput;

/* Every task of the user, newest first. */
gboolean tw_task_service_all (TwTaskService *service, const TwCallContext *context, const char *user_id,
                              TwTaskRowFunc row, gpointer user_data, GError **error);

/* At most @limit >= 1 of them, from @cursor on (NULL: from the start). *@next_cursor asks for the rest, NULL on the
 * last page; free with g_free(). */
gboolean tw_task_service_page (TwTaskService *service, const TwCallContext *context, const char *user_id,
                               TwDoneFilter filter, const char *cursor, guint limit, TwTaskRowFunc row,
                               gpointer user_data, char **next_cursor, GError **error);

/* The same two where the store is remote, without blocking. @done gets the task, or what of the page there is, on any
 * thread; what it gets is valid during the call. */
typedef void (*TwTaskPageDone) (const TwTaskRecord *const *tasks, guint n, const char *next_cursor, const GError *error,
                                gpointer user_data);
void tw_task_service_start_get (TwTaskService *service, const TwCallContext *context, const char *user_id,
                                const char *id, TwTaskDone done, gpointer user_data);
void tw_task_service_start_page (TwTaskService *service, const TwCallContext *context, const char *user_id,
                                 TwDoneFilter filter, const char *cursor, guint limit, TwTaskPageDone done,
                                 gpointer user_data);

/* Whether a read waits for another machine; what shares the store's work for several reads: as a TwTaskStore has it. */
gboolean tw_task_service_is_remote (const TwTaskService *service);
gboolean tw_task_service_reads_begin (TwTaskService *service, gboolean foremost);
void tw_task_service_reads_end (TwTaskService *service);

/* One task, shown to @row once, or copied. */
gboolean tw_task_service_view (TwTaskService *service, const TwCallContext *context, const char *user_id,
                               const char *id, TwTaskRowFunc row, gpointer user_data, GError **error);
TwTaskRecord *tw_task_service_get (TwTaskService *service, const TwCallContext *context, const char *user_id,
                                   const char *id, GError **error);

/* A new task: version 1, not done unless @input says so. A name that is absent or empty is INVALID. */
TwTaskRecord *tw_task_service_create (TwTaskService *service, const TwCallContext *context, const char *user_id,
                                      const TwTaskInput *input, GError **error);
void tw_task_service_start_create (TwTaskService *service, const TwCallContext *context, const char *user_id,
                                   const TwTaskInput *input, TwTaskDone done, gpointer user_data);

/* Sets what @input says and raises the version by one; where it says nothing, nothing changes. */
TwTaskRecord *tw_task_service_change (TwTaskService *service, const TwCallContext *context, const char *user_id,
                                      const char *id, const TwTaskInput *input, GError **error);

/* Whether @input leaves everything as it is: to start such a change is no use, what it answers is the task. */
gboolean tw_task_input_says_nothing (const TwTaskInput *input);
void tw_task_service_start_change (TwTaskService *service, const TwCallContext *context, const char *user_id,
                                   const char *id, const TwTaskInput *input, TwTaskDone done, gpointer user_data);

/* With an @id: a change in which an empty name says nothing, as older clients mean it. Without (NULL): a new task. */
TwTaskRecord *tw_task_service_upsert (TwTaskService *service, const TwCallContext *context, const char *user_id,
                                      const char *id, const TwTaskInput *input, GError **error);

gboolean tw_task_service_remove (TwTaskService *service, const TwCallContext *context, const char *user_id,
                                 const char *id, GError **error);
void tw_task_service_start_remove (TwTaskService *service, const TwCallContext *context, const char *user_id,
                                   const char *id, TwTaskDone done, gpointer user_data);

/* Whether the service can do its work. */
gboolean tw_task_service_check (TwTaskService *service, const TwCallContext *context, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskService, tw_task_service_free)

G_END_DECLS
