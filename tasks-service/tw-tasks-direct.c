/* SPDX-License-Identifier: Apache-2.0 */

/* The numbers below are those of idl/tasks.thrift. Types, presence and limits have been checked by the server. */

#include "tw-tasks-direct.h"

#include "tw-call-pool.h"
#include "tw-error.h"

#include <string.h>

/* Calls that share a transaction. More would save next to nothing, and the first of them waits for the last. */
#define MAX_BATCH 16

/* What the loop does by itself in a turn: less than a millisecond's work, but for the longest pages. What is more is
 * worth a second processor. */
#define MAX_AT_ONCE 32

/* What most tasks take on the wire. */
#define USUAL_TASK_SIZE 200

struct _TwTasksDirect
{
  TwTaskService *service;
  TwCallPool *readers;
};

/* Arguments */

/* Copies of strings with a NUL behind each. On the wire each has at least a byte of length beside it, so that all fit
 * into as many bytes as the arguments have. */
typedef struct
{
  char space[512];
  char *block;
  char *at;
} Texts;

static void
texts_init (Texts *texts, const TwReader *arguments)
{
  gsize size = (gsize) (arguments->end - arguments->at);

  texts->block = size > sizeof texts->space ? g_malloc (size) : texts->space;
  texts->at = texts->block;
}

static void
texts_clear (Texts *texts)
{
  if (texts->block != texts->space)
    g_free (texts->block);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Texts, texts_clear)

static const char *
read_text (TwReader *reader, Texts *texts)
{
  char *text = texts->at;
  const char *data;
  gsize length;

  tw_reader_string (reader, &data, &length);
  memcpy (text, data, length);
  text[length] = '\0';
  texts->at += length + 1;
  return text;
}

/* Answers */

static gboolean
write_task (const TwTaskRecord *task, gpointer data)
{
  TwWriter *writer = data;
  char time[TW_TIME_SIZE];

  tw_writer_struct_begin (writer);
  tw_writer_field (writer, TW_WIRE_STRING, 1);
  tw_writer_string (writer, task->id, strlen (task->id));
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

/* Once a change is durable, or has failed: a TwTaskDone. */
static void
answer_changed (const TwTaskRecord *task, const GError *error, gpointer data)
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

/* Which task of whose: what get, patch and remove have in common. */
typedef struct
{
  const char *user_id, *id;
  TwTaskInput input; /* patch */
} OneArguments;

static void
read_changes (TwReader *reader, Texts *texts, TwTaskInput *input)
{
  TwWireType type;
  gint16 number;

  tw_reader_struct_begin (reader);
  while (tw_reader_field (reader, &type, &number))
    if (number == 2)
      input->name = read_text (reader, texts);
    else if (number == 3)
      {
        input->has_done = TRUE;
        input->done = tw_reader_bool (reader);
      }
    else
      tw_reader_skip (reader, type); /* clear, too, which the schema holds to be empty */
  tw_reader_struct_end (reader);
}

static void
read_one (const TwCall *call, Texts *texts, OneArguments *arguments)
{
  TwReader reader;
  TwWireType type;
  gint16 number;

  *arguments = (OneArguments) { 0 };
  tw_call_arguments (call, &reader);
  texts_init (texts, &reader);
  tw_reader_struct_begin (&reader);
  while (tw_reader_field (&reader, &type, &number))
    if (number == 1)
      arguments->user_id = read_text (&reader, texts);
    else if (number == 2)
      arguments->id = read_text (&reader, texts);
    else if (number == 3 && type == TW_WIRE_STRUCT)
      read_changes (&reader, texts, &arguments->input);
    else
      tw_reader_skip (&reader, type);
}

/* get */

static gboolean
answer_get (TwCall *call, gboolean may_wait, gpointer service)
{
  g_autoptr (GError) error = NULL;
  g_auto (Texts) texts;
  OneArguments asked;

  read_one (call, &texts, &asked);
  if (tw_task_service_view (service, asked.user_id, asked.id, write_task, begin_success (call), &error))
    tw_call_reply (call);
  else if (may_wait || !has_to_wait (error))
    tw_call_fail (call, error);
  else
    return FALSE;
  return TRUE;
}

static void
take_get (TwCall *call, gpointer data)
{
  const TwTasksDirect *direct = data;

  tw_call_pool_collect (direct->readers, call, answer_get, direct->service);
}

/* page */

typedef struct
{
  const char *user_id;
  gint32 limit;
  const char *cursor;
  gboolean has_done, done;
} PageArguments;

static gint32
default_limit (const TwCall *call)
{
  const TwField *request = tw_struct_find_field (tw_call_method (call)->arguments, 2);

  return (gint32) tw_struct_find_field (request->type->structure, 1)->fallback.integer;
}

static void
read_page_request (TwReader *reader, Texts *texts, PageArguments *arguments)
{
  TwWireType type;
  gint16 number;

  tw_reader_struct_begin (reader);
  while (tw_reader_field (reader, &type, &number))
    if (number == 1)
      arguments->limit = tw_reader_i32 (reader);
    else if (number == 2)
      arguments->cursor = read_text (reader, texts);
    else if (number == 3)
      {
        arguments->has_done = TRUE;
        arguments->done = tw_reader_bool (reader);
      }
    else
      tw_reader_skip (reader, type);
  tw_reader_struct_end (reader);
}

static void
read_page (const TwCall *call, Texts *texts, PageArguments *arguments)
{
  TwReader reader;
  TwWireType type;
  gint16 number;

  *arguments = (PageArguments) { .limit = default_limit (call) };
  tw_call_arguments (call, &reader);
  texts_init (texts, &reader);
  tw_reader_struct_begin (&reader);
  while (tw_reader_field (&reader, &type, &number))
    if (number == 1)
      arguments->user_id = read_text (&reader, texts);
    else if (number == 2)
      read_page_request (&reader, texts, arguments);
    else
      tw_reader_skip (&reader, type);
}

typedef struct
{
  TwWriter *writer;
  guint32 n;
} Rows;

static gboolean
write_row (const TwTaskRecord *task, gpointer data)
{
  Rows *rows = data;

  rows->n++;
  return write_task (task, rows->writer);
}

static gboolean
answer_page (TwCall *call, gboolean may_wait, gpointer service)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *next_cursor = NULL;
  g_auto (Texts) texts;
  PageArguments asked;
  TwWriter *writer;
  Rows rows = { 0 };
  gsize list;

  read_page (call, &texts, &asked);
  rows.writer = writer = begin_success (call);
  tw_buffer_reserve (writer->out, (gsize) asked.limit * USUAL_TASK_SIZE);
  tw_writer_struct_begin (writer);
  tw_writer_field (writer, TW_WIRE_LIST, 1);
  list = tw_writer_list_begin (writer, TW_WIRE_STRUCT);
  if (!tw_task_service_page (service, asked.user_id, tw_done_filter (asked.has_done, asked.done), asked.cursor,
                             (guint) asked.limit, write_row, &rows, &next_cursor, &error))
    {
      if (!may_wait && has_to_wait (error))
        return FALSE;
      tw_call_fail (call, error);
      return TRUE;
    }
  tw_writer_list_end (writer, list, rows.n);
  if (next_cursor != NULL)
    {
      tw_writer_field (writer, TW_WIRE_STRING, 2);
      tw_writer_string (writer, next_cursor, strlen (next_cursor));
    }
  tw_writer_struct_end (writer);
  tw_call_reply (call);
  return TRUE;
}

