/* SPDX-License-Identifier: Apache-2.0 */

/* What If-Match and If-None-Match make of an answer that has a tag. */

#include "tw-conditions.h"

#include "http-requests.h"

#include <string.h>

#define SHORT "{\"a\":1}"

/* The answer to a GET with @headers, which end with a line break; its body is long enough to be compressed, or not. */
static TwResponse *
answer (const char *headers, const char *etag, gboolean is_long)
{
  g_autofree char *raw = g_strdup_printf ("GET / HTTP/1.1\r\n%sX: y", headers);
  g_auto (HttpRequest) asked = http_request (raw);
  g_autofree char *filling = g_strnfill (is_long ? 2000 : 0, 'x');
  g_auto (TwBuffer) json = TW_BUFFER_INIT;
  TwResponse *response;

  tw_buffer_append_string (&json, SHORT);
  tw_buffer_append_string (&json, filling);
  response = tw_response_new_json (200, &json);
  if (etag != NULL)
    tw_response_add_header (response, "ETag", etag);
  tw_response_add_header (response, "Set-Cookie", "a=b");
  return tw_conditions_apply (asked.request, response);
}

static void
assert_whole (const char *headers, const char *etag)
{
  g_autoptr (TwResponse) response = answer (headers, etag, FALSE);
  gsize length = 0;

  if (tw_response_status (response) != 200)
    g_error ("%s of %s: %u", headers, etag, tw_response_status (response));
  tw_response_body (response, &length);
  g_assert_cmpuint (length, ==, strlen (SHORT));
  g_assert_cmpstr (tw_response_header (response, "ETag"), ==, etag);
}

static void
assert_not_modified (const char *headers, const char *etag, gboolean is_long, const char *expected)
{
  g_autoptr (TwResponse) response = answer (headers, etag, is_long);
  gsize length = 1;

  if (tw_response_status (response) != 304)
    g_error ("%s of %s: %u", headers, etag, tw_response_status (response));
  tw_response_body (response, &length);
  g_assert_cmpuint (length, ==, 0);
  g_assert_null (tw_response_header (response, "Content-Type"));
  g_assert_cmpstr (tw_response_header (response, "ETag"), ==, expected);
  g_assert_cmpstr (tw_response_header (response, "Cache-Control"), ==, "private, no-cache");
  g_assert_cmpstr (tw_response_header (response, "Vary"), ==, is_long ? "Accept-Encoding" : NULL);
  g_assert_null (tw_response_header (response, "Set-Cookie"));
}

#define HAS(tags) "If-None-Match: " tags "\r\n"
#define GZIP "Accept-Encoding: gzip\r\n"

