/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-openapi.h"

#include "address-book.h"
#include "tw-visible.h"

#include <stdarg.h>

/* What a text that a client sends can be, in all schemas. */
#define KEY                                                                                                            \
  "{\"name\": \"Idempotency-Key\", \"in\": \"header\", \"required\": false, \"description\": \"A name of this request:"  \
  " sent again with the same one it is done once, and answered again.\", \"schema\": {\"type\": \"string\","             \
  " \"pattern\": \"^(\\\"([ !#-\\\\[\\\\]-~]|\\\\\\\\[\\\"\\\\\\\\]){1,128}\\\"|[!#-+\\\\--:<-\\\\[\\\\]-~]{1,128})$\"},"   \
  " \"example\": \"\\\"0f8b5b0e-5b0c-4f4b-9c0e-6a1f2f0d7c3a\\\"\"}"
#define TEXT "\"type\": \"string\", \"pattern\": \"^[^\\\\x00]*$\""

/* What stands at the end of the path of member names, which ends with NULL; it must be there. */
static json_t *
at (json_t *value, ...)
{
  va_list names;
  const char *name;

  va_start (names, value);
  while ((name = va_arg (names, const char *)) != NULL)
    {
      value = json_object_get (value, name);
      if (value == NULL)
        g_error ("there is no %s", name);
    }
  va_end (names);
  return value;
}

static void
assert_json (json_t *value, const char *expected)
{
  json_auto_t *wanted = json_loads (expected, JSON_DECODE_ANY, NULL);
  g_autofree char *text = json_dumps (value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);

  g_assert_nonnull (wanted);
  if (!json_equal (value, wanted))
    g_error ("%s is not %s", text, expected);
}

static json_t *
describe_address_book (void)
{
  g_autoptr (TwSchema) schema = address_book_new ();

  return tw_openapi_new (schema, NULL, "1.2.3");
}

static void
test_document (void)
{
  json_auto_t *document = describe_address_book ();

  assert_json (at (document, "openapi", NULL), "\"3.1.0\"");
  assert_json (at (document, "info", "title", NULL), "\"AddressBook\"");
  assert_json (at (document, "info", "version", NULL), "\"1.2.3\"");
  assert_json (at (document, "tags", NULL),
               "[{\"name\": \"AddressBook\", \"description\": \"Keeps everybody's address book.\"}]");
  assert_json (at (document, "components", "securitySchemes", NULL),
               "{\"bearer\": {\"type\": \"http\", \"scheme\": \"bearer\", \"bearerFormat\": \"JWT\"}}");
}

/* Each route is there once, under its template; what has no route is not. */
static void
test_paths (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *paths = at (document, "paths", NULL);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  const char *path, *verb;
  json_t *verbs, *operation;

  json_object_foreach (paths, path, verbs)
    json_object_foreach (verbs, verb, operation)
      g_assert_true (
          g_hash_table_add (ids, (gpointer) (guintptr) json_string_value (at (operation, "operationId", NULL))));
  g_assert_cmpuint (g_hash_table_size (ids), ==, 13);
  assert_json (at (paths, "/v1/contacts/{key}/notes/{number}", "put", "operationId", NULL), "\"AddressBook_note\"");
  assert_json (at (paths, "/v1/motto", "get", "operationId", NULL), "\"AddressBook_motto\"");
  assert_json (at (paths, "/v1/contacts", "post", "summary", NULL), "\"Write somebody into the book\"");
  assert_json (at (paths, "/v1/contacts:gather", "post", "description", NULL),
               "\"Take many in at once, later. The answer names each that will be.\"");
  assert_json (at (paths, "/v1/contacts", "post", "tags", NULL), "[\"AddressBook\"]");
}

