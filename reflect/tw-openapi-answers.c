/* SPDX-License-Identifier: Apache-2.0 */

/* What an operation answers: its value, and each problem (RFC 9457) that can come of it. */

#include "tw-openapi-private.h"

#include <string.h>

typedef struct
{
  const char *status; /* as OpenAPI has it: "default" is any other */
  const char *name;   /* of the component */
  const char *description;
  const char *header; /* that comes with it, or NULL */
  const char *header_description;
} Refusal;

typedef enum
{
  REFUSAL_INVALID,
  REFUSAL_UNAUTHENTICATED,
  REFUSAL_NOT_FOUND,
  REFUSAL_TOO_LARGE,
  REFUSAL_MEDIA_TYPE,
  REFUSAL_UNAVAILABLE,
  REFUSAL_TIMEOUT,
  REFUSAL_OTHER,
} RefusalKind;

static const Refusal refusals[] = {
  [REFUSAL_INVALID] = { "400", "Invalid", "The request is not what it must be; errors names each bad value.", NULL,
                        NULL },
  [REFUSAL_UNAUTHENTICATED] = { "401", "Unauthenticated", "The token is missing, bad or expired.", "WWW-Authenticate",
                                "How to authenticate." },
  [REFUSAL_NOT_FOUND] = { "404", "NotFound", "It does not exist, or is somebody else's.", NULL, NULL },
  [REFUSAL_TOO_LARGE] = { "413", "ContentTooLarge", "The body is larger than all of its limits allow.", NULL, NULL },
  [REFUSAL_MEDIA_TYPE] = { "415", "UnsupportedMediaType", "The body is not of a type that is taken here.", NULL, NULL },
  [REFUSAL_UNAVAILABLE] = { "503", "Unavailable", "The service behind this can't be reached or has too much to do.",
                            "Retry-After", "After how many seconds to try again." },
  [REFUSAL_TIMEOUT] = { "504", "Timeout", "The service behind this took too long.", NULL, NULL },
  [REFUSAL_OTHER] = { "default", "Refused", "It was refused, or failed, in another way, which the status and detail tell.", NULL, NULL },
};

json_t *
tw_openapi_problem (void)
{
  /* clang-format off: a line is a member */
  return json_pack ("{s:s, s:s, s:{s:{s:s, s:s}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s, s:s},"
                    " s:{s:s, s:s, s:{s:s, s:[s, s], s:{s:{s:s, s:s}, s:{s:s, s:s}}}}}}",
                    "type", "object", "description", "A problem (RFC 9457).", "properties",
                    "type", "type", "string", "format", "uri-reference",
                    "title", "type", "string",
                    "status", "type", "integer",
                    "detail", "type", "string",
                    "instance", "type", "string", "format", "uri-reference",
                    "errors", "type", "array", "description", "Each value that was refused.",
                    "items", "type", "object", "required", "location", "detail", "properties",
                    "location", "type", "string", "description", "Where it stood: body.name, query.limit, ….",
                    "detail", "type", "string", "description", "What is wrong with it.");
  /* clang-format on */
}

static json_t *
describe_header (const char *description, json_t *schema)
{
  json_t *header = json_pack ("{s:o}", "schema", schema);

  tw_openapi_set_text (header, "description", description);
  return header;
}

static json_t *
string_schema (void)
{
  return json_pack ("{s:s}", "type", "string");
}

/* Adds a refusal, by reference; its component is made when it is first needed. */
static void
add_refusal (TwOpenApi *api, json_t *answers, RefusalKind kind)
{
  const Refusal *refusal = &refusals[kind];
  g_autofree char *path = g_strconcat ("#/components/responses/", refusal->name, NULL);

  json_object_set_new (answers, refusal->status, json_pack ("{s:s}", "$ref", path));
  if (json_object_get (api->responses, refusal->name) != NULL)
    return;

  json_t *component =
      json_pack ("{s:s, s:{s:{s:{s:s}}}}", "description", refusal->description, "content", "application/problem+json",
                 "schema", "$ref", "#/components/schemas/" TW_OPENAPI_PROBLEM);

  if (refusal->header != NULL)
    json_object_set_new (
        component, "headers",
        json_pack ("{s:o}", refusal->header, describe_header (refusal->header_description, string_schema ())));
  json_object_set_new (api->responses, refusal->name, component);
}

