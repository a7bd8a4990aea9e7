/* SPDX-License-Identifier: Apache-2.0 */

/* A request's or an object's values to the arguments' struct: what belongs to the call as a whole. */

#include "tw-binding.h"
#include "tw-fingerprint.h"
#include "tw-inputs.h"

#include <string.h>

/* Bytes of a message beside its name and its arguments. */
#define MESSAGE_HEAD 12

/* TwFindMember for a body: its members, and the claims, which must not be there. */
static const TwField *
find_body_member (const void *owner, const char *name)
{
  const TwMethod *method = owner;
  const TwField *field = tw_inputs_find (method, TW_SOURCE_BODY, name);
  TwInputs inputs = TW_INPUTS_INIT (method);

  if (field != NULL)
    return field;
  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (field->source == TW_SOURCE_CLAIM
        && (strcmp (field->json_name, name) == 0 || strcmp (field->source_name, name) == 0))
      return field;
  return NULL;
}

static gboolean
is_claim (const TwMethod *method, const char *name)
{
  const TwField *field = find_body_member (method, name);

  return field != NULL && field->source == TW_SOURCE_CLAIM;
}

typedef struct
{
  TwBinding *binding;
  const TwMethod *method;
  GPtrArray *seen; /* the fields whose parameter was found already; NULL: none */
} QueryCheck;

static void
check_query (const char *name, gpointer user_data)
{
  QueryCheck *check = user_data;
  const TwField *field = tw_inputs_find (check->method, TW_SOURCE_QUERY, name);
  const TwSpotIn query = { NULL, tw_source_name (TW_SOURCE_QUERY), 0 };
  const TwSpotIn spot = { &query, name, 0 };

  if (field == NULL)
    tw_binding_refuse (check->binding, &spot,
                       is_claim (check->method, name) ? TW_BINDING_CLAIM_SENT : TW_BINDING_UNKNOWN);
  else if (check->seen != NULL && g_ptr_array_find (check->seen, field, NULL))
    tw_binding_refuse (check->binding, &spot, TW_BINDING_REPEATED);
  else
    {
      if (check->seen == NULL)
        check->seen = g_ptr_array_new ();
      g_ptr_array_add (check->seen, (gpointer) (guintptr) field);
    }
}

static void
check_queries (TwBinding *binding, const TwMethod *method)
{
  QueryCheck check = { binding, method, NULL };

  binding->values->each_query (binding->values->request, check_query, &check);
  g_clear_pointer (&check.seen, g_ptr_array_unref);
}

/* A claim sent under @name in @source, which no argument asks for. */
static void
refuse_claim (TwBinding *binding, const TwMethod *method, TwSource source, const char *name)
{
  const TwSpotIn parent = { NULL, tw_source_name (source), 0 };
  gsize length;

  if (binding->values->lookup (binding->values->request, source, name, &length) != NULL
      && tw_inputs_find (method, source, name) == NULL)
    tw_binding_refuse (binding, &(TwSpotIn){ &parent, name, 0 }, TW_BINDING_CLAIM_SENT);
}

/* Where the client could try to say who it is: path and headers. Query and body are gone through anyway. */
static void
refuse_claims (TwBinding *binding, const TwMethod *method)
{
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    {
      if (field->source != TW_SOURCE_CLAIM)
        continue;
      refuse_claim (binding, method, TW_SOURCE_PATH, field->json_name);
      refuse_claim (binding, method, TW_SOURCE_HEADER, field->claim_header);
      if (strcmp (field->claim_header, field->source_name) != 0)
        refuse_claim (binding, method, TW_SOURCE_HEADER, field->source_name);
    }
}

/* A struct argument, whose fields stand in its place. One that has a default is left out where nothing of it was sent. */
static gsize
bind_spread (TwBinding *binding, const TwField *argument, const json_t *body, const TwSpotIn *spot)
{
  const TwWriter before = binding->writer;
  TwBuffer *out = before.out;
  const gsize start = out->len;
  gsize begun, known;

  tw_writer_field (&binding->writer, argument->type->wire, argument->id);
  begun = out->len;
  known = tw_bind_struct (binding, argument->type->structure, body, spot, 2, TRUE);
  if (argument->presence == TW_OPTIONAL && out->len == begun + 1)
    {
      out->len = start;
      binding->writer = before;
    }
  return known;
}

