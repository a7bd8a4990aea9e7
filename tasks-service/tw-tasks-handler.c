/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-tasks-handler.h"

#include "tw-error.h"

#include "tw_tasks.h"

/* Generated structs are filled through their public members: the same as g_object_set() does, without a GValue for
 * each. Handlers fail with a TW_ERROR, which the server turns into the declared exception. */

typedef struct
{
  TwTasksHandler parent;
  TwTaskService *service;
  const TwCallContext *const *context; /* of the call that is being answered */
} TasksAnswers;

typedef TwTasksHandlerClass TasksAnswersClass;

static GType tasks_answers_get_type (void);
G_DEFINE_TYPE (TasksAnswers, tasks_answers, TW_TYPE_TASKS_HANDLER)

static TwTaskService *
service_of (TwTasksIf *iface)
{
  return ((TasksAnswers *) iface)->service;
}

static const TwCallContext *
context_of (TwTasksIf *iface)
{
  return *((TasksAnswers *) iface)->context;
}

static char *
time_to_string (gint64 wall_ms)
{
  char *text = g_malloc (TW_TIME_SIZE);

  tw_time_format (wall_ms, text);
  return text;
}

static TwTask *
task_from_record (const TwTaskRecord *record)
{
  TwTask *task = g_object_new (TW_TYPE_TASK, NULL);

  g_free (task->name); /* the default */
  task->id = g_strdup (record->id);
  task->userId = g_strdup (record->user_id);
  task->name = g_strdup (record->name);
  task->createdOn = time_to_string (record->created_ms);
  task->done = record->done;
  task->updatedOn = time_to_string (record->updated_ms);
  task->version = record->version;
  task->__isset_id = task->__isset_userId = task->__isset_name = task->__isset_createdOn = task->__isset_done
      = task->__isset_updatedOn = task->__isset_version = TRUE;
  return task;
}

/* Takes @record; NULL is what a call that failed gave. */
static gboolean
answer (TwTask **task, TwTaskRecord *record)
{
  if (record == NULL)
    return FALSE;
  g_clear_object (task);
  *task = task_from_record (record);
  tw_task_record_free (record);
  return TRUE;
}

static gboolean
append_row (const TwTaskRecord *row, gpointer tasks)
{
  g_ptr_array_add (tasks, task_from_record (row));
  return TRUE;
}

static gboolean
answer_all (TwTasksIf *iface, GPtrArray **tasks, const char *user_id, GError **error)
{
  return tw_task_service_all (service_of (iface), context_of (iface), user_id, append_row, *tasks, error);
}

static gboolean
answer_add (TwTasksIf *iface, TwTask **task, const char *user_id, const char *name, GError **error)
{
  return answer (task, tw_task_service_create (service_of (iface), context_of (iface), user_id,
                                               &(TwTaskInput) { .name = name }, error));
}

static gboolean
answer_update (TwTasksIf *iface, TwTask **task, const char *id, const char *name, const gboolean done,
               const char *user_id, TwBaseException **ouch, GError **error)
{
  const TwTaskInput input = { .name = name, .has_done = TRUE, .done = done };

  return answer (task, tw_task_service_change (service_of (iface), context_of (iface), user_id, id, &input, error));
}

static gboolean
answer_upsert (TwTasksIf *iface, TwTask **task, const TwTask *given, TwBaseException **ouch, GError **error)
{
  const TwTaskInput input = {
    .name = given->__isset_name ? given->name : NULL,
    .has_done = given->__isset_done,
    .done = given->done,
  };
  const char *id = given->__isset_id ? given->id : NULL;

  return answer (task,
                 tw_task_service_upsert (service_of (iface), context_of (iface), given->userId, id, &input, error));
}

static gboolean
answer_check (TwTasksIf *iface, TwHealthcheck **health, GError **error)
{
  g_autoptr (GError) problem = NULL;
  TwHealthcheck *answered = g_object_new (TW_TYPE_HEALTHCHECK, NULL);

  answered->ok = tw_task_service_check (service_of (iface), context_of (iface), &problem);
  answered->message = g_strdup (problem != NULL ? tw_error_public_message (problem) : "");
  answered->__isset_ok = answered->__isset_message = TRUE;
  g_clear_object (health);
  *health = answered;
  return TRUE;
}

