/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-watch.h"

#include "tw-bind.h"
#include "tw-clock.h"
#include "tw-error.h"
#include "tw-inputs.h"
#include "tw-output.h"
#include "tw-table.h"
#include "tw-terminal-text.h"

#include <string.h>

/* How often it is asked whatever the hints say. */
#define ASK_MS 1000

/* Between two hints: a service where much happens has one for somebody all the time. */
#define HINT_PAUSE_MS 20

/* Between two attempts to reach a service that has gone away; doubled from the one to the other, and jittered. */
#define FIRST_PAUSE_MS 250
#define LONGEST_PAUSE_MS 8000

/* The fields that TW_ROLE_HINTS fixes: see tw-schema.h. */
enum
{
  ARGUMENT_AFTER = 1,
  ARGUMENT_WAIT = 2,
  VALUE_AT = 1,
  VALUE_USERS = 2,
  VALUE_ALL = 3,
};

typedef enum
{
  SERVICE_UNKNOWN, /* it has not answered yet */
  SERVICE_ANSWERS,
  SERVICE_AWAY, /* it did, and does no more */
} ServiceState;

/* How far it is. */
typedef struct
{
  const TwWatch *watch;
  ServiceState service;
  guint pause_ms;        /* the last one, while it is away */
  const TwMethod *hints; /* NULL: there are none */
  json_int_t heard;      /* what the last hint said; 0: none */
  gboolean is_whole;     /* all that there was has been printed */
} Progress;

static gboolean
call (const TwWatch *watch, const TwMethod *method, const json_t *arguments, guint timeout_ms, json_t **reply,
      GError **error)
{
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;

  if (!tw_bind_object (method, arguments, TW_PROTOCOL_BINARY, &bytes, problems))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "%s can't be asked again: %s %s", method->name,
                   tw_problems_get (problems, 0)->location, tw_problems_get (problems, 0)->detail);
      return FALSE;
    }
  return tw_remote_call (watch->remote, method, &bytes, timeout_ms, reply, error);
}

/* --- The token, and whose it is. --- */

/* The object among the arguments that has @field, of the input: they themselves, or a struct that is spread. */
static json_t *
holder_of (const TwWatch *watch, const TwField *field)
{
  const TwStruct *arguments = watch->method->arguments;

  for (guint i = 0; i < arguments->n_fields; i++)
    {
      const TwField *argument = &arguments->fields[i];
      const TwStruct *structure = argument->type->wire == TW_WIRE_STRUCT ? argument->type->structure : NULL;

      for (guint j = 0; structure != NULL && j < structure->n_fields; j++)
        if (&structure->fields[j] == field)
          return json_object_get (watch->arguments, argument->name);
    }
  return watch->arguments;
}

static gboolean
has_token (const TwWatch *watch)
{
  const TwField *since = watch->method->stream->since;

  return json_object_get (holder_of (watch, since), since->json_name) != NULL;
}

/* NULL: from the beginning. */
static void
begin_behind (const TwWatch *watch, const char *token)
{
  const TwField *since = watch->method->stream->since;

  if (token != NULL)
    json_object_set_new (holder_of (watch, since), since->json_name, json_string (token));
  else
    json_object_del (holder_of (watch, since), since->json_name);
}

static const char *
user_of (const TwWatch *watch)
{
  const TwField *claim = tw_inputs_find (watch->method, TW_SOURCE_CLAIM, TW_STREAM_CLAIM);

  return json_string_value (json_object_get (holder_of (watch, claim), claim->json_name));
}

/* --- What is printed. --- */

static void
append_json (GString *text, const json_t *value)
{
  char *json = json_dumps (value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION (17));

  tw_terminal_append_json (text, json);
  g_string_append_c (text, '\n');
  free (json);
}

static gboolean
print_answer (const TwWatch *watch, const json_t *list, const char *token, gboolean with_token, GError **error)
{
  const TwTableReader reader = tw_output_is_terminal () ? TW_TABLE_FOR_A_TERMINAL : TW_TABLE_FOR_A_PROGRAM;
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < json_array_size (list); i++)
    if (watch->as_json)
      append_json (text, json_array_get (list, i));
    else
      tw_table_append_line (text, json_array_get (list, i), reader);
  if (watch->as_json && with_token)
    {
      json_t *line = json_pack ("{ss}", watch->method->stream->token->json_name, token);

      append_json (text, line);
      json_decref (line);
    }
  return tw_output_print (text->str, error);
}

static gboolean
begin_anew (Progress *progress, GError **error)
{
  progress->is_whole = FALSE;
  progress->watch->say ("the token is no longer good: forget everything, all there is follows");
  begin_behind (progress->watch, NULL);
  return tw_output_print (progress->watch->as_json ? "{\"refetch\":true}\n" : "refetch\n", error);
}

/* --- Asking. --- */

static gboolean
is_away (const GError *failure)
{
  return g_error_matches (failure, TW_ERROR, TW_ERROR_UNAVAILABLE) || g_error_matches (failure, TW_ERROR, TW_ERROR_TIMEOUT);
}

/* Waits a while for a service that did not answer. */
static void
wait_for_service (Progress *progress, const GError *failure)
{
  if (progress->service != SERVICE_AWAY)
    {
      g_autofree char *message = g_strconcat (failure->message, "; it is waited for", NULL);

      progress->watch->say (message);
      progress->service = SERVICE_AWAY;
      progress->pause_ms = FIRST_PAUSE_MS / 2;
    }
  progress->pause_ms = MIN (progress->pause_ms * 2, LONGEST_PAUSE_MS);
  g_usleep (1000ul * (progress->pause_ms / 2 + (guint) g_random_int_range (0, (gint32) progress->pause_ms)));
}

