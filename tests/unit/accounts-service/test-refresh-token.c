/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-refresh-token.h"

#include <string.h>

static void
test_is_256_random_bits (void)
{
  char *one = tw_refresh_token_new ();
  char *other = tw_refresh_token_new ();
  gsize n;
  g_autofree guint8 *bytes = tw_base64url_decode (one, strlen (one), &n);

  g_assert_nonnull (bytes);
  g_assert_cmpuint (n, ==, 32);
  g_assert_cmpstr (one, !=, other);
  tw_refresh_token_free (one);
  tw_refresh_token_free (other);
}

/* Made with python3: hashlib.blake2b (bytes (32), digest_size=32). */
static void
test_hash_is_blake2b (void)
{
  static const guint8 expected[TW_REFRESH_HASH_SIZE] = {
    0x89, 0xeb, 0x0d, 0x6a, 0x8a, 0x69, 0x1d, 0xae, 0x2c, 0xd1, 0x5e, 0xd0, 0x36, 0x99, 0x31, 0xce,
    0x0a, 0x94, 0x9e, 0xca, 0xfa, 0x5c, 0x3f, 0x93, 0xf8, 0x12, 0x18, 0x33, 0x64, 0x6e, 0x15, 0xc3,
  };
  guint8 hash[TW_REFRESH_HASH_SIZE];

  g_assert_true (tw_refresh_token_hash ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", hash));
  g_assert_cmpmem (hash, sizeof hash, expected, sizeof expected);
}

static void
test_hashes_differ (void)
{
  char *one = tw_refresh_token_new ();
  char *other = tw_refresh_token_new ();
  guint8 of_one[TW_REFRESH_HASH_SIZE], again[TW_REFRESH_HASH_SIZE], of_other[TW_REFRESH_HASH_SIZE];

  g_assert_true (tw_refresh_token_hash (one, of_one));
  g_assert_true (tw_refresh_token_hash (one, again));
  g_assert_true (tw_refresh_token_hash (other, of_other));
  g_assert_cmpmem (of_one, sizeof of_one, again, sizeof again);
  g_assert_true (memcmp (of_one, of_other, sizeof of_one) != 0);
  tw_refresh_token_free (one);
  tw_refresh_token_free (other);
}

static void
test_other_text_is_refused (void)
{
  static const char *const texts[] = {
    "",
    "x",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",   /* a digit less */
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", /* a digit more */
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",  /* another text of the same bytes */
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",  /* padding */
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+",  /* the other alphabet */
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\xc3\xa4",
  };
  guint8 hash[TW_REFRESH_HASH_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_false (tw_refresh_token_hash (texts[i], hash));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refresh-token/is-256-random-bits", test_is_256_random_bits);
  g_test_add_func ("/refresh-token/hash-is-blake2b", test_hash_is_blake2b);
  g_test_add_func ("/refresh-token/hashes-differ", test_hashes_differ);
  g_test_add_func ("/refresh-token/other-text-is-refused", test_other_text_is_refused);
  return g_test_run ();
}
