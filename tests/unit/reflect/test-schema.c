/* SPDX-License-Identifier: Apache-2.0 */

#include "schemas.h"
#include "tw-error.h"

#include <string.h>

static const TwMethod *
find_method (const TwSchema *schema, const char *service, const char *method)
{
  return tw_service_find_method (tw_schema_find_service (schema, service), method, strlen (method));
}

static void
test_types_and_defaults (void)
{
  g_autoptr (TwSchema) schema = schema_from_idl ("books");
  const TwStruct *every = find_method (schema, "Books", "put")->arguments->fields[0].type->structure;
  const TwField *f = every->fields;

  g_assert_cmpstr (every->name, ==, "Every");
  g_assert_cmpstr (every->doc, ==, "Two lines\n  of words.");
  g_assert_cmpuint (every->n_fields, ==, 15);
  g_assert_cmpint (f[0].presence, ==, TW_REQUIRED);
  g_assert_false (f[0].fallback.set);
  g_assert_cmpint (f[1].presence, ==, TW_OPTIONAL);
  g_assert_cmpint (f[1].type->wire, ==, TW_WIRE_BYTE);
  g_assert_cmpint (f[1].fallback.integer, ==, -3);
  g_assert_cmpint (f[2].fallback.integer, ==, 7);
  g_assert_cmpint (f[3].type->wire, ==, TW_WIRE_I32);
  g_assert_cmpint (f[3].fallback.integer, ==, 2);
  g_assert_cmpint (f[4].type->wire, ==, TW_WIRE_I64);
  g_assert_cmpint (f[4].fallback.integer, ==, G_MININT64);
  g_assert_cmpfloat_with_epsilon (f[5].fallback.real, 3, 1e-9);
  g_assert_cmpstr (f[6].fallback.string, ==, "with \"quotes\"");
  g_assert_true (f[7].type->binary);
  g_assert_cmpint (f[7].presence, ==, TW_REQUIRED);
  g_assert_cmpint (f[8].type->element->wire, ==, TW_WIRE_STRING);
  g_assert_cmpint (f[8].presence, ==, TW_OPTIONAL);
  g_assert_false (f[8].fallback.set);
  g_assert_cmpint (f[9].type->wire, ==, TW_WIRE_SET);
  g_assert_true (f[10].type->element->element->element->structure == every);
  g_assert_cmpint (f[10].type->key->wire, ==, TW_WIRE_I64);
  g_assert_true (f[11].type->structure == every);
  g_assert_true (f[12].type->structure->is_union);
  g_assert_cmpint (f[12].type->structure->fields[0].presence, ==, TW_OPTIONAL);
  g_assert_cmpint (f[13].fallback.integer, ==, 1);
  g_assert_cmpint (f[14].id, ==, 40);
  g_assert_cmpint (f[14].presence, ==, TW_REQUIRED);
  g_assert_true (tw_struct_find_field (every, 40) == &f[14]);
  g_assert_null (tw_struct_find_field (every, 15));
  g_assert_null (tw_struct_find_field (every, -1));
}

static void
test_annotations_of_values (void)
{
  g_autoptr (TwSchema) schema = schema_from_idl ("books");
  const TwStruct *limited = find_method (schema, "Books", "patch")->arguments->fields[0].type->structure;
  const TwStruct *query = find_method (schema, "Books", "find")->arguments->fields[1].type->structure;
  const TwField *text = tw_struct_find_field (limited, 5);

  g_assert_true (tw_struct_find_field (limited, 1)->nulls);
  g_assert_cmpuint (text->min_size, ==, 2);
  g_assert_cmpuint (text->max_size, ==, 4);
  g_assert_cmpuint (text->max_bytes, ==, 6);
  g_assert_cmpstr (text->pattern, ==, "[^\\x00-\\x1f]*");
  g_assert_nonnull (text->regex);
  g_assert_cmpint (text->source, ==, TW_SOURCE_BODY);
  g_assert_null (text->source_name);
  g_assert_cmpstr (tw_struct_find_field (limited, 3)->json_name, ==, "count");
  g_assert_cmpstr (tw_struct_find_field (limited, 3)->name, ==, "number");
  g_assert_cmpint (tw_struct_find_field (limited, 3)->ge, ==, -5);
  g_assert_cmpfloat_with_epsilon (tw_struct_find_field (limited, 4)->ge_real, 0.5, 1e-9);
  g_assert_cmpuint (g_strv_length (tw_struct_find_field (limited, 2)->in), ==, 2);
  g_assert_true (tw_struct_find_field (limited, 8)->secret);
  g_assert_cmpint (query->fields[0].source, ==, TW_SOURCE_QUERY);
  g_assert_cmpstr (query->fields[1].source_name, ==, "x-agent");
  g_assert_cmpint (query->fields[2].source, ==, TW_SOURCE_COOKIE);
  g_assert_cmpint (query->fields[3].source, ==, TW_SOURCE_PATH);
}