/* Deals with what came instead of an answer; takes @failure. FALSE where it is to end with it. */
static gboolean
take_failure (Progress *progress, GError *failure, GError **error)
{
  if (g_error_matches (failure, TW_ERROR, TW_ERROR_GONE) && has_token (progress->watch))
    {
      g_error_free (failure);
      return begin_anew (progress, error);
    }
  if (!is_away (failure) || progress->service == SERVICE_UNKNOWN)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  wait_for_service (progress, failure);
  g_error_free (failure);
  return TRUE;
}

/* FALSE where it has not all that it has to have. */
static gboolean
take_answer (Progress *progress, const json_t *reply, gboolean *more, GError **error)
{
  const TwStreamRoute *stream = progress->watch->method->stream;
  const json_t *list = json_object_get (reply, stream->list->json_name);
  const char *token = json_string_value (json_object_get (reply, stream->token->json_name));
  gboolean is_new;

  progress->service = SERVICE_ANSWERS;
  *more = json_is_true (json_object_get (reply, stream->more->json_name));
  if (!json_is_array (list) || token == NULL)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "the reply does not fit the schema");
      return FALSE;
    }
  is_new = json_array_size (list) > 0 || (!progress->is_whole && !*more);
  progress->is_whole = progress->is_whole || !*more;
  if (!print_answer (progress->watch, list, token, is_new, error))
    return FALSE;
  begin_behind (progress->watch, token);
  return TRUE;
}

/* Prints all that is new. */
static gboolean
ask (Progress *progress, GError **error)
{
  const TwWatch *watch = progress->watch;
  gboolean more = TRUE, ok = TRUE;

  while (more && ok && tw_output_is_read (error))
    {
      g_autoptr (GError) failure = NULL;
      json_t *reply = NULL;

      if (call (watch, watch->method, watch->arguments, watch->timeout_ms, &reply, &failure))
        ok = take_answer (progress, reply, &more, error);
      else
        ok = take_failure (progress, g_steal_pointer (&failure), error);
      json_decref (reply);
    }
  return ok && !more;
}

/* --- Waiting until there may be something. --- */

static const char *
name_of (const TwStruct *structure, gint16 id)
{
  return tw_struct_find_field (structure, id)->json_name;
}

/* Whether a hint is for whoever watches. */
static gboolean
is_meant (const TwStruct *value, const json_t *reply, const char *user)
{
  const json_t *users = json_object_get (reply, name_of (value, VALUE_USERS));
  gboolean found = json_is_true (json_object_get (reply, name_of (value, VALUE_ALL)));

  for (gsize i = 0; !found && user != NULL && i < json_array_size (users); i++)
    found = g_strcmp0 (json_string_value (json_array_get (users, i)), user) == 0;
  return found;
}

/* Waits for a hint, for @wait_ms at most. Whether it says, or nobody can say, that there may be something now. */
static gboolean
hear (Progress *progress, guint wait_ms)
{
  const TwWatch *watch = progress->watch;
  const TwStruct *arguments = progress->hints->arguments, *value = progress->hints->returns->structure;
  json_t *asked = json_pack ("{sI,si}", name_of (arguments, ARGUMENT_AFTER), progress->heard,
                             name_of (arguments, ARGUMENT_WAIT), (int) wait_ms);
  g_autoptr (GError) failure = NULL;
  json_t *reply = NULL;
  gboolean meant = TRUE;

  if (call (watch, progress->hints, asked, wait_ms + watch->timeout_ms, &reply, &failure))
    {
      progress->heard = json_integer_value (json_object_get (reply, name_of (value, VALUE_AT)));
      meant = is_meant (value, reply, user_of (watch));
    }
  else if (is_away (failure))
    {
      /* Asking tells more; not for ever, where it is the hints alone that don't come. */
      progress->heard = 0;
      g_usleep (1000ul * FIRST_PAUSE_MS);
    }
  else
    {
      /* An older one may not have the method. */
      progress->hints = NULL;
      meant = FALSE;
    }
  json_decref (asked);
  json_decref (reply);
  return meant;
}

static void
wait (Progress *progress)
{
  const TwClock *clock = tw_clock_system ();
  const gint64 until_ms = tw_clock_monotonic_ms (clock) + ASK_MS;
  gint64 left_ms = ASK_MS;

  while (left_ms > 0)
    {
      if (progress->hints != NULL && hear (progress, (guint) left_ms))
        return;
      left_ms = until_ms - tw_clock_monotonic_ms (clock);
      if (left_ms > 0)
        g_usleep (1000ul * (gulong) (progress->hints != NULL ? MIN (left_ms, HINT_PAUSE_MS) : left_ms));
      left_ms = until_ms - tw_clock_monotonic_ms (clock);
    }
}

void
tw_watch_run (const TwWatch *watch, GError **error)
{
  Progress progress = { .watch = watch, .hints = tw_service_find_role (watch->service, TW_ROLE_HINTS) };

  /* The first hint is for anybody: so what happens between the first answer and that is asked for, too. */
  while (ask (&progress, error))
    wait (&progress);
}