static gboolean
answer_get (TwTasksIf *iface, TwTask **task, const char *user_id, const char *id, TwBaseException **ouch,
            GError **error)
{
  return answer (task, tw_task_service_get (service_of (iface), context_of (iface), user_id, id, error));
}

static gboolean
answer_page (TwTasksIf *iface, TwTaskPage **page, const char *user_id, const TwPageRequest *request,
             TwBaseException **ouch, GError **error)
{
  g_autoptr (GObject) answered = g_object_new (TW_TYPE_TASK_PAGE, NULL);
  TwTaskPage *filled = (TwTaskPage *) answered;
  TwDoneFilter filter = tw_done_filter (request->__isset_done, request->done);
  const char *cursor = request->__isset_cursor ? request->cursor : NULL;

  if (!tw_task_service_page (service_of (iface), context_of (iface), user_id, filter, cursor, (guint) request->limit,
                             append_row, filled->tasks, &filled->nextCursor, error))
    return FALSE;
  filled->__isset_tasks = TRUE;
  filled->__isset_nextCursor = filled->nextCursor != NULL;
  g_clear_object (page);
  *page = (TwTaskPage *) g_steal_pointer (&answered);
  return TRUE;
}

static gboolean
answer_create (TwTasksIf *iface, TwTask **task, const char *user_id, const TwNewTask *given, TwBaseException **ouch,
               GError **error)
{
  const TwTaskInput input = { .name = given->name, .has_done = given->__isset_done, .done = given->done };

  return answer (task, tw_task_service_create (service_of (iface), context_of (iface), user_id, &input, error));
}

/* Names what can't be cleared. The schema says so too; a client that comes past its limits is answered the same. */
static gboolean
refuse_clear (const TwTaskChanges *changes, GError **error)
{
  g_autofree gpointer *names = NULL;
  g_autofree char *list = NULL;

  if (!changes->__isset_clear || g_hash_table_size (changes->clear) == 0)
    return TRUE;
  names = g_hash_table_get_keys_as_array (changes->clear, NULL);
  list = g_strjoinv (", ", (char **) names);
  g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "These can't be cleared: %s", list);
  return FALSE;
}

static gboolean
answer_patch (TwTasksIf *iface, TwTask **task, const char *user_id, const char *id, const TwTaskChanges *changes,
              TwBaseException **ouch, GError **error)
{
  const TwTaskInput input = {
    .name = changes->__isset_name ? changes->name : NULL,
    .has_done = changes->__isset_done,
    .done = changes->done,
  };

  return refuse_clear (changes, error)
         && answer (task, tw_task_service_change (service_of (iface), context_of (iface), user_id, id, &input, error));
}

static gboolean
answer_remove (TwTasksIf *iface, const char *user_id, const char *id, TwBaseException **ouch, GError **error)
{
  return tw_task_service_remove (service_of (iface), context_of (iface), user_id, id, error);
}

static void
tasks_answers_class_init (TasksAnswersClass *klass)
{
  klass->all = answer_all;
  klass->add = answer_add;
  klass->update = answer_update;
  klass->upsert = answer_upsert;
  klass->check = answer_check;
  klass->get = answer_get;
  klass->page = answer_page;
  klass->create = answer_create;
  klass->patch = answer_patch;
  klass->remove = answer_remove;
}

static void
tasks_answers_init (TasksAnswers *self)
{
}

GObject *
tw_tasks_processor_for (TwTaskService *service, const TwCallContext *const *context)
{
  g_autoptr (GObject) answers = g_object_new (tasks_answers_get_type (), NULL);

  ((TasksAnswers *) answers)->service = service;
  ((TasksAnswers *) answers)->context = context;
  return g_object_new (TW_TYPE_TASKS_PROCESSOR, "handler", answers, NULL);
}
