/* SPDX-License-Identifier: Apache-2.0 */

/* Values of every type: what is taken for one, and how deep they may lie. */

#include "tw-bind.h"

#include "bindings.h"

static void
test_whole_numbers (void)
{
  static const char *const REFUSED[] = {
    "", "-", "+1", "01", "1.5", "15e-1", " 1", "1 ", "0x1", "1.", ".5", "1e", "01.0", "NaN", "Infinity", "١", "1,0",
    "1.00000000000000000000000000000000000000000000000000000000000000000001", "1e-400", "-1e-400",
  };

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
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"stars\": 1.5}", "body.stars must be a whole number");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"groups\": [2147483648]}",
                  "body.groups[0] must be from -2147483648 to 2147483647");
}

/* A number is a value, however it is spelled: JSON Schema's integer. */
static void
test_whole_numbers_by_their_value (void)
{
  static const char *const TEN[] = {
    "10", "10.0", "1e1", "1E1", "1.0e+1", "100e-1", "0.1e2", "10.000", "1000000000000000000000e-20",
    "10.00000000000000000000000000000000000000000000000000000000000000000000000000",
  };

  for (guint i = 0; i < G_N_ELEMENTS (TEN); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"full_name\": \"A\", \"groups\": [%s]}", TEN[i]);

      assert_request ("leaf",
                      (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                      { TW_SOURCE_QUERY, "page_size", TEN[i] },
                                      { 0, NULL, NULL } },
                      NULL, "{\"owner\": \"mia\", \"query\": {\"size\": 10}}");
      assert_request ("note",
                      (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                      { TW_SOURCE_PATH, "key", "k1" },
                                      { TW_SOURCE_PATH, "number", TEN[i] },
                                      { 0, NULL, NULL } },
                      "{\"text\": \"hi\", \"hidden\": false}",
                      "{\"owner\": \"mia\", \"key\": \"k1\", \"number\": 10, \"text\": \"hi\", \"hidden\": false}");
      assert_request ("amend",
                      (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                      { TW_SOURCE_PATH, "key", "k1" },
                                      { TW_SOURCE_HEADER, "contact-revision", TEN[i] },
                                      { 0, NULL, NULL } },
                      "{}", "{\"owner\": \"mia\", \"key\": \"k1\", \"changes\": {\"revision\": 10}}");
      assert_request ("write", OWNER, body,
                      "{\"owner\": \"mia\", \"contact\": {\"full_name\": \"A\", \"groups\": [10]}}");
    }
}

/* Limits, sets and ranges hold for the value; nothing is rounded on the way. */
static void
test_limits_hold_for_the_value (void)
{
  assert_refused ("write", OWNER,
                  "{\"full_name\": \"A\", \"stars\": 6.0, \"importance\": 4.0, \"groups\": [1, 1.0, 2]}",
                  "body.groups[1] must not be there twice; body.stars must be at most 5; "
                  "body.importance must be one of: 1, 2, 3");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"stars\": 1e2, \"groups\": [2147483648.0, -2147483649.0]}",
                  "body.groups[0] must be from -2147483648 to 2147483647; "
                  "body.groups[1] must be from -2147483648 to 2147483647; body.stars must be at most 5");
  assert_request ("write", OWNER,
                  "{\"full_name\": \"A\", \"stars\": -0.0, \"importance\": 2.0, \"groups\": [21474836470e-1],"
                  " \"reach\": {\"fax\": 9007199254740993.0}}",
                  "{\"owner\": \"mia\", \"contact\": {\"full_name\": \"A\", \"stars\": 0, \"importance\": 2,"
                  " \"groups\": [2147483647], \"reach\": {\"fax\": 9007199254740993}}}");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"reach\": {\"fax\": 9223372036854775808}}",
                  "body.reach.fax must be a whole number of at most 64 bits");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"reach\": {\"fax\": 1e19}}",
                  "body.reach.fax must be a whole number of at most 64 bits");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"reach\": {\"fax\": 9007199254740993.5}}",
                  "body.reach.fax must be a whole number");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"stars\": 1.00000000000000000001}",
                  "body.stars must be a whole number");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"stars\": -1e-400}", "body.stars must be a whole number");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"stars\": true, \"importance\": \"1\"}",
                  "body.stars must be a whole number; body.importance must be a whole number");
}

/* Names of members are text, of which each has one spelling. */
static void
test_keys_have_one_spelling (void)
{
  assert_refused ("write", OWNER,
                  "{\"full_name\": \"A\", \"addresses\": {\"1.0\": {\"city\": \"A\"}, \"1e1\": {\"city\": \"A\"},"
                  " \"-0\": {\"city\": \"A\"}, \"1\": {\"city\": \"A\"}}}",
                  "body.addresses.1.0 must be a whole number; body.addresses.1e1 must be a whole number; "
                  "body.addresses.-0 must be a whole number");
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
  assert_request ("write", OWNER, "{\"full_name\": \"A\", \"height\": 2.0}",
                  "{\"owner\": \"mia\", \"contact\": {\"full_name\": \"A\", \"height\": 2}}");
  /* More digits than 64 bits have are no less a number. */
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"height\": 10000000000000000000}",
                  "body.height must be at most 3");
  assert_request ("leaf",
                  (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                  { TW_SOURCE_QUERY, "height",
                                    "1.5000000000000000000000000000000000000000000000000000000000000000000000" },
                                  { 0, NULL, NULL } },
                  NULL, "{\"owner\": \"mia\", \"query\": {\"height\": 1.5}}");
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
test_union_has_one_member (void)
{
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"reach\": {}}", "body.reach must have exactly one member");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"reach\": {\"fax\": 1, \"phone\": \"+123\"}}",
                  "body.reach must have exactly one member");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"reach\": {\"fax\": null}}",
                  "body.reach.fax must be a whole number");
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bind/whole-numbers-are-strict", test_whole_numbers);
  g_test_add_func ("/bind/whole-numbers-are-known-by-their-value", test_whole_numbers_by_their_value);
  g_test_add_func ("/bind/limits-hold-for-a-numbers-value", test_limits_hold_for_the_value);
  g_test_add_func ("/bind/keys-have-one-spelling", test_keys_have_one_spelling);
  g_test_add_func ("/bind/numbers-are-strict", test_numbers);
  g_test_add_func ("/bind/bools-are-strict", test_bools);
  g_test_add_func ("/bind/base64-is-strict", test_base64_is_strict);
  g_test_add_func ("/bind/text-that-is-not-utf8-is-refused", test_text_that_is_not_utf8_is_refused);
  g_test_add_func ("/bind/union-has-exactly-one-member", test_union_has_one_member);
  g_test_add_func ("/bind/repeated-element-among-many-is-found", test_many_elements_of_a_set);
  g_test_add_func ("/bind/depth-is-that-of-the-wire", test_depth_is_that_of_the_wire);
  return g_test_run ();
}
