/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-service.h"

#include "tw-error.h"
#include "tw-id.h"
#include "tw-task-cursor.h"
#include "tw-task-order.h"
#include "tw-task-rules.h"
#include "tw-task-writes.h"

struct _TwTaskService
{
  TwTaskStore *store;
  const TwClock *clock;
};

TwTaskService *
tw_task_service_new (TwTaskStore *store, const TwClock *clock)
{
  TwTaskService *service = g_new (TwTaskService, 1);

  service->store = store;
  service->clock = clock;
  return service;
}

void
tw_task_service_free (TwTaskService *service)
{
  if (service == NULL)
    return;
  tw_task_store_free (service->store);
  g_free (service);
}

void
tw_task_service_tend (TwTaskService *service)
{
  tw_commits_tend (service->store->commits, tw_clock_wall_ms (service->clock));
}

gboolean
tw_task_service_reads_begin (TwTaskService *service, gboolean foremost)
{
  return tw_task_store_reads_begin (service->store, foremost);
}

void
tw_task_service_reads_end (TwTaskService *service)
{
  tw_task_store_reads_end (service->store);
}

gboolean
tw_task_service_read (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                      const TwTaskReading *reading)
{
  const TwTaskQuery query = { .user_id = user_id, .id = id };

  return tw_task_store_read (service->store, context->deadline_ms, &query, reading);
}

gboolean
tw_task_service_page (TwTaskService *service, const TwCallContext *context, const TwTaskQuery *query,
                      const char *cursor, const TwTaskReading *reading)
{
  g_auto (TwTaskPosition) after = { .created_ms = 0 };
  TwTaskQuery asked = *query;
  g_autoptr (GError) error = NULL;

  asked.limit++;
  asked.after = cursor != NULL ? &after : NULL;
  if (cursor == NULL || tw_task_cursor_decode (cursor, &query->filter, &query->order, &after, &error))
    return tw_task_store_read (service->store, context->deadline_ms, &asked, reading);
  tw_error_locate (error, "cursor");
  reading->end (error, reading->state);
  return TRUE;
}

static TwTaskRequest
request_of (const TwTaskService *service, const TwCallContext *context, const TwTaskOptions *options)
{
  return (TwTaskRequest) { .deadline_ms = context->deadline_ms, .now_ms = tw_clock_wall_ms (service->clock),
                           .key = options->key, .fingerprint = options->fingerprint };
}

/* Tells @done where it may not. */
static gboolean
may_be_said (const TwTaskRecord *said, const char *user_id, TwTaskDone done, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (tw_task_rules_check (said, user_id, &error))
    return TRUE;
  done (NULL, error, user_data);
  return FALSE;
}

void
tw_task_service_create (TwTaskService *service, const TwCallContext *context, const TwTaskRecord *said,
                        const TwTaskOptions *options, TwTaskDone done, gpointer user_data)
{
  const TwTaskRequest request = request_of (service, context, options);
  TwTaskRecord task = *said;
  char id[TW_ID_SIZE];

  if (said->name == NULL || *said->name == '\0')
    {
      g_autoptr (GError) error
          = g_error_new_literal (TW_ERROR, TW_ERROR_INVALID, "name must be at least 1 character");

      done (NULL, error, user_data);
      return;
    }
  tw_task_rules_settle (&task, NULL);
  if (!may_be_said (&task, said->user_id, done, user_data))
    return;
  tw_id_new (request.now_ms, id);
  task.id = id;
  task.created_ms = request.now_ms;
  task.has |= TW_TASK_HAS_ID | TW_TASK_HAS_CREATED_ON;
  tw_record_complete (&tw_task_type, &task);
  tw_task_rules_follow (NULL, &task, request.now_ms);
  tw_task_insert (service->store, &request, &task, done, user_data);
}

void
tw_task_service_change (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                        const TwTaskRecord *said, guint64 clear, const TwTaskOptions *options, TwTaskDone done,
                        gpointer user_data)
{
  const TwTaskRequest request = request_of (service, context, options);
  TwTaskRecord set = *said;

  tw_task_rules_settle (&set, &clear);
  if (may_be_said (&set, user_id, done, user_data))
    tw_task_change (service->store, &request, user_id, id, &options->conditions, &set, clear, done, user_data);
}

void
tw_task_service_remove (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                        const TwTaskOptions *options, TwTaskDone done, gpointer user_data)
{
  const TwTaskRequest request = request_of (service, context, options);

  tw_task_remove (service->store, &request, user_id, id, &options->conditions, done, user_data);
}

gboolean
tw_task_service_check (TwTaskService *service, const TwCallContext *context, GError **error)
{
  return tw_task_store_check (service->store, context->deadline_ms, error);
}
