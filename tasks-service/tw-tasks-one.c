/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-tasks-one.h"

#include "tw-error.h"
#include "tw-record-wire.h"
#include "tw-tasks-answers.h"

#include <stdatomic.h>

/* A reading's state; on the stack. */
typedef struct
{
  TwCall *call;
  TwTaskService *service;
  TwTasksMiss missed; /* or NULL */
  gboolean may_wait;
  enum
  {
    UNBEGUN,
    BEGUN,
    GIVEN_BACK, /* the call is not ours any more */
    MUST_WAIT,  /* nor can it be answered without waiting: only told where all ends at once */
  } progress;
  TwTaskRecord *task; /* that is in a list */
} One;

/* The read may have waited: where there is no room for the answer any more the call comes again later. */
static gboolean
write_task (TwCall *call, const TwTaskRecord *task)
{
  TwWriter *writer;

  if (!tw_call_begin (call))
    return FALSE;
  writer = tw_call_begin_reply (call);
  tw_writer_field (writer, TW_WIRE_STRUCT, 0);
  tw_record_write (&tw_task_type, task, writer);
  return TRUE;
}

/* Whether the list is there */

typedef struct
{
  _Atomic guint holders; /* who asks, and the query, which may end later */
  TwCall *call;
  TwTaskRecord *task;
  gboolean is_there;
} Look;

static void
unref_look (Look *look)
{
  if (atomic_fetch_sub (&look->holders, 1) > 1)
    return;
  g_free (look->task);
  g_free (look);
}

static gboolean
note_list (gconstpointer record, gpointer data)
{
  ((Look *) data)->is_there = TRUE;
  return FALSE;
}

static void
end_look (const GError *error, gpointer data)
{
  Look *look = data;
  g_autoptr (GError) missing = NULL;

  if (error == NULL && !look->is_there)
    tw_task_not_found (&missing);
  if (error != NULL || missing != NULL)
    tw_call_fail (look->call, error != NULL ? error : missing);
  else if (write_task (look->call, look->task))
    tw_call_reply (look->call);
  unref_look (look);
}

static void
look_for_list (One *one)
{
  Look *look = g_new (Look, 1);
  const TwRecordReading reading = { note_list, end_look, look, one->may_wait };
  const char *list_id = one->task->list_id;
  const TwRecordQuery query = { &tw_shared_list_type, TW_SHARED_LIST_HAS_ID, &list_id, 1, .limit = 1 };

  *look = (Look) { .call = one->call, .task = g_steal_pointer (&one->task) };
  atomic_init (&look->holders, 2);
  if (!tw_task_service_find (one->service, tw_call_context (one->call), &query, &reading))
    {
      one->progress = MUST_WAIT;
      unref_look (look);
    }
  unref_look (look);
}

/* The task */

static gboolean
show (const TwTaskRecord *task, gpointer data)
{
  One *one = data;

  if (task->list_id != NULL)
    one->task = tw_record_copy (&tw_task_type, task);
  else
    one->progress = write_task (one->call, task) ? BEGUN : GIVEN_BACK;
  return FALSE;
}

static void
end (const GError *error, gpointer data)
{
  One *one = data;

  if (one->missed != NULL && g_error_matches (error, TW_ERROR, TW_ERROR_NOT_FOUND))
    one->missed (one->call, one->service);
  else if (error != NULL && one->progress != GIVEN_BACK)
    tw_call_fail (one->call, error);
  else if (one->progress == BEGUN)
    tw_call_reply (one->call);
  else if (error == NULL && one->task != NULL)
    look_for_list (one);
  g_clear_pointer (&one->task, g_free);
}

gboolean
tw_tasks_answer_one (TwCall *call, gboolean may_wait, TwTaskService *service, const char *user_id, const char *id,
                     TwTasksMiss missed)
{
  One one = { .call = call, .service = service, .missed = missed, .may_wait = may_wait };
  const TwTaskReading reading = { show, end, &one, sizeof one, .may_wait = may_wait };

  if (tw_task_service_read (service, tw_call_context (call), user_id, id, &reading))
    return one.progress != MUST_WAIT;
  g_free (one.task);
  return FALSE;
}