static void
test_annotations_of_methods (void)
{
  g_autoptr (TwSchema) schema = schema_from_idl ("books");
  const TwMethod *lend = find_method (schema, "Books", "lend");
  const TwMethod *find = find_method (schema, "Books", "find");
  const TwMethod *give = find_method (schema, "Books", "give");

  g_assert_cmpstr (lend->verb, ==, "POST");
  g_assert_cmpstr (lend->path, ==, "/tickets:lend");
  g_assert_false (lend->needs_token);
  g_assert_cmpuint (lend->status, ==, 201);
  g_assert_cmpstr (lend->location, ==, "/tickets/{id}");
  g_assert_true (lend->issues_session);
  g_assert_cmpstr (lend->revokes, ==, "sid");
  g_assert_true (find->needs_token);
  g_assert_true (find->retry_safe);
  g_assert_cmpuint (find->status, ==, 200);
  g_assert_cmpstr (find->doc, ==, "Find some.");
  g_assert_cmpuint (give->status, ==, 204);
  g_assert_null (give->returns);
  g_assert_true (find_method (schema, "Books", "tell")->oneway);
  g_assert_null (find_method (schema, "Books", "tell")->verb);
}

static void
test_replies (void)
{
  g_autoptr (TwSchema) schema = schema_from_idl ("books");
  const TwMethod *lend = find_method (schema, "Books", "lend");
  const TwMethod *give = find_method (schema, "Books", "give");
  const TwStruct *refused = lend->result->fields[1].type->structure;
  const TwStruct *trouble = find_method (schema, "Books", "find")->result->fields[1].type->structure;

  g_assert_cmpuint (lend->result->n_fields, ==, 2);
  g_assert_cmpint (lend->result->fields[0].id, ==, 0);
  g_assert_true (lend->result->fields[0].type == lend->returns);
  g_assert_cmpstr (lend->result->fields[1].name, ==, "refused");
  g_assert_cmpint (lend->result->fields[1].presence, ==, TW_OPTIONAL);
  g_assert_cmpuint (give->result->n_fields, ==, 0);
  /* tw.error says which is the status; where nothing says it, the names do. */
  g_assert_cmpint (refused->fields[0].error_role, ==, TW_ERROR_ROLE_NONE);
  g_assert_cmpint (refused->fields[1].error_role, ==, TW_ERROR_ROLE_STATUS);
  g_assert_cmpint (refused->fields[2].error_role, ==, TW_ERROR_ROLE_DETAIL);
  g_assert_cmpint (trouble->fields[0].error_role, ==, TW_ERROR_ROLE_STATUS);
  g_assert_cmpint (trouble->fields[1].error_role, ==, TW_ERROR_ROLE_DETAIL);
}

#define PAGE_METHOD(name, verb)                                                                                        \
  "{'name':'" name "','returnTypeId':'struct','returnType':{'typeId':'struct','class':'P'},'exceptions':[],"           \
  "'annotations':{'api." verb "':'/m'},'arguments':[{'key':1,'name':'a','required':'req_out','typeId':'string',"       \
  "'annotations':{'api.query':'from'}}]}"

