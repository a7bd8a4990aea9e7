/* SPDX-License-Identifier: Apache-2.0 */

/* If-Match, If-None-Match and Idempotency-Key: what becomes of them, and what is none. */

#include "tw-bind.h"

#include "address-book.h"
#include "bindings.h"

#define NO_TAGS " must be * alone, or entity tags in quotes, parted by commas"
#define NO_KEY " must be printable ASCII, in quotes where it has a blank, a quote, a comma or a semicolon"

/* Strikes contact k1 with two headers of one name, either of which may be NULL. */
#define STRIKE(header, first, second)                                                                                  \
  (const Sent[])                                                                                                       \
  {                                                                                                                    \
    { TW_SOURCE_CLAIM, "sub", "mia" }, { TW_SOURCE_PATH, "key", "k1" },                                                \
    { TW_SOURCE_HEADER, (first) != NULL ? (header) : NULL, first },                                                    \
    { TW_SOURCE_HEADER, (second) != NULL ? (header) : NULL, second }, { 0, NULL, NULL },                               \
  }

static void
assert_tags (const char *header, const char *member, const char *first, const char *second, const char *tags)
{
  g_autofree char *expected
      = g_strdup_printf ("{\"owner\": \"mia\", \"key\": \"k1\", \"terms\": {\"%s\": %s}}", member, tags);

  assert_request ("strike", STRIKE (header, first, second), NULL, expected);
}

static void
test_if_match (void)
{
  static const char *const lists[][3] = {
    { "\"3\"", NULL, "[\"3\"]" },
    { "\"3-gzip\"", NULL, "[\"3\"]" },
    { "*", NULL, "[\"*\"]" },
    { "\"a\",\"b\" ,\t\"\"", NULL, "[\"a\", \"b\", \"\"]" },
    { ",\"a\",,\"b\",", NULL, "[\"a\", \"b\"]" },
    { "\"a\"", "\"b\", \"c\"", "[\"a\", \"b\", \"c\"]" },
    { "\"a,b\"", NULL, "[\"a,b\"]" },
    { "\"\xc3\xa9\"", NULL, "[\"\xc3\xa9\"]" },
    /* What no tag can be the same as is a condition all the same: one that is not met. */
    { "W/\"3\"", NULL, "[]" },
    { "W/\"3\", \"4\", W/\"5-gzip\"", NULL, "[\"4\"]" },
    { "\"*\"", NULL, "[]" },
    { "\"\xff\"", NULL, "[]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    assert_tags ("if-match", "ifMatch", lists[i][0], lists[i][1], lists[i][2]);
}

static void
test_if_none_match (void)
{
  assert_tags ("if-none-match", "ifNoneMatch", "W/\"3\", \"4-gzip\"", NULL, "[\"3\", \"4\"]");
  assert_tags ("if-none-match", "ifNoneMatch", "*", NULL, "[\"*\"]");
  assert_tags ("if-none-match", "ifNoneMatch", "\"*\"", NULL, "[]");
}

static void
test_what_is_no_list_of_tags (void)
{
  static const char *const lists[][2] = {
    { "", NULL },         { ",", NULL },          { "3", NULL },      { "'3'", NULL },       { "\"3", NULL },
    { "\"3\" \"4\"", NULL }, { "w/\"3\"", NULL },    { "W\"3\"", NULL }, { "*, \"3\"", NULL },  { "\"3\", *", NULL },
    { "**", NULL },       { "*", "*" },           { "*", "\"3\"" },   { "\"3\"", "x" },      { "\"a b\"", NULL },
    { "\"3\";", NULL },   { "\"3\\\"\"", NULL },  { "\"\t\"", NULL }, { "*,W/\"3\"", NULL }, { "\"*\", *", NULL },
  };

  /* A backslash is part of a tag, and escapes nothing (RFC 9110, section 8.8.3). */
  assert_tags ("if-match", "ifMatch", "\"3\\\"", NULL, "[\"3\\\\\"]");
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      assert_refused ("strike", STRIKE ("if-match", lists[i][0], lists[i][1]), NULL, "header.if-match" NO_TAGS);
      assert_refused ("strike", STRIKE ("if-none-match", lists[i][0], lists[i][1]), NULL,
                      "header.if-none-match" NO_TAGS);
    }
}

static void
test_more_tags_than_are_taken (void)
{
  assert_tags ("if-match", "ifMatch", "\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\"", NULL,
               "[\"1\", \"2\", \"3\", \"4\", \"5\", \"6\", \"7\", \"8\"]");
  assert_refused ("strike", STRIKE ("if-match", "\"1\",\"2\",\"3\",\"4\",W/\"5\",\"6\",\"7\",\"8\"", "\"9\""), NULL,
                  "header.if-match must have at most 8 elements");
}

static void
assert_key (const char *sent, const char *key)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwMethod *method = address_book_method (schema, "strike");
  Request request = { STRIKE ("idempotency-key", sent, NULL) };
  const TwRequestValues values = request_values (&request, NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (TwProblems) problems = tw_problems_new ();
      g_auto (TwBuffer) out = TW_BUFFER_INIT;
      gboolean bound = tw_bind_request (method, &values, PROTOCOLS[i], &out, problems);
      g_autofree char *shown = NULL;
      json_auto_t *arguments = NULL;
      json_t *terms;
      gsize length;
      g_autofree guchar *fingerprint = NULL;

      g_assert_true (bound);
      assert_scans (method, PROTOCOLS[i], &out);
      shown = show (method, PROTOCOLS[i], &out);
      arguments = parse (shown);
      terms = json_object_get (arguments, "terms");
      g_assert_cmpstr (json_string_value (json_object_get (terms, "key")), ==, key);
      fingerprint = g_base64_decode (json_string_value (json_object_get (terms, "fingerprint")), &length);
      g_assert_cmpuint (length, ==, TW_FINGERPRINT_SIZE);
    }
}