/* A stream is a route of its own, with what its method takes and the header that says where to go on. */
static void
test_streams (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *stream = at (document, "paths", "/v1/news/{kind}/events", "get", NULL);
  json_t *plain = at (document, "paths", "/v1/news/{kind}", "get", NULL);
  json_t *parameters = at (stream, "parameters", NULL);

  assert_json (at (stream, "operationId", NULL), "\"AddressBook_news_stream\"");
  assert_json (at (stream, "security", NULL), "[{\"bearer\": []}]");
  g_assert_cmpuint (json_array_size (parameters), ==, json_array_size (at (plain, "parameters", NULL)) + 1);
  assert_json (json_object_get (json_array_get (parameters, 3), "name"), "\"Last-Event-ID\"");
  assert_json (json_object_get (json_array_get (parameters, 3), "in"), "\"header\"");
  g_assert_nonnull (at (stream, "responses", "200", "content", "text/event-stream", NULL));
  g_assert_null (json_object_get (at (stream, "responses", "200", "content", NULL), "application/json"));
  /* A token that is no longer good is an event there, and an answer elsewhere. */
  g_assert_null (json_object_get (at (stream, "responses", NULL), "410"));
  g_assert_nonnull (at (plain, "responses", "410", NULL));
  g_assert_nonnull (at (stream, "responses", "400", NULL));
  g_assert_nonnull (at (stream, "responses", "429", NULL));
}

static void
test_security (void)
{
  json_auto_t *document = describe_address_book ();

  assert_json (at (document, "paths", "/v1/contacts", "get", "security", NULL), "[{\"bearer\": []}]");
  assert_json (at (document, "paths", "/v1/visits", "post", "security", NULL), "[]");
}

static void
test_parameters (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *parameters = at (document, "paths", "/v1/contacts", "get", "parameters", NULL);

  g_assert_cmpuint (json_array_size (parameters), ==, 5);
  assert_json (
      json_array_get (parameters, 0),
      "{\"name\": \"page_size\", \"in\": \"query\", \"required\": false, \"description\": \"How many at most.\","
      " \"schema\": {\"type\": \"integer\", \"format\": \"int32\", \"minimum\": 1, \"maximum\": 100,"
      " \"default\": 20}, \"example\": 20}");
  assert_json (json_array_get (parameters, 1), "{\"name\": \"after\", \"in\": \"query\", \"required\": false,"
                                               " \"description\": \"Where to go on.\\n\\nAt most 64 bytes in UTF-8.\","
                                               " \"schema\": {" TEXT ", \"maxLength\": 64}, \"example\": \"text\"}");
  assert_json (json_array_get (parameters, 4),
               "{\"name\": \"kind\", \"in\": \"query\", \"required\": false, \"description\": \"Only this kind.\","
               " \"schema\": {\"type\": \"string\", \"enum\": [\"person\", \"company\"]},"
               " \"example\": \"person\"}");

  parameters = at (document, "paths", "/v1/contacts/{key}", "patch", "parameters", NULL);
  assert_json (parameters, "[{\"name\": \"key\", \"in\": \"path\", \"required\": true, \"description\": \"Who.\","
                           " \"schema\": {" TEXT ", \"minLength\": 1, \"maxLength\": 40}, \"example\": \"text\"},"
                           " {\"name\": \"contact-revision\", \"in\": \"header\", \"required\": false,"
                           " \"description\": \"Only this revision is changed.\", \"schema\": {\"type\": \"integer\","
                           " \"format\": \"int64\", \"minimum\": 1, \"maximum\": 9223372036854775807}, \"example\": 1},"
                           " {\"name\": \"If-Match\", \"in\": \"header\", \"required\": false,"
                           " \"description\": \"Only where it is in one of these states: the ETag of an answer, or several,"
                           " or *.\", \"schema\": {\"type\": \"string\"},"
                           " \"example\": \"\\\"3\\\"\"},"
                           " {\"name\": \"If-None-Match\", \"in\": \"header\", \"required\": false,"
                           " \"description\": \"Only where it is in none of these states, or, with *, not there.\","
                           " \"schema\": {\"type\": \"string\"},"
                           " \"example\": \"\\\"3\\\"\"}," KEY "]");
}