static void
test_what_the_client_has (void)
{
  static const char *const held[] = {
    HAS ("\"3\""), HAS ("W/\"3\""), HAS ("\"1\", \"3\""), HAS ("\"1\"") HAS ("W/\"2\", \"3\""), HAS ("*"),
    HAS ("3, \"3\""), HAS ("\"1\",,\"3\" ,"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    assert_not_modified (held[i], "\"3\"", FALSE, "\"3\"");
  assert_not_modified (HAS ("\"3\""), "W/\"3\"", FALSE, "W/\"3\"");
}

static void
test_what_the_client_has_not (void)
{
  static const char *const others[] = {
    "", HAS ("\"2\""), HAS ("\"33\""), HAS ("\"\""), HAS ("3"), HAS ("w/\"3\""), HAS ("'3'"), HAS (""), HAS ("\"3"),
    "If-Modified-Since: Mon, 01 Jan 2035 00:00:00 GMT\r\n", HAS ("**"),
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    assert_whole (others[i], "\"3\"");
  assert_whole (HAS ("*"), NULL);
  assert_whole (HAS ("\"3\""), "3");
}

/* The tag is that of what the client holds, in whichever coding; where it has both, of what it would get now. */
static void
test_gzip (void)
{
  assert_not_modified (HAS ("\"3-gzip\"") GZIP, "\"3\"", TRUE, "\"3-gzip\"");
  assert_not_modified (HAS ("\"3-gzip\""), "\"3\"", TRUE, "\"3-gzip\"");
  assert_not_modified (HAS ("\"3-gzip\""), "\"3\"", FALSE, "\"3-gzip\"");
  assert_not_modified (HAS ("\"3\"") GZIP, "\"3\"", TRUE, "\"3\"");
  assert_not_modified (HAS ("\"3\", \"3-gzip\"") GZIP, "\"3\"", TRUE, "\"3-gzip\"");
  assert_not_modified (HAS ("\"3-gzip\", \"3\""), "\"3\"", TRUE, "\"3\"");
  assert_not_modified (HAS ("*") GZIP, "\"3\"", TRUE, "\"3-gzip\"");
  assert_not_modified (HAS ("*") GZIP, "\"3\"", FALSE, "\"3\"");
  assert_not_modified (HAS ("*"), "\"3\"", TRUE, "\"3\"");
}

#define IF_MATCH(tags) "If-Match: " tags "\r\n"

static void
test_if_match (void)
{
  static const char *const met[] = { IF_MATCH ("\"3\""), IF_MATCH ("*"), IF_MATCH ("\"1\", \"3-gzip\""),
                                     IF_MATCH ("\"1\"") IF_MATCH ("\"3\"") };
  static const char *const failed[] = { IF_MATCH ("\"2\""), IF_MATCH ("W/\"3\""), IF_MATCH ("3"), IF_MATCH (""),
                                        IF_MATCH ("\"2\"") HAS ("\"3\"") };

  for (guint i = 0; i < G_N_ELEMENTS (met); i++)
    assert_whole (met[i], "\"3\"");
  assert_not_modified (IF_MATCH ("\"3\"") HAS ("\"3\""), "\"3\"", FALSE, "\"3\"");
  assert_whole (IF_MATCH ("*"), "W/\"3\"");
  for (guint i = 0; i < G_N_ELEMENTS (failed); i++)
    {
      g_autoptr (TwResponse) response = answer (failed[i], "\"3\"", FALSE);
      g_autoptr (TwResponse) weak = answer (IF_MATCH ("\"3\""), "W/\"3\"", FALSE);

      g_assert_cmpuint (tw_response_status (response), ==, 412);
      g_assert_cmpuint (tw_response_status (weak), ==, 412);
      g_assert_cmpstr (tw_response_header (response, "Content-Type"), ==, "application/problem+json");
      g_assert_cmpstr (tw_response_header (response, "Cache-Control"), ==, "no-store");
    }
}

/* RFC 9110, section 13.2.1: what is no success in any case does not change. */
static void
test_refusals_stay (void)
{
  g_auto (HttpRequest) asked = http_request ("GET / HTTP/1.1\r\nIf-None-Match: *\r\nIf-Match: \"2\"");
  g_autoptr (TwResponse) response = tw_response_new_problem (404, NULL);

  tw_response_add_header (response, "ETag", "\"3\"");
  response = tw_conditions_apply (asked.request, g_steal_pointer (&response));
  g_assert_cmpuint (tw_response_status (response), ==, 404);
}

static void
test_what_is_confidential_is_never_stored (void)
{
  g_auto (HttpRequest) asked = http_request ("GET / HTTP/1.1\r\nIf-None-Match: \"3\"\r\n" GZIP "X: y");
  g_autofree char *text = g_strnfill (2000, 'x');
  g_auto (TwBuffer) json = TW_BUFFER_INIT;
  g_autoptr (TwResponse) response = NULL;

  tw_buffer_append_string (&json, text);
  tw_request_set_confidential (asked.request);
  response = tw_response_new_json (200, &json);
  tw_response_add_header (response, "ETag", "\"3\"");
  response = tw_conditions_apply (asked.request, g_steal_pointer (&response));
  g_assert_cmpuint (tw_response_status (response), ==, 304);
  g_assert_null (tw_response_header (response, "Vary"));
  /* As the exchange has it for all that is such. */
  tw_response_keep_secret (response);
  g_assert_cmpstr (tw_response_header (response, "Cache-Control"), ==, "no-store");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conditions/what-the-client-has", test_what_the_client_has);
  g_test_add_func ("/conditions/what-the-client-has-not", test_what_the_client_has_not);
  g_test_add_func ("/conditions/gzip", test_gzip);
  g_test_add_func ("/conditions/if-match", test_if_match);
  g_test_add_func ("/conditions/refusals-stay", test_refusals_stay);
  g_test_add_func ("/conditions/what-is-confidential-is-never-stored", test_what_is_confidential_is_never_stored);
  return g_test_run ();
}
