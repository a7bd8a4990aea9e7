/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-bind.h"
#include "tw-json.h"
#include "tw-scanner.h"
#include "tw-writer.h"

#include "address-book.h"

/* A request as the tests write it down. */
typedef struct
{
  TwSource source;
  const char *name;
  const char *value;
} Sent;

typedef struct
{
  const Sent *sent; /* ends with a NULL name */
  const char *body; /* JSON, or NULL */
} Request;

static const char *
look_up (gpointer request, TwSource source, const char *name, gsize *length)
{
  for (const Sent *sent = ((const Request *) request)->sent; sent != NULL && sent->name != NULL; sent++)
    if (sent->source == source && strcmp (sent->name, name) == 0)
      {
        *length = strlen (sent->value);
        return sent->value;
      }
  return NULL;
}

static void
each_query (gpointer request, void (*found) (const char *name, gpointer user_data), gpointer user_data)
{
  for (const Sent *sent = ((const Request *) request)->sent; sent != NULL && sent->name != NULL; sent++)
    if (sent->source == TW_SOURCE_QUERY)
      found (sent->name, user_data);
}

static json_t *
parse (const char *text)
{
  json_error_t error;
  json_t *value = json_loads (text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);

  if (value == NULL)
    g_error ("%s: %s", text, error.text);
  return value;
}

/* What was bound, as a trusted reader sees it. */
static char *
show (const TwMethod *method, TwProtocol protocol, const TwBuffer *bytes)
{
  const TwType type = { .wire = TW_WIRE_STRUCT, .structure = method->arguments };
  g_auto (TwBuffer) json = TW_BUFFER_INIT;
  TwReader reader;

  tw_reader_init (&reader, protocol, bytes->data, bytes->len);
  g_assert_true (tw_json_write (&json, &type, &reader, TW_JSON_CLAIMS));
  g_assert_true (reader.at == bytes->data + bytes->len);
  return g_strndup ((const char *) json.data, json.len);
}

/* The bytes must pass as a message's body, as a service would see them. */
static void
assert_scans (const TwMethod *method, TwProtocol protocol, const TwBuffer *bytes)
{
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REQUEST_LIMITS);
  g_autoptr (GError) error = NULL;
  TwMessage message;
  TwWriter writer;

  tw_writer_init (&writer, protocol, &out);
  tw_writer_message_begin (&writer, FALSE, TW_MESSAGE_CALL, method->name, strlen (method->name), 1);
  tw_buffer_append (&out, bytes->data, bytes->len);
  g_assert_cmpint (tw_scanner_scan (scanner, out.data, out.len, &message, &error), ==, TW_SCAN_COMPLETE);
  g_assert_no_error (error);
  g_assert_cmpuint (message.total, ==, out.len);
}

static const TwProtocol PROTOCOLS[] = { TW_PROTOCOL_BINARY, TW_PROTOCOL_COMPACT };

/* Binds a request in both protocols: @expected is the arguments as JSON. */
static void
assert_request (const char *name, const Sent *sent, const char *body, const char *expected)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwMethod *method = address_book_method (schema, name);
  json_auto_t *json = body != NULL ? parse (body) : NULL;
  json_auto_t *wanted = parse (expected);
  Request request = { sent, body };
  const TwRequestValues values = { look_up, each_query, &request, json };

  for (guint i = 0; i < G_N_ELEMENTS (PROTOCOLS); i++)
    {
      g_autoptr (TwProblems) problems = tw_problems_new ();
      g_auto (TwBuffer) out = TW_BUFFER_INIT;
      gboolean bound = tw_bind_request (method, &values, PROTOCOLS[i], &out, problems);
      g_autofree char *said = tw_problems_to_string (problems);

      g_assert_cmpstr (said, ==, "");
      g_assert_true (bound);
      assert_scans (method, PROTOCOLS[i], &out);

      g_autofree char *shown = show (method, PROTOCOLS[i], &out);
      json_auto_t *got = parse (shown);

      if (!json_equal (got, wanted))
        g_error ("%s is not %s", shown, expected);
    }
}