static void
test_tags_and_keys (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *get = at (document, "paths", "/v1/contacts/{key}", "get", NULL);
  json_t *post = at (document, "paths", "/v1/contacts", "post", NULL);

  assert_json (at (post, "parameters", NULL),
               "[{\"name\": \"request-key\", \"in\": \"header\", \"required\": false, \"description\":"
               " \"The same key makes the contact once.\\n\\nAt most 64 bytes in UTF-8.\", \"schema\": {" TEXT
               ", \"maxLength\": 64}, \"example\": \"text\"},"
               " {\"name\": \"campaign\", \"in\": \"cookie\", \"required\": false, \"description\":"
               " \"Where the visitor came from.\", \"schema\": {" TEXT ", \"maxLength\": 20}, \"example\": \"text\"},"
               KEY "]");
  assert_json (json_array_get (at (get, "parameters", NULL), 1),
               "{\"name\": \"If-None-Match\", \"in\": \"header\", \"required\": false, \"description\":"
               " \"The ETag of an answer that is there already: a 304 where it still holds.\","
               " \"schema\": {\"type\": \"string\"}, \"example\": \"\\\"3\\\"\"}");
  g_assert_nonnull (at (get, "responses", "200", "headers", "ETag", NULL));
  g_assert_nonnull (at (get, "responses", "304", "headers", "ETag", NULL));
  g_assert_null (json_object_get (at (get, "responses", "304", NULL), "content"));
  g_assert_nonnull (at (post, "responses", "201", "headers", "ETag", NULL));
  g_assert_null (json_object_get (at (document, "paths", "/v1/contacts", "get", "responses", "200", "headers", NULL),
                                  "ETag"));
}

/* What comes by headers alone is no part of the body, which stays the struct that it is. */
static void
test_body_beside_a_struct_of_headers (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *amend = at (document, "paths", "/v1/contacts/{key}", "patch", NULL);

  g_assert_null (json_object_get (at (amend, "requestBody", "content", "application/json", "schema", "properties", NULL),
                                  "terms"));
  g_assert_null (json_object_get (at (document, "paths", "/v1/contacts/{key}", "delete", NULL), "requestBody"));
}

static void
test_body_of_one_struct (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *operation = at (document, "paths", "/v1/visits", "post", NULL);

  assert_json (at (operation, "requestBody", NULL),
               "{\"required\": true, \"content\": {\"application/json\": {\"schema\":"
               " {\"$ref\": \"#/components/schemas/Visitor\"},"
               " \"example\": {\"visitor\": \"text\", \"word\": \"text\"}}}}");
  assert_json (
      at (document, "components", "schemas", "Visitor", NULL),
      "{\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"visitor\", \"word\"],"
      " \"description\": \"A visitor's name and word.\", \"properties\": {"
      "\"visitor\": {" TEXT ", \"minLength\": 1, \"maxLength\": 30, \"description\": \"The name.\"},"
      "\"word\": {" TEXT ", \"maxLength\": 100, \"writeOnly\": true,"
      " \"description\": \"The word.\\n\\nAt most 100 bytes in UTF-8.\"}}}");
}

/* What comes from elsewhere is not in the body: neither claims and paths nor headers and cookies. */
static void
test_body_of_several_places (void)
{
  json_auto_t *document = describe_address_book ();
  g_autofree char *visible = tw_visible_pattern ();

  assert_json (at (document, "paths", "/v1/contacts/{key}/notes/{number}", "put", "requestBody", NULL),
               "{\"required\": true, \"content\": {\"application/json\": {\"schema\": {\"type\": \"object\","
               " \"additionalProperties\": false, \"required\": [\"text\", \"hidden\"], \"properties\": {"
               "\"text\": {" TEXT ", \"maxLength\": 1000, \"description\": \"What it says.\"},"
               "\"hidden\": {\"type\": \"boolean\", \"description\": \"Whether nobody else may read it.\"}}},"
               " \"example\": {\"text\": \"text\", \"hidden\": true}}}}");

  json_t *properties = at (document, "paths", "/v1/contacts", "post", "requestBody", "content", "application/json",
                           "schema", "properties", NULL);

  g_assert_null (json_object_get (properties, "requestKey"));
  g_assert_null (json_object_get (properties, "campaign"));
  assert_json (at (properties, "full_name", "pattern", NULL), "\"^(?:[^\\\\x00-\\\\x1f]*)$\"");
  g_assert_cmpstr (json_string_value (json_object_get (json_array_get (at (properties, "full_name", "allOf", NULL), 0),
                                                       "pattern")),
                   ==, visible);
  assert_json (at (properties, "nickname", "pattern", NULL), "\"^[^\\\\x00]*$\"");
  g_assert_cmpstr (json_string_value (json_object_get (json_array_get (at (properties, "nickname", "allOf", NULL), 0),
                                                       "pattern")),
                   ==, visible);
  assert_json (at (properties, "nickname", "description", NULL),
               "\"What friends say.\\n\\nAt most 40 bytes in UTF-8. At least one character can be seen.\"");
  assert_json (at (properties, "importance", NULL),
               "{\"type\": [\"integer\", \"null\"], \"format\": \"int32\", \"minimum\": -2147483648,"
               " \"maximum\": 2147483647, \"enum\": [1, 2, 3, null], \"default\": 2,"
               " \"description\": \"1 is the most important.\"}");
  assert_json (at (properties, "groups", "uniqueItems", NULL), "true");
  assert_json (at (properties, "groups", "maxItems", NULL), "3");
  assert_json (at (properties, "portrait", "contentEncoding", NULL), "\"base64\"");
  assert_json (at (properties, "portrait", "maxLength", NULL), "88");
  assert_json (at (properties, "height", "minimum", NULL), "0.3");
  assert_json (at (properties, "addresses", "additionalProperties", NULL),
               "{\"$ref\": \"#/components/schemas/AddressInput\"}");
}

