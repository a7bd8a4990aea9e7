/* SPDX-License-Identifier: Apache-2.0 */

/* The document, its paths and their operations. */

#include "tw-openapi-private.h"
#include "tw-inputs.h"

#include <string.h>

/* What holds for every route. */
static const char *const general
  = "Bodies are JSON. A route that needs a token takes it as \"Authorization: Bearer TOKEN\".\n\n"
    "What is refused is answered with a problem (RFC 9457): status, title, detail, and for bad input errors, which "
    "names every bad value at once. Members and query parameters that a route does not know are refused too.\n\n"
    "HEAD is GET without the body. OPTIONS answers with the methods that a path takes in Allow, and so does a 405, to "
    "a method that it does not take.";

/* "/books/:id" as OpenAPI writes it: "/books/{id}". */
static char *
template_of (const char *path)
{
  GString *template = g_string_new (NULL);
  g_auto (GStrv) segments = g_strsplit (path + 1, "/", -1);

  for (char **segment = segments; *segment != NULL; segment++)
    if (**segment == ':')
      g_string_append_printf (template, "/{%s}", *segment + 1);
    else
      g_string_append_printf (template, "/%s", *segment);
  return g_string_free (template, FALSE);
}

/* Takes @example; NULL is none. */
static void
set_example (json_t *described, json_t *example)
{
  if (example != NULL)
    json_object_set_new (described, "example", example);
}

static json_t *
describe_parameter (TwOpenApi *api, const TwField *field)
{
  gboolean in_path = field->source == TW_SOURCE_PATH;
  json_t *schema = tw_openapi_field (api, field, TW_OPENAPI_INPUT, FALSE);
  json_t *parameter = json_pack ("{s:s, s:s, s:b}", "name", field->source_name, "in", tw_source_name (field->source),
                                 "required", in_path || field->presence == TW_REQUIRED);

  /* A segment is never empty. */
  if (in_path && field->type->wire == TW_WIRE_STRING && !(field->has_min_size && field->min_size > 0))
    json_object_set_new (schema, "minLength", json_integer (1));
  if (json_object_get (schema, "description") != NULL)
    json_object_set (parameter, "description", json_object_get (schema, "description"));
  json_object_del (schema, "description");
  json_object_del (schema, "examples");
  json_object_set_new (parameter, "schema", schema);
  set_example (parameter, tw_openapi_example (field, TW_OPENAPI_INPUT));
  return parameter;
}

/* Headers whose text is not the value itself, as they are sent. Of tags the headers' names say all: who reads them knows
 * RFC 9110. */
#define KEY_QUOTED "\"([ !#-\\[\\]-~]|\\\\[\"\\\\])"
#define KEY_BARE "[!#-+\\--:<-\\[\\]-~]"

static json_t *
describe_header (const char *name, const char *description, const char *example)
{
  return json_pack ("{s:s, s:s, s:b, s:s, s:{s:s}, s:s}", "name", name, "in", "header", "required", FALSE,
                    "description", description, "schema", "type", "string", "example", example);
}

/* In quotes or bare, as long as @field may be. */
static json_t *
describe_key (const TwField *field)
{
  g_autofree char *most = field->has_max_size ? g_strdup_printf ("%" G_GUINT64_FORMAT, field->max_size) : g_strdup ("");
  guint64 least = field->has_min_size ? field->min_size : 0;
  g_autofree char *pattern = g_strdup_printf ("^(" KEY_QUOTED "{%" G_GUINT64_FORMAT ",%s}\"|" KEY_BARE "{%" G_GUINT64_FORMAT
                                              ",%s})$", least, most, MAX (least, 1), most);
  json_t *key = describe_header ("Idempotency-Key",
                                 "A name of this request: sent again with the same one it is done once, and answered "
                                 "again.",
                                 "\"0f8b5b0e-5b0c-4f4b-9c0e-6a1f2f0d7c3a\"");

  json_object_set_new (json_object_get (key, "schema"), "pattern", json_string (pattern));
  json_object_set_new (key, "required", json_boolean (field->presence == TW_REQUIRED));
  return key;
}