/* Binds a request that must be refused: @expected is all that is said of it. */
static void
assert_refused (const char *name, const Sent *sent, const char *body, const char *expected)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  json_auto_t *json = body != NULL ? parse (body) : NULL;
  Request request = { sent, body };
  const TwRequestValues values = { look_up, each_query, &request, json };
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  tw_buffer_append_string (&out, "before");
  g_assert_false (tw_bind_request (address_book_method (schema, name), &values, TW_PROTOCOL_COMPACT, &out, problems));
  g_assert_cmpuint (out.len, ==, strlen ("before"));

  g_autofree char *said = tw_problems_to_string (problems);

  g_assert_cmpstr (said, ==, expected);
}

static const Sent OWNER[] = { { TW_SOURCE_CLAIM, "sub", "mia" }, { 0, NULL, NULL } };
static const Sent KEYED[] = { { TW_SOURCE_CLAIM, "sub", "mia" }, { TW_SOURCE_PATH, "key", "k1" }, { 0, NULL, NULL } };

static void
test_body (void)
{
  assert_request ("write", OWNER, "{\"full_name\": \"Ada\"}",
                  "{\"owner\": \"mia\", \"contact\": {\"full_name\": \"Ada\"}}");
  assert_request (
      "write", OWNER,
      "{\"full_name\": \"Ada\", \"labels\": [\"b\", \"a\", \"b\"], \"groups\": [3, 1], \"notes\": {\"x\": \"y\"},"
      " \"addresses\": {\"1999\": {\"city\": \"Ulm\", \"latitude\": 48.4}, \"-5\": {\"city\": \"Rom\"}},"
      " \"portrait\": \"AAH/\", \"stars\": 5, \"height\": 1.5, \"reach\": {\"fax\": 9007199254740993},"
      " \"starred\": true, \"importance\": 3, \"nickname\": null, \"passphrase\": \"sesame\"}",
      "{\"owner\": \"mia\", \"contact\": {"
      "\"full_name\": \"Ada\", \"labels\": [\"b\", \"a\", \"b\"], \"groups\": [3, 1], \"notes\": {\"x\": \"y\"},"
      " \"addresses\": {\"1999\": {\"city\": \"Ulm\", \"latitude\": 48.4}, \"-5\": {\"city\": \"Rom\"}},"
      " \"portrait\": \"AAH/\", \"stars\": 5, \"height\": 1.5, \"reach\": {\"fax\": 9007199254740993},"
      " \"starred\": true, \"importance\": 3, \"passphrase\": \"sesame\"}}");
}

static void
test_sources (void)
{
  assert_request (
      "write",
      (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                      { TW_SOURCE_HEADER, "request-key", "r-1" },
                      { TW_SOURCE_COOKIE, "campaign", "spring" },
                      { 0, NULL, NULL } },
      "{\"full_name\": \"Ada\"}",
      "{\"owner\": \"mia\", \"contact\": {\"full_name\": \"Ada\", \"requestKey\": \"r-1\", \"campaign\": \"spring\"}}");
  assert_request (
      "leaf",
      (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                      { TW_SOURCE_QUERY, "page_size", "100" },
                      { TW_SOURCE_QUERY, "starred", "false" },
                      { TW_SOURCE_QUERY, "height", "1.25e0" },
                      { TW_SOURCE_QUERY, "after", "" },
                      { 0, NULL, NULL } },
      NULL, "{\"owner\": \"mia\", \"query\": {\"size\": 100, \"starred\": false, \"height\": 1.25, \"after\": \"\"}}");
  assert_request ("note",
                  (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                  { TW_SOURCE_PATH, "key", "k1" },
                                  { TW_SOURCE_PATH, "number", "7" },
                                  { 0, NULL, NULL } },
                  "{\"text\": \"hi\", \"hidden\": false}",
                  "{\"owner\": \"mia\", \"key\": \"k1\", \"number\": 7, \"text\": \"hi\", \"hidden\": false}");
}