/* A member that may come as a cookie need not be there, and the document says how to have it so. */
static void
test_cookies_in_place_of_members (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *again = at (document, "paths", "/v1/visits/again", "post", NULL);
  json_t *visit = at (document, "components", "schemas", "Visit", NULL);

  assert_json (at (again, "requestBody", "required", NULL), "false");
  assert_json (at (again, "parameters", NULL),
               "[{\"name\": \"visit_stamp\", \"in\": \"cookie\", \"required\": false,"
               " \"description\": \"In place of the body's member stamp, where use-cookies says so.\","
               " \"schema\": {\"type\": \"string\"}, \"example\": \"text\"},"
               " {\"name\": \"use-cookies\", \"in\": \"header\", \"required\": false,"
               " \"description\": \"Has what would be a secret of the answer's body come as a cookie that scripts can't"
               " read, and the cookie taken where the body has no such member. For pages of this server.\","
               " \"schema\": {\"type\": \"string\", \"enum\": [\"true\"]}, \"example\": \"true\"}]");
  assert_json (at (again, "responses", "200", "headers", "Set-Cookie", "schema", NULL), "{\"type\": \"string\"}");
  assert_json (at (visit, "required", NULL), "[\"greeting\"]");
  g_assert_nonnull (at (visit, "properties", "stamp", NULL));
  assert_json (at (document, "paths", "/v1/visits/current", "delete", "parameters", NULL),
               "[{\"name\": \"use-cookies\", \"in\": \"header\", \"required\": false,"
               " \"description\": \"Has what would be a secret of the answer's body come as a cookie that scripts can't"
               " read, and the cookie taken where the body has no such member. For pages of this server.\","
               " \"schema\": {\"type\": \"string\", \"enum\": [\"true\"]}, \"example\": \"true\"}]");
}

static void
test_union (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *reach = at (document, "components", "schemas", "ReachInput", NULL);

  assert_json (at (reach, "minProperties", NULL), "1");
  assert_json (at (reach, "maxProperties", NULL), "1");
  assert_json (at (reach, "properties", "fax", "type", NULL), "\"integer\"");
  g_assert_null (json_object_get (reach, "required"));
}

/* A merge-patch's null is told by the schema; the set that it fills is not a member. */
static void
test_merge_patch (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *content = at (document, "paths", "/v1/contacts/{key}", "patch", "requestBody", "content", NULL);
  json_t *properties = at (content, "application/merge-patch+json", "schema", "properties", NULL);

  g_assert_nonnull (json_object_get (content, "application/json"));
  g_assert_null (json_object_get (properties, "clear"));
  assert_json (at (properties, "nickname", "type", NULL), "[\"string\", \"null\"]");
  assert_json (at (properties, "home", "anyOf", NULL),
               "[{\"$ref\": \"#/components/schemas/AddressInput\"}, {\"type\": \"null\"}]");
}

static void
test_null_that_cannot_clear (void)
{
  g_autoptr (TwSchema) schema = load_schema ((const char *const[]){ "TASKS_JSON" }, 1);
  json_auto_t *document = tw_openapi_new (schema, NULL, "1");
  json_t *changes = at (document, "components", "schemas", "TaskChanges", "properties", NULL);

  assert_json (at (changes, "name", "type", NULL), "\"string\"");
  assert_json (at (changes, "notes", "type", NULL), "[\"string\", \"null\"]");
}

