/* SPDX-License-Identifier: Apache-2.0 */

/* What an operation answers: its value, and each problem (RFC 9457) that can come of it. */

#include "tw-openapi-private.h"

#include <string.h>

json_t *
tw_openapi_problem (void)
{
  /* clang-format off: a line is a member */
  return json_pack ("{s:s, s:s, s:[s, s], s:{s:{s:s, s:s, s:s}, s:{s:s, s:s}, s:{s:s, s:s}, s:{s:s, s:s},"
                    " s:{s:s, s:s, s:{s:s, s:[s, s], s:{s:{s:s, s:s}, s:{s:s, s:s}}}}, s:{s:s, s:s, s:{s:s}}}}",
                    "type", "object", "description", "A problem (RFC 9457).", "required", "title", "status",
                    "properties",
                    "type", "type", "string", "format", "uri-reference", "description", "Its kind, where it has one.",
                    "title", "type", "string", "description", "The status in words.",
                    "status", "type", "integer", "description", "The answer's status.",
                    "detail", "type", "string", "description", "What went wrong: a sentence for a person.",
                    "errors", "type", "array", "description", "Each value that was refused.",
                    "items", "type", "object", "required", "location", "detail", "properties",
                    "location", "type", "string", "description", "Where it stood: body.name, query.limit, ….",
                    "detail", "type", "string", "description", "What is wrong with it.",
                    "violated-policies", "type", "array", "description", "Which policies of RateLimit are used up.",
                    "items", "type", "string");
  /* clang-format on */
}

/* --- Refusals. --- */

#define PROBLEM_TYPE "application/problem+json"
#define OTHER "It was refused, or failed, in another way, which the status and detail tell."

static json_t *
example_of_problem (const TwStatus *status)
{
  json_t *problem = json_pack ("{s:s, s:i, s:s}", "title", status->title, "status", (int) status->status, "detail",
                               status->detail);

  if (status->status == 400)
    json_object_set_new (problem, "errors",
                         json_pack ("[{s:s, s:s}]", "location", "body.name", "detail", "is required"));
  return problem;
}

static json_t *
describe_problem (const TwStatus *status)
{
  return json_pack ("{s:{s:{s:s}, s:o}}", PROBLEM_TYPE, "schema", "$ref", "#/components/schemas/" TW_OPENAPI_PROBLEM,
                    "example", example_of_problem (status));
}

static json_t *
describe_refusal (TwOpenApi *api, const TwMethod *method, const TwStatus *status)
{
  json_t *refusal = json_pack ("{s:s}", "description", status->description);

  json_object_set_new (refusal, "headers", tw_openapi_headers (api, method, status->status));
  /* What may have another body, or none, is not said to have one. */
  if (status->form == TW_REFUSAL_PROBLEM)
    json_object_set_new (refusal, "content", describe_problem (status));
  else
    json_object_del (refusal, "headers");
  return refusal;
}

/* "Not Found" as a component: "NotFound". */
static char *
name_of (const TwStatus *status)
{
  g_auto (GStrv) words = g_strsplit (status->title, " ", -1);

  return g_strjoinv ("", words);
}

/* Adds a refusal: by reference to what every method has, or as a whole where this method's has more. */
static void
add_refusal (TwOpenApi *api, json_t *answers, const TwMethod *method, const TwStatus *status)
{
  g_autofree char *code = g_strdup_printf ("%u", status->status);
  g_autofree char *name = name_of (status);
  g_autofree char *path = g_strconcat ("#/components/responses/", name, NULL);
  json_auto_t *common = describe_refusal (api, NULL, status);
  json_auto_t *own = describe_refusal (api, method, status);

  if (!json_equal (own, common))
    {
      json_object_set (answers, code, own);
      return;
    }
  json_object_set_new (answers, code, json_pack ("{s:s}", "$ref", path));
  if (json_object_get (api->responses, name) == NULL)
    json_object_set (api->responses, name, common);
}

/* A status that a method declares and that no table knows. */
static void
add_unknown (TwOpenApi *api, json_t *answers, const TwMethod *method, guint status)
{
  const TwStatus unknown = { .status = status,
                             .title = tw_status_title (status),
                             .description = OTHER,
                             .detail = tw_status_title (status) };
  g_autofree char *code = g_strdup_printf ("%u", status);

  json_object_set_new (answers, code, describe_refusal (api, method, &unknown));
}

/* Whether the service alone knows which statuses its exceptions become. */
static gboolean
is_open (const TwMethod *method)
{
  return method->errors == NULL && method->result->n_fields > (method->returns != NULL ? 1 : 0);
}

static void
add_other (TwOpenApi *api, json_t *answers, const TwMethod *method)
{
  json_t *other
      = json_pack ("{s:s, s:o}", "description", OTHER, "content", describe_problem (tw_status_find (409)));

  json_object_set_new (other, "headers", tw_openapi_headers (api, method, TW_OPENAPI_ANY_OTHER));
  json_object_set_new (answers, "default", other);
}