static void
test_nothing_given_is_an_empty_struct (void)
{
  assert_request ("leaf", OWNER, NULL, "{\"owner\": \"mia\", \"query\": {}}");
  assert_request ("amend", KEYED, NULL, "{\"owner\": \"mia\", \"key\": \"k1\", \"changes\": {}}");
  assert_request ("amend", KEYED, "{}", "{\"owner\": \"mia\", \"key\": \"k1\", \"changes\": {}}");
}

static void
test_argument_with_a_default_may_be_absent (void)
{
  assert_request ("motto", NULL, NULL, "{}");
  assert_request ("motto", (const Sent[]){ { TW_SOURCE_QUERY, "lang", "de" }, { 0, NULL, NULL } }, NULL,
                  "{\"language\": \"de\"}");
}

static void
test_null_clears (void)
{
  assert_request ("amend", KEYED, "{\"nickname\": null, \"home\": null, \"full_name\": \"Bob\"}",
                  "{\"owner\": \"mia\", \"key\": \"k1\", \"changes\": {\"clear\": [\"nickname\", \"home\"],"
                  " \"full_name\": \"Bob\"}}");
}

static void
test_names_to_clear_cannot_be_sent (void)
{
  assert_refused ("amend", KEYED, "{\"clear\": [\"nickname\"]}", "body.clear is not known");
}

static void
test_all_failures_are_told (void)
{
  assert_refused (
      "write",
      (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                      { TW_SOURCE_COOKIE, "campaign", "a campaign with a long name" },
                      { TW_SOURCE_QUERY, "surprise", "" },
                      { 0, NULL, NULL } },
      "{\"full_name\": \"\", \"labels\": [\"a\", 5, \"c\"], \"groups\": [1, 2, 1],"
      " \"addresses\": {\"1999\": {\"city\": \"\", \"floor\": 40000}, \"new\": {\"street\": 1}},"
      " \"stars\": 6, \"height\": 3.5, \"kind\": \"dog\", \"importance\": 4, \"extra\": {}, \"starred\": 1}",
      "query.surprise is not known; "
      "body.full_name must be at least 1 character; "
      "body.labels[1] must be a string; "
      "body.groups[2] must not be there twice; "
      "body.addresses.1999.city must be at least 1 character; "
      "body.addresses.1999.floor must be at most 200; "
      "body.addresses.new must be a whole number; "
      "body.addresses.new.street must be a string; "
      "body.addresses.new.city is required; "
      "body.stars must be at most 5; "
      "body.height must be at most 3; "
      "body.starred must be true or false; "
      "body.importance must be one of: 1, 2, 3; "
      "body.kind must be one of: person, company; "
      "cookie.campaign must be at most 20 characters; "
      "body.extra is not known");
}

static void
test_missing_body_names_what_is_required (void)
{
  assert_refused ("enter", NULL, NULL, "body.visitor is required; body.word is required");
  assert_refused ("enter", NULL, "{\"visitor\": null}", "body.visitor is required; body.word is required");
}

static void
test_body_that_is_no_object (void)
{
  assert_refused ("enter", NULL, "[]", "body must be an object");
  assert_refused ("enter", NULL, "\"x\"", "body must be an object");
  assert_refused ("enter", NULL, "null", "body must be an object");
}

static void
test_whole_numbers (void)
{
  static const char *const REFUSED[] = { "", "-", "+1", "01", "1.0", "1e1", " 1", "1 ", "0x1", "-0", "NaN", "١" };

  for (guint i = 0; i < G_N_ELEMENTS (REFUSED); i++)
    assert_refused ("leaf",
                    (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                    { TW_SOURCE_QUERY, "page_size", REFUSED[i] },
                                    { 0, NULL, NULL } },
                    NULL, "query.page_size must be a whole number");
  assert_refused ("leaf",
                  (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                  { TW_SOURCE_QUERY, "page_size", "99999999999999999999" },
                                  { 0, NULL, NULL } },
                  NULL, "query.page_size must be a whole number of at most 64 bits");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"stars\": 1.0}", "body.stars must be a whole number");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"groups\": [2147483648]}",
                  "body.groups[0] must be from -2147483648 to 2147483647");
}