/* Adds the headers that the exceptions of @method carry. */
static void
add_exception_headers (TwOpenApi *api, json_t *headers, const TwMethod *method)
{
  for (guint i = 0; i < method->result->n_fields; i++)
    {
      const TwField *result = &method->result->fields[i];
      const TwStruct *exception = result->id != 0 ? result->type->structure : NULL;

      for (guint k = 0; exception != NULL && k < exception->n_fields; k++)
        {
          const TwField *field = &exception->fields[k];

          if (field->source == TW_SOURCE_HEADER)
            json_object_set_new (headers, field->source_name,
                                 describe_header (field->doc, tw_openapi_type (api, field->type, TW_OPENAPI_OUTPUT)));
        }
    }
}

/* What is refused in another way, with what this method's exceptions add to it. */
static void
add_other_refusal (TwOpenApi *api, json_t *answers, const TwMethod *method)
{
  const Refusal *other = &refusals[REFUSAL_OTHER];
  json_t *headers = json_object (), *answer;

  add_refusal (api, answers, REFUSAL_OTHER);
  add_exception_headers (api, headers, method);
  if (json_object_size (headers) > 0)
    {
      answer = json_copy (json_object_get (api->responses, other->name));
      json_object_set (answer, "headers", headers);
      json_object_set_new (answers, other->status, answer);
    }
  json_decref (headers);
}

static gboolean
has_path_parameter (const TwMethod *method)
{
  return strstr (method->path, "/:") != NULL;
}

static void
add_refusals (TwOpenApi *api, json_t *answers, const TwMethod *method)
{
  add_refusal (api, answers, REFUSAL_INVALID);
  if (method->needs_token)
    add_refusal (api, answers, REFUSAL_UNAUTHENTICATED);
  if (has_path_parameter (method))
    add_refusal (api, answers, REFUSAL_NOT_FOUND);
  if (tw_method_takes_body (method))
    {
      add_refusal (api, answers, REFUSAL_TOO_LARGE);
      add_refusal (api, answers, REFUSAL_MEDIA_TYPE);
    }
  add_refusal (api, answers, REFUSAL_UNAVAILABLE);
  add_refusal (api, answers, REFUSAL_TIMEOUT);
  /* An exception's status is known to the service alone; and anything can fail. */
  add_other_refusal (api, answers, method);
}

static gboolean
is_in_header (const TwField *field)
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
    if (is_in_header (&structure->fields[i]))
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
describe_headers (TwOpenApi *api, const TwMethod *method)
{
  json_t *headers = json_object ();

  if (method->location != NULL)
    json_object_set_new (
        headers, "Location",
        describe_header ("Where it is.", json_pack ("{s:s, s:s}", "type", "string", "format", "uri-reference")));
  if (method->returns == NULL || method->returns->wire != TW_WIRE_STRUCT)
    return headers;
  for (guint i = 0; i < method->returns->structure->n_fields; i++)
    {
      const TwField *field = &method->returns->structure->fields[i];

      if (field->source == TW_SOURCE_HEADER)
        json_object_set_new (headers, field->source_name,
                             describe_header (field->doc, tw_openapi_type (api, field->type, TW_OPENAPI_OUTPUT)));
      else if (field->source == TW_SOURCE_COOKIE || field->cookie != NULL)
        json_object_set_new (headers, "Set-Cookie", describe_header (field->doc, string_schema ()));
    }
  return headers;
}

json_t *
tw_openapi_answers (TwOpenApi *api, const TwMethod *method)
{
  json_t *answers = json_object ();
  json_t *success = json_pack ("{s:s}", "description", method->returns != NULL ? "The answer." : "It is done.");
  json_t *headers = describe_headers (api, method);
  g_autofree char *status = g_strdup_printf ("%u", method->status);

  if (method->returns != NULL && method->status != 204)
    json_object_set_new (success, "content",
                         json_pack ("{s:{s:o}}", "application/json", "schema", describe_body (api, method)));
  if (json_object_size (headers) > 0)
    json_object_set (success, "headers", headers);
  json_decref (headers);
  json_object_set_new (answers, status, success);
  add_refusals (api, answers, method);
  return answers;
}