#define LONGEST                                                                                                        \
  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"                                                   \
  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
test_keys (void)
{
  assert_key ("0f8b5b0e-5b0c-4f4b-9c0e-6a1f2f0d7c3a", "0f8b5b0e-5b0c-4f4b-9c0e-6a1f2f0d7c3a");
  assert_key ("\"0f8b5b0e\"", "0f8b5b0e");
  assert_key ("\"a b, c; \\\"d\\\" \\\\\"", "a b, c; \"d\" \\");
  assert_key ("!#$%&'()*+-./:<=>?@[]^_`{|}~", "!#$%&'()*+-./:<=>?@[]^_`{|}~");
  assert_key (LONGEST, LONGEST);
  assert_key ("\"" LONGEST "\"", LONGEST);
}

static void
test_what_is_no_key (void)
{
  static const char *const keys[] = {
    "", "a b", "a,b", "a\"b", "a;b", "a\\b", "\xc3\xa9", "a\tb", "\"", "\"a", "\"a\"b", "\"a\";p=1", "\"a\", \"b\"",
    "\"a\\b\"", "\"a\\", "\"\xc3\xa9\"", "\"a\tb\"", "\"a\x7f\"", "a\x01",
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    assert_refused ("strike", STRIKE ("idempotency-key", keys[i], NULL), NULL, "header.idempotency-key" NO_KEY);
  assert_refused ("strike", STRIKE ("idempotency-key", "\"\"", NULL), NULL,
                  "header.idempotency-key must be at least 1 character");
  assert_refused ("strike", STRIKE ("idempotency-key", LONGEST "x", NULL), NULL,
                  "header.idempotency-key must be at most 128 characters");
  assert_refused ("strike", STRIKE ("idempotency-key", "a", "a"), NULL, "header.idempotency-key must be given once");
}

/* Nobody sends what is made of a request; and of nothing sent, nothing comes. */
static void
test_what_is_sent_nowhere_else (void)
{
  assert_request ("strike", STRIKE ("if-match", NULL, NULL), NULL, "{\"owner\": \"mia\", \"key\": \"k1\"}");
  assert_refused ("write", OWNER, "{\"full_name\": \"A\", \"fingerprint\": \"AAAA\", \"key\": \"k\", \"ifMatch\": []}",
                  "body.fingerprint is not known; body.key is not known; body.ifMatch is not known");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bind/header/if-match", test_if_match);
  g_test_add_func ("/bind/header/if-none-match", test_if_none_match);
  g_test_add_func ("/bind/header/what-is-no-list-of-tags", test_what_is_no_list_of_tags);
  g_test_add_func ("/bind/header/more-tags-than-are-taken", test_more_tags_than_are_taken);
  g_test_add_func ("/bind/header/keys", test_keys);
  g_test_add_func ("/bind/header/what-is-no-key", test_what_is_no_key);
  g_test_add_func ("/bind/header/what-is-sent-nowhere-else", test_what_is_sent_nowhere_else);
  return g_test_run ();
}
