/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-coding.h"

#include "http-requests.h"

static void
test_weights (void)
{
  static const struct
  {
    const char *headers;
    guint identity, gzip;
    gboolean prefers_gzip;
  } cases[] = {
    { "X: y", 1, 0, FALSE },
    { "Accept-Encoding:", 1, 0, FALSE },
    { "Accept-Encoding: ,, ,", 1, 0, FALSE },
    { "Accept-Encoding: gzip", 1, 1000, TRUE },
    { "accept-encoding: deflate, GZip, br", 1, 1000, TRUE },
    { "Accept-Encoding: x-gzip", 1, 1000, TRUE },
    { "Accept-Encoding: br;q=1.0, gzip;q=0.8, *;q=0.1", 100, 800, TRUE },
    { "Accept-Encoding: gzip;q=0", 1, 0, FALSE },
    { "Accept-Encoding: gzip;q=0.000", 1, 0, FALSE },
    { "Accept-Encoding: gzip ; q=0.001", 1, 1, TRUE },
    { "Accept-Encoding: gzip;Q=1.", 1, 1000, TRUE },
    { "Accept-Encoding: *", 1000, 1000, TRUE },
    { "Accept-Encoding: *;q=0", 0, 0, FALSE },
    { "Accept-Encoding: *;q=0, gzip", 0, 1000, TRUE },
    { "Accept-Encoding: gzip;q=0, *", 1000, 0, FALSE },
    { "Accept-Encoding: identity", 1000, 0, FALSE },
    { "Accept-Encoding: identity, gzip", 1000, 1000, TRUE },
    { "Accept-Encoding: identity, gzip;q=0.9", 1000, 900, FALSE },
    { "Accept-Encoding: identity;q=0.5, gzip;q=0.9", 500, 900, TRUE },
    { "Accept-Encoding: identity;q=0, gzip", 0, 1000, TRUE },
    { "Accept-Encoding: identity;q=0", 0, 0, FALSE },
    { "Accept-Encoding: br\r\nAccept-Encoding: gzip;q=0.3", 1, 300, TRUE },
    { "Accept-Encoding: gzip\r\nAccept-Encoding: gzip;q=0", 1, 0, FALSE },
    { "Accept-Encoding: gzipped, notgzip, gzip2", 1, 0, FALSE },
    { "Accept-Encoding: gzip;q=1.5", 1, 0, FALSE },
    { "Accept-Encoding: gzip;q=1.001", 1, 0, FALSE },
    { "Accept-Encoding: gzip;q=0.1234", 1, 0, FALSE },
    { "Accept-Encoding: gzip;q=-1", 1, 0, FALSE },
    { "Accept-Encoding: gzip;q=", 1, 0, FALSE },
    { "Accept-Encoding: gzip;level=9", 1, 0, FALSE },
    { "Accept-Encoding: gzip;q=0.5;x=y", 1, 0, FALSE },
    { "Accept-Encoding: gzip;q=x, deflate", 1, 0, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *raw = g_strconcat ("GET / HTTP/1.1\r\n", cases[i].headers, NULL);
      g_auto (HttpRequest) asked = http_request (raw);
      const TwCodings codings = tw_codings_wanted (asked.request);

      g_test_message ("%s", cases[i].headers);
      g_assert_cmpuint (codings.identity, ==, cases[i].identity);
      g_assert_cmpuint (codings.gzip, ==, cases[i].gzip);
      g_assert_cmpint (tw_codings_prefer_gzip (&codings), ==, cases[i].prefers_gzip);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/coding/weights", test_weights);
  return g_test_run ();
}