static void
add_refusals (TwOpenApi *api, json_t *answers, const TwMethod *method)
{
  const TwStatus *status;

  for (guint i = 0; (status = tw_status_nth (i)) != NULL; i++)
    if (tw_status_can_be (status, method))
      add_refusal (api, answers, method, status);
  for (guint i = 0; i < method->n_errors; i++)
    if (tw_status_find (method->errors[i]) == NULL)
      add_unknown (api, answers, method, method->errors[i]);
  if (is_open (method))
    add_other (api, answers, method);
}

/* --- Success. --- */

gboolean
tw_openapi_is_in_header (const TwField *field)
{
  return field->source == TW_SOURCE_HEADER || field->source == TW_SOURCE_COOKIE;
}

/* The struct without what travels in headers, where there is such. */
static json_t *
describe_body_struct (TwOpenApi *api, const TwStruct *structure)
{
  json_t *object = tw_openapi_struct (api, structure, TW_OPENAPI_OUTPUT);
  gboolean apart = FALSE;

  for (guint i = 0; i < structure->n_fields; i++)
    if (tw_openapi_is_in_header (&structure->fields[i]))
      {
        tw_openapi_drop_member (object, structure->fields[i].json_name);
        apart = TRUE;
      }
  if (apart)
    return object;
  json_decref (object);
  return tw_openapi_reference (api, structure, TW_OPENAPI_OUTPUT);
}

/* What the gateway adds to the answer of a method that opens a session. */
static json_t *
with_token (json_t *schema)
{
  json_t *token = tw_openapi_object (TW_OPENAPI_OUTPUT);

  tw_openapi_add_member (token, "accessToken",
                         json_pack ("{s:s, s:s}", "type", "string", "description", "For the Authorization header."),
                         TRUE);
  tw_openapi_add_member (token, "tokenType", json_pack ("{s:s, s:s}", "type", "string", "const", "Bearer"), TRUE);
  tw_openapi_add_member (
      token, "expiresIn",
      json_pack ("{s:s, s:s}", "type", "integer", "description", "For how many seconds the access token is valid."),
      TRUE);
  return json_pack ("{s:[o, o]}", "allOf", schema, token);
}

static json_t *
describe_body (TwOpenApi *api, const TwMethod *method)
{
  json_t *schema;

  if (method->returns->wire != TW_WIRE_STRUCT)
    return tw_openapi_type (api, method->returns, TW_OPENAPI_OUTPUT);
  schema = describe_body_struct (api, method->returns->structure);
  return method->issues_session ? with_token (schema) : schema;
}

static json_t *
describe_content (TwOpenApi *api, const TwMethod *method)
{
  json_t *media = json_pack ("{s:o}", "schema", describe_body (api, method));
  json_t *example = tw_openapi_example_of_answer (method);

  if (example != NULL)
    json_object_set_new (media, "example", example);
  return json_pack ("{s:o}", "application/json", media);
}

static json_t *
describe_not_modified (TwOpenApi *api, const TwMethod *method)
{
  return json_pack ("{s:s, s:o}", "description", "It is still as If-None-Match says; there is no body.", "headers",
                    tw_openapi_headers (api, method, 304));
}

/* --- Streams. --- */

TwMethod
tw_openapi_stream_method (const TwMethod *method)
{
  TwMethod plain = *method;

  plain.tagged = FALSE;
  return plain;
}

static json_t *
describe_events (const TwMethod *method)
{
  const char *name = method->stream->list->json_name;
  g_autofree char *what
    = g_strdup_printf ("Server-sent events. \"%s\": data is what %s %s answers, id what to go on with (Last-Event-ID). "
                       "\"refetch\", with an empty id and {} as data: what there was before no longer holds, and the full "
                       "state follows. Lines that begin with a colon keep the connection alive.",
                       name, method->verb, method->path);

  return json_pack ("{s:{s:{s:s, s:s}, s:s}}", "text/event-stream", "schema", "type", "string", "description", what,
                    "example", ":\n\nevent: refetch\nid\ndata: {}\n\n");
}

json_t *
tw_openapi_stream_answers (TwOpenApi *api, const TwMethod *method)
{
  const TwMethod plain = tw_openapi_stream_method (method);
  json_t *answers = json_object ();
  json_t *success = json_pack ("{s:s, s:o}", "description", "Events, as long as the client reads and the token is good.",
                               "content", describe_events (method));

  json_object_set_new (success, "headers", tw_openapi_headers (api, &plain, method->status));
  json_object_set_new (answers, "200", success);
  add_refusals (api, answers, &plain);
  json_object_del (answers, "410"); /* it is an event */
  return answers;
}

json_t *
tw_openapi_answers (TwOpenApi *api, const TwMethod *method)
{
  json_t *answers = json_object ();
  json_t *success = json_pack ("{s:s}", "description", method->returns != NULL ? "The answer." : "It is done.");
  g_autofree char *status = g_strdup_printf ("%u", method->status);

  json_object_set_new (success, "headers", tw_openapi_headers (api, method, method->status));
  if (method->returns != NULL && method->status != 204)
    json_object_set_new (success, "content", describe_content (api, method));
  json_object_set_new (answers, status, success);
  if (tw_method_answers_conditions (method))
    json_object_set_new (answers, "304", describe_not_modified (api, method));
  add_refusals (api, answers, method);
  return answers;
}
