/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-response.h"

#include "tw-error.h"

#include <jansson.h>
#include <string.h>

/* The body as JSON; free with json_decref(). */
static json_t *
body_of (const TwResponse *response)
{
  gsize length;
  const char *data = (const char *) tw_response_body (response, &length);
  json_t *json = json_loadb (data, length, JSON_REJECT_DUPLICATES, NULL);

  g_assert_nonnull (json);
  return json;
}

static const char *
member (const json_t *json, const char *name)
{
  return json_string_value (json_object_get (json, name));
}

static void
test_problem_is_rfc_9457 (void)
{
  g_autoptr (TwResponse) response = tw_response_new_problem (404, "Not \"there\"\n");
  json_t *json = body_of (response);

  g_assert_cmpstr (tw_response_header (response, "content-type"), ==, "application/problem+json");
  g_assert_cmpstr (member (json, "title"), ==, "Not Found");
  g_assert_cmpint (json_integer_value (json_object_get (json, "status")), ==, 404);
  g_assert_cmpstr (member (json, "detail"), ==, "Not \"there\"\n");
  g_assert_null (json_object_get (json, "errors"));
  json_decref (json);
}

static void
test_problem_names_every_failure (void)
{
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_autoptr (TwResponse) response = NULL;
  json_t *json, *errors;

  tw_problems_add (problems, "body.a", "must be b");
  tw_problems_add (problems, "query.\"c", "must be \\d");
  response = tw_response_new_problem_of (NULL, 400, "x", problems);
  json = body_of (response);
  errors = json_object_get (json, "errors");
  g_assert_cmpuint (json_array_size (errors), ==, 2);
  g_assert_cmpstr (member (json_array_get (errors, 0), "location"), ==, "body.a");
  g_assert_cmpstr (member (json_array_get (errors, 0), "detail"), ==, "must be b");
  g_assert_cmpstr (member (json_array_get (errors, 1), "location"), ==, "query.\"c");
  json_decref (json);
}

static void
test_problem_of_any_status_has_a_title (void)
{
  for (guint status = 400; status <= 599; status++)
    {
      g_autoptr (TwResponse) response = tw_response_new_problem (status, NULL);
      json_t *json = body_of (response);

      g_assert_cmpuint (strlen (member (json, "title")), >, 0);
      g_assert_null (json_object_get (json, "detail"));
      json_decref (json);
    }
}

static void
test_statuses_bring_their_headers (void)
{
  g_autoptr (TwResponse) unauthorized = tw_response_new_problem (401, NULL);
  g_autoptr (TwResponse) unavailable = tw_response_new_problem (503, NULL);

  g_assert_cmpstr (tw_response_header (unauthorized, "WWW-Authenticate"), ==, "Bearer");
  g_assert_cmpstr (tw_response_header (unavailable, "Retry-After"), ==, "1");
}

static void
test_internal_errors_say_nothing (void)
{
  g_autoptr (GError) error = g_error_new (TW_ERROR, TW_ERROR_INTERNAL, "the secret is 42");
  g_autoptr (TwResponse) response = tw_response_new_error (error);
  json_t *json = body_of (response);

  g_assert_cmpuint (tw_response_status (response), ==, 500);
  g_assert_null (strstr (member (json, "detail"), "42"));
  json_decref (json);
}

static void
test_every_answer_has_the_security_headers (void)
{
  g_autoptr (TwResponse) response = tw_response_new (204);
  gsize length;

  g_assert_cmpstr (tw_response_header (response, "X-Content-Type-Options"), ==, "nosniff");
  g_assert_cmpstr (tw_response_header (response, "Cache-Control"), ==, "no-store");
  g_assert_nonnull (strstr (tw_response_header (response, "Content-Security-Policy"), "default-src 'none'"));
  tw_response_body (response, &length);
  g_assert_cmpuint (length, ==, 0);
}

static void
test_pages_may_load_themselves_only (void)
{
  g_autoptr (TwResponse) response = tw_response_new (200);
  const char *policy;

  tw_response_allow_page (response);
  policy = tw_response_header (response, "Content-Security-Policy");
  g_assert_nonnull (strstr (policy, "script-src 'self'"));
  g_assert_null (strstr (policy, "unsafe"));
  g_assert_cmpstr (tw_response_header (response, "Cache-Control"), ==, "no-cache");
}

static void
test_header_that_would_split_the_answer_is_left_out (void)
{
  g_autoptr (TwResponse) response = tw_response_new (200);

  tw_response_add_header (response, "X-A", "a\r\nX-B: b");
  tw_response_set_header (response, "X-C", "a\nb");
  g_assert_null (tw_response_header (response, "X-A"));
  g_assert_null (tw_response_header (response, "X-C"));
}

static void
test_set_replaces_in_any_case (void)
{
  g_autoptr (TwResponse) response = tw_response_new (200);

  tw_response_add_header (response, "ETag", "1");
  tw_response_set_header (response, "etag", "2");
  g_assert_cmpstr (tw_response_header (response, "ETAG"), ==, "2");
}

