/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-base64url.h"

#include <string.h>

static void
test_rfc4648 (void)
{
  static const struct
  {
    const char *bytes, *text;
  } cases[] = { { "", "" }, { "f", "Zg" }, { "fo", "Zm8" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg" },
                { "\xfb\xff\xfe", "-__-" } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = tw_base64url_encode (cases[i].bytes, strlen (cases[i].bytes));
      g_autofree guint8 *bytes = NULL;
      gsize n;

      g_assert_cmpstr (text, ==, cases[i].text);
      bytes = tw_base64url_decode (text, strlen (text), &n);
      g_assert_cmpmem (bytes, n, cases[i].bytes, strlen (cases[i].bytes));
    }
}

static void
test_strict (void)
{
  static const char *const bad[] = { "A", "Zg==", "Zh", "Z g", "Zm9v\n", "Zm+v", "Zm/v", "AAAAA" };
  gsize n;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (tw_base64url_decode (bad[i], strlen (bad[i]), &n));
  g_assert_null (tw_base64url_decode ("Zm\0v", 4, &n));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base64url/is-rfc4648", test_rfc4648);
  g_test_add_func ("/base64url/what-is-not-canonical-is-refused", test_strict);
  return g_test_run ();
}
