/* SPDX-License-Identifier: Apache-2.0 */

/* Tokens that are good, that are so for a while, and that are remembered. */

#include "verifiers.h"

#include <string.h>

static void
a_good_token_passes (VerifierFixture *fixture, gconstpointer data)
{
  g_autofree char *token = tokens_sign (HEADER_A, GOOD_CLAIMS, KEY_A);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++) /* in full, then as remembered */
    {
      g_autoptr (TwClaims) claims = tw_token_verify (fixture->verifier, token, strlen (token), &error);

      g_assert_no_error (error);
      g_assert_cmpstr (tw_claims_get (claims, "sub"), ==, "u1");
      g_assert_cmpstr (tw_claims_get (claims, "sid"), ==, "s1");
      g_assert_null (tw_claims_get (claims, "exp"));
      g_assert_null (tw_claims_get (claims, "none"));
      g_assert_cmpint (tw_claims_expiry_s (claims), ==, NOW_S + 900);
      g_assert_cmpint (tw_claims_issued_at_s (claims), ==, NOW_S);
    }
}

static void
claims_outlive_the_verifier (VerifierFixture *fixture, gconstpointer data)
{
  g_autofree char *token = tokens_sign (HEADER_A, GOOD_CLAIMS, KEY_A);
  g_autoptr (TwClaims) claims = tw_token_verify (fixture->verifier, token, strlen (token), NULL);

  g_clear_pointer (&fixture->verifier, tw_token_verifier_free);
  g_assert_cmpstr (tw_claims_get (claims, "sid"), ==, "s1");
}

static void
keys_can_be_rotated (VerifierFixture *fixture, gconstpointer data)
{
  g_autoptr (TwTokenKeys) both = tokens_keys (LINE_B LINE_A);
  g_autoptr (TwTokenKeys) after = tokens_keys (LINE_B);
  g_autofree char *old = tokens_sign (HEADER_A, GOOD_CLAIMS, KEY_A);
  g_autofree char *new = tokens_sign ("{\"alg\":\"HS256\",\"kid\":\"b\",\"typ\":\"JWT\"}", GOOD_CLAIMS, KEY_B);

  assert_passes (fixture, old);
  assert_invalid (fixture, new);
  tw_token_verifier_free (fixture->verifier);
  fixture->verifier = tw_token_verifier_new (both, fixture->clock, REMEMBERED);
  assert_passes (fixture, old);
  assert_passes (fixture, new);
  tw_token_verifier_free (fixture->verifier);
  fixture->verifier = tw_token_verifier_new (after, fixture->clock, REMEMBERED);
  assert_invalid (fixture, old);
  assert_passes (fixture, new);
}

static void
the_size_is_bounded (VerifierFixture *fixture, gconstpointer data)
{
  gsize huge = 9 * 1024 * 1024;
  gsize longest = 0;
  g_autofree char *token = g_strnfill (huge, 'A');
  g_autofree char *filling = g_strnfill (3000, 'x');

  assert_invalid_bytes (fixture, token, huge);
  token[huge / 3] = token[huge / 2] = '.';
  assert_invalid_bytes (fixture, token, huge);
  for (guint n = 2850; n < 2950; n++)
    {
      g_autofree char *quoted = g_strdup_printf ("\"%.*s\"", (int) n, filling);
      g_autofree char *claims = claims_with ("\"s1\"", quoted);
      g_autofree char *signed_token = tokens_sign (HEADER_A, claims, KEY_A);

      longest = MAX (longest, strlen (signed_token));
      if (strlen (signed_token) <= TW_TOKEN_MAX_SIZE)
        assert_passes (fixture, signed_token);
      else
        assert_invalid (fixture, signed_token);
    }
  g_assert_cmpuint (longest, >, TW_TOKEN_MAX_SIZE);
}