static void
test_many_headers_are_all_there (void)
{
  static const char *const names[] = { "X-A", "X-B", "X-C", "X-D", "X-E", "X-F", "X-G", "X-H", "X-I", "Y-A" };
  g_autoptr (TwResponse) response = tw_response_new (200);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    tw_response_add_header (response, names[i], names[i]);
  tw_response_take_header (response, "X-B", g_strdup ("again"));
  tw_response_set_header (response, "x-b", "once");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (tw_response_header (response, names[i]), ==, i == 1 ? "once" : names[i]);
}

/* Whose body is a JSON string of @length times the same letter. */
static TwResponse *
new_long (gsize length)
{
  g_auto (TwBuffer) json = TW_BUFFER_INIT;

  tw_buffer_append_byte (&json, '"');
  for (gsize i = 0; i < length; i++)
    tw_buffer_append_byte (&json, 'a');
  tw_buffer_append_byte (&json, '"');
  return tw_response_new_json (200, &json);
}

static void
test_what_is_compressible (void)
{
  g_autoptr (TwResponse) empty = tw_response_new (204);
  g_autoptr (TwResponse) brief = new_long (1022);
  g_autoptr (TwResponse) longer = new_long (1023);
  g_autoptr (TwResponse) longest = new_long (256 * 1024 - 2);
  g_autoptr (TwResponse) too_long = new_long (256 * 1024 - 1);
  g_autoptr (TwResponse) secret = new_long (5000);
  g_autoptr (TwResponse) coded = new_long (5000);

  tw_response_keep_secret (secret);
  tw_response_add_header (coded, "content-encoding", "br");
  g_assert_false (tw_response_is_compressible (empty));
  g_assert_false (tw_response_is_compressible (brief));
  g_assert_true (tw_response_is_compressible (longer));
  g_assert_true (tw_response_is_compressible (longest));
  g_assert_false (tw_response_is_compressible (too_long));
  g_assert_false (tw_response_is_compressible (secret));
  g_assert_false (tw_response_is_compressible (coded));
}

static void
test_compressed_answer_has_a_tag_of_its_own (void)
{
  g_autoptr (TwResponse) response = new_long (5000);
  gsize length;

  tw_response_add_header (response, "ETag", "\"7\"");
  tw_response_compress (response);
  g_assert_cmpstr (tw_response_header (response, "Content-Encoding"), ==, "gzip");
  g_assert_cmpstr (tw_response_header (response, "Content-Type"), ==, "application/json");
  g_assert_cmpstr (tw_response_header (response, "ETag"), ==, "\"7-gzip\"");
  g_assert_cmpuint (tw_response_body (response, &length)[0], ==, 0x1f);
  g_assert_cmpuint (length, <, 100);
  g_assert_false (tw_response_is_compressible (response));
}

static void
test_vary_names_all_at_once (void)
{
  g_autoptr (TwResponse) response = tw_response_new (200);

  g_assert_null (tw_response_header (response, "Vary"));
  tw_response_vary (response, TW_VARY_ORIGIN);
  g_assert_cmpstr (tw_response_header (response, "Vary"), ==, "Origin");
  tw_response_vary (response, TW_VARY_ACCEPT_ENCODING);
  g_assert_cmpstr (tw_response_header (response, "Vary"), ==, "Accept-Encoding, Origin");
}

static void
test_what_has_a_tag_may_be_kept_by_its_client (void)
{
  g_autoptr (TwResponse) response = tw_response_new (200);
  g_autoptr (TwResponse) secret = tw_response_new (200);

  tw_response_add_header (response, "ETag", "\"7\"");
  g_assert_cmpstr (tw_response_header (response, "Cache-Control"), ==, "private, no-cache");
  tw_response_add_header (secret, "etag", "\"7\"");
  tw_response_add_header (secret, "Cache-Control", "public");
  tw_response_keep_secret (secret);
  g_assert_cmpstr (tw_response_header (secret, "Cache-Control"), ==, "no-store");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/response/problem-is-rfc-9457", test_problem_is_rfc_9457);
  g_test_add_func ("/response/problem-names-every-failure", test_problem_names_every_failure);
  g_test_add_func ("/response/problem-of-any-status-has-a-title", test_problem_of_any_status_has_a_title);
  g_test_add_func ("/response/statuses-bring-their-headers", test_statuses_bring_their_headers);
  g_test_add_func ("/response/internal-errors-say-nothing", test_internal_errors_say_nothing);
  g_test_add_func ("/response/every-answer-has-the-security-headers", test_every_answer_has_the_security_headers);
  g_test_add_func ("/response/pages-may-load-themselves-only", test_pages_may_load_themselves_only);
  g_test_add_func ("/response/header-that-would-split-the-answer-is-left-out",
                   test_header_that_would_split_the_answer_is_left_out);
  g_test_add_func ("/response/set-replaces-in-any-case", test_set_replaces_in_any_case);
  g_test_add_func ("/response/many-headers", test_many_headers_are_all_there);
  g_test_add_func ("/response/what-is-compressible", test_what_is_compressible);
  g_test_add_func ("/response/compressed-answer-has-a-tag-of-its-own", test_compressed_answer_has_a_tag_of_its_own);
  g_test_add_func ("/response/vary-names-all-at-once", test_vary_names_all_at_once);
  g_test_add_func ("/response/what-has-a-tag-may-be-kept-by-its-client", test_what_has_a_tag_may_be_kept_by_its_client);
  return g_test_run ();
}
