/* SPDX-License-Identifier: Apache-2.0 */

#include "tokens.h"
#include "tw-error.h"
#include "tw-token.h"

#include <string.h>

#define THREADS 4
#define ROUNDS 200

static const char *const NAMES[] = { "sub", "sid" };
static const char *const VALUES[] = { "u1", "s1" };

static char *
issue (TwTokenKeys *keys, const char *const *names, const char *const *values, guint n, GError **error)
{
  g_autoptr (TwClock) clock = tw_clock_new_fixed (NOW_S * 1000 + 999);

  return tw_token_issue (keys, names, values, n, 900, clock, error);
}

static void
a_token_says_what_it_should (void)
{
  g_autoptr (TwTokenKeys) keys = tokens_keys (LINE_A LINE_B);
  g_autoptr (GError) error = NULL;
  g_autofree char *token = issue (keys, NAMES, VALUES, 2, &error);
  g_autofree char *expected = tokens_sign (HEADER_A, GOOD_CLAIMS, KEY_A);

  g_assert_no_error (error);
  g_assert_cmpstr (token, ==, expected);
}

static void
assert_not_issued (const char *const *names, const char *const *values, guint n)
{
  g_autoptr (TwTokenKeys) keys = tokens_keys (LINE_A);
  g_autoptr (GError) error = NULL;
  g_autofree char *token = issue (keys, names, values, n, &error);

  g_assert_null (token);
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
}

static void
claims_of_the_gateway_cannot_be_set (void)
{
  static const char *const reserved[] = { "iss", "aud", "iat", "exp" };
  static const char *const value[] = { "x" };

  for (guint i = 0; i < G_N_ELEMENTS (reserved); i++)
    assert_not_issued (&reserved[i], value, 1);
}

static void
claims_that_cannot_be_written_are_refused (void)
{
  static const char *const twice[] = { "sub", "sub" };
  static const char *const not_utf8[] = { "\xff\xfe", "s1" };
  g_autofree char *long_text = g_strnfill (4096, 'x');
  const char *const too_long[] = { long_text, "s1" };

  assert_not_issued (twice, VALUES, 2);
  assert_not_issued (NAMES, not_utf8, 2);
  assert_not_issued (NAMES, too_long, 2);
}

static void
strange_values_survive (void)
{
  static const char *const strange[] = { "\"\\\n\t/ \xf0\x9f\x90\x9f \xc3\xa9", " " };
  g_autoptr (TwTokenKeys) keys = tokens_keys (LINE_A);
  g_autoptr (TwClock) clock = tw_clock_new_fixed (NOW_S * 1000);
  g_autoptr (TwTokenVerifier) verifier = tw_token_verifier_new (keys, clock, 0);
  g_autoptr (GError) error = NULL;
  g_autofree char *token = issue (keys, NAMES, strange, 2, &error);
  g_autoptr (TwClaims) claims = NULL;

  g_assert_no_error (error);
  claims = tw_token_verify (verifier, token, strlen (token), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (tw_claims_get (claims, "sub"), ==, strange[0]);
  g_assert_cmpstr (tw_claims_get (claims, "sid"), ==, strange[1]);
}

static gpointer
issue_and_verify (gpointer data)
{
  TwTokenKeys *keys = data;
  g_autoptr (TwTokenVerifier) verifier = tw_token_verifier_new (keys, tw_clock_system (), 16);

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *token = tw_token_issue (keys, NAMES, VALUES, 2, 900 + i, tw_clock_system (), &error);
      g_autoptr (TwClaims) claims = NULL;

      g_assert_no_error (error);
      claims = tw_token_verify (verifier, token, strlen (token), &error);
      g_assert_no_error (error);
      g_assert_cmpstr (tw_claims_get (claims, "sub"), ==, "u1");
    }
  return NULL;
}

static void
threads_share_the_keys (void)
{
  TwTokenKeys *keys = tokens_keys (LINE_A);
  GThread *threads[THREADS];

  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("worker", issue_and_verify, keys);
  tw_token_keys_unref (tw_token_keys_ref (keys));
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  tw_token_keys_unref (keys);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token/a-token-says-what-it-should", a_token_says_what_it_should);
  g_test_add_func ("/token/claims-of-the-gateway-cannot-be-set", claims_of_the_gateway_cannot_be_set);
  g_test_add_func ("/token/claims-that-cannot-be-written-are-refused", claims_that_cannot_be_written_are_refused);
  g_test_add_func ("/token/strange-values-survive", strange_values_survive);
  g_test_add_func ("/token/threads-share-the-keys", threads_share_the_keys);
  return g_test_run ();
}