static void
test_numbers (void)
{
  static const char *const REFUSED[] = {
    "", "1.", ".5", "1e", "1e+", "01", "inf", "nan", "1e999", "0x1p3", "1,5", "--1"
  };

  for (guint i = 0; i < G_N_ELEMENTS (REFUSED); i++)
    assert_refused ("leaf",
                    (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                    { TW_SOURCE_QUERY, "height", REFUSED[i] },
                                    { 0, NULL, NULL } },
                    NULL, "query.height must be a number");
  assert_request ("write", OWNER, "{\"full_name\": \"A\", \"height\": 2}",
                  "{\"owner\": \"mia\", \"contact\": {\"full_name\": \"A\", \"height\": 2}}");
}

static void
test_bools (void)
{
  static const char *const REFUSED[] = { "", "True", "1", "yes", "truee", "fals" };

  for (guint i = 0; i < G_N_ELEMENTS (REFUSED); i++)
    assert_refused ("leaf",
                    (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                    { TW_SOURCE_QUERY, "starred", REFUSED[i] },
                                    { 0, NULL, NULL } },
                    NULL, "query.starred must be true or false");
}

static void
test_base64_is_strict (void)
{
  static const char *const REFUSED[] = { "AAH", "A", "AA==AA==", "AA H", "AA-_", "AB==", "AAF=", "AAH/\\n", "====" };

  for (guint i = 0; i < G_N_ELEMENTS (REFUSED); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"full_name\": \"A\", \"portrait\": \"%s\"}", REFUSED[i]);

      assert_refused ("write", OWNER, body, "body.portrait must be base64");
    }
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"portrait\": \"\"}",
                  "body.portrait must be at least 1 byte");
}

static void
test_text_that_is_not_utf8_is_refused (void)
{
  assert_refused (
      "look",
      (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" }, { TW_SOURCE_PATH, "key", "\xc3\x28" }, { 0, NULL, NULL } },
      NULL, "path.key must be UTF-8");
}

static void
test_repeated_query_parameter (void)
{
  assert_refused ("leaf",
                  (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                  { TW_SOURCE_QUERY, "kind", "person" },
                                  { TW_SOURCE_QUERY, "kind", "person" },
                                  { 0, NULL, NULL } },
                  NULL, "query.kind must be given once");
}

static void
test_claim_cannot_be_sent (void)
{
  assert_refused ("look",
                  (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                  { TW_SOURCE_PATH, "key", "k" },
                                  { TW_SOURCE_PATH, "owner", "bob" },
                                  { TW_SOURCE_QUERY, "owner", "bob" },
                                  { TW_SOURCE_QUERY, "sub", "bob" },
                                  { TW_SOURCE_HEADER, "owner", "bob" },
                                  { TW_SOURCE_HEADER, "sub", "bob" },
                                  { 0, NULL, NULL } },
                  "{\"owner\": \"bob\", \"sub\": \"bob\"}",
                  "query.owner comes from the token alone; "
                  "query.sub comes from the token alone; "
                  "path.owner comes from the token alone; "
                  "header.owner comes from the token alone; "
                  "header.sub comes from the token alone; "
                  "body.owner comes from the token alone; "
                  "body.sub comes from the token alone");
}

/* A claim inside of a list's elements comes from the token as well. */
static void
test_claim_of_elements (void)
{
  assert_request ("gather", OWNER, "{\"cards\": [{\"full_name\": \"A\"}]}",
                  "{\"owner\": \"mia\", \"cards\": [{\"owner\": \"mia\", \"full_name\": \"A\"}]}");
  assert_refused ("gather", OWNER, "{\"cards\": [{\"full_name\": \"A\", \"owner\": \"bob\"}]}",
                  "body.cards[0].owner comes from the token alone");
}

static void
test_token_without_the_claim (void)
{
  assert_refused ("leaf", NULL, NULL, "claim.sub is required");
}

static void
test_union_has_one_member (void)
{
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"reach\": {}}", "body.reach must have exactly one member");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"reach\": {\"fax\": 1, \"phone\": \"+123\"}}",
                  "body.reach must have exactly one member");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"reach\": {\"fax\": null}}",
                  "body.reach.fax must be a whole number");
}

