/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-static.h"

#include "http-requests.h"

#include <string.h>

#define LONG_SIZE 4000

/* What the files say to a request that is @raw up to its last header. */
static TwResponse *
ask (const TwStatic *files, const char *raw)
{
  g_auto (HttpRequest) asked = http_request (raw);

  return tw_static_answer (files, asked.request);
}

/* One is too short for gzip, one gets no shorter by it. */
static TwStatic *
new_files (void)
{
  TwStatic *files = tw_static_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("body", 4);
  g_autoptr (GBytes) text = g_bytes_new_take (g_strnfill (LONG_SIZE, 'a'), LONG_SIZE);
  g_autofree guint8 *noise = g_new (guint8, LONG_SIZE);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  g_autoptr (GBytes) picture = NULL;

  for (guint i = 0; i < LONG_SIZE; i++)
    noise[i] = (guint8) g_rand_int_range (random, 0, 256);
  picture = g_bytes_new (noise, LONG_SIZE);
  tw_static_add (files, "/a.css", "text/css", bytes);
  tw_static_add (files, "/long.css", "text/css", text);
  tw_static_add (files, "/a.png", "image/png", picture);
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
assert_header (const TwResponse *response, const char *name, const char *value)
{
  g_assert_cmpstr (tw_response_header (response, name), ==, value);
}

static void
test_gzip_for_who_takes_it (void)
{
  g_autoptr (TwStatic) files = new_files ();
  g_autoptr (TwResponse) plain = ask (files, "GET /long.css HTTP/1.1");
  g_autoptr (TwResponse) gzip = ask (files, "GET /long.css HTTP/1.1\r\nAccept-Encoding: br, gzip");
  g_autoptr (TwResponse) refused = ask (files, "GET /long.css HTTP/1.1\r\nAccept-Encoding: gzip;q=0, *");
  g_autofree char *in_gzip = g_strndup (tw_response_header (plain, "ETag"), 33);
  g_autofree char *tag = g_strconcat (in_gzip, "-gzip\"", NULL);
  gsize length;

  assert_header (plain, "Content-Encoding", NULL);
  assert_header (plain, "Vary", "Accept-Encoding");
  tw_response_body (plain, &length);
  g_assert_cmpuint (length, ==, LONG_SIZE);

  assert_header (gzip, "Content-Encoding", "gzip");
  assert_header (gzip, "Content-Type", "text/css");
  assert_header (gzip, "Vary", "Accept-Encoding");
  assert_header (gzip, "ETag", tag);
  g_assert_cmpuint (tw_response_body (gzip, &length)[0], ==, 0x1f);
  g_assert_cmpuint (length, <, 100);

  assert_header (refused, "Content-Encoding", NULL);
  assert_header (refused, "ETag", tw_response_header (plain, "ETag"));
}

static void
test_what_gzip_does_not_shorten_has_one_variant (void)
{
  static const char *const targets[] = { "/a.css", "/a.png" };
  g_autoptr (TwStatic) files = new_files ();

  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autofree char *raw = g_strdup_printf ("GET %s HTTP/1.1\r\nAccept-Encoding: gzip", targets[i]);
      g_autoptr (TwResponse) response = ask (files, raw);

      assert_header (response, "Content-Encoding", NULL);
      assert_header (response, "Vary", NULL);
      g_assert_false (g_str_has_suffix (tw_response_header (response, "ETag"), "-gzip\""));
    }
}

/* A cache may ask for somebody who takes less than whoever the variant was kept for. */
static void
test_a_variant_is_still_good_for_who_takes_it (void)
{
  static const struct
  {
    const char *accepts, *held; /* T: the tag as it is, Z: the one in gzip */
    const char *told;           /* of a 304; NULL: a 200 */
  } cases[] = {
    { "gzip", "Z", "Z" },           { "gzip", "T", "T" },
    { "gzip", "T, Z", "Z" },        { "gzip", "W/Z", "Z" },
    { "gzip", "*", "Z" },           { "identity", "T", "T" },
    { "identity", "Z", NULL },      { "gzip;q=0", "Z", NULL },
    { "identity", "Z, T", "T" },    { "gzip;q=0.5, identity", "Z", "Z" },
    { "gzip;q=0.5, identity", "Z, T", "T" }, { "gzip, identity;q=0", "T", NULL },
    { "br", "*", "T" },             { "gzip", "\"x\"", NULL },
  };
  g_autoptr (TwStatic) files = new_files ();
  g_autoptr (TwResponse) plain = ask (files, "GET /long.css HTTP/1.1");
  g_autoptr (TwResponse) gzip = ask (files, "GET /long.css HTTP/1.1\r\nAccept-Encoding: gzip");
  const char *tag = tw_response_header (plain, "ETag"), *in_gzip = tw_response_header (gzip, "ETag");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) held = g_string_new (cases[i].held);
      g_autofree char *raw = NULL;
      g_autoptr (TwResponse) response = NULL;

      g_string_replace (held, "T", tag, 0);
      g_string_replace (held, "Z", in_gzip, 0);
      raw = g_strdup_printf ("GET /long.css HTTP/1.1\r\nAccept-Encoding: %s\r\nIf-None-Match: %s", cases[i].accepts,
                             held->str);
      response = ask (files, raw);
      g_assert_cmpuint (tw_response_status (response), ==, cases[i].told != NULL ? 304 : 200);
      assert_header (response, "Vary", "Accept-Encoding");
      if (cases[i].told == NULL)
        continue;
      assert_header (response, "ETag", cases[i].told[0] == 'T' ? tag : in_gzip);
      assert_header (response, "Content-Encoding", NULL);
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
  g_test_add_func ("/static/gzip-for-who-takes-it", test_gzip_for_who_takes_it);
  g_test_add_func ("/static/what-gzip-does-not-shorten-has-one-variant", test_what_gzip_does_not_shorten_has_one_variant);
  g_test_add_func ("/static/a-variant-is-still-good-for-who-takes-it", test_a_variant_is_still_good_for_who_takes_it);
  g_test_add_func ("/static/verbs", test_verbs);
  return g_test_run ();
}
