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

static gboolean
answer_check (TwTasksIf *iface, TwHealthcheck **health, GError **error)
{
  const TasksAnswers *self = (const TasksAnswers *) iface;
  g_autoptr (GError) problem = NULL;
  TwHealthcheck *answered = g_object_new (TW_TYPE_HEALTHCHECK, NULL);

  answered->ok = tw_task_service_check (self->service, *self->context, &problem);
  answered->message = g_strdup (problem != NULL ? tw_error_public_message (problem) : "");
  answered->__isset_ok = answered->__isset_message = TRUE;
  g_clear_object (health);
  *health = answered;
  return TRUE;
}

static void
tasks_answers_class_init (TasksAnswersClass *klass)
{
  klass->check = answer_check;
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