static void
test_names_of_clients_are_cut_short (void)
{
  g_autofree char *name = g_strnfill (5000, 'x');
  g_autofree char *body = g_strdup_printf ("{\"%s\": 1}", name);
  g_autofree char *expected = g_strdup_printf ("body.%.100s… is not known", name);

  assert_refused ("amend", KEYED, body, expected);
}

static void
test_many_elements_of_a_set (void)
{
  GString *body = g_string_new ("{\"full_name\": \"A\", \"groups\": [");

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (body, "%u,", i * 7 % 1000);
  g_string_append (body, "7]}");
  assert_refused ("write", OWNER, body->str,
                  "body.groups must have at most 3 elements; body.groups[1000] must not be there twice");
  g_string_free (body, TRUE);
}

/* A schema of its own, for a type that holds itself. */
static TwSchema *
tree_schema_new (void)
{
  static const char JSON[] =
      "{\"name\": \"tree\", \"enums\": [], \"typedefs\": [], \"constants\": [], \"structs\": [{\"name\": \"Node\","
      " \"isException\": false, \"isUnion\": false, \"fields\": [{\"key\": 1, \"name\": \"nodes\", \"typeId\": "
      "\"list\","
      " \"type\": {\"typeId\": \"list\", \"elemTypeId\": \"struct\", \"elemType\": {\"typeId\": \"struct\","
      " \"class\": \"Node\"}}, \"required\": \"optional\"}]}], \"services\": [{\"name\": \"Forest\", \"functions\":"
      " [{\"name\": \"plant\", \"returnTypeId\": \"void\", \"oneway\": false, \"arguments\": [{\"key\": 1, \"name\":"
      " \"tree\", \"typeId\": \"struct\", \"type\": {\"typeId\": \"struct\", \"class\": \"Node\"}, \"required\":"
      " \"req_out\"}], \"exceptions\": []}]}]}";
  g_autoptr (GBytes) document = g_bytes_new_static (JSON, strlen (JSON));
  g_autoptr (GError) error = NULL;
  TwSchema *schema = tw_schema_load (&document, (const char *const[]){ "tree" }, 1, &error);

  g_assert_no_error (error);
  return schema;
}

/* A tree whose innermost node lies @levels below the argument. */
static json_t *
tree_of (guint levels)
{
  json_t *node = json_object ();

  for (guint i = 0; i < levels; i++)
    node = json_pack ("{s:[o]}", "nodes", node);
  return json_pack ("{s:o}", "tree", node);
}

static void
test_depth_is_that_of_the_wire (void)
{
  g_autoptr (TwSchema) schema = tree_schema_new ();
  const TwMethod *method = tw_service_find_method (tw_schema_find_service (schema, "Forest"), "plant", 5);

  for (guint i = 0; i < G_N_ELEMENTS (PROTOCOLS); i++)
    {
      json_auto_t *deepest = tree_of (7);
      json_auto_t *deeper = tree_of (8);
      json_auto_t *abyss = tree_of (2000);
      g_autoptr (TwProblems) problems = tw_problems_new ();
      g_auto (TwBuffer) out = TW_BUFFER_INIT;

      g_assert_true (tw_bind_object (method, deepest, PROTOCOLS[i], &out, problems));
      assert_scans (method, PROTOCOLS[i], &out);
      g_assert_false (tw_bind_object (method, deeper, PROTOCOLS[i], &out, problems));
      g_assert_cmpuint (tw_problems_count (problems), ==, 1);
      g_assert_cmpstr (tw_problems_get (problems, 0)->detail, ==, "is nested too deeply");
      g_assert_false (tw_bind_object (method, abyss, PROTOCOLS[i], &out, problems));
    }
}