/* Writes the arguments; what has no source of its own is a member of @body (NULL: there is none). */
static void
bind_arguments (TwBinding *binding, const TwMethod *method, const json_t *body)
{
  const TwSpotIn spot = { NULL, tw_source_name (TW_SOURCE_BODY), 0 };
  const TwStruct *arguments = method->arguments;
  gsize known = 0;

  tw_writer_struct_begin (&binding->writer);
  for (guint i = 0; i < arguments->n_fields; i++)
    {
      const TwField *argument = &arguments->fields[i];

      if (tw_inputs_is_spread (argument))
        known += bind_spread (binding, argument, body, &spot);
      else
        known += tw_bind_field (binding, arguments, argument, body, &spot, 1, TRUE);
    }
  tw_writer_struct_end (&binding->writer);
  if (known < json_object_size (body))
    tw_bind_refuse_unknown (binding, body, &spot, find_body_member, method);
}

/* Refuses what no service takes: a few characters of JSON can be more bytes on the wire, and a service ends the
 * connection, with all the calls on it, when a message is too long. What was refused leaves nothing behind. */
static gboolean
finish (TwBinding *binding, const TwMethod *method, const TwSpotIn *spot, gsize start)
{
  TwBuffer *out = binding->writer.out;
  gsize room = TW_WIRE_REQUEST_LIMITS.max_message - MESSAGE_HEAD - strlen (method->name);

  if (binding->refused == 0 && out->len - start > room)
    tw_binding_refuse (binding, spot, "is more than can be taken at once");
  if (binding->refused > 0)
    out->len = start;
  else if (binding->fingerprint_at > 0)
    tw_fingerprint_make (method, binding->writer.protocol, out->data + start, out->len - start,
                         out->data + binding->fingerprint_at);
  return binding->refused == 0;
}

gboolean
tw_bind_request (const TwMethod *method, const TwRequestValues *values, TwProtocol protocol, TwBuffer *out,
                 TwProblems *problems)
{
  const TwSpotIn spot = { NULL, tw_source_name (TW_SOURCE_BODY), 0 };
  TwBinding binding = { .problems = problems, .values = values };
  const json_t *body = json_is_object (values->body) ? values->body : NULL;
  gsize start = out->len;

  tw_writer_init (&binding.writer, protocol, out);
  if (values->body != NULL && body == NULL)
    {
      tw_binding_refuse (&binding, &spot, "must be an object");
      binding.body_unusable = TRUE;
    }
  check_queries (&binding, method);
  refuse_claims (&binding, method);
  bind_arguments (&binding, method, body);
  return finish (&binding, method, &spot, start);
}

gboolean
tw_bind_object (const TwMethod *method, const json_t *arguments, TwProtocol protocol, TwBuffer *out,
                TwProblems *problems)
{
  const TwSpotIn spot = { NULL, "arguments", 0 };
  TwBinding binding = { .problems = problems };
  json_auto_t *filled = json_copy (tw_json_iterable (arguments));
  gsize start = out->len;

  if (!json_is_object (arguments))
    {
      tw_problems_add (problems, spot.name, "must be an object");
      return FALSE;
    }
  /* Arguments without a default are never optional: a struct of which nothing is given is there, and may be empty. */
  for (guint i = 0; i < method->arguments->n_fields; i++)
    {
      const TwField *argument = &method->arguments->fields[i];
      json_t *given = json_object_get (filled, argument->json_name);

      if (argument->type->wire == TW_WIRE_STRUCT && argument->presence == TW_REQUIRED && (given == NULL || json_is_null (given)))
        json_object_set_new (filled, argument->json_name, json_object ());
    }

  tw_writer_init (&binding.writer, protocol, out);
  if (tw_bind_struct (&binding, method->arguments, filled, NULL, 1, FALSE) < json_object_size (filled))
    tw_bind_refuse_unknown (&binding, filled, NULL, tw_bind_find_member, method->arguments);
  return finish (&binding, method, &spot, start);
}
