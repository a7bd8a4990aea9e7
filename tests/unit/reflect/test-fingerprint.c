/* SPDX-License-Identifier: Apache-2.0 */

/* What two requests have to have in common to be the same one. */

#include "tw-fingerprint.h"

#include "address-book.h"
#include "bindings.h"

#include <string.h>

#define ADA "\"full_name\": \"Ada\""

/* The fingerprint of a request, in base64. */
static char *
fingerprint_of (TwProtocol protocol, const char *name, const Sent *sent, const char *body)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwMethod *method = address_book_method (schema, name);
  json_auto_t *json = body != NULL ? parse (body) : NULL;
  Request request = { sent };
  const TwRequestValues values = request_values (&request, json);
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  gboolean bound = tw_bind_request (method, &values, protocol, &out, problems);
  g_autofree char *said = tw_problems_to_string (problems), *shown = NULL;
  json_auto_t *arguments = NULL;
  json_t *terms;

  g_assert_cmpstr (said, ==, "");
  g_assert_true (bound);
  shown = show (method, protocol, &out);
  arguments = parse (shown);
  terms = json_object_get (arguments, json_object_get (arguments, "once") != NULL ? "once" : "terms");
  return g_strdup (json_string_value (json_object_get (terms, "fingerprint")));
}

static const Sent WRITES[]
    = { { TW_SOURCE_CLAIM, "sub", "mia" }, { TW_SOURCE_HEADER, "idempotency-key", "k" }, { 0, NULL, NULL } };

static void
assert_written (const char *one, const char *other, gboolean same)
{
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *first = fingerprint_of (PROTOCOLS[i], "write", WRITES, one);
      g_autofree char *second = fingerprint_of (PROTOCOLS[i], "write", WRITES, other);

      if (g_str_equal (first, second) != same)
        g_error ("%s and %s are %s", one, other, same ? "two" : "one");
    }
}