static void
an_expired_token_is_refused (VerifierFixture *fixture, gconstpointer data)
{
  g_autofree char *token = tokens_sign (HEADER_A, GOOD_CLAIMS, KEY_A);
  g_autofree char *other = NULL;
  g_autofree char *claims = claims_with ("\"s1\"", "\"s2\"");

  tw_clock_advance (fixture->clock, 900 * 1000 - 1);
  assert_passes (fixture, token);
  tw_clock_advance (fixture->clock, 1);
  assert_fails_with (fixture, token, strlen (token), "The token has expired"); /* although it is remembered */
  other = tokens_sign (HEADER_A, claims, KEY_A);
  assert_fails_with (fixture, other, strlen (other), "The token has expired");
  g_assert_cmpuint (tw_token_verifier_remembered (fixture->verifier), ==, 1);
}

static void
a_token_of_the_future_is_refused (VerifierFixture *fixture, gconstpointer data)
{
  g_autofree char *near = claims_with ("\"iat\":1767225600", "\"iat\":1767225660");
  g_autofree char *far = claims_with ("\"iat\":1767225600", "\"iat\":1767225661");
  g_autofree char *very_far = claims_with ("\"iat\":1767225600", "\"iat\":9223372036854775806");
  g_autofree char *token = tokens_sign (HEADER_A, near, KEY_A);

  assert_passes (fixture, token);
  assert_claims_invalid (fixture, far);
  assert_claims_invalid (fixture, very_far);
}

static void
a_token_that_never_was_valid_is_refused (VerifierFixture *fixture, gconstpointer data)
{
  g_autofree char *claims = claims_with ("\"exp\":1767226500", "\"exp\":1767225600");

  assert_claims_invalid (fixture, claims);
}

static char *
nth_token (guint n)
{
  g_autofree char *session = g_strdup_printf ("\"session-%u\"", n);
  g_autofree char *claims = claims_with ("\"s1\"", session);

  return tokens_sign (HEADER_A, claims, KEY_A);
}

static void
a_bounded_number_is_remembered (VerifierFixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 3 * REMEMBERED; i++)
    {
      g_autofree char *token = nth_token (i);

      assert_passes (fixture, token);
      assert_passes (fixture, token);
      g_assert_cmpuint (tw_token_verifier_remembered (fixture->verifier), ==, MIN (i + 1, REMEMBERED));
    }
  for (guint i = 0; i < 3 * REMEMBERED; i++)
    {
      g_autofree char *token = nth_token (i);

      assert_passes (fixture, token);
    }
}

static void
nothing_need_be_remembered (VerifierFixture *fixture, gconstpointer data)
{
  g_autoptr (TwTokenVerifier) forgetful = tw_token_verifier_new (fixture->keys, fixture->clock, 0);
  g_autofree char *token = tokens_sign (HEADER_A, GOOD_CLAIMS, KEY_A);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TwClaims) claims = tw_token_verify (forgetful, token, strlen (token), &error);

      g_assert_no_error (error);
      g_assert_nonnull (claims);
    }
  g_assert_cmpuint (tw_token_verifier_remembered (forgetful), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_VERIFIER_TEST ("a-good-token-passes", a_good_token_passes);
  ADD_VERIFIER_TEST ("claims-outlive-the-verifier", claims_outlive_the_verifier);
  ADD_VERIFIER_TEST ("keys-can-be-rotated", keys_can_be_rotated);
  ADD_VERIFIER_TEST ("the-size-is-bounded", the_size_is_bounded);
  ADD_VERIFIER_TEST ("an-expired-token-is-refused", an_expired_token_is_refused);
  ADD_VERIFIER_TEST ("a-token-of-the-future-is-refused", a_token_of_the_future_is_refused);
  ADD_VERIFIER_TEST ("a-token-that-never-was-valid-is-refused", a_token_that_never_was_valid_is_refused);
  ADD_VERIFIER_TEST ("a-bounded-number-is-remembered", a_bounded_number_is_remembered);
  ADD_VERIFIER_TEST ("nothing-need-be-remembered", nothing_need_be_remembered);
  return g_test_run ();
}