/* Objects, as the command line has them. */

static void
assert_object_comes_back (const char *name, const char *text)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwMethod *method = address_book_method (schema, name);
  json_auto_t *arguments = parse (text);

  for (guint i = 0; i < G_N_ELEMENTS (PROTOCOLS); i++)
    {
      g_autoptr (TwProblems) problems = tw_problems_new ();
      g_auto (TwBuffer) out = TW_BUFFER_INIT;
      gboolean bound = tw_bind_object (method, arguments, PROTOCOLS[i], &out, problems);
      g_autofree char *said = tw_problems_to_string (problems);

      g_assert_cmpstr (said, ==, "");
      g_assert_true (bound);
      assert_scans (method, PROTOCOLS[i], &out);

      g_autofree char *shown = show (method, PROTOCOLS[i], &out);
      json_auto_t *again = parse (shown);

      if (!json_equal (again, arguments))
        g_error ("%s is not %s", shown, text);
    }
}

static void
test_object_round_trip (void)
{
  assert_object_comes_back ("total", "{\"owner\": \"\\u00e9\\u20ac\\ud83d\\ude00 \\\"\\\\\\n\\u0001\"}");
  assert_object_comes_back ("ended", "{\"since\": 9223372036854775807}");
  assert_object_comes_back ("look", "{\"owner\": \"mia\", \"key\": \"k\"}");
  assert_object_comes_back ("leaf",
                            "{\"owner\": \"mia\", \"query\": {\"size\": 1, \"starred\": true, \"height\": 0.1}}");
  assert_object_comes_back ("amend", "{\"owner\": \"mia\", \"key\": \"k\", \"changes\": {\"clear\": [\"nickname\"],"
                                     " \"home\": {\"city\": \"Ulm\", \"floor\": -9}, \"revision\": 3}}");
  assert_object_comes_back ("write",
                            "{\"owner\": \"mia\", \"contact\": {\"full_name\": \"A\", \"groups\": [-1, 0],"
                            " \"labels\": [], \"notes\": {}, \"addresses\": {}, \"height\": 2.9999999999999996,"
                            " \"portrait\": \"/w==\", \"starred\": false, \"passphrase\": \"abcd\","
                            " \"requestKey\": \"k\", \"campaign\": \"c\"}}");
  assert_object_comes_back ("gather", "{\"owner\": \"mia\", \"cards\": [{\"owner\": \"bob\", \"full_name\": \"A\"},"
                                      " {\"owner\": \"mia\", \"full_name\": \"B\", \"reach\": {\"letter\":"
                                      " {\"city\": \"X\", \"latitude\": -0.5}}}]}");
}

static void
assert_object_refused (const char *name, const char *text, const char *expected)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  json_auto_t *arguments = parse (text);
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  g_assert_false (tw_bind_object (address_book_method (schema, name), arguments, TW_PROTOCOL_BINARY, &out, problems));
  g_assert_cmpuint (out.len, ==, 0);

  g_autofree char *said = tw_problems_to_string (problems);

  g_assert_cmpstr (said, ==, expected);
}

static void
test_object_failures (void)
{
  assert_object_refused ("enter", "{}", "visitor.visitor is required; visitor.word is required");
  assert_object_refused ("note", "{\"owner\": \"m\", \"key\": 1, \"number\": 100, \"text\": \"\", \"more\": 1}",
                         "key must be a string; number must be at most 99; hidden is required; more is not known");
  assert_object_refused ("gather",
                         "{\"owner\": \"m\", \"cards\": [{\"owner\": \"m\", \"full_name\": \"A\", \"x\": 1}, 5]}",
                         "cards[0].x is not known; cards[1] must be an object");
  assert_object_refused ("total", "[]", "arguments must be an object");
}