static void
test_how_it_is_spelled_does_not_count (void)
{
  static const char *const pairs[][2] = {
    { "{" ADA ", \"stars\": 5}", "{ \"stars\" : 5e0 ,\n\"full_name\":\"\\u0041da\"}" },
    { "{" ADA ", \"nickname\": null}", "{" ADA "}" },
    { "{" ADA ", \"height\": 2}", "{" ADA ", \"height\": 2.0}" },
    { "{" ADA ", \"groups\": [1, 2, 3]}", "{" ADA ", \"groups\": [3, 1, 2]}" },
    { "{" ADA ", \"notes\": {\"a\": \"b\", \"c\": \"d\"}}", "{" ADA ", \"notes\": {\"c\": \"d\", \"a\": \"b\"}}" },
    { "{" ADA ", \"addresses\": {\"1\": {\"city\": \"x\"}, \"2\": {\"city\": \"y\", \"floor\": 1}}}",
      "{" ADA ", \"addresses\": {\"2\": {\"floor\": 1, \"city\": \"y\"}, \"1\": {\"city\": \"x\"}}}" },
    /* Of what somebody could guess nothing is kept. */
    { "{" ADA ", \"passphrase\": \"sesame\"}", "{" ADA ", \"passphrase\": \"other\"}" },
    { "{" ADA ", \"passphrase\": \"sesame\"}", "{" ADA "}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    assert_written (pairs[i][0], pairs[i][1], TRUE);
}

static void
test_what_it_says_does (void)
{
  static const char *const pairs[][2] = {
    { "{" ADA "}", "{\"full_name\": \"ada\"}" },
    { "{" ADA ", \"nickname\": \"x\"}", "{" ADA ", \"nickname\": \"y\"}" },
    { "{" ADA ", \"nickname\": \"x\"}", "{" ADA "}" },
    { "{" ADA ", \"labels\": [\"a\", \"b\"]}", "{" ADA ", \"labels\": [\"b\", \"a\"]}" },
    { "{" ADA ", \"labels\": [\"ab\", \"\"]}", "{" ADA ", \"labels\": [\"a\", \"b\"]}" },
    { "{" ADA ", \"labels\": [\"a\"]}", "{" ADA ", \"labels\": [\"a\", \"a\"]}" },
    { "{" ADA ", \"groups\": [1]}", "{" ADA ", \"groups\": [1, 2]}" },
    { "{" ADA ", \"notes\": {\"a\": \"b\"}}", "{" ADA ", \"notes\": {\"b\": \"a\"}}" },
    { "{" ADA ", \"starred\": true}", "{" ADA ", \"starred\": false}" },
    { "{" ADA ", \"height\": 1.5}", "{" ADA ", \"height\": 1.25}" },
    { "{" ADA ", \"portrait\": \"AA==\"}", "{" ADA ", \"portrait\": \"AAA=\"}" },
    { "{" ADA ", \"reach\": {\"fax\": 1}}", "{" ADA ", \"reach\": {\"fax\": 2}}" },
    { "{" ADA ", \"addresses\": {\"1\": {\"city\": \"x\"}}}", "{" ADA ", \"addresses\": {\"2\": {\"city\": \"x\"}}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    assert_written (pairs[i][0], pairs[i][1], FALSE);
}

/* Amends @key with @more headers, to which the last place belongs. */
#define AMENDS(sub, key, name, header, value)                                                                          \
  (const Sent[])                                                                                                       \
  {                                                                                                                    \
    { TW_SOURCE_CLAIM, "sub", sub }, { TW_SOURCE_PATH, "key", key }, { TW_SOURCE_HEADER, "idempotency-key", name },    \
    { TW_SOURCE_HEADER, header, value }, { 0, NULL, NULL },                                                            \
  }

static void
test_headers_and_path (void)
{
  const char *body = "{\"nickname\": \"x\"}";
  const Sent *const same[] = {
    AMENDS ("mia", "k1", "\"key\"", "if-match", "\"7\""), AMENDS ("mia", "k1", "key", "if-match", "\"8\""),
    AMENDS ("tom", "k1", "another", "if-none-match", "*"), AMENDS ("mia", "k1", "key", NULL, NULL),
  };
  const Sent *const others[]
      = { AMENDS ("mia", "k2", "key", NULL, NULL), AMENDS ("mia", "k1", "key", "contact-revision", "3") };
  g_autofree char *first = fingerprint_of (TW_PROTOCOL_BINARY, "amend", same[0], body);
  g_autofree char *strikes = fingerprint_of (TW_PROTOCOL_BINARY, "strike", same[0], NULL);
  g_autofree char *nothing = fingerprint_of (TW_PROTOCOL_BINARY, "amend", same[0], "{}");

  for (guint i = 1; i < G_N_ELEMENTS (same); i++)
    {
      g_autofree char *next = fingerprint_of (TW_PROTOCOL_BINARY, "amend", same[i], body);

      g_assert_cmpstr (next, ==, first);
    }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *next = fingerprint_of (TW_PROTOCOL_BINARY, "amend", others[i], body);

      g_assert_cmpstr (next, !=, first);
    }
  g_assert_cmpstr (strikes, !=, nothing);
}

/* In whichever protocol, and whoever binds: keys live longer than a release. */
static void
test_stays_what_it_is (void)
{
  const char *body = "{" ADA ", \"labels\": [\"a\"], \"groups\": [2, 1], \"height\": 1.5, \"reach\": {\"fax\": 3}}";
  g_autofree char *binary = fingerprint_of (TW_PROTOCOL_BINARY, "write", WRITES, body);
  g_autofree char *compact = fingerprint_of (TW_PROTOCOL_COMPACT, "write", WRITES, body);
  g_autoptr (TwSchema) schema = address_book_new ();
  g_autofree char *text = g_strdup_printf ("{\"owner\": \"tom\", \"contact\": %s, \"once\": {\"key\": \"z\"}}", body);
  json_auto_t *object = parse (text);
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  g_autofree char *shown = NULL;

  g_assert_cmpstr (binary, ==, "gRjHxigMrOSm02Mz25UNSA==");
  g_assert_cmpstr (compact, ==, binary);
  g_assert_true (tw_bind_object (address_book_method (schema, "write"), object, TW_PROTOCOL_BINARY, &out, problems));
  shown = show (address_book_method (schema, "write"), TW_PROTOCOL_BINARY, &out);
  g_assert_nonnull (strstr (shown, binary));
}

static void
test_an_object_has_no_fingerprint_of_its_own (void)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  json_auto_t *object = parse ("{\"owner\": \"mia\", \"key\": \"k\", \"terms\": {\"fingerprint\": \"AAAA\"}}");
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  g_autofree char *said = NULL;

  g_assert_false (tw_bind_object (address_book_method (schema, "strike"), object, TW_PROTOCOL_BINARY, &out, problems));
  said = tw_problems_to_string (problems);
  g_assert_cmpstr (said, ==, "terms.fingerprint is not known");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fingerprint/how-it-is-spelled-does-not-count", test_how_it_is_spelled_does_not_count);
  g_test_add_func ("/fingerprint/what-it-says-does", test_what_it_says_does);
  g_test_add_func ("/fingerprint/headers-and-path", test_headers_and_path);
  g_test_add_func ("/fingerprint/stays-what-it-is", test_stays_what_it_is);
  g_test_add_func ("/fingerprint/an-object-has-no-fingerprint-of-its-own", test_an_object_has_no_fingerprint_of_its_own);
  return g_test_run ();
}
