/* SPDX-License-Identifier: Apache-2.0 */

/* Requests: where values come from, and what is said where they cannot. */

#include "tw-bind.h"

#include "address-book.h"
#include "bindings.h"

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

/* What "again" says to a request with @cookie and @body that asks for cookies, or not. */
static char *
show_again (gboolean cookies, const char *cookie, const char *body)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  const TwMethod *method = address_book_method (schema, "again");
  const Sent sent[] = { { TW_SOURCE_COOKIE, "visit_stamp", cookie }, { 0, NULL, NULL } };
  Request request = { cookie != NULL ? sent : NULL };
  json_auto_t *json = body != NULL ? parse (body) : NULL;
  TwRequestValues values = request_values (&request, json);
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;

  values.cookies = cookies;
  if (!tw_bind_request (method, &values, TW_PROTOCOL_BINARY, &bytes, problems))
    return tw_problems_to_string (problems);
  return show (method, TW_PROTOCOL_BINARY, &bytes);
}

static void
test_cookie_stands_in_for_a_member (void)
{
  static const struct
  {
    gboolean cookies;
    const char *cookie, *body, *shown;
  } cases[] = {
    { TRUE, "p1", NULL, "{\"shown\":{\"stamp\":\"p1\"}}" },
    { TRUE, "p1", "{}", "{\"shown\":{\"stamp\":\"p1\"}}" },
    { TRUE, "p1", "{\"stamp\":null}", "{\"shown\":{\"stamp\":\"p1\"}}" },
    { TRUE, "p1", "{\"stamp\":\"p2\"}", "{\"shown\":{\"stamp\":\"p2\"}}" },
    { TRUE, NULL, "{\"stamp\":\"p2\"}", "{\"shown\":{\"stamp\":\"p2\"}}" },
    { TRUE, NULL, NULL, "cookie.visit_stamp is required" },
    { TRUE, NULL, "[]", "body must be an object" },
    { TRUE, "a pass of more than forty characters, I say", NULL, "cookie.visit_stamp must be at most 40 characters" },
    { FALSE, "p1", NULL, "body.stamp is required" },
    { FALSE, "p1", "{}", "body.stamp is required" },
    { FALSE, "p1", "{\"stamp\":\"p2\"}", "{\"shown\":{\"stamp\":\"p2\"}}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = show_again (cases[i].cookies, cases[i].cookie, cases[i].body);

      g_assert_cmpstr (shown, ==, cases[i].shown);
    }
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
test_repeated_query_parameter (void)
{
  assert_refused ("leaf",
                  (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                  { TW_SOURCE_QUERY, "kind", "person" },
                                  { TW_SOURCE_QUERY, "kind", "person" },
                                  { 0, NULL, NULL } },
                  NULL, "query.kind must be given once");
}

/* Also where each is the same, or one is empty: somebody between the client and us may have seen the other. */
static void
test_repeated_header_or_cookie (void)
{
  assert_refused ("write",
                  (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                  { TW_SOURCE_HEADER, "request-key", "r-1" },
                                  { TW_SOURCE_HEADER, "request-key", "r-1" },
                                  { TW_SOURCE_COOKIE, "campaign", "spring" },
                                  { TW_SOURCE_COOKIE, "campaign", "" },
                                  { 0, NULL, NULL } },
                  "{\"full_name\": \"Ada\"}",
                  "header.request-key must be given once; cookie.campaign must be given once");
}

/* What nobody asked for may come as often as it likes. */
static void
test_other_headers_may_be_repeated (void)
{
  assert_request ("write",
                  (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "mia" },
                                  { TW_SOURCE_HEADER, "accept", "a" },
                                  { TW_SOURCE_HEADER, "accept", "b" },
                                  { TW_SOURCE_COOKIE, "other", "a" },
                                  { TW_SOURCE_COOKIE, "other", "b" },
                                  { 0, NULL, NULL } },
                  "{\"full_name\": \"Ada\"}", "{\"owner\": \"mia\", \"contact\": {\"full_name\": \"Ada\"}}");
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
test_names_of_clients_are_cut_short (void)
{
  g_autofree char *name = g_strnfill (5000, 'x');
  g_autofree char *body = g_strdup_printf ("{\"%s\": 1}", name);
  g_autofree char *expected = g_strdup_printf ("body.%.100s… is not known", name);

  assert_refused ("amend", KEYED, body, expected);
}

/* What a request to change a task is told, or, where it is taken, what becomes of it. */
static char *
bind_patch (const char *text)
{
  g_autoptr (TwSchema) schema = load_schema ((const char *const[]){ "TASKS_JSON" }, 1);
  const TwMethod *method = tw_service_find_method (tw_schema_service (schema, 0), "patch", 5);
  json_auto_t *body = parse (text);
  Request request = {
    (const Sent[]){ { TW_SOURCE_CLAIM, "sub", "u" }, { TW_SOURCE_PATH, "id", "1" }, { 0, NULL, NULL } }
  };
  const TwRequestValues values = request_values (&request, body);
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_auto (TwBuffer) out = TW_BUFFER_INIT;

  return tw_bind_request (method, &values, TW_PROTOCOL_BINARY, &out, problems)
           ? show (method, TW_PROTOCOL_BINARY, &out)
           : tw_problems_to_string (problems);
}

static void
assert_patch (const char *text, const char *expected)
{
  g_autofree char *said = bind_patch (text);

  g_assert_cmpstr (said, ==, expected);
}

/* It is told at its own place, and others are cleared. */
static void
test_null_that_cannot_clear (void)
{
  assert_patch ("{\"name\": null}", "body.name must not be null");
  assert_patch ("{\"done\": null, \"notes\": null}", "body.done must not be null");
  assert_patch ("{\"notes\": null, \"labels\": null}",
                "{\"userId\":\"u\",\"id\":\"1\",\"changes\":{\"clear\":[\"notes\",\"labels\"]}}");
}

static void
test_limits_of_elements (void)
{
  assert_patch ("{\"labels\": [\"a\", \"\", \"\\u0001\", \"\\u200b\", 5]}",
                "body.labels[1] must be at least 1 character; body.labels[2] must have a character that can be seen;"
                " body.labels[3] must have a character that can be seen; body.labels[4] must be a string");
  assert_patch ("{\"labels\": [\"a\", \"b\"]}",
                "{\"userId\":\"u\",\"id\":\"1\",\"changes\":{\"labels\":[\"a\",\"b\"]}}");
  assert_patch ("{\"labels\": [\"CAFÉ\", \"tea\", \"cafe\", \"Tea\"]}",
                "body.labels[2] must not be there twice, whatever its case and accents;"
                " body.labels[3] must not be there twice, whatever its case and accents");
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
  g_test_add_func ("/bind/elements-have-limits", test_limits_of_elements);
  g_test_add_func ("/bind/names-to-clear-cannot-be-sent", test_names_to_clear_cannot_be_sent);
  g_test_add_func ("/bind/all-failures-are-told", test_all_failures_are_told);
  g_test_add_func ("/bind/cookie-stands-in-for-a-member", test_cookie_stands_in_for_a_member);
  g_test_add_func ("/bind/missing-body-names-what-is-required", test_missing_body_names_what_is_required);
  g_test_add_func ("/bind/body-that-is-no-object-is-refused", test_body_that_is_no_object);
  g_test_add_func ("/bind/repeated-query-parameter-is-refused", test_repeated_query_parameter);
  g_test_add_func ("/bind/repeated-header-or-cookie-is-refused", test_repeated_header_or_cookie);
  g_test_add_func ("/bind/headers-and-cookies-that-nobody-asked-for-may-be-repeated", test_other_headers_may_be_repeated);
  g_test_add_func ("/bind/claim-cannot-be-sent", test_claim_cannot_be_sent);
  g_test_add_func ("/bind/claim-of-elements-comes-from-the-token", test_claim_of_elements);
  g_test_add_func ("/bind/token-without-the-claim-is-refused", test_token_without_the_claim);
  g_test_add_func ("/bind/names-of-clients-are-cut-short", test_names_of_clients_are_cut_short);
  return g_test_run ();
}