static void
test_links_are_those_of_a_get (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema
      = schema_from_words ("{'name':'P','isException':false,'isUnion':false,'fields':[{'key':1,'name':'more',"
                           "'required':'optional','typeId':'string','annotations':{'tw.link':'next; query=from'}}]}",
                           PAGE_METHOD ("look", "get") "," PAGE_METHOD ("ask", "post"), &error);
  const TwLink *link;

  g_assert_no_error (error);
  link = find_method (schema, "S", "look")->returns->structure->fields[0].link;
  g_assert_cmpstr (link->relation, ==, "next");
  g_assert_cmpstr (link->parameter, ==, "from");
  g_assert_true (find_method (schema, "S", "look")->links);
  g_assert_false (find_method (schema, "S", "ask")->links);
}

#define MEMBER(name, type, more) "{'key':1,'name':'" name "','required':'optional','typeId':'" type "'" more "}"
#define RECORD(name, exception, field)                                                                                 \
  "{'name':'" name "','isException':" exception ",'isUnion':false,'fields':[" field "]}"
#define OF(name) ",'type':{'typeId':'struct','class':'" name "'}"
#define MARKED(annotation) ",'annotations':{" annotation "}"
#define SECRET RECORD ("Key", "false", MEMBER ("key", "string", MARKED ("'tw.secret':'true'")))
#define METHOD(returns, arguments, exceptions)                                                                         \
  "{'name':'m'," returns ",'arguments':[" arguments "],'exceptions':[" exceptions "]}"
#define NOTHING "'returnTypeId':'void'"
#define GIVES(name) "'returnTypeId':'struct','returnType':{'typeId':'struct','class':'" name "'}"

static void
test_secrets_are_found_wherever_they_lie (void)
{
  static const struct
  {
    const char *structs, *method;
    gboolean confidential;
  } cases[] = {
    { "", METHOD (NOTHING, "", ""), FALSE },
    { "", METHOD (NOTHING, MEMBER ("a", "string", ""), ""), FALSE },
    { "", METHOD (NOTHING, MEMBER ("a", "string", MARKED ("'tw.secret':'true'")), ""), TRUE },
    { SECRET, METHOD (NOTHING, MEMBER ("a", "struct", OF ("Key")), ""), TRUE },
    { SECRET, METHOD (GIVES ("Key"), "", ""), TRUE },
    { SECRET "," RECORD ("Ring", "false",
                         MEMBER ("keys", "list", ",'type':{'typeId':'list','elemTypeId':'struct',"
                                                 "'elemType':{'typeId':'struct','class':'Key'}}")),
      METHOD (GIVES ("Ring"), "", ""), TRUE },
    { SECRET "," RECORD ("Ring", "false",
                         MEMBER ("keys", "map", ",'type':{'typeId':'map','keyTypeId':'string','valueTypeId':'struct',"
                                                "'valueType':{'typeId':'struct','class':'Key'}}")),
      METHOD (GIVES ("Ring"), "", ""), TRUE },
    { RECORD ("E", "true", MEMBER ("key", "string", MARKED ("'tw.secret':'true'"))),
      METHOD (NOTHING, "", MEMBER ("e", "exception", OF ("E"))), TRUE },
    { RECORD ("T", "false", MEMBER ("stamp", "string", MARKED ("'tw.cookie':'stamp'"))), METHOD (GIVES ("T"), "", ""),
      TRUE },
    { RECORD ("Tree", "false", MEMBER ("left", "struct", OF ("Tree"))), METHOD (GIVES ("Tree"), "", ""), FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TwSchema) schema = schema_from_words (cases[i].structs, cases[i].method, &error);

      g_assert_no_error (error);
      g_assert_cmpint (find_method (schema, "S", "m")->confidential, ==, cases[i].confidential);
    }
}

static void
test_what_opens_a_session_deals_in_secrets (void)
{
  g_autoptr (TwSchema) schema = schema_from_idl ("books");

  g_assert_true (find_method (schema, "Books", "lend")->confidential);
  g_assert_false (find_method (schema, "Books", "find")->confidential);
}

