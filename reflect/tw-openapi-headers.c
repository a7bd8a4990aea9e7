/* SPDX-License-Identifier: Apache-2.0 */

/* The headers that answers bring: a table of those that the gateway adds by itself, and those that a method's structs
 * say. What is on nearly every answer, and of no use to who calls (the security headers), is in docs/http.md alone. */

#include "tw-openapi-private.h"

#include "tw-inputs.h"

/* Beside statuses. */
#define ON_SUCCESS 1
#define ON_ALL 2

typedef struct
{
  const char *name;
  const char *description;
  const char *schema;                         /* JSON Schema */
  const char *example;                        /* JSON, or NULL */
  guint on[4];                                /* statuses, or the above; 0 ends them */
  gboolean (*depends) (const TwMethod *method); /* on the method too; NULL: not so */
} Header;

static gboolean
has_location (const TwMethod *method)
{
  return method->location != NULL;
}

static gboolean
has_links (const TwMethod *method)
{
  return method->links;
}

static gboolean
is_tagged (const TwMethod *method)
{
  return method->tagged;
}

static gboolean
drops_cookie (const TwMethod *method)
{
  return method->drops != NULL;
}

/* In the order in which they stand in the document. A header that the gateway begins to send is a row here. */
static const Header headers[] = {
  { "Location", "Where it is.", "{\"type\": \"string\", \"format\": \"uri-reference\"}", NULL, { ON_SUCCESS },
    has_location },
  { "Link", "Where other parts of the list are (RFC 8288); without those that there are not.", "{\"type\": \"string\"}",
    "\"</path?name=value>; rel=\\\"next\\\"\"", { ON_SUCCESS }, has_links },
  { "ETag", "Names the state that is shown, for If-Match and If-None-Match. In gzip it has \"-gzip\" before its last quote.",
    "{\"type\": \"string\"}", "\"\\\"3\\\"\"", { ON_SUCCESS, 304 }, is_tagged },
  { "WWW-Authenticate", "How to authenticate.", "{\"type\": \"string\"}", "\"Bearer\"", { 401 }, NULL },
  { "Retry-After", "After how many seconds to try again.", "{\"type\": \"integer\", \"minimum\": 0}", "1",
    { 429, 503 }, NULL },
  { "Allow", "The methods that the path takes.", "{\"type\": \"string\"}", "\"GET, HEAD, OPTIONS\"", { 405, 501 },
    NULL },
  { "Accept", "The types that are taken, where it is the type that is wrong.", "{\"type\": \"string\"}",
    "\"application/json\"", { 415 }, NULL },
  { "Accept-Encoding", "identity, where it is the encoding that is wrong.", "{\"type\": \"string\"}", "\"identity\"",
    { 415 }, NULL },
  { "Set-Cookie", "Has the browser drop the cookie, where the request asks for cookies.", "{\"type\": \"string\"}",
    "\"name=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure\"", { ON_SUCCESS }, drops_cookie },
  { "Set-Cookie", "Has the browser drop a cookie that can't be used, where the request asks for cookies.",
    "{\"type\": \"string\"}", "\"name=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure\"", { 400, 401 },
    tw_inputs_take_cookie },
  { "Cache-Control", "Who may keep it: \"private, no-cache\" where there is an ETag, else \"no-store\".",
    "{\"type\": \"string\"}", "\"no-store\"", { ON_ALL }, NULL },
  { "Vary", "The headers of the request that the answer depends on.", "{\"type\": \"string\"}", "\"Accept-Encoding\"",
    { ON_ALL }, NULL },
  { "RateLimit-Policy", "How often one may ask: by each policy so many requests (q) in so many seconds (w). Absent where that"
    " is not limited.", "{\"type\": \"string\"}",
    "\"\\\"address\\\";q=100;w=60, \\\"account\\\";q=50;w=60\"", { ON_ALL }, NULL },
  { "RateLimit", "How many requests are left (r) by each policy, and in how many seconds there is one more (t).",
    "{\"type\": \"string\"}", "\"\\\"address\\\";r=99;t=1, \\\"account\\\";r=49;t=2\"", { ON_ALL }, NULL },
  { "X-Request-Id", "The request's name in the log: the one that it came with, or a new one.",
    "{\"type\": \"string\", \"maxLength\": 128, \"pattern\": \"^[A-Za-z0-9._-]+$\"}",
    "\"b3c5f1a09d2e47860000000000000001\"", { ON_ALL }, NULL },
};