static void
test_dates_and_elements (void)
{
  g_autoptr (TwSchema) schema = load_schema ((const char *const[]){ "TASKS_JSON" }, 1);
  json_auto_t *document = tw_openapi_new (schema, NULL, "1");
  json_t *changes = at (document, "components", "schemas", "TaskChanges", "properties", NULL);
  json_t *labels = at (changes, "labels", "items", NULL);

  assert_json (at (changes, "dueOn", "anyOf", NULL),
               "[{\"type\": \"string\", \"format\": \"date\"}, {\"type\": \"string\", \"format\": \"date-time\"},"
               " {\"type\": \"null\"}]");
  g_assert_null (json_object_get (json_object_get (changes, "dueOn"), "pattern"));
  assert_json (at (changes, "remindOn", "format", NULL), "\"date-time\"");
  assert_json (at (labels, "minLength", NULL), "1");
  assert_json (at (changes, "labels", "uniqueItems", NULL), "true");
  assert_json (at (labels, "maxLength", NULL), "50");
  assert_json (at (labels, "pattern", NULL), "\"^(?:[^\\\\x00-\\\\x1f\\\\x7f-\\\\x9f]*)$\"");
  g_assert_nonnull (json_object_get (labels, "allOf"));
}

/* What names something that has to be there is shown at its field. */
static void
test_example_that_stands_alone (void)
{
  g_autoptr (TwSchema) schema = load_schema ((const char *const[]){ "TASKS_JSON" }, 1);
  json_auto_t *document = tw_openapi_new (schema, NULL, "1");
  json_t *field = at (document, "components", "schemas", "NewTask", "properties", "listId", "examples", NULL);
  json_t *body = at (document, "paths", "/v1/tasks", "post", "requestBody", "content", "application/json", "example", NULL);

  g_assert_cmpuint (json_array_size (field), ==, 1);
  g_assert_nonnull (json_object_get (body, "labels"));
  g_assert_null (json_object_get (body, "listId"));
}

static void
test_answers (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *responses = at (document, "paths", "/v1/contacts", "post", "responses", NULL);
  json_t *success = at (responses, "201", NULL);
  json_t *schema = at (success, "content", "application/json", "schema", NULL);

  assert_json (at (success, "headers", "Location", NULL),
               "{\"description\": \"Where it is.\", \"schema\": {\"type\": \"string\","
               " \"format\": \"uri-reference\"}, \"example\": \"/v1/contacts/text\"}");
  assert_json (at (success, "headers", "contact-revision", NULL),
               "{\"description\": \"Counts the changes.\", \"schema\": {\"type\": \"integer\","
               " \"format\": \"int64\"}, \"example\": 1}");
  assert_json (at (success, "headers", "Set-Cookie", NULL),
               "{\"description\": \"The key of the contact, for the next visit.\", \"schema\": {\"type\": \"string\"},"
               " \"example\": \"last_seen=text; Path=/; HttpOnly; SameSite=Strict; Secure\"}");
  assert_json (at (success, "headers", "X-Request-Id", NULL), "{\"$ref\": \"#/components/headers/X-Request-Id\"}");
  assert_json (at (success, "headers", "RateLimit", NULL), "{\"$ref\": \"#/components/headers/RateLimit\"}");
  assert_json (at (document, "components", "headers", "RateLimit-Policy", "example", NULL),
               "\"\\\"address\\\";q=100;w=60, \\\"account\\\";q=50;w=60\"");
  assert_json (at (schema, "required", NULL),
               "[\"key\", \"full_name\", \"labels\", \"groups\", \"notes\", \"addresses\"]");
  g_assert_null (json_object_get (at (schema, "properties", NULL), "owner"));
  g_assert_null (json_object_get (at (schema, "properties", NULL), "revision"));
  g_assert_null (json_object_get (schema, "additionalProperties"));
  /* In a list, what would be a header is a member. */
  g_assert_nonnull (at (document, "components", "schemas", "Contact", "properties", "revision", NULL));
  g_assert_null (json_object_get (at (document, "components", "schemas", "Contact", "properties", NULL), "owner"));
}

/* The statuses of an operation, parted by blanks. */
static char *
statuses_of (json_t *document, const char *path, const char *verb)
{
  json_t *responses = at (document, "paths", path, verb, "responses", NULL), *response;
  GString *list = g_string_new (NULL);
  const char *status;

  json_object_foreach (responses, status, response)
    g_string_append_printf (list, "%s%s", list->len > 0 ? " " : "", status);
  return g_string_free (list, FALSE);
}

