/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-tasks-batch.h"

#include "tw-arguments.h"
#include "tw-error.h"
#include "tw-record-wire.h"
#include "tw-status.h"

#include <string.h>

/* A batch on its way. */
typedef struct
{
  TwCall *call;
  guint n;
  TwTaskVerb verbs[];
} Batch;

static gboolean
refuse (GError **error, guint i, const char *member, const char *message)
{
  GError *why = g_error_new (TW_ERROR, TW_ERROR_INVALID, "operations[%u].%s %s", i, member, message);

  return tw_error_propagate_at (error, why, "operations[%u].%s", i, member);
}

/* What can't stand beside each other, which the schema does not say. */
static gboolean
check_members (const TwTaskBatchOperationRecord *asked, TwTaskVerb verb, guint i, GError **error)
{
  const gboolean makes = verb == TW_TASK_INSERT;

  if (makes && asked->id != NULL)
    return refuse (error, i, "id", "can't be said of what is to be made");
  if (makes && (asked->has & TW_TASK_BATCH_OPERATION_HAS_VERSION) != 0)
    return refuse (error, i, "version", "can't be said of what is to be made");
  if (!makes && asked->id == NULL)
    return refuse (error, i, "id", "is required");
  if (verb == TW_TASK_REMOVE && (asked->has & TW_TASK_BATCH_OPERATION_HAS_TASK) != 0)
    return refuse (error, i, "task", "can't be said of what is to be removed");
  if (makes && (asked->has & TW_TASK_BATCH_OPERATION_HAS_TASK) == 0)
    return refuse (error, i, "task", "is required");
  if (makes && asked->task.name == NULL)
    return refuse (error, i, "task.name", "is required");
  return TRUE;
}

static TwTaskVerb
verb_of (const char *op)
{
  return strcmp (op, "create") == 0 ? TW_TASK_INSERT : strcmp (op, "patch") == 0 ? TW_TASK_CHANGE : TW_TASK_REMOVE;
}

/* What is asked for as a wish. @tag has the version's text. */
static gboolean
understand (const TwTaskBatchOperationRecord *asked, const TwRecordMap *changes, guint i, TwTaskWish *wish, char tag[24],
            GError **error)
{
  g_autoptr (GError) why = NULL;

  *wish = (TwTaskWish) { .verb = verb_of (asked->op) };
  if (!check_members (asked, wish->verb, i, error))
    return FALSE;
  if (!tw_record_map_apply (changes, &asked->task, &wish->said, &why)
      || !tw_record_map_clear (changes, asked->task.clear, &wish->clear, &why))
    return refuse (error, i, "task", why->message);
  wish->said.id = asked->id;
  if ((asked->has & TW_TASK_BATCH_OPERATION_HAS_VERSION) != 0)
    {
      const int length = g_snprintf (tag, 24, "%" G_GINT64_FORMAT, asked->version);

      wish->conditions.has_match = TRUE;
      wish->conditions.match = (TwRecordTexts) { tag, (gsize) length + 1 };
    }
  return TRUE;
}

/* Ids in upper case are the same ids. */
static gboolean
is_named_before (const TwTaskWish *wishes, guint i)
{
  for (guint j = 0; j < i && wishes[i].said.id != NULL; j++)
    if (wishes[j].said.id != NULL && g_ascii_strcasecmp (wishes[j].said.id, wishes[i].said.id) == 0)
      return TRUE;
  return FALSE;
}

static TwTaskBatchResultRecord
result_of (TwTaskVerb verb, const TwTaskResult *result)
{
  TwTaskBatchResultRecord written = { .has = TW_TASK_BATCH_RESULT_HAS_STATUS };

  if (result->error != NULL)
    {
      written.has |= TW_TASK_BATCH_RESULT_HAS_PROBLEM;
      written.status = tw_error_status (result->error);
      written.problem = (TwTaskBatchProblemRecord) {
        .has = TW_TASK_BATCH_PROBLEM_HAS_TITLE | TW_TASK_BATCH_PROBLEM_HAS_STATUS | TW_TASK_BATCH_PROBLEM_HAS_DETAIL,
        .title = tw_status_title ((guint) written.status),
        .status = written.status,
        .detail = tw_error_public_message (result->error),
      };
      return written;
    }
  written.status = verb == TW_TASK_INSERT ? 201 : verb == TW_TASK_CHANGE ? 200 : 204;
  if (result->task != NULL)
    {
      written.has |= TW_TASK_BATCH_RESULT_HAS_TASK;
      written.task = *result->task;
    }
  return written;
}

static void
answer (const TwTaskResult *results, const GError *error, gpointer data)
{
  g_autofree Batch *batch = data;
  TwWriter *writer;
  gsize list;

  if (error != NULL)
    {
      tw_call_fail (batch->call, error);
      return;
    }
  writer = tw_call_begin_reply (batch->call);
  tw_writer_field (writer, TW_WIRE_STRUCT, 0);
  tw_writer_struct_begin (writer);
  tw_writer_field (writer, TW_WIRE_LIST, TW_TASK_BATCH_RESULTS_ID_RESULTS);
  list = tw_writer_list_begin (writer, TW_WIRE_STRUCT);
  for (guint i = 0; i < batch->n; i++)
    {
      const TwTaskBatchResultRecord written = result_of (batch->verbs[i], &results[i]);

      tw_record_write (&tw_task_batch_result_type, &written, writer);
    }
  tw_writer_list_end (writer, list, batch->n);
  tw_writer_struct_end (writer);
  tw_call_reply (batch->call);
}

void
tw_tasks_batch (TwCall *call, TwTaskService *service, const TwRecordMap *changes)
{
  g_auto (TwArguments) arguments = TW_ARGUMENTS_INIT;
  TwTasksBatchArguments asked;
  g_autoptr (GError) error = NULL;
  g_autofree TwTaskWish *wishes = NULL;
  g_autofree char (*tags)[24] = NULL;
  TwTaskBatchOperationRecord operation;
  Batch *batch;
  guint n;

  tw_arguments_read (&arguments, call, &tw_tasks_batch_type, &asked);
  tw_record_fill (&tw_task_batch_type, &asked.batch);
  n = asked.batch.operations.n;
  wishes = g_new0 (TwTaskWish, n);
  tags = g_malloc0 (n * sizeof *tags);
  for (guint i = 0; i < n && error == NULL && tw_record_list_next (&tw_task_batch_operation_type, &asked.batch.operations, &operation); i++)
    if (understand (&operation, changes, i, &wishes[i], tags[i], &error) && is_named_before (wishes, i))
      refuse (&error, i, "id", "is another operation's too");
  if (error != NULL)
    {
      tw_call_fail (call, error);
      return;
    }
  batch = g_malloc (sizeof *batch + n * sizeof batch->verbs[0]);
  batch->call = call;
  batch->n = n;
  for (guint i = 0; i < n; i++)
    batch->verbs[i] = wishes[i].verb;
  tw_task_service_write (service, tw_call_context (call), asked.user_id, wishes, n, asked.batch.atomic,
                         &(TwTaskOptions) { .key = asked.options.idempotency_key,
                                            .fingerprint = asked.options.request_fingerprint },
                         answer, batch);
}