static void
take_page (TwCall *call, gpointer data)
{
  const TwTasksDirect *direct = data;

  tw_call_pool_collect (direct->readers, call, answer_page, direct->service);
}

/* create */

static void
read_new_task (TwReader *reader, Texts *texts, TwTaskInput *input)
{
  TwWireType type;
  gint16 number;

  tw_reader_struct_begin (reader);
  while (tw_reader_field (reader, &type, &number))
    if (number == 1)
      input->name = read_text (reader, texts);
    else if (number == 2)
      {
        input->has_done = TRUE;
        input->done = tw_reader_bool (reader);
      }
    else
      tw_reader_skip (reader, type);
  tw_reader_struct_end (reader);
}

static void
take_create (TwCall *call, gpointer data)
{
  const TwTasksDirect *direct = data;
  g_auto (Texts) texts;
  TwTaskInput input = { 0 };
  const char *user_id = NULL;
  TwReader reader;
  TwWireType type;
  gint16 number;

  tw_call_arguments (call, &reader);
  texts_init (&texts, &reader);
  tw_reader_struct_begin (&reader);
  while (tw_reader_field (&reader, &type, &number))
    if (number == 1)
      user_id = read_text (&reader, &texts);
    else if (number == 2)
      read_new_task (&reader, &texts, &input);
    else
      tw_reader_skip (&reader, type);

  tw_task_service_start_create (direct->service, user_id, &input, answer_changed, call);
}

/* patch */

static void
take_patch (TwCall *call, gpointer data)
{
  const TwTasksDirect *direct = data;
  g_auto (Texts) texts;
  OneArguments asked;

  read_one (call, &texts, &asked);
  if (tw_task_input_says_nothing (&asked.input))
    take_get (call, data);
  else
    tw_task_service_start_change (direct->service, asked.user_id, asked.id, &asked.input, answer_changed, call);
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
  g_auto (Texts) texts;
  OneArguments asked;

  read_one (call, &texts, &asked);
  tw_task_service_start_remove (direct->service, asked.user_id, asked.id, answer_removed, call);
}

/* Life */

static gboolean
begin_reads (gboolean may_wait, gpointer service)
{
  return tw_task_service_reads_begin (service, may_wait);
}

static void
end_reads (gpointer service)
{
  tw_task_service_reads_end (service);
}

static TwCallPool *
start_readers (TwTaskService *service, const TwServiceLimits *limits)
{
  gboolean remote = tw_task_service_is_remote (service);

  return tw_call_pool_new (&(TwCallPoolSpec) {
    .name = "reader",
    .threads = remote ? limits->threads : g_get_num_processors (),
    .max_batch = remote ? 1 : MAX_BATCH,
    .max_at_once = MAX_AT_ONCE,
    .max_queued = limits->max_queued,
    .max_wait_ms = limits->max_wait_ms,
    .max_ms = limits->max_ms,
    .begin = begin_reads,
    .end = end_reads,
    .user_data = service,
  });
}

TwTasksDirect *
tw_tasks_direct_new (TwServer *server, TwTaskService *service, const TwServiceLimits *limits)
{
  TwTasksDirect *direct = g_new (TwTasksDirect, 1);

  direct->service = service;
  direct->readers = start_readers (service, limits);
  tw_server_add_turn_func (server, tw_call_pool_flush, direct->readers);
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
  tw_call_pool_free (direct->readers);
  g_free (direct);
}
