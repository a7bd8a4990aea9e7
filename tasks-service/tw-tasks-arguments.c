/* SPDX-License-Identifier: Apache-2.0 */

/* The numbers below are those of idl/tasks.thrift. Types, presence and limits have been checked by the server. One walk
 * over a struct, with a function for what its fields are. */

#include "tw-tasks-arguments.h"

#include <string.h>

/* Reads the value of field @number, or skips it. */
typedef void (*FieldFunc) (TwTasksArguments *arguments, TwWireType type, gint16 number);

/* The struct before which the reader stands. */
static inline void
read_struct (TwTasksArguments *arguments, FieldFunc field)
{
  TwWireType type;
  gint16 number;

  tw_reader_struct_begin (&arguments->reader);
  while (tw_reader_field (&arguments->reader, &type, &number))
    field (arguments, type, number);
  tw_reader_struct_end (&arguments->reader);
}

static inline void
read_arguments (TwTasksArguments *arguments, const TwCall *call, FieldFunc field)
{
  gsize size;

  tw_call_arguments (call, &arguments->reader);
  size = (gsize) (arguments->reader.end - arguments->reader.at);
  arguments->user_id = arguments->id = arguments->cursor = NULL;
  arguments->limit = 0;
  arguments->input = (TwTaskInput) { .name = NULL };
  arguments->block = size > sizeof arguments->space ? g_malloc (size) : arguments->space;
  arguments->at = arguments->block;
  read_struct (arguments, field);
}

void
tw_tasks_arguments_clear (TwTasksArguments *arguments)
{
  if (arguments->block != arguments->space)
    g_free (arguments->block);
}

static const char *
read_text (TwTasksArguments *arguments)
{
  char *text = arguments->at;
  const char *data;
  gsize length;

  tw_reader_string (&arguments->reader, &data, &length);
  memcpy (text, data, length);
  text[length] = '\0';
  arguments->at += length + 1;
  return text;
}

static void
read_done (TwTasksArguments *arguments)
{
  arguments->input.has_done = TRUE;
  arguments->input.done = tw_reader_bool (&arguments->reader);
}

/* Which task of whose: all that get and remove are told. */
static void
one_field (TwTasksArguments *arguments, TwWireType type, gint16 number)
{
  if (number == 1)
    arguments->user_id = read_text (arguments);
  else if (number == 2)
    arguments->id = read_text (arguments);
  else
    tw_reader_skip (&arguments->reader, type);
}

void
tw_tasks_arguments_read_one (TwTasksArguments *arguments, const TwCall *call)
{
  read_arguments (arguments, call, one_field);
}

static gint32
default_limit (const TwCall *call)
{
  const TwField *request = tw_struct_find_field (tw_call_method (call)->arguments, 2);

  return (gint32) tw_struct_find_field (request->type->structure, 1)->fallback.integer;
}

static void
page_request_field (TwTasksArguments *arguments, TwWireType type, gint16 number)
{
  if (number == 1)
    arguments->limit = tw_reader_i32 (&arguments->reader);
  else if (number == 2)
    arguments->cursor = read_text (arguments);
  else if (number == 3)
    read_done (arguments);
  else
    tw_reader_skip (&arguments->reader, type);
}

static void
page_field (TwTasksArguments *arguments, TwWireType type, gint16 number)
{
  if (number == 1)
    arguments->user_id = read_text (arguments);
  else if (number == 2)
    read_struct (arguments, page_request_field);
  else
    tw_reader_skip (&arguments->reader, type);
}

void
tw_tasks_arguments_read_page (TwTasksArguments *arguments, const TwCall *call)
{
  read_arguments (arguments, call, page_field);
  if (arguments->limit == 0)
    arguments->limit = default_limit (call);
}

static void
new_task_field (TwTasksArguments *arguments, TwWireType type, gint16 number)
{
  if (number == 1)
    arguments->input.name = read_text (arguments);
  else if (number == 2)
    read_done (arguments);
  else
    tw_reader_skip (&arguments->reader, type);
}

static void
create_field (TwTasksArguments *arguments, TwWireType type, gint16 number)
{
  if (number == 1)
    arguments->user_id = read_text (arguments);
  else if (number == 2)
    read_struct (arguments, new_task_field);
  else
    tw_reader_skip (&arguments->reader, type);
}

void
tw_tasks_arguments_read_create (TwTasksArguments *arguments, const TwCall *call)
{
  read_arguments (arguments, call, create_field);
}

static void
changes_field (TwTasksArguments *arguments, TwWireType type, gint16 number)
{
  if (number == 2)
    arguments->input.name = read_text (arguments);
  else if (number == 3)
    read_done (arguments);
  else
    tw_reader_skip (&arguments->reader, type); /* clear, too, which the schema holds to be empty */
}

static void
patch_field (TwTasksArguments *arguments, TwWireType type, gint16 number)
{
  if (number == 3)
    read_struct (arguments, changes_field);
  else
    one_field (arguments, type, number);
}

void
tw_tasks_arguments_read_patch (TwTasksArguments *arguments, const TwCall *call)
{
  read_arguments (arguments, call, patch_field);
}

static void
add_field (TwTasksArguments *arguments, TwWireType type, gint16 number)
{
  if (number == 1)
    arguments->user_id = read_text (arguments);
  else if (number == 2)
    arguments->input.name = read_text (arguments);
  else
    tw_reader_skip (&arguments->reader, type);
}

void
tw_tasks_arguments_read_add (TwTasksArguments *arguments, const TwCall *call)
{
  read_arguments (arguments, call, add_field);
}

static void
update_field (TwTasksArguments *arguments, TwWireType type, gint16 number)
{
  if (number == 1)
    arguments->id = read_text (arguments);
  else if (number == 4)
    arguments->user_id = read_text (arguments);
  else
    changes_field (arguments, type, number);
}

void
tw_tasks_arguments_read_update (TwTasksArguments *arguments, const TwCall *call)
{
  read_arguments (arguments, call, update_field);
}

static void
task_field (TwTasksArguments *arguments, TwWireType type, gint16 number)
{
  if (number == 1)
    arguments->id = read_text (arguments);
  else if (number == 2)
    arguments->user_id = read_text (arguments);
  else if (number == 3)
    arguments->input.name = read_text (arguments);
  else if (number == 5)
    read_done (arguments);
  else
    tw_reader_skip (&arguments->reader, type); /* what is the service's own */
}

static void
upsert_field (TwTasksArguments *arguments, TwWireType type, gint16 number)
{
  if (number == 1)
    read_struct (arguments, task_field);
  else
    tw_reader_skip (&arguments->reader, type);
}

void
tw_tasks_arguments_read_upsert (TwTasksArguments *arguments, const TwCall *call)
{
  read_arguments (arguments, call, upsert_field);
}
