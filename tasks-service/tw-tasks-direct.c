/* SPDX-License-Identifier: Apache-2.0 */

/* The numbers below are those of idl/tasks.thrift. Types, presence and limits have been checked by the server. */

#include "tw-tasks-direct.h"

#include "tw-call-pool.h"
#include "tw-error.h"
#include "tw-random.h"
#include "tw-tasks-arguments.h"

#include <string.h>

/* Calls that share a transaction. More would save next to nothing, and the first of them waits for the last. */
#define MAX_BATCH 16

/* Reads that wait for the disk at a time, and threads that read what is in memory beside the loop. */
#define WAITING_READS 16
#define MAX_QUICK_THREADS 8

/* What the loop does by itself in a turn: less than a millisecond's work, but for the longest pages. What is more is
 * worth a second processor. */
#define MAX_AT_ONCE 32

/* Lists of all tasks that are made at a time: each may be as large as a reply can be. */
#define LISTS 4

/* What most tasks take on the wire. */
#define USUAL_TASK_SIZE 200

struct _TwTasksDirect
{
  TwTaskService *service;
  TwCallPool *readers; /* NULL: reads are started, and nobody waits for them */
  TwCallPool *lists;   /* of whoever asks for all tasks */
};

/* Answers */

static gboolean
write_task (const TwTaskRecord *task, gpointer data)
{
  TwWriter *writer = data;
  char time[TW_TIME_SIZE];

  tw_writer_struct_begin (writer);
  tw_writer_field (writer, TW_WIRE_STRING, 1);
  tw_writer_string (writer, task->id, TW_ID_SIZE - 1);
  tw_writer_field (writer, TW_WIRE_STRING, 2);
  tw_writer_string (writer, task->user_id, strlen (task->user_id));
  tw_writer_field (writer, TW_WIRE_STRING, 3);
  tw_writer_string (writer, task->name, strlen (task->name));
  tw_writer_field (writer, TW_WIRE_STRING, 4);
  tw_time_format (task->created_ms, time);
  tw_writer_string (writer, time, sizeof time - 1);
  tw_writer_field (writer, TW_WIRE_BOOL, 5);
  tw_writer_bool (writer, task->done);
  tw_writer_field (writer, TW_WIRE_STRING, 6);
  if (task->updated_ms != task->created_ms)
    tw_time_format (task->updated_ms, time);
  tw_writer_string (writer, time, sizeof time - 1);
  tw_writer_field (writer, TW_WIRE_I64, 7);
  tw_writer_i64 (writer, task->version);
  tw_writer_struct_end (writer);
  return TRUE;
}

static TwWriter *
begin_success (TwCall *call)
{
  TwWriter *writer = tw_call_begin_reply (call);

  tw_writer_field (writer, TW_WIRE_STRUCT, 0);
  return writer;
}

/* Once a change is durable, a read has ended, or either has failed: a TwTaskDone. */
static void
answer_task (const TwTaskRecord *task, const GError *error, gpointer data)
{
  TwCall *call = data;

  if (error != NULL)
    {
      tw_call_fail (call, error);
      return;
    }
  write_task (task, begin_success (call));
  tw_call_reply (call);
}

/* Reads */

/* What can't be had without waiting is told in the same way as what can't be had. */
static gboolean
has_to_wait (const GError *error)
{
  return g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
}

/* get */

static gboolean
answer_get (TwCall *call, gboolean may_wait, gpointer service)
{
  g_autoptr (GError) error = NULL;
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_one (&asked, call);
  if (tw_task_service_view (service, tw_call_context (call), asked.user_id, asked.id, write_task, begin_success (call),
                            &error))
    tw_call_reply (call);
  else if (may_wait || !has_to_wait (error))
    tw_call_fail (call, error);
  else
    return FALSE;
  return TRUE;
}

static void
start_get (TwCall *call, TwTaskService *service)
{
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_one (&asked, call);
  tw_task_service_start_get (service, tw_call_context (call), asked.user_id, asked.id, answer_task, call);
}

