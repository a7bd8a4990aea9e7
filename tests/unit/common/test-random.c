/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-random.h"

#include <string.h>

static void
test_base64url (void)
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
test_base64url_strict (void)
{
  static const char *const bad[] = { "A", "Zg==", "Zh", "Z g", "Zm9v\n", "Zm+v", "Zm/v", "AAAAA" };
  gsize n;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (tw_base64url_decode (bad[i], strlen (bad[i]), &n));
  g_assert_null (tw_base64url_decode ("Zm\0v", 4, &n));
}

static void
test_ids (void)
{
  char first[TW_ID_SIZE], second[TW_ID_SIZE];
  guint8 bytes[TW_ID_BYTES];

  tw_id_new (1795251600000, first);
  tw_id_new (1795251600000, second);
  g_assert_true (tw_id_is_valid (first));
  g_assert_true (g_str_has_prefix (first, "6b015d90"));
  g_assert_cmpint (strncmp (first, second, 18), ==, 0);
  g_assert_cmpstr (first, !=, second);
  g_assert_true (tw_id_to_bytes (first, bytes));
  g_assert_cmpint (tw_id_second (bytes), ==, 1795251600);

  g_assert_true (tw_id_to_bytes ("0123456789abcdefABCDEF01", bytes));
  tw_id_from_bytes (bytes, second);
  g_assert_cmpstr (second, ==, "0123456789abcdefabcdef01");
  g_assert_true (tw_id_to_bytes ("fedcba980000000000000000", bytes));
  g_assert_cmpint (tw_id_second (bytes), ==, 0xfedcba98);
  g_assert_false (tw_id_to_bytes ("0123456789abcdefABCDEF0g", bytes));

  g_assert_true (tw_id_is_valid ("0123456789abcdefABCDEF01"));
  g_assert_false (tw_id_is_valid ("0123456789abcdefABCDEF0"));
  g_assert_false (tw_id_is_valid ("0123456789abcdefABCDEF012"));
  g_assert_false (tw_id_is_valid ("0123456789abcdefABCDEF0g"));
  g_assert_false (tw_id_is_valid (""));
}

static void
test_bytes (void)
{
  guint8 first[32], second[32];

  tw_random_bytes (first, sizeof first);
  tw_random_bytes (second, sizeof second);
  g_assert_cmpint (memcmp (first, second, sizeof first), !=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/random/base64url-is-rfc4648", test_base64url);
  g_test_add_func ("/random/base64url-refuses-what-is-not-canonical", test_base64url_strict);
  g_test_add_func ("/random/ids-are-object-ids", test_ids);
  g_test_add_func ("/random/bytes-differ", test_bytes);
  return g_test_run ();
}
