/* SPDX-License-Identifier: Apache-2.0 */

/* Streams of a method's answers: what tw.stream says, and that the method can be asked on and on. */

#include "tw-annotation.h"
#include "tw-inputs.h"

#include <string.h>

/* What a value names, as it was read. */
typedef struct
{
  char *list, *token, *more, *since;
} Parts;

static void
parts_clear (Parts *parts)
{
  g_free (parts->list);
  g_free (parts->token);
  g_free (parts->more);
  g_free (parts->since);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

/* "token=mark": FALSE where that is no part, or one that is there already. */
static gboolean
take_part (Parts *parts, const char *text)
{
  const struct
  {
    const char *prefix;
    char **value;
  } known[] = { { "list=", &parts->list }, { "token=", &parts->token }, { "more=", &parts->more }, { "since=", &parts->since } };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_has_prefix (text, known[i].prefix))
      {
        if (*known[i].value != NULL || text[strlen (known[i].prefix)] == '\0')
          return FALSE;
        *known[i].value = g_strdup (text + strlen (known[i].prefix));
        return TRUE;
      }
  return FALSE;
}

/* "/events; list=news; token=mark; more=more; since=since" */
gboolean
tw_decode_stream (TwReading *reading, GError **error)
{
  TwStreamRoute *stream = tw_schema_new (reading->schema, TwStreamRoute, 1);
  g_auto (GStrv) texts = g_strsplit (reading->value, ";", -1);
  g_auto (Parts) parts = { .list = NULL };
  g_autoptr (GError) reason = NULL;
  g_auto (GStrv) parameters = NULL;
  gboolean known = TRUE;

  for (guint i = 1; texts[0] != NULL && texts[i] != NULL; i++)
    known = known && take_part (&parts, g_strstrip (texts[i]));
  if (!known || parts.list == NULL || parts.token == NULL || parts.more == NULL || parts.since == NULL)
    return TW_READING_FAIL (reading, error, "must say after its path, once each: list=…; token=…; more=…; since=…");
  parameters = tw_route_parameters (texts[0], &reason);
  if (parameters == NULL)
    return TW_READING_FAIL (reading, error, "%s", reason->message);
  stream->path = tw_schema_string (reading->schema, texts[0]);
  stream->list_name = tw_schema_string (reading->schema, parts.list);
  stream->token_name = tw_schema_string (reading->schema, parts.token);
  stream->more_name = tw_schema_string (reading->schema, parts.more);
  stream->since_name = tw_schema_string (reading->schema, parts.since);
  reading->method->stream = stream;
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
sorted_names (const char *path)
{
  g_auto (GStrv) names = tw_route_parameters (path, NULL);

  qsort (names, g_strv_length (names), sizeof *names, compare_names);
  return g_strjoinv (" ", names);
}

/* What the path brings is the same on both of the method's routes. */
static gboolean
has_same_parameters (const TwMethod *method)
{
  g_autofree char *own = sorted_names (method->path), *streams = sorted_names (method->stream->path);

  return strcmp (own, streams) == 0;
}

/* A field of the reply that its JSON shows. */
static const TwField *
find_shown (const TwStruct *reply, const char *name, TwWireType wire)
{
  const TwField *field = tw_struct_find_name (reply, name, strlen (name));

  return field != NULL && field->type->wire == wire && !field->type->binary && field->source == TW_SOURCE_BODY
                 && field->cookie == NULL
             ? field
             : NULL;
}

/* Asking goes on long after the request's head has gone. */
static gboolean
check_inputs (const TwSpot *spot, const TwMethod *method, GError **error)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  gboolean has_user = FALSE;
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (field->source == TW_SOURCE_CLAIM)
      has_user = has_user || strcmp (field->source_name, TW_STREAM_CLAIM) == 0;
    else if (field->source != TW_SOURCE_QUERY && field->source != TW_SOURCE_PATH)
      return tw_spot_fail (spot, "tw.stream", error, "%s must come from the path, the query or the token", field->name);
  return has_user
         || tw_spot_fail (spot, "tw.stream", error, "needs an argument or field with tw.claim=\"" TW_STREAM_CLAIM "\"");
}

static gboolean
check_reply (const TwSpot *spot, const TwStruct *reply, GError **error)
{
  for (guint i = 0; i < reply->n_fields; i++)
    if (tw_field_is_outside (&reply->fields[i]) || reply->fields[i].link != NULL)
      return tw_spot_fail (spot, "tw.stream", error, "%s.%s stands in a header, which an event has not", reply->name,
                           reply->fields[i].name);
  return TRUE;
}

gboolean
tw_stream_check (const TwSpot *spot, TwMethod *method, GError **error)
{
  TwStreamRoute *stream = (TwStreamRoute *) (guintptr) method->stream; /* ours while loading */
  const TwStruct *reply = method->returns != NULL ? method->returns->structure : NULL;

  if (stream == NULL)
    return TRUE;
  if (method->verb == NULL || strcmp (method->verb, "GET") != 0 || !method->needs_token || !method->retry_safe)
    return tw_spot_fail (spot, "tw.stream", error, "needs a GET route, a token, and tw.retry=\"safe\"");
  if (method->revokes != NULL || method->issues_session || method->drops != NULL)
    return tw_spot_fail (spot, "tw.stream", error, "can't begin or end sessions");
  if (!has_same_parameters (method))
    return tw_spot_fail (spot, "tw.stream", error, "its path and the method's must have the same parameters");
  if (reply == NULL)
    return tw_spot_fail (spot, "tw.stream", error, "needs a reply that is a struct");
  stream->list = find_shown (reply, stream->list_name, TW_WIRE_LIST);
  stream->token = find_shown (reply, stream->token_name, TW_WIRE_STRING);
  stream->more = find_shown (reply, stream->more_name, TW_WIRE_BOOL);
  stream->since = tw_inputs_find (method, TW_SOURCE_QUERY, stream->since_name);
  if (stream->list == NULL || stream->token == NULL || stream->more == NULL)
    return tw_spot_fail (spot, "tw.stream", error, "%s needs a list %s, a string %s and a bool %s in its body",
                         reply->name, stream->list_name, stream->token_name, stream->more_name);
  if (stream->since == NULL || stream->since->type->wire != TW_WIRE_STRING || stream->since->presence == TW_REQUIRED)
    return tw_spot_fail (spot, "tw.stream", error, "needs an optional string with api.query=\"%s\"",
                         stream->since_name);
  return check_inputs (spot, method, error) && check_reply (spot, reply, error);
}