static void
assert_statuses (json_t *document, const char *path, const char *verb, const char *expected)
{
  g_autofree char *found = statuses_of (document, path, verb);

  g_assert_cmpstr (found, ==, expected);
}

/* What the gateway gives by itself follows from the route, what the service gives from tw.errors; where that says
 * nothing, the service may give anything. */
static void
test_statuses (void)
{
  json_auto_t *document = describe_address_book ();

  assert_statuses (document, "/v1/contacts", "post", "201 400 401 413 414 415 417 422 429 431 500 503 504 default");
  assert_statuses (document, "/v1/motto", "get", "200 400 414 417 429 431 500 503 504");
  assert_statuses (document, "/v1/contacts/{key}", "delete",
                   "204 400 401 403 404 412 414 417 422 428 429 431 500 503 504 418");
  assert_statuses (document, "/v1/contacts/{key}", "get",
                   "200 304 400 401 412 414 417 429 431 500 503 504 default");
  assert_statuses (document, "/v1/visits/again", "post", "200 400 401 403 413 414 415 417 429 431 500 503 504 default");
}

static void
test_refusals (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *post = at (document, "paths", "/v1/contacts", "post", "responses", NULL);
  json_t *strike = at (document, "paths", "/v1/contacts/{key}", "delete", "responses", NULL);
  json_t *shared = at (document, "components", "responses", NULL);

  assert_json (at (post, "400", NULL), "{\"$ref\": \"#/components/responses/BadRequest\"}");
  assert_json (at (post, "default", "headers", "retry-after", NULL),
               "{\"description\": \"After how many seconds to ask again.\","
               " \"schema\": {\"type\": \"integer\", \"format\": \"int32\"}, \"example\": 1}");
  assert_json (at (strike, "204", "description", NULL), "\"It is done.\"");
  assert_json (at (shared, "BadRequest", "content", NULL),
               "{\"application/problem+json\": {\"schema\": {\"$ref\": \"#/components/schemas/Problem\"},"
               " \"example\": {\"title\": \"Bad Request\", \"status\": 400, \"detail\": \"The request is not valid\","
               " \"errors\": [{\"location\": \"body.name\", \"detail\": \"is required\"}]}}}");
  assert_json (at (shared, "Unauthorized", "headers", "WWW-Authenticate", NULL),
               "{\"$ref\": \"#/components/headers/WWW-Authenticate\"}");
  assert_json (at (shared, "ServiceUnavailable", "headers", "Retry-After", NULL),
               "{\"$ref\": \"#/components/headers/Retry-After\"}");
  g_assert_null (json_object_get (at (shared, "NotFound", "headers", NULL), "Retry-After"));
  g_assert_null (json_object_get (at (shared, "URITooLong", NULL), "content"));
  assert_json (at (strike, "418", "content", "application/problem+json", "example", NULL),
               "{\"title\": \"Client Error\", \"status\": 418, \"detail\": \"Client Error\"}");
  g_assert_nonnull (at (document, "components", "schemas", "Problem", "properties", "errors", NULL));
}

/* A cookie that can't be used is dropped, where one is taken. */
static void
test_dropped_cookies (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *paths = at (document, "paths", NULL);

  g_assert_nonnull (at (paths, "/v1/visits/again", "post", "responses", "401", "headers", "Set-Cookie", NULL));
  g_assert_nonnull (at (paths, "/v1/visits/current", "delete", "responses", "204", "headers", "Set-Cookie", NULL));
  assert_json (at (paths, "/v1/visits/current", "delete", "responses", "401", NULL),
               "{\"$ref\": \"#/components/responses/Unauthorized\"}");
}

