/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-docs.h"

#include "tw-docs-private.h"

#include <string.h>

#define HOSTILE "</code><script>alert(1)</script>&amp;\\\"' onclick=x"

/* A document with one route, whose operation has @more members. JSON with ' for ". */
static json_t *
document_of (const char *verb, const char *path, const char *more)
{
  g_autofree char *text = g_strdup_printf (
    "{'openapi': '3.1.0', 'info': {'title': 'T', 'version': '1', 'description': 'First.\\n\\nSecond.'},"
    " 'tags': [{'name': 'S'}], 'paths': {'%s': {'%s': {'tags': ['S'], 'summary': 'Do it', 'responses': {'200':"
    " {'description': 'The answer.'}, 'default': {'description': 'Other.'}} %s}}}, 'components': {'schemas':"
    " {'Problem': {'type': 'object', 'properties': {}}}, 'responses': {}, 'headers': {}}}",
    path, verb, more);
  json_error_t reason;
  json_t *document;

  g_strdelimit (text, "'", '"');
  document = json_loads (text, 0, &reason);
  if (document == NULL)
    g_error ("%s in %s", reason.text, text);
  return document;
}

static json_t *
operation_of (json_t *document, const char *verb, const char *path)
{
  return json_object_get (json_object_get (json_object_get (document, "paths"), path), verb);
}

static void
assert_has (const char *page, const char *html)
{
  if (strstr (page, html) == NULL)
    g_error ("there is no %s in %s", html, page);
}

static void
test_text_is_no_markup (void)
{
  json_auto_t *document = document_of ("post", "/a", ", 'description': '', 'parameters': [{'name': 'n', 'in': 'query',"
                                                     " 'required': true, 'schema': {'type': 'string'}}],"
                                                     " 'requestBody': {'content': {'application/json': {'schema': {"
                                                     " 'type': 'object', 'properties': {'m': {'type': 'string'}}}}}}");
  json_t *operation = operation_of (document, "post", "/a");
  json_t *parameter = json_array_get (json_object_get (operation, "parameters"), 0);
  json_t *body = json_object_get (operation, "requestBody");
  json_t *media = json_object_get (json_object_get (body, "content"), "application/json");
  json_t *member = json_object_get (json_object_get (json_object_get (media, "schema"), "properties"), "m");
  json_t *hostile = json_string (HOSTILE);
  g_autofree char *page = NULL;

  /* Wherever the words of an IDL can come to stand. */
  json_object_set (json_object_get (document, "info"), "title", hostile);
  json_object_set (json_object_get (document, "info"), "version", hostile);
  json_object_set (operation, "description", hostile);
  json_object_set (parameter, "name", hostile);
  json_object_set (parameter, "description", hostile);
  json_object_set (parameter, "example", hostile);
  json_object_set (member, "description", hostile);
  json_object_set (member, "pattern", hostile);
  json_object_set_new (member, "enum", json_pack ("[O]", hostile));
  json_object_set (member, "default", hostile);
  json_object_set_new (member, "examples", json_pack ("[O]", hostile));
  json_object_set_new (media, "example", json_pack ("{s:O}", HOSTILE, hostile));
  json_object_set_new (json_object_get (json_object_get (media, "schema"), "properties"), HOSTILE,
                       json_pack ("{s:s}", "type", "string"));
  json_object_set (json_array_get (json_object_get (document, "tags"), 0), "description", hostile);
  json_decref (hostile);

  page = tw_docs_page (document, "/openapi.json");
  g_assert_null (strstr (page, "<script>"));
  g_assert_null (strstr (page, "</code><script"));
  g_assert_null (strstr (page, "' onclick"));
  assert_has (page, "&lt;script&gt;");
  assert_has (page, "&amp;amp;");
}

static void
test_paragraphs (void)
{
  json_auto_t *document = document_of ("get", "/a", "");
  g_autofree char *page = tw_docs_page (document, "/openapi.json");

  assert_has (page, "<p>First.</p>\n<p>Second.</p>");
  assert_has (page, "<p>Do it.</p>");
}

