/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-tasks-answers.h"

#include "tw-error.h"
#include "tw-record-wire.h"
#include "tw-task-cursor.h"

#include <string.h>

/* What most tasks take on the wire. */
#define USUAL_TASK_SIZE 200

static TwWriter *
begin_success (TwCall *call)
{
  TwWriter *writer = tw_call_begin_reply (call);

  tw_writer_field (writer, TW_WIRE_STRUCT, 0);
  return writer;
}

void
tw_tasks_answer_task (const TwTaskRecord *task, const GError *error, gpointer data)
{
  TwCall *call = data;

  if (error != NULL)
    {
      tw_call_fail (call, error);
      return;
    }
  tw_record_write (&tw_task_type, task, begin_success (call));
  tw_call_reply (call);
}

void
tw_tasks_answer_removed (const TwTaskRecord *task, const GError *error, gpointer data)
{
  TwCall *call = data;

  if (error != NULL)
    tw_call_fail (call, error);
  else
    tw_call_reply (call);
}

/* The read may have waited: where there is no room for the answer any more the call comes again later. */
static gboolean
may_begin (TwTasksAnswer *answer)
{
  answer->progress = tw_call_begin (answer->call) ? TW_TASKS_ANSWER_BEGUN : TW_TASKS_ANSWER_GIVEN_BACK;
  return answer->progress == TW_TASKS_ANSWER_BEGUN;
}

static void
fail (const TwTasksAnswer *answer, const GError *error)
{
  if (answer->progress != TW_TASKS_ANSWER_GIVEN_BACK)
    tw_call_fail (answer->call, error);
}

/* Lists */

/* FALSE: it can't be. */
static gboolean
is_begun (TwTasksAnswer *answer)
{
  if (answer->progress != TW_TASKS_ANSWER_UNBEGUN || !may_begin (answer))
    return answer->progress == TW_TASKS_ANSWER_BEGUN;
  if (answer->is_page)
    {
      answer->writer = begin_success (answer->call);
      tw_buffer_reserve (answer->writer->out, (gsize) answer->pager.left * USUAL_TASK_SIZE);
      tw_writer_struct_begin (answer->writer);
    }
  else
    answer->writer = tw_call_begin_reply (answer->call);
  tw_writer_field (answer->writer, TW_WIRE_LIST, answer->is_page ? TW_TASK_PAGE_ID_TASKS : 0);
  answer->list = tw_writer_list_begin (answer->writer, TW_WIRE_STRUCT);
  return TRUE;
}

/* What does not fit into a reply is not read. */
static gboolean
show_row (const TwTaskRecord *task, gpointer data)
{
  TwTasksAnswer *answer = data;

  if (!is_begun (answer))
    return FALSE;
  answer->n++;
  tw_record_write (&tw_task_type, task, answer->writer);
  return !tw_call_reply_is_too_large (answer->call);
}

/* What stands behind a page's tasks. */
#define CURSOR_SIZE (TW_TASK_CURSOR_MAX_LENGTH + 32)

/* A page that would be longer than a reply may be is shorter. */
static gboolean
show_page_row (const TwTaskRecord *task, gpointer data)
{
  TwTasksAnswer *answer = data;
  gsize start;

  if (!is_begun (answer) || tw_task_pager_is_full (&answer->pager))
    return FALSE;
  start = answer->writer->out->len;
  tw_record_write (&tw_task_type, task, answer->writer);
  if (answer->n > 0 && !tw_call_reply_has_room (answer->call, CURSOR_SIZE))
    {
      answer->writer->out->len = start;
      tw_task_pager_cut (&answer->pager);
      return FALSE;
    }
  answer->n++;
  tw_task_pager_take (&answer->pager, task);
  return TRUE;
}

/* The same for a row as it lies in the store. */
static TwTaskRowEnd
show_raw_row (const TwTaskRawRow *row, gpointer data)
{
  TwTasksAnswer *answer = data;
  TwTaskPosition place;
  gsize start;

  if (!is_begun (answer) || tw_task_pager_is_full (&answer->pager))
    return TW_TASK_ROW_REFUSED;
  start = answer->writer->out->len;
  if (!row->write (row->row, answer->writer, &place))
    return TW_TASK_ROW_UNWRITTEN;
  if (answer->n > 0 && !tw_call_reply_has_room (answer->call, CURSOR_SIZE))
    {
      answer->writer->out->len = start;
      tw_task_pager_cut (&answer->pager);
      return TW_TASK_ROW_REFUSED;
    }
  answer->n++;
  tw_task_pager_take_place (&answer->pager, &place);
  return TW_TASK_ROW_TAKEN;
}

static void
end_page (const TwTasksAnswer *answer)
{
  g_autofree char *next_cursor = tw_task_pager_next (&answer->pager);

  if (next_cursor != NULL)
    {
      tw_writer_field (answer->writer, TW_WIRE_STRING, TW_TASK_PAGE_ID_NEXT_CURSOR);
      tw_writer_string (answer->writer, next_cursor, strlen (next_cursor));
    }
  tw_writer_struct_end (answer->writer);
}

static void
end_rows (const GError *error, gpointer data)
{
  TwTasksAnswer *answer = data;

  if (error != NULL)
    fail (answer, error);
  else if (is_begun (answer))
    {
      tw_writer_list_end (answer->writer, answer->list, answer->n);
      if (answer->is_page)
        end_page (answer);
      tw_call_reply (answer->call);
    }
  tw_tasks_answer_clear (answer);
  if (answer->ended != NULL)
    tw_latch_open (answer->ended);
}

TwTaskReading
tw_tasks_answer_page (TwTasksAnswer *answer, TwCall *call, gboolean may_wait, const TwTaskQuery *query)
{
  *answer = (TwTasksAnswer) { .call = call, .is_page = TRUE };
  tw_task_pager_init (&answer->pager, query);
  return (TwTaskReading) { show_page_row, end_rows, answer, sizeof *answer, .raw = show_raw_row, .may_wait = may_wait };
}

void
tw_tasks_answer_clear (TwTasksAnswer *answer)
{
  tw_task_pager_clear (&answer->pager);
}

TwTaskReading
tw_tasks_answer_all (TwTasksAnswer *answer, TwCall *call, gboolean may_wait, TwLatch *ended)
{
  *answer = (TwTasksAnswer) { .call = call, .ended = ended };
  return (TwTaskReading) { show_row, end_rows, answer, sizeof *answer, .may_wait = may_wait };
}