static void
take_get (TwCall *call, gpointer data)
{
  const TwTasksDirect *direct = data;

  if (direct->readers == NULL)
    start_get (call, direct->service);
  else
    tw_call_pool_collect (direct->readers, call, answer_get, direct->service);
}

/* page */

typedef struct
{
  TwWriter *writer;
  gsize list;
  guint32 n;
} Rows;

/* A page with about so many tasks. */
static void
begin_rows (Rows *rows, TwCall *call, gint32 tasks)
{
  TwWriter *writer = begin_success (call);

  tw_buffer_reserve (writer->out, (gsize) tasks * USUAL_TASK_SIZE);
  tw_writer_struct_begin (writer);
  tw_writer_field (writer, TW_WIRE_LIST, 1);
  *rows = (Rows) { .writer = writer, .list = tw_writer_list_begin (writer, TW_WIRE_STRUCT) };
}

static gboolean
write_row (const TwTaskRecord *task, gpointer data)
{
  Rows *rows = data;

  rows->n++;
  return write_task (task, rows->writer);
}

static void
end_rows (const Rows *rows, TwCall *call, const char *next_cursor)
{
  tw_writer_list_end (rows->writer, rows->list, rows->n);
  if (next_cursor != NULL)
    {
      tw_writer_field (rows->writer, TW_WIRE_STRING, 2);
      tw_writer_string (rows->writer, next_cursor, strlen (next_cursor));
    }
  tw_writer_struct_end (rows->writer);
  tw_call_reply (call);
}

static gboolean
answer_page (TwCall *call, gboolean may_wait, gpointer service)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *next_cursor = NULL;
  g_auto (TwTasksArguments) asked;
  Rows rows;

  tw_tasks_arguments_read_page (&asked, call);
  begin_rows (&rows, call, asked.limit);
  if (!tw_task_service_page (service, tw_call_context (call), asked.user_id,
                             tw_done_filter (asked.input.has_done, asked.input.done), asked.cursor, (guint) asked.limit,
                             write_row, &rows, &next_cursor, &error))
    {
      if (!may_wait && has_to_wait (error))
        return FALSE;
      tw_call_fail (call, error);
      return TRUE;
    }
  end_rows (&rows, call, next_cursor);
  return TRUE;
}

/* A TwTaskPageDone. It has waited: where there is no room for its answer any more the call comes again later. */
static void
answer_started_page (const TwTaskRecord *const *tasks, guint n, const char *next_cursor, const GError *error,
                     gpointer data)
{
  TwCall *call = data;
  Rows rows;

  if (error != NULL)
    {
      tw_call_fail (call, error);
      return;
    }
  if (!tw_call_begin (call))
    return;
  begin_rows (&rows, call, (gint32) n);
  for (guint i = 0; i < n; i++)
    write_row (tasks[i], &rows);
  end_rows (&rows, call, next_cursor);
}

static void
start_page (TwCall *call, TwTaskService *service)
{
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_page (&asked, call);
  tw_task_service_start_page (service, tw_call_context (call), asked.user_id,
                              tw_done_filter (asked.input.has_done, asked.input.done), asked.cursor,
                              (guint) asked.limit, answer_started_page, call);
}

static void
take_page (TwCall *call, gpointer data)
{
  const TwTasksDirect *direct = data;

  if (direct->readers == NULL)
    start_page (call, direct->service);
  else
    tw_call_pool_collect (direct->readers, call, answer_page, direct->service);
}

/* all */

typedef struct
{
  TwCall *call;
  TwWriter *writer;
  guint32 n;
} All;

/* What does not fit into a reply is not read. */
static gboolean
write_row_of_all (const TwTaskRecord *task, gpointer data)
{
  All *all = data;

  all->n++;
  write_task (task, all->writer);
  return !tw_call_reply_is_too_large (all->call);
}