/* tw.example, a default, vt.in, or what the limits leave. */
static void
test_examples (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *media = at (document, "paths", "/v1/contacts", "post", "requestBody", "content", "application/json", NULL);

  assert_json (at (media, "example", NULL),
               "{\"full_name\": \"text\", \"nickname\": \"text\", \"labels\": [\"friend\", \"<i>chess</i>\"],"
               " \"groups\": [1], \"notes\": {\"met\": \"in Ulm & around\"}, \"addresses\": {\"1\": {"
               "\"street\": \"text\", \"city\": \"text\", \"floor\": 1, \"latitude\": 1.5}},"
               " \"portrait\": \"iVBORw0KGgo=\", \"stars\": 1, \"height\": 1.75,"
               " \"reach\": {\"phone\": \"+49301234\"}, \"starred\": false, \"importance\": 2,"
               " \"kind\": \"person\", \"passphrase\": \"text\"}");
  assert_json (at (media, "schema", "properties", "height", "examples", NULL), "[1.75]");
  assert_json (at (document, "paths", "/v1/visits", "post", "responses", "201", "content", "application/json",
                   "example", "tokenType", NULL),
               "\"Bearer\"");
}

static void
test_session (void)
{
  json_auto_t *document = describe_address_book ();
  json_t *both = at (document, "paths", "/v1/visits", "post", "responses", "201", "content", "application/json",
                     "schema", "allOf", NULL);

  assert_json (json_array_get (both, 0), "{\"$ref\": \"#/components/schemas/Visit\"}");
  assert_json (at (json_array_get (both, 1), "required", NULL), "[\"accessToken\", \"tokenType\", \"expiresIn\"]");
}

/* Everything that is referred to is there. */
static void
assert_references_resolve (json_t *document, json_t *value)
{
  const char *name;
  json_t *member;
  gsize i;

  if (json_is_string (json_object_get (value, "$ref")))
    {
      const char *reference = json_string_value (json_object_get (value, "$ref"));
      g_auto (GStrv) parts = g_strsplit (reference, "/", -1);

      g_assert_cmpuint (g_strv_length (parts), ==, 4);
      g_assert_nonnull (at (document, parts[1], parts[2], parts[3], NULL));
    }
  json_object_foreach (value, name, member)
    assert_references_resolve (document, member);
  json_array_foreach (value, i, member)
    assert_references_resolve (document, member);
}

static void
test_references (void)
{
  g_autoptr (TwSchema) schema =
      load_schema ((const char *const[]){ "TASKS_JSON", "ACCOUNTS_JSON", "ADDRESS_BOOK_JSON" }, 3);
  json_auto_t *document = tw_openapi_new (schema, "All", "1");

  assert_references_resolve (document, document);
  g_assert_cmpuint (json_array_size (at (document, "tags", NULL)), ==, 3);
}

/* A document with the struct Thing, whose field has the type @type, as a method's reply, and a list of itself. */
static GBytes *
document_with_thing (const char *service, const char *type)
{
  char *text = g_strdup_printf (
      "{'name': 'of_%s', 'structs': [{'name': 'Thing', 'isException': false, 'isUnion': false, 'fields': ["
      "{'key': 1, 'name': 'a', 'typeId': '%s', 'required': 'req_out'}, {'key': 2, 'name': 'more', 'typeId': 'list',"
      " 'type': {'typeId': 'list', 'elemTypeId': 'struct', 'elemType': {'typeId': 'struct', 'class': 'Thing'}},"
      " 'required': 'optional'}]}], 'services': [{'name': '%s', 'functions': [{'name': 'get', 'returnTypeId': 'struct',"
      " 'returnType': {'typeId': 'struct', 'class': 'Thing'}, 'oneway': false, 'annotations': {'api.get': '/%s'},"
      " 'arguments': [], 'exceptions': []}]}]}",
      service, type, service, service);

  g_strdelimit (text, "'", '"');
  return g_bytes_new_take (text, strlen (text));
}

static void
test_structs_of_one_name (void)
{
  GBytes *documents[] = { document_with_thing ("One", "i32"), document_with_thing ("Two", "i32"),
                          document_with_thing ("Three", "string") };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = tw_schema_load (documents, (const char *const[]){ "of_One", "of_Two", "of_Three" },
                                                G_N_ELEMENTS (documents), &error);

  g_assert_no_error (error);

  json_auto_t *document = tw_openapi_new (schema, NULL, "1");
  json_t *schemas = at (document, "components", "schemas", NULL);

  assert_json (at (document, "paths", "/One", "get", "responses", "200", "content", "application/json", "schema", NULL),
               "{\"$ref\": \"#/components/schemas/Thing\"}");
  assert_json (at (document, "paths", "/Two", "get", "responses", "200", "content", "application/json", "schema", NULL),
               "{\"$ref\": \"#/components/schemas/Thing\"}");
  assert_json (
      at (document, "paths", "/Three", "get", "responses", "200", "content", "application/json", "schema", NULL),
      "{\"$ref\": \"#/components/schemas/of_Three.Thing\"}");
  assert_json (at (schemas, "of_Three.Thing", "properties", "more", "items", NULL),
               "{\"$ref\": \"#/components/schemas/of_Three.Thing\"}");
  g_assert_cmpuint (json_object_size (schemas), ==, 3);
  assert_json (at (document, "info", "title", NULL), "\"One, Two, Three\"");
  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    g_bytes_unref (documents[i]);
}

