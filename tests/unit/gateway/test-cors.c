/* SPDX-License-Identifier: Apache-2.0 */

/* Who may read answers from a page of another origin. The methods are the address book's. */

#include "tw-cors.h"

#include "address-book.h"
#include "http-requests.h"
#include "tw-error.h"

#include <string.h>

#define PAGE "https://page.example"
#define ORIGIN_OF(origin) "Origin: " origin "\r\n"
#define ASKS "Access-Control-Request-Method: POST\r\n"

static TwCors *
cors_of (const TwSchema *schema, const char *const *origins)
{
  g_autoptr (GError) error = NULL;
  TwCors *cors = tw_cors_new (origins, schema, &error);

  g_assert_no_error (error);
  return cors;
}

/* The answer to a request with @headers for @method (or NULL: for none) where @origins, parted by blanks, may ask. */
static TwResponse *
answer (const char *origins, const char *verb, const char *headers, const char *method)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  g_auto (GStrv) list = g_strsplit (origins, " ", -1);
  g_autoptr (TwCors) cors = cors_of (schema, (const char *const *) list);
  g_autofree char *raw = g_strdup_printf ("%s / HTTP/1.1\r\n%sX: y", verb, headers);
  g_auto (HttpRequest) asked = http_request (raw);
  TwResponse *response = strcmp (verb, "OPTIONS") == 0 ? tw_response_new_for_verb (verb, "GET, POST, OPTIONS")
                                                       : tw_response_new_problem (404, NULL);

  tw_cors_add (cors, asked.request, method != NULL ? address_book_method (schema, method) : NULL, response);
  return response;
}

static void
assert_header (const TwResponse *response, const char *name, const char *value)
{
  g_assert_cmpstr (tw_response_header (response, name), ==, value);
}

static void
assert_says_nothing (const TwResponse *response)
{
  static const char *const names[] = { "Origin", "Credentials", "Methods", "Headers" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strconcat ("Access-Control-Allow-", names[i], NULL);

      assert_header (response, name, NULL);
    }
  assert_header (response, "Access-Control-Expose-Headers", NULL);
  assert_header (response, "Access-Control-Max-Age", NULL);
}

static void
test_origins (void)
{
  static const struct
  {
    const char *given, *sent;
  } cases[] = {
    { PAGE, PAGE },
    { " " PAGE "\t", PAGE },
    { "HTTPS://Page.Example", PAGE },
    { PAGE ":443", PAGE },
    { "http://page.example:80", "http://page.example" },
    { "https://page.example:80", "https://page.example:80" },
    { "http://127.0.0.1:3000", "http://127.0.0.1:3000" },
    { "http://[::1]:3000", "http://[::1]:3000" },
    { "http://[::1]", "http://[::1]" },
    { "http://localhost", "http://localhost" },
    { "https://xn--bcher-kva.example", "https://xn--bcher-kva.example" },
    { "capacitor://localhost", "capacitor://localhost" },
    { "chrome-extension://abcdef", "chrome-extension://abcdef" },
  };
  g_autoptr (TwSchema) schema = address_book_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const origins[] = { cases[i].given, NULL };
      g_autoptr (TwCors) cors = cors_of (schema, origins);
      g_autofree char *raw = g_strconcat ("GET / HTTP/1.1\r\nOrigin: ", cases[i].sent, NULL);
      g_auto (HttpRequest) asked = http_request (raw);

      g_assert_true (tw_cors_names (cors, asked.request));
    }
}

