/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-static.h"

#include "http-heads.h"

#include <string.h>

static void
on_answered (gpointer user_data)
{
}

/* What the files say to a request that is @raw up to its last header. */
static TwResponse *
ask (const TwStatic *files, const char *raw)
{
  g_autofree char *whole = g_strconcat (raw, "\r\nHost: x\r\n\r\n", NULL);
  TwHead *head = g_new0 (TwHead, 1);
  char *bytes = http_head_parse (whole, strlen (whole), head);
  TwRequestPool *pool = tw_request_pool_new ();
  TwRequest *request = tw_request_new (pool, head->target, &(TwIp) { 0 }, "192.0.2.1", on_answered, NULL);
  TwResponse *response;

  *tw_request_head (request) = *head;
  g_free (head);
  response = tw_request_check (request);
  g_assert_null (response);
  response = tw_static_answer (files, request);
  tw_request_free (request);
  tw_request_pool_free (pool);
  g_free (bytes);
  return response;
}

static TwStatic *
new_files (void)
{
  TwStatic *files = tw_static_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("body", 4);

  tw_static_add (files, "/a.css", "text/css", bytes);
  return files;
}

static void
assert_status (const TwStatic *files, const char *raw, guint status)
{
  g_autoptr (TwResponse) response = ask (files, raw);

  g_assert_cmpuint (response != NULL ? tw_response_status (response) : 0, ==, status);
}

static void
test_file_is_a_page (void)
{
  g_autoptr (TwStatic) files = new_files ();
  g_autoptr (TwResponse) response = ask (files, "GET /a.css HTTP/1.1");

  g_assert_cmpuint (tw_response_status (response), ==, 200);
  g_assert_cmpstr (tw_response_header (response, "Content-Type"), ==, "text/css");
  g_assert_cmpstr (tw_response_header (response, "Cache-Control"), ==, "no-cache");
  g_assert_nonnull (strstr (tw_response_header (response, "Content-Security-Policy"), "script-src 'self'"));
}

/* Nothing else is a file, whatever dots and slashes it would decode to. */
static void
test_only_the_path_itself_is_a_file (void)
{
  static const char *const targets[] = { "/", "/a.css/", "//a.css", "/A.css", "/./a.css", "/b/../a.css",
                                         "/%2e%2e/a.css", "/b%2F..%2Fa.css", "/%2Fa.css",  "/a.css%20", "/a.css;x" };
  g_autoptr (TwStatic) files = new_files ();

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autofree char *raw = g_strdup_printf ("GET %s HTTP/1.1", targets[i]);

      assert_status (files, raw, 0);
    }
  assert_status (files, "GET /a.css?version=2 HTTP/1.1", 200);
  /* The same path (RFC 3986, section 6.2.2.2). */
  assert_status (files, "GET /a%2Ecss HTTP/1.1", 200);
  assert_status (files, "GET /%61.%63ss?x=%41 HTTP/1.1", 200);
}

static void
test_validators (void)
{
  static const struct
  {
    const char *format; /* %s is the file's own ETag */
    guint status;
  } values[] = { { "%s", 304 },       { "W/%s", 304 },     { "\"x\", %s", 304 }, { "\"x\",W/%s , \"y\"", 304 },
                 { "*", 304 },        { "\"x\"", 200 },    { "", 200 },          { ",,", 200 },
                 { "W/", 200 },       { "\"", 200 },       { "w/%s", 200 },
                 { "\"x\"\r\nIf-None-Match: ,%s", 304 }, { ",\"x\",,", 200 } };
  g_autoptr (TwStatic) files = new_files ();
  g_autoptr (TwResponse) first = ask (files, "GET /a.css HTTP/1.1");
  const char *etag = tw_response_header (first, "ETag");

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_auto (GStrv) parts = g_strsplit (values[i].format, "%s", -1);
      g_autofree char *value = g_strjoinv (etag, parts);
      g_autofree char *raw = g_strdup_printf ("HEAD /a.css HTTP/1.1\r\nIf-None-Match: %s", value);
      g_autoptr (TwResponse) response = ask (files, raw);

      g_assert_cmpuint (tw_response_status (response), ==, values[i].status);
      g_assert_cmpstr (tw_response_header (response, "ETag"), ==, etag);
      g_assert_cmpstr (tw_response_header (response, "Cache-Control"), ==, "no-cache");
    }
}

static void
test_verbs (void)
{
  static const struct
  {
    const char *verb;
    guint status;
  } verbs[] = { { "HEAD", 200 }, { "OPTIONS", 204 }, { "POST", 405 }, { "get", 501 }, { "TRACE", 405 } };
  g_autoptr (TwStatic) files = new_files ();

  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      g_autofree char *raw = g_strdup_printf ("%s /a.css HTTP/1.1", verbs[i].verb);
      g_autoptr (TwResponse) response = ask (files, raw);

      g_assert_cmpuint (tw_response_status (response), ==, verbs[i].status);
      g_assert_cmpstr (tw_response_header (response, "Allow"), ==,
                       verbs[i].status == 200 ? NULL : "GET, HEAD, OPTIONS");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/static/file-is-a-page", test_file_is_a_page);
  g_test_add_func ("/static/only-the-path-itself-is-a-file", test_only_the_path_itself_is_a_file);
  g_test_add_func ("/static/validators", test_validators);
  g_test_add_func ("/static/verbs", test_verbs);
  return g_test_run ();
}