/* A location is made of what has an example, and else of what it is called. */
static void
test_location_of_what_has_no_example (void)
{
  static const char made[]
      = "{\"name\": \"made\", \"structs\": [{\"name\": \"Made\", \"isException\": false, \"isUnion\": false, \"fields\": ["
        "{\"key\": 1, \"name\": \"code\", \"typeId\": \"string\", \"required\": \"req_out\","
        " \"annotations\": {\"vt.pattern\": \"[0-9a-f]{24}\"}},"
        "{\"key\": 2, \"name\": \"number\", \"typeId\": \"i32\", \"required\": \"req_out\"}]}],"
        " \"services\": [{\"name\": \"Maker\", \"functions\": [{\"name\": \"make\", \"returnTypeId\": \"struct\","
        " \"returnType\": {\"typeId\": \"struct\", \"class\": \"Made\"}, \"oneway\": false, \"annotations\":"
        " {\"api.post\": \"/made\", \"tw.status\": \"201\", \"tw.location\": \"/made/{code}/{number}\"},"
        " \"arguments\": [], \"exceptions\": []}]}]}";
  g_autoptr (GBytes) bytes = g_bytes_new_static (made, strlen (made));
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = tw_schema_load (&bytes, (const char *const[]){ "made" }, 1, &error);

  g_assert_no_error (error);

  json_auto_t *document = tw_openapi_new (schema, NULL, "1");

  assert_json (at (document, "paths", "/made", "post", "responses", "201", "headers", "Location", "example", NULL),
               "\"/made/code/1\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/openapi/document", test_document);
  g_test_add_func ("/openapi/each-route-is-an-operation", test_paths);
  g_test_add_func ("/openapi/token-where-one-is-needed", test_security);
  g_test_add_func ("/openapi/streams", test_streams);
  g_test_add_func ("/openapi/parameters-with-their-limits", test_parameters);
  g_test_add_func ("/openapi/tags-and-keys", test_tags_and_keys);
  g_test_add_func ("/openapi/body-beside-a-struct-of-headers", test_body_beside_a_struct_of_headers);
  g_test_add_func ("/openapi/body-of-one-struct-is-a-component", test_body_of_one_struct);
  g_test_add_func ("/openapi/body-of-several-places-is-gathered", test_body_of_several_places);
  g_test_add_func ("/openapi/cookies-in-place-of-members-has-one-member", test_cookies_in_place_of_members);
  g_test_add_func ("/openapi/union-has-one-member", test_union);
  g_test_add_func ("/openapi/merge-patch-takes-null", test_merge_patch);
  g_test_add_func ("/openapi/dates-and-elements", test_dates_and_elements);
  g_test_add_func ("/openapi/example-that-stands-alone", test_example_that_stands_alone);
  g_test_add_func ("/openapi/null-that-cannot-clear-is-not-taken", test_null_that_cannot_clear);
  g_test_add_func ("/openapi/answer-with-headers", test_answers);
  g_test_add_func ("/openapi/every-status-that-can-be", test_statuses);
  g_test_add_func ("/openapi/refusals-are-problems-with-headers", test_refusals);
  g_test_add_func ("/openapi/cookies-that-are-dropped", test_dropped_cookies);
  g_test_add_func ("/openapi/examples-of-everything", test_examples);
  g_test_add_func ("/openapi/session-comes-with-a-token", test_session);
  g_test_add_func ("/openapi/references-resolve", test_references);
  g_test_add_func ("/openapi/location-of-what-has-no-example", test_location_of_what_has_no_example);
  g_test_add_func ("/openapi/structs-of-one-name", test_structs_of_one_name);
  return g_test_run ();
}