static void
test_inheritance (void)
{
  g_autoptr (TwSchema) schema = schema_from_idl ("books");
  const TwService *books = tw_schema_find_service (schema, "Books");
  const TwService *shelf = tw_schema_find_service (schema, "Shelf");
  const TwMethod *dust = tw_service_find_method (books, "dust", 4);

  g_assert_cmpuint (tw_schema_n_services (schema), ==, 2);
  g_assert_cmpstr (books->document, ==, "books");
  g_assert_cmpuint (books->n_methods, ==, 10);
  g_assert_cmpstr (books->methods[0].name, ==, "well");
  g_assert_cmpstr (books->methods[2].name, ==, "find");
  g_assert_true (dust->service == books);
  g_assert_cmpstr (dust->verb, ==, "POST");
  g_assert_cmpstr (tw_service_find_role (books, TW_ROLE_HEALTH)->name, ==, "well");
  g_assert_cmpstr (tw_service_find_role (books, TW_ROLE_REVOCATIONS)->name, ==, "ends");
  /* The base keeps its methods, but what is done at the edge is done by Books. */
  g_assert_null (tw_service_find_method (shelf, "dust", 4)->verb);
  g_assert_null (tw_service_find_role (shelf, TW_ROLE_HEALTH));
}

static void
test_lookup_by_name (void)
{
  g_autoptr (TwSchema) schema = schema_from_idl ("books");
  const TwService *books = tw_schema_find_service (schema, "Books");

  for (guint i = 0; i < books->n_methods; i++)
    g_assert_true (find_method (schema, "Books", books->methods[i].name) == &books->methods[i]);
  g_assert_nonnull (tw_service_find_method (books, "findings", 4));
  g_assert_null (tw_service_find_method (books, "fin", 3));
  g_assert_null (tw_service_find_method (books, "finds", 5));
  g_assert_null (tw_service_find_method (books, "", 0));
  g_assert_null (tw_service_find_method (books, "find\0", 5));
  g_assert_null (tw_schema_find_service (schema, "books"));
}

static void
test_documents_together (void)
{
  const char *names[] = { "books.json", "shelf.json" };
  GBytes *documents[2];
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = NULL;

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_build_filename (g_getenv ("TW_TEST_IDL"), names[i], NULL);
      char *text;
      gsize length;

      g_assert_true (g_file_get_contents (path, &text, &length, NULL));
      documents[i] = g_bytes_new_take (text, length);
    }
  /* Shelf comes with books.json, too: it is the same. */
  schema = tw_schema_load (documents, names, 2, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (tw_schema_n_services (schema), ==, 2);
  g_bytes_unref (documents[0]);
  g_bytes_unref (documents[1]);
}

#define SERVICE(name, extends, functions)                                                                              \
  "{'name':'" name "','structs':[],'services':[{'name':'" name "'" extends ",'functions':[" functions "]}]}"
#define PING "{'name':'ping','returnTypeId':'void','arguments':[],'exceptions':[]}"

static TwSchema *
load_pair (const char *first, const char *second, GError **error)
{
  const char *names[] = { "one", "two" }, *texts[] = { first, second };
  GBytes *documents[2];
  TwSchema *schema;

  for (guint i = 0; i < 2; i++)
    {
      char *text = g_strdelimit (g_strdup (texts[i]), "'", '"');

      documents[i] = g_bytes_new_take (text, strlen (text));
    }
  schema = tw_schema_load (documents, names, 2, error);
  g_bytes_unref (documents[0]);
  g_bytes_unref (documents[1]);
  return schema;
}

static void
test_base_in_a_later_document (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema = load_pair (SERVICE ("A", ",'extends':'B'", ""), SERVICE ("B", "", PING), &error);

  g_assert_no_error (error);
  g_assert_nonnull (find_method (schema, "A", "ping"));
}

