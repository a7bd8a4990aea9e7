/* SPDX-License-Identifier: Apache-2.0 */

#include "verifiers.h"

#include "tw-error.h"

#include <string.h>

void
verifier_set_up (VerifierFixture *fixture, gconstpointer data)
{
  fixture->keys = tokens_keys (LINE_A);
  fixture->clock = tw_clock_new_fixed (NOW_S * 1000);
  fixture->verifier = tw_token_verifier_new (fixture->keys, fixture->clock, REMEMBERED);
}

void
verifier_tear_down (VerifierFixture *fixture, gconstpointer data)
{
  tw_token_verifier_free (fixture->verifier);
  tw_clock_free (fixture->clock);
  tw_token_keys_unref (fixture->keys);
}

void
assert_passes (VerifierFixture *fixture, const char *token)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwClaims) claims = tw_token_verify (fixture->verifier, token, strlen (token), &error);

  g_assert_no_error (error);
  g_assert_nonnull (claims);
  g_assert_cmpstr (tw_claims_get (claims, "sub"), ==, "u1");
}

void
assert_fails_with (VerifierFixture *fixture, const char *token, gsize length, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwClaims) claims = tw_token_verify (fixture->verifier, token, length, &error);

  g_assert_null (claims);
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAUTHENTICATED);
  g_assert_cmpstr (error->message, ==, message);
}

void
assert_invalid_bytes (VerifierFixture *fixture, const char *token, gsize length)
{
  guint before = tw_token_verifier_remembered (fixture->verifier);

  assert_fails_with (fixture, token, length, "The token is not valid");
  g_assert_cmpuint (tw_token_verifier_remembered (fixture->verifier), ==, before);
}

void
assert_invalid (VerifierFixture *fixture, const char *token)
{
  assert_invalid_bytes (fixture, token, strlen (token));
}

void
assert_claims_invalid (VerifierFixture *fixture, const char *claims)
{
  g_autofree char *token = tokens_sign (HEADER_A, claims, KEY_A);

  assert_invalid (fixture, token);
}

char *
claims_with (const char *part, const char *replacement)
{
  g_auto (GStrv) around = g_strsplit (GOOD_CLAIMS, part, 0);

  g_assert_cmpuint (g_strv_length (around), ==, 2);
  return g_strjoinv (replacement, around);
}
