/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-service.h"

#include "tw-error.h"
#include "tw-id.h"
#include "tw-task-cursor.h"
#include "tw-task-order.h"
#include "tw-task-places.h"
#include "tw-task-rules.h"
#include "tw-task-store-query.h"
#include "tw-task-writes.h"

struct _TwTaskService
{
  TwTaskStore *store;
  const TwClock *clock;
  TwTaskPlaces *places;
};

TwTaskService *
tw_task_service_new (TwTaskStore *store, const TwClock *clock)
{
  TwTaskService *service = g_new (TwTaskService, 1);

  service->store = store;
  service->clock = clock;
  service->places = tw_task_places_new (store);
  return service;
}

void
tw_task_service_free (TwTaskService *service)
{
  if (service == NULL)
    return;
  tw_task_places_stop (service->places);
  tw_task_store_free (service->store);
  tw_task_places_free (service->places);
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

/* What is left of those that own a list that is gone: with its id. */
static void
add_hidden (GPtrArray *hidden, const GPtrArray *members)
{
  for (guint i = 0; i < members->len; i++)
    {
      const TwMemberRecord *member = members->pdata[i];

      if ((member->has & TW_MEMBER_HAS_FORMER_LIST_ID) != 0)
        g_ptr_array_add (hidden, (gpointer) (guintptr) member->former_list_id);
    }
}

void
tw_task_service_read_all (TwTaskService *service, const TwCallContext *context, const char *user_id,
                          const TwTaskReading *reading)
{
  const TwRecordQuery asked = { &tw_member_type, TW_MEMBER_HAS_GUEST_ID, &user_id, 1, .limit = TW_RECORD_QUERY_ALL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) members = tw_task_store_gather (service->store, context->deadline_ms, &asked, &error);
  g_autoptr (GPtrArray) hidden = g_ptr_array_new ();
  TwTaskQuery query = { .user_id = user_id };

  if (members == NULL)
    {
      reading->end (error, reading->state);
      return;
    }
  add_hidden (hidden, members);
  query.filter.hidden = (const char *const *) hidden->pdata;
  query.filter.n_hidden = hidden->len;
  tw_task_store_read (service->store, context->deadline_ms, &query, reading);
}

gboolean
tw_task_service_page (TwTaskService *service, const TwCallContext *context, const TwTaskQuery *query,
                      const char *cursor, const TwTaskReading *reading)
{
  g_auto (TwTaskPosition) after = { .created_ms = 0 };
  TwTaskQuery asked = *query;
  TwTaskFilter question = query->filter;
  g_autoptr (GError) error = NULL;

  question.n_hidden = 0;
  asked.limit++;
  asked.after = cursor != NULL ? &after : NULL;
  if (cursor == NULL || tw_task_cursor_decode (cursor, &question, &query->order, &after, &error))
    return tw_task_store_read (service->store, context->deadline_ms, &asked, reading);
  tw_error_locate (error, "cursor");
  reading->end (error, reading->state);
  return TRUE;
}

/* A task that is looked for in lists of others. */
typedef struct
{
  TwTaskService *service;
  gint64 deadline_ms;
  TwTaskDone done;
  gpointer user_data;
  char *user_id, *id;
} Look;

static void
look (gpointer data)
{
  Look *look = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TwTaskRecord) task
      = tw_task_places_find_task (look->service->places, look->deadline_ms, look->user_id, look->id, &error);

  look->done (task, error, look->user_data);
  g_free (look->user_id);
  g_free (look->id);
  g_free (look);
}

void
tw_task_service_find_shared (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                             TwTaskDone done, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  Look *wanted = g_new (Look, 1);

  *wanted = (Look) { service, context->deadline_ms, done, user_data, g_strdup (user_id), g_strdup (id) };
  if (tw_task_places_run (service->places, look, wanted, &error))
    return;
  g_free (wanted->user_id);
  g_free (wanted->id);
  g_free (wanted);
  done (NULL, error, user_data);
}

gboolean
tw_task_service_find (TwTaskService *service, const TwCallContext *context, const TwRecordQuery *query,
                      const TwRecordReading *reading)
{
  return tw_task_store_query (service->store, context->deadline_ms, query, reading);
}