static void
test_links (void)
{
  json_auto_t *document = document_of ("get", "/v1/a-b/{id}", "");
  json_t *paths = json_object_get (document, "paths");
  g_autofree char *page = NULL;

  /* Another path with the same letters. */
  json_object_set (paths, "/v1/a/b:id", json_object_get (paths, "/v1/a-b/{id}"));
  page = tw_docs_page (document, "/openapi.json");
  assert_has (page, "id=\"get-v1-a-b-id\"");
  assert_has (page, "href=\"#get-v1-a-b-id\"");
  assert_has (page, "id=\"get-v1-a-b-id-2\"");
  assert_has (page, "href=\"#get-v1-a-b-id-2\"");
}

/* A header that all refusals have is not told at each. */
static void
test_headers (void)
{
  json_auto_t *document = document_of ("get", "/a", "");
  json_t *components = json_object_get (document, "components"), *worse;
  json_t *answers = json_object_get (operation_of (document, "get", "/a"), "responses");
  g_autofree char *page = NULL;

  for (const char *const *name = (const char *const[]) { "Bad", "Worse", NULL }; *name != NULL; name++)
    {
      g_autofree char *path = g_strconcat ("#/components/responses/", *name, NULL);

      json_object_set_new (json_object_get (components, "responses"), *name,
                           json_pack ("{s:s, s:{s:{s:s}}}", "description", *name, "headers", "Everywhere", "$ref",
                                      "#/components/headers/Everywhere"));
      json_object_set_new (answers, *name, json_pack ("{s:s}", "$ref", path));
    }
  worse = json_object_get (json_object_get (components, "responses"), "Worse");
  json_object_set_new (json_object_get (worse, "headers"), "Here", json_pack ("{s:{}}", "schema"));
  json_object_set_new (json_object_get (components, "headers"), "Everywhere", json_pack ("{s:{}}", "schema"));
  page = tw_docs_page (document, "/openapi.json");
  g_assert_null (strstr (page, "href=\"#header-everywhere\""));
  assert_has (page, "id=\"header-everywhere\"");
  assert_has (page, "<p class=\"detail\">With <code>Here</code></p>");
}

/* A struct that holds itself is listed once. */
static void
test_recursion (void)
{
  json_auto_t *document = document_of (
    "post", "/a",
    ", 'requestBody': {'content': {'application/json': {'schema': {'$ref': '#/components/schemas/Tree'}}}}");
  json_t *schemas = json_object_get (json_object_get (document, "components"), "schemas");
  g_autofree char *page = NULL;

  json_object_set_new (schemas, "Tree",
                       json_pack ("{s:s, s:{s:{s:s, s:{s:s}}, s:{s:[{s:s}, {s:s}]}}}", "type", "object", "properties",
                                  "branches", "type", "array", "items", "$ref", "#/components/schemas/Tree", "root",
                                  "anyOf", "$ref", "#/components/schemas/Tree", "type", "null"));
  page = tw_docs_page (document, "/openapi.json");
  assert_has (page, "<code class=\"name\">branches</code> <span class=\"type\">list of Tree</span>");
  assert_has (page, "<code class=\"name\">root</code> <span class=\"type\">Tree or null</span>");
  g_assert_null (strstr (page, "branches[].branches"));
}

static void
assert_type (const char *schema, const char *expected)
{
  g_autofree char *body
    = g_strdup_printf (", 'requestBody': {'content': {'application/json': {'schema': {'type': 'object',"
                       " 'required': ['m'], 'properties': {'m': %s}}}}}", schema);
  json_auto_t *document = document_of ("post", "/a", body);
  g_autofree char *page = tw_docs_page (document, "/openapi.json");
  g_autofree char *html
    = g_markup_printf_escaped ("<code class=\"name\">m</code> <span class=\"mark\">required</span>"
                               " <span class=\"type\">%s</span>", expected);

  assert_has (page, html);
}

