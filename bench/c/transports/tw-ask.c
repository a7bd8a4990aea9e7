/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-ask.h"

#include "tw-error.h"
#include "tw-record-wire.h"
#include "tw-records.h"

static const char *const methods[] = {
  [TW_ASK_GET] = "get",
  [TW_ASK_PAGE] = "page",
  [TW_ASK_CREATE] = "create",
  NULL,
};

static gboolean
find_method (const char *name, TwAskMethod *method, GError **error)
{
  for (guint i = 0; methods[i] != NULL; i++)
    if (g_str_equal (methods[i], name))
      {
        *method = (TwAskMethod) i;
        return TRUE;
      }
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "--method: there is none of the name \"%s\"", name);
  return FALSE;
}

gboolean
tw_questions_init (TwQuestions *questions, const char *method, const char *user_id, const char *prefix,
                   const char *ids_path, GError **error)
{
  g_autofree char *text = NULL;
  char *line, *rest;

  *questions = (TwQuestions) {
    .user_id = g_strdup (user_id),
    .prefix = g_strdup (prefix),
    .ids = g_ptr_array_new_with_free_func (g_free),
    .chance = 1,
  };
  if (!find_method (method, &questions->method, error))
    return FALSE;
  if (questions->method == TW_ASK_CREATE)
    return TRUE;
  if (!g_file_get_contents (ids_path, &text, NULL, error))
    return FALSE;
  for (rest = text; (line = strsep (&rest, "\n")) != NULL;)
    if (*line != '\0')
      g_ptr_array_add (questions->ids, g_strdup (line));
  if (questions->ids->len >= (questions->method == TW_ASK_PAGE ? TW_ASK_PAGE_LIMIT : 1))
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s holds too few ids", ids_path);
  return FALSE;
}

void
tw_questions_clear (TwQuestions *questions)
{
  g_clear_pointer (&questions->user_id, g_free);
  g_clear_pointer (&questions->prefix, g_free);
  g_clear_pointer (&questions->ids, g_ptr_array_unref);
}

char *
tw_questions_next (TwQuestions *questions, gint32 id)
{
  if (questions->method == TW_ASK_CREATE)
    return g_strdup_printf ("%s %08d", questions->prefix, id);
  if (questions->method == TW_ASK_PAGE)
    return g_strdup (g_ptr_array_index (questions->ids, TW_ASK_PAGE_LIMIT - 1));
  questions->chance = questions->chance * 1664525 + 1013904223; /* Numerical Recipes' generator */
  return g_strdup (g_ptr_array_index (questions->ids, (questions->chance >> 8) % questions->ids->len));
}

const char *
tw_ask_method (const TwAsk *ask)
{
  return methods[ask->method];
}

static void
write_arguments (const TwAsk *ask, TwWriter *writer)
{
  const TwTasksGetArguments get = { .has = TW_TASKS_GET_HAS_USER_ID | TW_TASKS_GET_HAS_ID, .user_id = ask->user_id,
                                    .id = ask->subject };
  const TwTasksPageArguments page
      = { .has = TW_TASKS_PAGE_HAS_USER_ID | TW_TASKS_PAGE_HAS_REQUEST, .user_id = ask->user_id,
          .request = { .has = TW_PAGE_REQUEST_HAS_LIMIT, .limit = TW_ASK_PAGE_LIMIT } };
  const TwTasksCreateArguments create
      = { .has = TW_TASKS_CREATE_HAS_USER_ID | TW_TASKS_CREATE_HAS_TASK, .user_id = ask->user_id,
          .task = { .has = TW_NEW_TASK_HAS_NAME, .name = ask->subject } };

  if (ask->method == TW_ASK_GET)
    tw_record_write (&tw_tasks_get_type, &get, writer);
  else if (ask->method == TW_ASK_PAGE)
    tw_record_write (&tw_tasks_page_type, &page, writer);
  else
    tw_record_write (&tw_tasks_create_type, &create, writer);
}

void
tw_ask_arguments (const TwAsk *ask, TwProtocol protocol, TwBuffer *out)
{
  TwWriter writer;

  tw_writer_init (&writer, protocol, out);
  write_arguments (ask, &writer);
}

void
tw_ask_message (const TwAsk *ask, const TwEncoding *encoding, TwBuffer *out)
{
  const char *method = tw_ask_method (ask);
  TwWriter writer;

  tw_writer_init (&writer, encoding->protocol, out);
  tw_writer_message_begin (&writer, encoding->framed, TW_MESSAGE_CALL, method, strlen (method), ask->id);
  write_arguments (ask, &writer);
  tw_writer_message_end (&writer);
}