static gboolean
answer_all (TwCall *call, gboolean may_wait, gpointer service)
{
  g_autoptr (GError) error = NULL;
  g_auto (TwTasksArguments) asked;
  All all = { .call = call, .writer = tw_call_begin_reply (call) };
  gsize list;

  tw_tasks_arguments_read_one (&asked, call);
  tw_writer_field (all.writer, TW_WIRE_LIST, 0);
  list = tw_writer_list_begin (all.writer, TW_WIRE_STRUCT);
  if (tw_task_service_all (service, tw_call_context (call), asked.user_id, write_row_of_all, &all, &error))
    {
      tw_writer_list_end (all.writer, list, all.n);
      tw_call_reply (call);
    }
  else
    tw_call_fail (call, error);
  return TRUE;
}

static void
take_all (TwCall *call, gpointer data)
{
  const TwTasksDirect *direct = data;

  tw_call_pool_collect (direct->lists, call, answer_all, direct->service);
}

/* create */

static void
take_create (TwCall *call, gpointer data)
{
  const TwTasksDirect *direct = data;
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_create (&asked, call);
  tw_task_service_start_create (direct->service, tw_call_context (call), asked.user_id, &asked.input, answer_task,
                                call);
}

/* patch */

static void
take_patch (TwCall *call, gpointer data)
{
  const TwTasksDirect *direct = data;
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_patch (&asked, call);
  if (tw_task_input_says_nothing (&asked.input))
    take_get (call, data);
  else
    tw_task_service_start_change (direct->service, tw_call_context (call), asked.user_id, asked.id, &asked.input,
                                  answer_task, call);
}

/* remove */

static void
answer_removed (const TwTaskRecord *task, const GError *error, gpointer data)
{
  TwCall *call = data;

  if (error != NULL)
    tw_call_fail (call, error);
  else
    tw_call_reply (call);
}

static void
take_remove (TwCall *call, gpointer data)
{
  const TwTasksDirect *direct = data;
  g_auto (TwTasksArguments) asked;

  tw_tasks_arguments_read_one (&asked, call);
  tw_task_service_start_remove (direct->service, tw_call_context (call), asked.user_id, asked.id, answer_removed, call);
}

/* Life */

static gboolean
begin_reads (gboolean on_loop, gpointer service)
{
  return tw_task_service_reads_begin (service, on_loop);
}

static void
end_reads (gpointer service)
{
  tw_task_service_reads_end (service);
}

static TwCallPool *
start_readers (TwTaskService *service, const TwServiceLimits *limits)
{
  return tw_call_pool_new (&(TwCallPoolSpec) {
    .name = "reader",
    .threads = WAITING_READS,
    .max_queued = limits->max_queued,
    .max_wait_ms = limits->max_wait_ms,
    .max_at_once = MAX_AT_ONCE,
    .quick_threads = MIN (g_get_num_processors (), MAX_QUICK_THREADS),
    .max_batch = MAX_BATCH,
    .begin = begin_reads,
    .end = end_reads,
    .user_data = service,
  });
}

static TwCallPool *
start_lists (const TwServiceLimits *limits)
{
  return tw_call_pool_new (&(TwCallPoolSpec) {
    .name = "lists",
    .threads = LISTS,
    .max_queued = limits->max_queued,
    .max_wait_ms = limits->max_wait_ms,
  });
}

TwTasksDirect *
tw_tasks_direct_new (TwServer *server, TwTaskService *service, const TwServiceLimits *limits)
{
  TwTasksDirect *direct = g_new0 (TwTasksDirect, 1);

  direct->service = service;
  direct->lists = start_lists (limits);
  tw_server_add_turn_func (server, tw_call_pool_flush, direct->lists);
  if (!tw_task_service_is_remote (service))
    {
      direct->readers = start_readers (service, limits);
      tw_server_add_turn_func (server, tw_call_pool_flush, direct->readers);
    }
  tw_server_set_method (server, "all", take_all, direct);
  tw_server_set_method (server, "get", take_get, direct);
  tw_server_set_method (server, "page", take_page, direct);
  tw_server_set_method (server, "create", take_create, direct);
  tw_server_set_method (server, "patch", take_patch, direct);
  tw_server_set_method (server, "remove", take_remove, direct);
  return direct;
}

void
tw_tasks_direct_free (TwTasksDirect *direct)
{
  g_clear_pointer (&direct->readers, tw_call_pool_free);
  tw_call_pool_free (direct->lists);
  g_free (direct);
}