static void
test_services_that_clash (void)
{
  g_autoptr (GError) twice = NULL;
  g_autoptr (GError) circle = NULL;
  g_autoptr (GError) orphan = NULL;
  g_autoptr (GError) methods = NULL;

  g_assert_null (load_pair (SERVICE ("A", "", ""), SERVICE ("A", "", PING), &twice));
  g_assert_cmpstr (twice->message, ==, "two: there is another service \"A\"");
  g_assert_null (load_pair (SERVICE ("A", ",'extends':'B'", ""), SERVICE ("B", ",'extends':'A'", ""), &circle));
  g_assert_cmpstr (circle->message, ==, "one: A: extends itself");
  g_assert_null (load_pair (SERVICE ("A", ",'extends':'C'", ""), SERVICE ("B", "", ""), &orphan));
  g_assert_cmpstr (orphan->message, ==, "one: A: extends \"C\", which is in no document");
  g_assert_null (load_pair (SERVICE ("A", ",'extends':'B'", PING), SERVICE ("B", "", PING), &methods));
  g_assert_cmpstr (methods->message, ==, "one: A: there are two methods \"ping\"");
}

static void
test_body_limits (void)
{
  g_autoptr (TwSchema) schema = schema_from_idl ("books");
  const TwMethod *patch = find_method (schema, "Books", "patch");

  g_assert_false (tw_method_takes_body (find_method (schema, "Books", "find")));
  g_assert_cmpuint (tw_method_max_body (find_method (schema, "Books", "find")), ==, 0);
  g_assert_false (tw_method_takes_body (find_method (schema, "Books", "raw")));
  g_assert_true (tw_method_takes_body (patch));
  /* The longest way to write each limit fits, and it is not open. */
  g_assert_cmpuint (tw_method_max_body (patch), <, 8192);
  g_assert_cmpuint (tw_method_max_body (patch), >, 500);
  g_assert_cmpuint (tw_method_max_body (find_method (schema, "Books", "lend")), >, tw_method_max_body (patch));
  g_assert_cmpuint (tw_method_max_body (find_method (schema, "Books", "put")), ==, 65536);
}

static void
test_body_limit_is_itself_bounded (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSchema) schema =
    schema_from_words ("",
                       "{'name':'m','returnTypeId':'void','exceptions':[],'annotations':{'api.post':'/m'},"
                       "'arguments':[{'key':1,'name':'x','typeId':'string','required':'req_out','annotations':"
                       "{'vt.max_size':'2147483647'}}]}",
                       &error);

  g_assert_no_error (error);
  g_assert_cmpuint (tw_method_max_body (find_method (schema, "S", "m")), ==, 1024 * 1024);
}

static void
test_references (void)
{
  TwSchema *schema = schema_from_idl ("shelf");

  g_assert_true (tw_schema_ref (schema) == schema);
  tw_schema_unref (schema);
  g_assert_cmpuint (tw_schema_n_services (schema), ==, 1);
  tw_schema_unref (schema);
  tw_schema_unref (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schema/types-and-defaults", test_types_and_defaults);
  g_test_add_func ("/schema/annotations-of-values", test_annotations_of_values);
  g_test_add_func ("/schema/annotations-of-methods", test_annotations_of_methods);
  g_test_add_func ("/schema/replies-and-error-roles", test_replies);
  g_test_add_func ("/schema/links-are-those-of-a-get", test_links_are_those_of_a_get);
  g_test_add_func ("/schema/secrets-are-found-wherever-they-lie", test_secrets_are_found_wherever_they_lie);
  g_test_add_func ("/schema/what-opens-a-session-deals-in-secrets", test_what_opens_a_session_deals_in_secrets);
  g_test_add_func ("/schema/inherited-methods-and-routes-are-the-heirs", test_inheritance);
  g_test_add_func ("/schema/lookup-by-name-and-length", test_lookup_by_name);
  g_test_add_func ("/schema/an-included-service-may-come-twice", test_documents_together);
  g_test_add_func ("/schema/base-in-a-later-document", test_base_in_a_later_document);
  g_test_add_func ("/schema/services-that-clash-are-refused", test_services_that_clash);
  g_test_add_func ("/schema/body-limits-follow-from-the-limits", test_body_limits);
  g_test_add_func ("/schema/body-limit-is-itself-bounded", test_body_limit_is_itself_bounded);
  g_test_add_func ("/schema/references", test_references);
  return g_test_run ();
}
