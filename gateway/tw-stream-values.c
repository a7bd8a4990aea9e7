/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-stream-values.h"

#include "tw-bind.h"
#include "tw-inputs.h"

#include <string.h>

typedef struct
{
  const TwField *field;
  char *text;
} Value;

struct _TwStreamValues
{
  const TwMethod *method;
  GArray *values; /* of Value: those that there are */
};

static void
value_clear (gpointer data)
{
  g_free (((Value *) data)->text);
}

static const char *
find_in_path (const TwRoute *route, const TwTarget *target, const char *name)
{
  for (guint i = 0; i < route->n_parameters; i++)
    if (strcmp (route->names[i], name) == 0)
      return target->segments[route->segments[i]];
  return NULL;
}

static const char *
find_in_query (const TwTarget *target, const char *name)
{
  for (guint i = 0; i < target->n_parameters; i++)
    if (strcmp (target->names[i], name) == 0)
      return target->values[i];
  return NULL;
}

static const char *
find (const TwRoute *route, const TwTarget *target, const TwClaims *claims, const TwField *field)
{
  switch (field->source)
    {
    case TW_SOURCE_PATH:
      return find_in_path (route, target, field->source_name);
    case TW_SOURCE_QUERY:
      return find_in_query (target, field->source_name);
    case TW_SOURCE_CLAIM:
      return tw_claims_get (claims, field->source_name);
    case TW_SOURCE_BODY:
    case TW_SOURCE_HEADER:
    case TW_SOURCE_COOKIE:
    case TW_SOURCE_MADE:
    case TW_SOURCE_INTERNAL:
    default:
      return NULL; /* a method with a stream takes none: tw-streams.c of reflect/ */
    }
}

TwStreamValues *
tw_stream_values_new (const TwRoute *route, const TwRequest *request, const TwClaims *claims)
{
  const TwMethod *method = route->method;
  TwStreamValues *values = g_new (TwStreamValues, 1);
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  values->method = method;
  values->values = g_array_new (FALSE, FALSE, sizeof (Value));
  g_array_set_clear_func (values->values, value_clear);
  while ((field = tw_inputs_next (&inputs)) != NULL)
    {
      const char *text = find (route, tw_request_target (request), claims, field);

      if (text != NULL && field != method->stream->since)
        {
          const Value value = { field, g_strdup (text) };

          g_array_append_val (values->values, value);
        }
    }
  return values;
}

void
tw_stream_values_free (TwStreamValues *values)
{
  g_array_unref (values->values);
  g_free (values);
}

/* What the binding asks. */
typedef struct
{
  const TwStreamValues *values;
  const char *token;
} Lookup;

static const char *
find_kept (const TwStreamValues *values, TwSource source, const char *name)
{
  for (guint i = 0; i < values->values->len; i++)
    {
      const Value *value = &g_array_index (values->values, Value, i);

      if (value->field->source == source && strcmp (value->field->source_name, name) == 0)
        return value->text;
    }
  return NULL;
}

static const char *
lookup (gpointer data, TwSource source, const char *name, gsize *length)
{
  const Lookup *asked = data;
  const TwField *since = asked->values->method->stream->since;
  const char *text = source == TW_SOURCE_QUERY && strcmp (name, since->source_name) == 0
                         ? asked->token
                         : find_kept (asked->values, source, name);

  if (text != NULL)
    *length = strlen (text);
  return text;
}

static gboolean
is_repeated (gpointer data, TwSource source, const char *name)
{
  return FALSE;
}

static const char *
nth_header (gpointer data, const char *name, guint n, gsize *length)
{
  return NULL;
}

static void
each_query (gpointer data, void (*found) (const char *name, gpointer user_data), gpointer user_data)
{
}

gboolean
tw_stream_values_bind (const TwStreamValues *values, const char *token, TwBuffer *out, TwProblems *problems)
{
  Lookup asked = { values, token };
  const TwRequestValues request = {
    .lookup = lookup,
    .is_repeated = is_repeated,
    .nth_header = nth_header,
    .each_query = each_query,
    .request = &asked,
  };

  return tw_bind_request (values->method, &request, TW_PROTOCOL_BINARY, out, problems);
}