static void
test_what_is_no_origin (void)
{
  static const char *const texts[] = {
    "",          "null",          "page.example",   PAGE "/",          PAGE "/a",         PAGE "?a",
    PAGE "#a",   "https://",      "://page.example", "https://*",      "https://*.example", "https://a@page.example",
    "file://",   PAGE ":",        PAGE ":0",        PAGE ":65536",     PAGE ":080",        PAGE ":a",
    "https://b\xc3\xbc" "cher.example", PAGE "," PAGE, PAGE " " PAGE, "https://[::1",    "https://[]",
    "1a://page.example", "**",    "https://a:b:1",  "*, " PAGE,        "https://[x]",      "https://[::1]a",
  };
  g_autoptr (TwSchema) schema = address_book_new ();

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const char *const origins[] = { PAGE, texts[i], NULL };
      g_autoptr (GError) error = NULL;
      g_autofree char *message = g_strdup_printf (
          "\"%s\" is neither * nor an origin: SCHEME://HOST[:PORT], and nothing more", texts[i]);

      g_assert_null (tw_cors_new (origins, schema, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
      g_assert_cmpstr (error->message, ==, message);
    }
}

static void
test_without_origins_there_is_nothing (void)
{
  g_autoptr (TwSchema) schema = address_book_new ();
  g_autoptr (TwCors) cors = cors_of (schema, NULL);
  g_auto (HttpRequest) asked = http_request ("GET / HTTP/1.1\r\nOrigin: " PAGE);
  g_autoptr (TwResponse) response = tw_response_new (204);

  tw_cors_add (cors, asked.request, NULL, response);
  assert_says_nothing (response);
  assert_header (response, "Vary", NULL);
  g_assert_false (tw_cors_names (cors, asked.request));
}

static void
test_strangers_hear_nothing (void)
{
  static const char *const headers[] = {
    "",
    ORIGIN_OF ("https://other.example"),
    ORIGIN_OF (PAGE ".evil.example"),
    ORIGIN_OF ("https://evil-page.example"),
    ORIGIN_OF ("http://page.example"),
    ORIGIN_OF (PAGE ":8443"),
    ORIGIN_OF ("HTTPS://page.example"),
    ORIGIN_OF (PAGE "/"),
    ORIGIN_OF ("*"),
    ORIGIN_OF ("null"),
    ORIGIN_OF (""),
    ORIGIN_OF (PAGE) ORIGIN_OF (PAGE),
    ORIGIN_OF (PAGE " https://other.example"),
  };
  static const char *const verbs[] = { "GET", "OPTIONS" };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    for (guint k = 0; k < G_N_ELEMENTS (verbs); k++)
      {
        g_autofree char *asking = g_strconcat (headers[i], ASKS, NULL);
        g_autoptr (TwResponse) response = answer (PAGE, verbs[k], asking, "again");

        assert_says_nothing (response);
        assert_header (response, "Vary", "Origin");
      }
}

static void
test_named_origins_read_answers (void)
{
  g_autoptr (TwResponse) response = answer ("https://a.example " PAGE, "GET", ORIGIN_OF (PAGE), "look");

  assert_header (response, "Access-Control-Allow-Origin", PAGE);
  assert_header (response, "Access-Control-Allow-Credentials", NULL);
  assert_header (response, "Access-Control-Expose-Headers",
                 "ETag, Link, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id, contact-revision");
  assert_header (response, "Access-Control-Allow-Methods", NULL);
  assert_header (response, "Vary", "Origin");
}

static void
test_named_origins_may_use_cookies_where_there_are_any (void)
{
  g_autoptr (TwResponse) with = answer (PAGE, "OPTIONS", ORIGIN_OF (PAGE) ASKS, "again");
  g_autoptr (TwResponse) without = answer (PAGE, "OPTIONS", ORIGIN_OF (PAGE) ASKS, "write");
  g_autoptr (TwResponse) actual = answer (PAGE, "POST", ORIGIN_OF (PAGE), "again");
  const char *headers = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id, "
                        "request-key, contact-revision, Last-Event-ID";
  g_autofree char *with_cookies = g_strconcat (headers, ", use-cookies", NULL);

  assert_header (with, "Access-Control-Allow-Origin", PAGE);
  assert_header (with, "Access-Control-Allow-Credentials", "true");
  assert_header (with, "Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  assert_header (with, "Access-Control-Allow-Headers", with_cookies);
  assert_header (with, "Access-Control-Max-Age", "7200");
  assert_header (with, "Access-Control-Expose-Headers", NULL);

  assert_header (without, "Access-Control-Allow-Credentials", NULL);
  assert_header (without, "Access-Control-Allow-Headers", headers);

  assert_header (actual, "Access-Control-Allow-Credentials", "true");
  assert_header (actual, "Access-Control-Max-Age", NULL);
}

static void
test_everybody_but_without_cookies (void)
{
  static const char *const lists[] = { "*", "* " PAGE };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (TwResponse) preflight
          = answer (lists[i], "OPTIONS", ORIGIN_OF ("https://other.example") ASKS, "again");
      g_autoptr (TwResponse) actual = answer (lists[i], "POST", ORIGIN_OF ("https://other.example"), "again");
      g_autoptr (TwResponse) nobody = answer (lists[i], "POST", ORIGIN_OF ("null"), "again");

      assert_header (preflight, "Access-Control-Allow-Origin", "*");
      assert_header (preflight, "Access-Control-Allow-Credentials", NULL);
      g_assert_null (strstr (tw_response_header (preflight, "Access-Control-Allow-Headers"), "use-cookies"));
      assert_header (actual, "Access-Control-Allow-Origin", "*");
      assert_header (actual, "Access-Control-Allow-Credentials", NULL);
      assert_header (actual, "Vary", "Origin");
      assert_says_nothing (nobody);
    }
}

static void
test_who_is_named_stays_so_beside_everybody (void)
{
  g_autoptr (TwResponse) response = answer ("* " PAGE, "POST", ORIGIN_OF (PAGE), "again");

  assert_header (response, "Access-Control-Allow-Origin", PAGE);
  assert_header (response, "Access-Control-Allow-Credentials", "true");
}

static void
test_what_is_a_preflight (void)
{
  static const struct
  {
    const char *origins, *verb, *headers;
    gboolean is;
  } cases[] = {
    { PAGE, "OPTIONS", ORIGIN_OF (PAGE) ASKS, TRUE },
    { "*", "OPTIONS", ORIGIN_OF ("https://other.example") ASKS, TRUE },
    { PAGE, "OPTIONS", ORIGIN_OF ("https://other.example") ASKS, FALSE },
    { "*", "OPTIONS", ORIGIN_OF ("null") ASKS, FALSE },
    { "*", "OPTIONS", ASKS, FALSE },
    { PAGE, "OPTIONS", ORIGIN_OF (PAGE), FALSE },
    { PAGE, "POST", ORIGIN_OF (PAGE) ASKS, FALSE },
    { "", "OPTIONS", ORIGIN_OF (PAGE) ASKS, FALSE },
  };
  g_autoptr (TwSchema) schema = address_book_new ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *const origins[] = { cases[i].origins[0] != '\0' ? cases[i].origins : NULL, NULL };
      g_autoptr (TwCors) cors = cors_of (schema, origins);
      g_autofree char *raw = g_strdup_printf ("%s / HTTP/1.1\r\n%sX: y", cases[i].verb, cases[i].headers);
      g_auto (HttpRequest) asked = http_request (raw);

      g_assert_cmpint (tw_cors_is_preflight (cors, asked.request), ==, cases[i].is);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cors/origins", test_origins);
  g_test_add_func ("/cors/what-is-no-origin", test_what_is_no_origin);
  g_test_add_func ("/cors/without-origins-there-is-nothing", test_without_origins_there_is_nothing);
  g_test_add_func ("/cors/strangers-hear-nothing", test_strangers_hear_nothing);
  g_test_add_func ("/cors/named-origins-read-answers", test_named_origins_read_answers);
  g_test_add_func ("/cors/named-origins-may-use-cookies-where-there-are-any",
                   test_named_origins_may_use_cookies_where_there_are_any);
  g_test_add_func ("/cors/everybody-but-without-cookies", test_everybody_but_without_cookies);
  g_test_add_func ("/cors/what-is-a-preflight", test_what_is_a_preflight);
  g_test_add_func ("/cors/who-is-named-stays-so-beside-everybody", test_who_is_named_stays_so_beside_everybody);
  return g_test_run ();
}