static void
test_object_nulls_join_the_names_given (void)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwMethod *method = address_book_method (schema, "amend");
  json_auto_t *arguments =
      parse ("{\"owner\": \"m\", \"key\": \"k\", \"changes\": {\"clear\": [\"home\"], \"nickname\": null}}");
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  g_assert_true (tw_bind_object (method, arguments, TW_PROTOCOL_BINARY, &out, problems));

  g_autofree char *shown = show (method, TW_PROTOCOL_BINARY, &out);

  g_assert_cmpstr (shown, ==, "{\"owner\":\"m\",\"key\":\"k\",\"changes\":{\"clear\":[\"home\",\"nickname\"]}}");
}

/* Where nothing can be cleared, a null is told at its own place. */
static void
test_null_that_cannot_clear (void)
{
  g_autoptr (TwSchema) schema = load_schema ((const char *const[]){ "TASKS_JSON" }, 1);
  const TwService *service = tw_schema_service (schema, 0);
  json_auto_t *body = parse ("{\"name\": null}");
  Request request = {
    (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "u" }, { TW_SOURCE_PATH, "id", "1" }, { 0, NULL, NULL } }, NULL
  };
  const TwRequestValues values = { look_up, each_query, &request, body };
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  g_assert_false (
      tw_bind_request (tw_service_find_method (service, "patch", 5), &values, TW_PROTOCOL_BINARY, &out, problems));

  g_autofree char *said = tw_problems_to_string (problems);

  g_assert_cmpstr (said, ==, "body.name must not be null");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bind/body-members-fill-the-struct-argument", test_body);
  g_test_add_func ("/bind/values-come-from-their-source", test_sources);
  g_test_add_func ("/bind/nothing-given-is-an-empty-struct", test_nothing_given_is_an_empty_struct);
  g_test_add_func ("/bind/argument-with-a-default-may-be-absent", test_argument_with_a_default_may_be_absent);
  g_test_add_func ("/bind/null-clears", test_null_clears);
  g_test_add_func ("/bind/null-that-cannot-clear-is-refused-at-its-place", test_null_that_cannot_clear);
  g_test_add_func ("/bind/names-to-clear-cannot-be-sent", test_names_to_clear_cannot_be_sent);
  g_test_add_func ("/bind/all-failures-are-told", test_all_failures_are_told);
  g_test_add_func ("/bind/missing-body-names-what-is-required", test_missing_body_names_what_is_required);
  g_test_add_func ("/bind/body-that-is-no-object-is-refused", test_body_that_is_no_object);
  g_test_add_func ("/bind/whole-numbers-are-strict", test_whole_numbers);
  g_test_add_func ("/bind/numbers-are-strict", test_numbers);
  g_test_add_func ("/bind/bools-are-strict", test_bools);
  g_test_add_func ("/bind/base64-is-strict", test_base64_is_strict);
  g_test_add_func ("/bind/text-that-is-not-utf8-is-refused", test_text_that_is_not_utf8_is_refused);
  g_test_add_func ("/bind/repeated-query-parameter-is-refused", test_repeated_query_parameter);
  g_test_add_func ("/bind/claim-cannot-be-sent", test_claim_cannot_be_sent);
  g_test_add_func ("/bind/claim-of-elements-comes-from-the-token", test_claim_of_elements);
  g_test_add_func ("/bind/token-without-the-claim-is-refused", test_token_without_the_claim);
  g_test_add_func ("/bind/union-has-exactly-one-member", test_union_has_one_member);
  g_test_add_func ("/bind/names-of-clients-are-cut-short", test_names_of_clients_are_cut_short);
  g_test_add_func ("/bind/repeated-element-among-many-is-found", test_many_elements_of_a_set);
  g_test_add_func ("/bind/depth-is-that-of-the-wire", test_depth_is_that_of_the_wire);
  g_test_add_func ("/bind/object/comes-back-as-it-was", test_object_round_trip);
  g_test_add_func ("/bind/object/all-failures-are-told", test_object_failures);
  g_test_add_func ("/bind/object/nulls-join-the-names-given", test_object_nulls_join_the_names_given);
  return g_test_run ();
}