static gboolean
is_on (const Header *header, const TwMethod *method, guint status)
{
  for (guint i = 0; i < G_N_ELEMENTS (header->on) && header->on[i] != 0; i++)
    if (header->on[i] == ON_ALL || header->on[i] == status
        || (header->on[i] == ON_SUCCESS && method != NULL && status == method->status))
      return TRUE;
  return FALSE;
}

static gboolean
is_given (const Header *header, const TwMethod *method, guint status)
{
  return is_on (header, method, status)
         && (header->depends == NULL || (method != NULL && header->depends (method)));
}

static json_t *
parse (const char *text)
{
  return json_loads (text, JSON_DECODE_ANY, NULL);
}

static json_t *
describe (const Header *header)
{
  json_t *described = json_pack ("{s:s, s:o}", "description", header->description, "schema", parse (header->schema));

  if (header->example != NULL)
    json_object_set_new (described, "example", parse (header->example));
  return described;
}

/* A reference to the component, which is made when it is first needed; what is of some methods only stands there. */
static json_t *
refer (TwOpenApi *api, const Header *header)
{
  g_autofree char *path = g_strconcat ("#/components/headers/", header->name, NULL);

  if (header->depends != NULL)
    return describe (header);
  if (json_object_get (api->headers, header->name) == NULL)
    json_object_set_new (api->headers, header->name, describe (header));
  return json_pack ("{s:s}", "$ref", path);
}

static json_t *
describe_field (TwOpenApi *api, const TwField *field)
{
  json_t *header = json_pack ("{s:o}", "schema", tw_openapi_type (api, field->type, TW_OPENAPI_OUTPUT));
  json_t *example = tw_openapi_example (field, TW_OPENAPI_OUTPUT);

  if (example != NULL)
    json_object_set_new (header, "example", example);
  tw_openapi_set_text (header, "description", field->doc);
  return header;
}

static json_t *
describe_cookie (const TwField *field)
{
  json_t *header = json_pack ("{s:{s:s}, s:o}", "schema", "type", "string", "example",
                              tw_openapi_example_of_cookie (field));

  tw_openapi_set_text (header, "description", field->doc);
  return header;
}

/* Whether a header of this name, in any case, is in @found already. */
static gboolean
is_found (json_t *found, const char *name)
{
  const char *known;
  json_t *header;

  json_object_foreach (found, known, header)
    if (g_ascii_strcasecmp (known, name) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_in_table (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    if (g_ascii_strcasecmp (headers[i].name, name) == 0)
      return TRUE;
  return FALSE;
}

/* What the fields of the reply say. */
static void
add_fields (TwOpenApi *api, json_t *found, const TwStruct *structure)
{
  for (guint i = 0; structure != NULL && i < structure->n_fields; i++)
    {
      const TwField *field = &structure->fields[i];

      if (field->source == TW_SOURCE_HEADER)
        json_object_set_new (found, field->source_name, describe_field (api, field));
      else if (field->source == TW_SOURCE_COOKIE || field->cookie != NULL)
        json_object_set_new (found, "Set-Cookie", describe_cookie (field));
    }
}

static void
add_success (TwOpenApi *api, json_t *found, const TwMethod *method)
{
  if (method->location != NULL)
    json_object_set_new (json_object_get (found, "Location"), "example", tw_openapi_example_of_location (method));
  add_fields (api, found, method->returns != NULL ? method->returns->structure : NULL);
}

/* What the fields of the exceptions say. Of which statuses those are that the table has is known by the table. */
static void
add_exceptions (TwOpenApi *api, json_t *found, const TwMethod *method, guint status)
{
  for (guint i = method->returns != NULL; i < method->result->n_fields; i++)
    {
      const TwStruct *exception = method->result->fields[i].type->structure;

      for (guint k = 0; k < exception->n_fields; k++)
        {
          const TwField *field = &exception->fields[k];

          if (field->source == TW_SOURCE_HEADER && !is_found (found, field->source_name)
              && (status == TW_OPENAPI_ANY_OTHER || !is_in_table (field->source_name)))
            json_object_set_new (found, field->source_name, describe_field (api, field));
        }
    }
}

json_t *
tw_openapi_headers (TwOpenApi *api, const TwMethod *method, guint status)
{
  json_t *found = json_object ();

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    if (is_given (&headers[i], method, status))
      json_object_set_new (found, headers[i].name, refer (api, &headers[i]));
  if (method != NULL && status == method->status)
    add_success (api, found, method);
  else if (method != NULL && (status == TW_OPENAPI_ANY_OTHER || tw_status_is_declared (method, status)))
    add_exceptions (api, found, method, status);
  return found;
}