static TwTaskRequest
request_of (const TwTaskService *service, const TwCallContext *context, const char *user_id,
            const TwTaskOptions *options)
{
  return (TwTaskRequest) { .deadline_ms = context->deadline_ms, .now_ms = tw_clock_wall_ms (service->clock),
                           .user_id = user_id, .places = options->is_own ? NULL : service->places,
                           .key = options->key, .fingerprint = options->fingerprint };
}

/* A new task of what @task says, which has its user. FALSE where it can't be one. */
static gboolean
make_whole (TwTaskRecord *task, gint64 now_ms, char id[TW_ID_SIZE], GError **error)
{
  if (task->name == NULL || *task->name == '\0')
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "name must be at least 1 character");
      return FALSE;
    }
  tw_task_rules_settle (task, NULL);
  tw_id_new (now_ms, id);
  task->id = id;
  task->created_ms = now_ms;
  task->has |= TW_TASK_HAS_ID | TW_TASK_HAS_CREATED_ON;
  tw_record_complete (&tw_task_type, task);
  tw_task_rules_follow (NULL, task, now_ms);
  return TRUE;
}

void
tw_task_service_create (TwTaskService *service, const TwCallContext *context, const TwTaskRecord *said,
                        const TwTaskOptions *options, TwTaskDone done, gpointer user_data)
{
  const TwTaskRequest request = request_of (service, context, said->user_id, options);
  TwTaskRecord task = *said;
  char id[TW_ID_SIZE];
  g_autoptr (GError) error = NULL;

  if (make_whole (&task, request.now_ms, id, &error))
    tw_task_insert (service->store, &request, &task, done, user_data);
  else
    done (NULL, error, user_data);
}

void
tw_task_service_change (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                        const TwTaskRecord *said, guint64 clear, const TwTaskOptions *options, TwTaskDone done,
                        gpointer user_data)
{
  const TwTaskRequest request = request_of (service, context, user_id, options);
  TwTaskRecord set = *said;

  tw_task_rules_settle (&set, &clear);
  tw_task_change (service->store, &request, user_id, id, &options->conditions, &set, clear, done, user_data);
}

void
tw_task_service_remove (TwTaskService *service, const TwCallContext *context, const char *user_id, const char *id,
                        const TwTaskOptions *options, TwTaskDone done, gpointer user_data)
{
  const TwTaskRequest request = request_of (service, context, user_id, options);

  tw_task_remove (service->store, &request, user_id, id, &options->conditions, done, user_data);
}

void
tw_task_service_write (TwTaskService *service, const TwCallContext *context, const char *user_id,
                       const TwTaskWish *wishes, guint n, gboolean atomic, const TwTaskOptions *options,
                       TwTasksDone done, gpointer user_data)
{
  const TwTaskRequest request = request_of (service, context, user_id, options);
  g_autofree TwTaskOperation *operations = g_new0 (TwTaskOperation, n);
  g_autofree TwTaskRecord *said = g_new (TwTaskRecord, n);
  g_autofree char *ids = g_malloc ((gsize) n * TW_ID_SIZE);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n && error == NULL; i++)
    {
      said[i] = wishes[i].said;
      said[i].user_id = user_id;
      operations[i] = (TwTaskOperation) { wishes[i].verb, &said[i], wishes[i].clear, wishes[i].conditions };
      if (wishes[i].verb != TW_TASK_INSERT)
        tw_task_rules_settle (&said[i], &operations[i].clear);
      else
        {
          said[i].has |= TW_TASK_HAS_USER_ID;
          if (!make_whole (&said[i], request.now_ms, ids + (gsize) i * TW_ID_SIZE, &error))
            tw_error_locate (error, "operations[%u].task.name", i);
        }
    }
  if (error == NULL)
    tw_task_write (service->store, &request, user_id, operations, n, atomic, done, user_data);
  else
    done (NULL, error, user_data);
}

gboolean
tw_task_service_check (TwTaskService *service, const TwCallContext *context, GError **error)
{
  return tw_task_store_check (service->store, context->deadline_ms, error);
}