static json_t *
describe_form (const TwField *field)
{
  switch (field->form)
    {
    case TW_FORM_IF_MATCH:
      return describe_header ("If-Match",
                              "Only where it is in one of these states: the ETag of an answer, or several, or *.",
                              "\"3\"");
    case TW_FORM_IF_NONE_MATCH:
      return describe_header ("If-None-Match", "Only where it is in none of these states, or, with *, not there.",
                              "\"3\"");
    case TW_FORM_KEY:
      return describe_key (field);
    case TW_FORM_PLAIN:
    default:
      g_assert_not_reached ();
    }
}

/* What a GET whose answer has a tag can be asked with; what is no tag is passed over. */
static void
add_conditions (json_t *parameters)
{
  json_array_append_new (parameters,
                         describe_header ("If-None-Match",
                                          "The ETag of an answer that is there already: a 304 where it still holds.",
                                          "\"3\""));
}

/* What may stand in for a member of the body. */
static json_t *
describe_carrier (TwOpenApi *api, const TwField *field)
{
  g_autofree char *description =
    g_strdup_printf ("In place of the body's member %s, where " TW_COOKIES_HEADER " says so.", field->json_name);

  json_t *carrier = json_pack ("{s:s, s:s, s:b, s:s, s:{s:s}}", "name", field->cookie->name, "in", "cookie", "required",
                               FALSE, "description", description, "schema", "type", "string");

  set_example (carrier, tw_openapi_example (field, TW_OPENAPI_INPUT));
  return carrier;
}

/* Generators of clients take an enum in a header, and not all of them a const. */
static json_t *
describe_wish (void)
{
  return json_pack ("{s:s, s:s, s:b, s:s, s:{s:s, s:[s]}, s:s}", "name", TW_COOKIES_HEADER, "in", "header", "required",
                    FALSE, "description",
                    "Has what would be a secret of the answer's body come as a cookie that scripts can't read, and the "
                    "cookie taken where the body has no such member. For pages of this server.",
                    "schema", "type", "string", "enum", TW_COOKIES_WANTED, "example", TW_COOKIES_WANTED);
}

static gboolean
is_parameter (const TwField *field)
{
  return field->source != TW_SOURCE_BODY && field->source != TW_SOURCE_CLAIM && field->source != TW_SOURCE_MADE;
}

static json_t *
describe_parameters (TwOpenApi *api, const TwMethod *method)
{
  json_t *parameters = json_array ();
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (field->cookie != NULL)
      json_array_append_new (parameters, describe_carrier (api, field));
    else if (field->form != TW_FORM_PLAIN)
      json_array_append_new (parameters, describe_form (field));
    else if (is_parameter (field))
      json_array_append_new (parameters, describe_parameter (api, field));
  if (tw_method_answers_conditions (method))
    add_conditions (parameters);
  if (method->uses_cookies)
    json_array_append_new (parameters, describe_wish ());
  return parameters;
}

/* Whether all that @structure holds comes from elsewhere than the body. */
static gboolean
is_outside (const TwStruct *structure)
{
  for (guint i = 0; i < structure->n_fields; i++)
    if (structure->fields[i].source == TW_SOURCE_BODY)
      return FALSE;
  return structure->n_fields > 0;
}

/* The struct that is the body, if it is one struct and all of it. */
static const TwStruct *
whole_body (const TwMethod *method)
{
  const TwStruct *whole = NULL;

  for (guint i = 0; i < method->arguments->n_fields; i++)
    {
      const TwField *argument = &method->arguments->fields[i];

      if (argument->source != TW_SOURCE_BODY
          || (tw_inputs_is_spread (argument) && is_outside (argument->type->structure)))
        continue;
      if (whole != NULL || !tw_inputs_is_spread (argument))
        return NULL;
      whole = argument->type->structure;
    }
  for (guint i = 0; whole != NULL && i < whole->n_fields; i++)
    if (whole->fields[i].source != TW_SOURCE_BODY && whole->fields[i].source != TW_SOURCE_CLAIM)
      return NULL;
  return whole;
}

