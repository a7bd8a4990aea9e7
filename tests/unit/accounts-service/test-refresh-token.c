/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-refresh-token.h"

#include <string.h>

#define SESSION "00000000000000000000000f"
#define OTHER_SESSION "0000000000000000000000ff"
#define OLD_TEXT "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" /* of the first version: 256 bits, all 0 */

static const TwAccountKey KEY = { { 1, 2, 3 } }, OTHER_KEY = { { 1, 2, 4 } };

static void
test_text_comes_back (void)
{
  TwRefreshToken token, read;
  char *text;

  tw_refresh_token_first (SESSION, &token);
  text = tw_refresh_token_write (&token, &KEY);
  g_assert_cmpuint (strlen (text), <=, 128); /* the IDL's limit */
  g_assert_true (tw_refresh_token_read (text, &KEY, &read));
  g_assert_cmpstr (read.session_id, ==, SESSION);
  g_assert_cmpmem (read.secret, sizeof read.secret, token.secret, sizeof token.secret);
  tw_refresh_token_free (text);
}

static void
test_first_ones_differ (void)
{
  TwRefreshToken one, other;

  tw_refresh_token_first (SESSION, &one);
  tw_refresh_token_first (SESSION, &other);
  g_assert_true (memcmp (one.secret, other.secret, sizeof one.secret) != 0);
}

static void
test_next_is_always_the_same (void)
{
  TwRefreshToken token, next, again, behind, of_other_key;

  tw_refresh_token_first (SESSION, &token);
  tw_refresh_token_next (&token, SESSION, &KEY, &next);
  tw_refresh_token_next (&token, SESSION, &KEY, &again);
  tw_refresh_token_next (&next, SESSION, &KEY, &behind);
  tw_refresh_token_next (&token, SESSION, &OTHER_KEY, &of_other_key);
  g_assert_cmpmem (next.secret, sizeof next.secret, again.secret, sizeof again.secret);
  g_assert_cmpstr (next.session_id, ==, SESSION);
  g_assert_true (memcmp (next.secret, token.secret, sizeof next.secret) != 0);
  g_assert_true (memcmp (next.secret, behind.secret, sizeof next.secret) != 0);
  g_assert_true (memcmp (next.secret, of_other_key.secret, sizeof next.secret) != 0);
}

static void
test_token_of_the_first_version_is_read (void)
{
  TwRefreshToken token, next, read;
  char *text;

  g_assert_true (tw_refresh_token_read (OLD_TEXT, &KEY, &token));
  g_assert_cmpstr (token.session_id, ==, "");
  tw_refresh_token_next (&token, OTHER_SESSION, &KEY, &next);
  text = tw_refresh_token_write (&next, &KEY);
  g_assert_true (tw_refresh_token_read (text, &KEY, &read));
  g_assert_cmpstr (read.session_id, ==, OTHER_SESSION);
  tw_refresh_token_free (text);
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
  TwRefreshToken token;

  g_assert_true (tw_refresh_token_read (OLD_TEXT, &KEY, &token));
  tw_refresh_token_hash (&token, hash);
  g_assert_cmpmem (hash, sizeof hash, expected, sizeof expected);
}

/* Whoever knows a session's id can make nothing of it: not even a token that would end it. */
static void
test_made_up_token_is_refused (void)
{
  TwRefreshToken token, read;
  char *text, *of_other_key;

  tw_refresh_token_first (SESSION, &token);
  text = tw_refresh_token_write (&token, &KEY);
  of_other_key = tw_refresh_token_write (&token, &OTHER_KEY);
  g_assert_false (tw_refresh_token_read (of_other_key, &KEY, &read));
  for (gsize i = 0; text[i] != '\0'; i++)
    {
      g_autofree char *changed = g_strdup (text);

      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      g_assert_false (tw_refresh_token_read (changed, &KEY, &read));
    }
  tw_refresh_token_free (text);
  tw_refresh_token_free (of_other_key);
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
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  };
  TwRefreshToken read;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_false (tw_refresh_token_read (texts[i], &KEY, &read));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refresh-token/text-comes-back", test_text_comes_back);
  g_test_add_func ("/refresh-token/first-ones-differ", test_first_ones_differ);
  g_test_add_func ("/refresh-token/next-is-always-the-same", test_next_is_always_the_same);
  g_test_add_func ("/refresh-token/of-the-first-version-is-read", test_token_of_the_first_version_is_read);
  g_test_add_func ("/refresh-token/hash-is-blake2b", test_hash_is_blake2b);
  g_test_add_func ("/refresh-token/made-up-is-refused", test_made_up_token_is_refused);
  g_test_add_func ("/refresh-token/other-text-is-refused", test_other_text_is_refused);
  return g_test_run ();
}