static void
test_types (void)
{
  assert_type ("{'type': 'string', 'minLength': 1, 'maxLength': 500}", "string, 1 to 500 characters");
  assert_type ("{'type': 'string', 'minLength': 1}", "string, at least 1 character");
  assert_type ("{'type': 'string', 'minLength': 3, 'maxLength': 3}", "string, 3 characters");
  assert_type ("{'type': ['string', 'null'], 'enum': ['a', 'b', null]}", "string or null, one of: a, b");
  assert_type ("{'type': 'string', 'contentEncoding': 'base64'}", "base64 string");
  assert_type ("{'type': 'integer', 'minimum': -2147483648, 'maximum': 2147483647}", "integer");
  assert_type ("{'type': 'integer', 'minimum': 1, 'maximum': 200, 'default': 50}", "integer, 1 to 200, default 50");
  assert_type ("{'type': 'number', 'minimum': 0.3}", "number, at least 0.3");
  assert_type ("{'type': 'array', 'uniqueItems': true, 'maxItems': 3, 'items': {'type': 'integer'}}",
               "list of integer, each once, at most 3 elements");
  assert_type ("{'type': ['array', 'null'], 'maxItems': 20, 'items': {'type': 'string', 'minLength': 1, 'maxLength': 50}}",
               "list of string or null, at most 20 elements, each 1 to 50 characters");
  assert_type ("{'type': 'array', 'items': {'type': 'integer', 'minimum': 2, 'enum': [2, 3]}}",
               "list of integer, each at least 2, one of: 2, 3");
  assert_type ("{'type': 'object', 'additionalProperties': {'type': 'boolean'}}", "map of boolean");
  assert_type ("{'type': 'string', 'const': 'Bearer'}", "string, always \"Bearer\"");
}

/* What a shell makes of the command: an argument a line. */
static void
assert_arguments (const char *verb, const char *path, const char *more, const char *expected)
{
  json_auto_t *document = document_of (verb, path, more);
  const TwDocs docs = { document, NULL };
  g_autofree char *upper = g_ascii_strup (verb, -1);
  g_autofree char *curl = tw_docs_curl (&docs, upper, path, operation_of (document, verb, path));
  g_auto (GStrv) arguments = NULL;
  g_autofree char *joined = NULL;
  g_autoptr (GError) error = NULL;

  g_strdelimit (curl, "\n", ' ');
  for (char *at = curl; (at = strstr (at, " \\ ")) != NULL;)
    at[1] = ' ';
  g_shell_parse_argv (curl, NULL, &arguments, &error);
  g_assert_no_error (error);
  joined = g_strjoinv ("\n", arguments);
  g_assert_cmpstr (joined, ==, expected);
}

static void
test_curl (void)
{
  assert_arguments ("get", "/a", "", "curl\n$URL/a");
  assert_arguments ("delete", "/a", ", 'security': [{'bearer': []}]",
                    "curl\n-X\nDELETE\n$URL/a\n-H\nAuthorization: Bearer $TOKEN");
  assert_arguments ("get", "/a/{id}/b/{n}",
                    ", 'parameters': [{'name': 'id', 'in': 'path', 'required': true, 'example': 'a b/\u00e4'},"
                    " {'name': 'n', 'in': 'path', 'required': true, 'example': 5},"
                    " {'name': 'q', 'in': 'query', 'required': true, 'example': true},"
                    " {'name': 'r', 'in': 'query', 'required': true, 'example': '&'},"
                    " {'name': 'not', 'in': 'query', 'required': false, 'example': 1}]",
                    "curl\n$URL/a/a%20b%2F%C3%A4/b/5?q=true&r=%26");
  assert_arguments ("put", "/a!($HOME)",
                    ", 'parameters': [{'name': 'If', 'in': 'header', 'required': true, 'example': 'x'}]",
                    "curl\n-X\nPUT\n$URL/a!($HOME)\n-H\nIf: x");
  assert_arguments ("post", "/a",
                    ", 'requestBody': {'content': {'application/json': {'schema': {},"
                    " 'example': {'a': 'it\\u0027s $1'}}}}",
                    "curl\n$URL/a\n-H\nContent-Type: application/json\n-d\n{\"a\": \"it's $1\"}");
}

/* All of it is served, with what it needs. */
static void
test_files (void)
{
  json_auto_t *document = document_of ("get", "/a", "");
  g_autoptr (TwStatic) files = tw_static_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (tw_docs_add (files, tw_docs_page (document, "/openapi.json"), &error));
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/docs/text-is-no-markup", test_text_is_no_markup);
  g_test_add_func ("/docs/paragraphs", test_paragraphs);
  g_test_add_func ("/docs/a-link-of-its-own-for-each-route", test_links);
  g_test_add_func ("/docs/a-header-of-all-refusals-is-told-once", test_headers);
  g_test_add_func ("/docs/a-struct-that-holds-itself", test_recursion);
  g_test_add_func ("/docs/types-and-limits-in-words", test_types);
  g_test_add_func ("/docs/curl-as-a-shell-reads-it", test_curl);
  g_test_add_func ("/docs/files-are-there", test_files);
  return g_test_run ();
}