static void
add_argument_members (TwOpenApi *api, json_t *object, const TwStruct *owner, const TwField *field)
{
  gboolean required = tw_openapi_is_required (owner, field);

  if (tw_inputs_is_member (field))
    tw_openapi_add_member (object, field->json_name,
                           tw_openapi_field (api, field, TW_OPENAPI_INPUT, tw_openapi_is_nullable (owner, field)),
                           required);
}

/* The body's members where they come from more than one place. */
static json_t *
gather_body (TwOpenApi *api, const TwMethod *method)
{
  json_t *object = tw_openapi_object (TW_OPENAPI_INPUT);

  for (guint i = 0; i < method->arguments->n_fields; i++)
    {
      const TwField *argument = &method->arguments->fields[i];
      const TwStruct *structure = argument->type->structure;

      if (!tw_inputs_is_spread (argument))
        add_argument_members (api, object, method->arguments, argument);
      for (guint j = 0; tw_inputs_is_spread (argument) && j < structure->n_fields; j++)
        add_argument_members (api, object, structure, &structure->fields[j]);
    }
  return object;
}

static gboolean
is_body_required (const TwMethod *method)
{
  const TwStruct *whole = whole_body (method);
  TwInputs inputs = TW_INPUTS_INIT (method);
  const TwField *field;

  if (whole != NULL && whole->is_union)
    return TRUE;
  while ((field = tw_inputs_next (&inputs)) != NULL)
    if (tw_inputs_is_member (field) && field->presence == TW_REQUIRED && field->cookie == NULL)
      return TRUE;
  return FALSE;
}

static json_t *
describe_request_body (TwOpenApi *api, const TwMethod *method)
{
  const TwStruct *whole = whole_body (method);
  json_t *schema = whole != NULL ? tw_openapi_reference (api, whole, TW_OPENAPI_INPUT) : gather_body (api, method);
  json_t *media = json_pack ("{s:o}", "schema", schema);
  json_t *content = json_pack ("{s:o}", "application/json", media);

  set_example (media, tw_openapi_example_of_body (method, whole));
  if (strcmp (method->verb, "PATCH") == 0)
    json_object_set (content, "application/merge-patch+json", media);
  return json_pack ("{s:o, s:b}", "content", content, "required", is_body_required (method));
}

/* The first sentence of a doc comment is its summary; what is longer is a description too. */
static void
set_doc (json_t *operation, const char *doc)
{
  gsize end = strcspn (doc, "\n");
  const char *stop = strstr (doc, ". ");
  g_autofree char *summary = NULL;

  if (stop != NULL && (gsize) (stop - doc) < end)
    end = (gsize) (stop - doc);
  summary = g_strndup (doc, end);
  if (g_str_has_suffix (summary, "."))
    summary[strlen (summary) - 1] = '\0';
  tw_openapi_set_text (operation, "summary", summary);
  if (strlen (doc) > strlen (summary) + 1)
    tw_openapi_set_text (operation, "description", doc);
}

static json_t *
describe_operation (TwOpenApi *api, const TwMethod *method)
{
  g_autofree char *id = g_strdup_printf ("%s_%s", method->service->name, method->name);
  json_t *operation = json_pack ("{s:s, s:[s]}", "operationId", id, "tags", method->service->name);
  json_t *parameters = describe_parameters (api, method);

  set_doc (operation, method->doc);
  if (json_array_size (parameters) > 0)
    json_object_set (operation, "parameters", parameters);
  json_decref (parameters);
  if (tw_method_takes_body (method))
    json_object_set_new (operation, "requestBody", describe_request_body (api, method));
  json_object_set_new (operation, "responses", tw_openapi_answers (api, method));
  json_object_set_new (operation, "security", method->needs_token ? json_pack ("[{s:[]}]", "bearer") : json_array ());
  return operation;
}

/* --- Streams. --- */

