/* SPDX-License-Identifier: Apache-2.0 */

/* Objects, as the command line has them. */

#include "tw-bind.h"

#include "address-book.h"
#include "bindings.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bind/object/comes-back-as-it-was", test_object_round_trip);
  g_test_add_func ("/bind/object/all-failures-are-told", test_object_failures);
  g_test_add_func ("/bind/object/nulls-join-the-names-given", test_object_nulls_join_the_names_given);
  return g_test_run ();
}