/* The header that stands for the token, and wins over its parameter. */
static json_t *
describe_last_event (TwOpenApi *api, const TwMethod *method)
{
  json_t *header = json_pack ("{s:s, s:s, s:b, s:s, s:o}", "name", "Last-Event-ID", "in", "header", "required", FALSE,
                              "description",
                              "The id of the last event that was read: what comes behind it is sent. It wins over the "
                              "parameter; without either the full state comes first.",
                              "schema", tw_openapi_field (api, method->stream->since, TW_OPENAPI_INPUT, FALSE));

  set_example (header, tw_openapi_example (method->stream->since, TW_OPENAPI_INPUT));
  return header;
}

/* A method's answers as events: what else there is of the route is the method's. */
static json_t *
describe_stream (TwOpenApi *api, const TwMethod *method)
{
  g_autofree char *id = g_strdup_printf ("%s_%s_stream", method->service->name, method->name);
  const TwMethod plain = tw_openapi_stream_method (method);
  json_t *operation = json_pack ("{s:s, s:[s]}", "operationId", id, "tags", method->service->name);
  json_t *parameters = describe_parameters (api, &plain);

  json_array_append_new (parameters, describe_last_event (api, method));
  set_doc (operation, method->doc);
  json_object_set_new (operation, "parameters", parameters);
  json_object_set_new (operation, "responses", tw_openapi_stream_answers (api, method));
  json_object_set_new (operation, "security", json_pack ("[{s:[]}]", "bearer"));
  return operation;
}

/* Adds @operation (taken) at the method's or the stream's @path. */
static void
add_operation (json_t *paths, const char *path, const char *verb, json_t *operation)
{
  g_autofree char *template = template_of (path);
  g_autofree char *lower = g_ascii_strdown (verb, -1);

  if (json_object_get (paths, template) == NULL)
    json_object_set_new (paths, template, json_object ());
  json_object_set_new (json_object_get (paths, template), lower, operation);
}

/* Adds the operations of @service; FALSE if it has none. */
static gboolean
add_service (TwOpenApi *api, json_t *paths, const TwService *service)
{
  gboolean any = FALSE;

  api->document = service->document;
  for (guint i = 0; i < service->n_methods; i++)
    {
      const TwMethod *method = &service->methods[i];

      if (method->verb == NULL)
        continue;
      any = TRUE;
      add_operation (paths, method->path, method->verb, describe_operation (api, method));
      if (method->stream != NULL)
        add_operation (paths, method->stream->path, method->verb, describe_stream (api, method));
    }
  return any;
}

static json_t *
describe_tag (const TwService *service)
{
  json_t *tag = json_pack ("{s:s}", "name", service->name);

  tw_openapi_set_text (tag, "description", service->doc);
  return tag;
}

/* "One, Two": the services that can be reached. */
static char *
title_of (const json_t *tags)
{
  GString *title = g_string_new (NULL);

  for (gsize i = 0; i < json_array_size (tags); i++)
    g_string_append_printf (title, "%s%s", i > 0 ? ", " : "",
                            json_string_value (json_object_get (json_array_get (tags, i), "name")));
  return g_string_free (title, FALSE);
}

json_t *
tw_openapi_new (const TwSchema *schema, const char *title, const char *version)
{
  TwOpenApi api;
  json_t *paths = json_object ();
  json_t *tags = json_array ();
  json_t *document;
  g_autofree char *own_title = NULL;

  tw_openapi_init (&api, schema);
  for (guint i = 0; i < tw_schema_n_services (schema); i++)
    if (add_service (&api, paths, tw_schema_service (schema, i)))
      json_array_append_new (tags, describe_tag (tw_schema_service (schema, i)));

  own_title = title_of (tags);
  document = json_pack ("{s:s, s:{s:s, s:s, s:s}, s:o, s:o, s:{s:O, s:O, s:O, s:{s:{s:s, s:s, s:s}}}}", "openapi",
                        "3.1.0", "info", "title", title != NULL ? title : own_title, "version", version, "description",
                        general, "tags", tags, "paths", paths, "components", "schemas", api.schemas, "responses",
                        api.responses, "headers", api.headers, "securitySchemes", "bearer", "type", "http", "scheme", "bearer", "bearerFormat", "JWT");
  tw_openapi_clear (&api);
  return document;
}
