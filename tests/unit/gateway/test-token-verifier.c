/* SPDX-License-Identifier: Apache-2.0 */

/* The forged tokens here are signed with the right key unless the test is about that: what refuses them has to be the
 * check that the test names. */

#include "tokens.h"
#include "tw-error.h"
#include "tw-random.h"
#include "tw-token.h"

#include <string.h>

#define REMEMBERED 4

typedef struct
{
  TwTokenKeys *keys;
  TwClock *clock;
  TwTokenVerifier *verifier;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->keys = tokens_keys (LINE_A);
  fixture->clock = tw_clock_new_fixed (NOW_S * 1000);
  fixture->verifier = tw_token_verifier_new (fixture->keys, fixture->clock, REMEMBERED);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_token_verifier_free (fixture->verifier);
  tw_clock_free (fixture->clock);
  tw_token_keys_unref (fixture->keys);
}

static void
assert_passes (Fixture *fixture, const char *token)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwClaims) claims = tw_token_verify (fixture->verifier, token, strlen (token), &error);

  g_assert_no_error (error);
  g_assert_nonnull (claims);
  g_assert_cmpstr (tw_claims_get (claims, "sub"), ==, "u1");
}

static void
assert_fails_with (Fixture *fixture, const char *token, gsize length, const char *message)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwClaims) claims = tw_token_verify (fixture->verifier, token, length, &error);

  g_assert_null (claims);
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAUTHENTICATED);
  g_assert_cmpstr (error->message, ==, message);
}

static void
assert_invalid_bytes (Fixture *fixture, const char *token, gsize length)
{
  guint before = tw_token_verifier_remembered (fixture->verifier);

  assert_fails_with (fixture, token, length, "The token is not valid");
  g_assert_cmpuint (tw_token_verifier_remembered (fixture->verifier), ==, before);
}

static void
assert_invalid (Fixture *fixture, const char *token)
{
  assert_invalid_bytes (fixture, token, strlen (token));
}

static void
assert_claims_invalid (Fixture *fixture, const char *claims)
{
  g_autofree char *token = tokens_sign (HEADER_A, claims, KEY_A);

  assert_invalid (fixture, token);
}

static void
assert_header_invalid (Fixture *fixture, const char *header)
{
  g_autofree char *token = tokens_sign (header, GOOD_CLAIMS, KEY_A);

  assert_invalid (fixture, token);
}

/* GOOD_CLAIMS with @part replaced, which has to be in there. */
static char *
claims_with (const char *part, const char *replacement)
{
  g_auto (GStrv) around = g_strsplit (GOOD_CLAIMS, part, 0);

  g_assert_cmpuint (g_strv_length (around), ==, 2);
  return g_strjoinv (replacement, around);
}

static void
a_good_token_passes (Fixture *fixture, gconstpointer data)
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
claims_outlive_the_verifier (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = tokens_sign (HEADER_A, GOOD_CLAIMS, KEY_A);
  g_autoptr (TwClaims) claims = tw_token_verify (fixture->verifier, token, strlen (token), NULL);

  g_clear_pointer (&fixture->verifier, tw_token_verifier_free);
  g_assert_cmpstr (tw_claims_get (claims, "sid"), ==, "s1");
}

static void
other_algorithms_are_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *hs384 = tokens_forge ("{\"alg\":\"HS384\",\"kid\":\"a\",\"typ\":\"JWT\"}", GOOD_CLAIMS,
                                         G_CHECKSUM_SHA384, KEY_A);
  g_autofree char *hs512 = tokens_forge ("{\"alg\":\"HS512\",\"kid\":\"a\",\"typ\":\"JWT\"}", GOOD_CLAIMS,
                                         G_CHECKSUM_SHA512, KEY_A);

  assert_invalid (fixture, hs384);
  assert_invalid (fixture, hs512);
  assert_header_invalid (fixture, "{\"alg\":\"hs256\",\"kid\":\"a\",\"typ\":\"JWT\"}");
}

static void
unsigned_tokens_are_refused (Fixture *fixture, gconstpointer data)
{
  static const char *const headers[] = {
    "{\"alg\":\"none\",\"kid\":\"a\",\"typ\":\"JWT\"}", "{\"alg\":\"none\"}",
    "{\"alg\":\"None\",\"kid\":\"a\",\"typ\":\"JWT\"}", "{\"kid\":\"a\",\"typ\":\"JWT\"}", HEADER_A,
  };

  for (guint i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      g_autofree char *signed_token = tokens_sign (headers[i], GOOD_CLAIMS, KEY_B);
      g_autofree char *stripped = g_strndup (signed_token, (gsize) (strrchr (signed_token, '.') + 1 - signed_token));
      g_autofree char *two_parts = g_strndup (stripped, strlen (stripped) - 1);
      g_autofree char *filled = g_strconcat (stripped, "x", NULL);

      assert_invalid (fixture, signed_token);
      assert_invalid (fixture, stripped);
      assert_invalid (fixture, two_parts);
      assert_invalid (fixture, filled);
    }
}

static void
other_headers_are_refused (Fixture *fixture, gconstpointer data)
{
  assert_header_invalid (fixture, "{\"alg\":\"HS256\",\"crit\":[\"x\"],\"kid\":\"a\",\"typ\":\"JWT\"}");
  assert_header_invalid (fixture, "{\"alg\":\"HS256\",\"kid\":\"a\",\"typ\":\"JWT\",\"x\":1}");
  assert_header_invalid (fixture, "{\"kid\":\"a\",\"alg\":\"HS256\",\"typ\":\"JWT\"}");
  assert_header_invalid (fixture, "{ \"alg\":\"HS256\",\"kid\":\"a\",\"typ\":\"JWT\"}");
  assert_header_invalid (fixture, "{\"alg\":\"HS256\",\"alg\":\"HS256\",\"kid\":\"a\",\"typ\":\"JWT\"}");
  assert_header_invalid (fixture, "{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
  assert_header_invalid (fixture, "{\"alg\":\"HS256\",\"kid\":\"b\",\"typ\":\"JWT\"}");
  assert_header_invalid (fixture, "{\"alg\":\"HS256\",\"kid\":\"\",\"typ\":\"JWT\"}");
  assert_header_invalid (fixture, "not JSON");
}

static void
other_keys_are_refused (Fixture *fixture, gconstpointer data)
{
  static const char *const others[] = { KEY_B, "", "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *token = tokens_sign (HEADER_A, GOOD_CLAIMS, others[i]);

      assert_invalid (fixture, token);
    }
}

static void
keys_can_be_rotated (Fixture *fixture, gconstpointer data)
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
malformed_shapes_are_refused (Fixture *fixture, gconstpointer data)
{
  static const char *const shapes[] = {
    "", ".", "..", "...", "a", "a.b", "a.b.", "a..c", ".b.c", "..c", "a..", ".b.", "a.b.c", "a.b.c.d", "a.b.c.",
    " a.b.c", "a.b.c ", "a=.b.c", "a+.b/.c",
  };
  g_autofree char *good = tokens_sign (HEADER_A, GOOD_CLAIMS, KEY_A);
  static const char *const endings[] = { ".", ".x", "=", " ", "\n", "A" };

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    assert_invalid (fixture, shapes[i]);
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *longer = g_strconcat (good, endings[i], NULL);

      assert_invalid (fixture, longer);
    }
  assert_invalid_bytes (fixture, good, strlen (good) + 1); /* a NUL at the end */
}

static void
the_size_is_bounded (Fixture *fixture, gconstpointer data)
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
claims_have_to_be_strict_json (Fixture *fixture, gconstpointer data)
{
  static const char *const bodies[] = {
    "[]", "\"x\"", "1", "null", "{", "{}x", "", "{\"exp\":1767226500,\"iat\":1767225600", "{\"a\":\"\xff\"}",
    "{\"a\":\"\\u0000\"}",
  };
  g_autofree char *trailing = g_strconcat (GOOD_CLAIMS, "{}", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (bodies); i++)
    assert_claims_invalid (fixture, bodies[i]);
  assert_claims_invalid (fixture, trailing);
}

static void
a_claim_twice_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *subject = claims_with ("\"sub\":\"u1\"", "\"sub\":\"u2\",\"sub\":\"u1\"");
  g_autofree char *same = claims_with ("\"sub\":\"u1\"", "\"sub\":\"u1\",\"sub\":\"u1\"");
  g_autofree char *expiry = claims_with ("\"exp\":1767226500", "\"exp\":1767225000,\"exp\":1767226500");

  assert_claims_invalid (fixture, subject);
  assert_claims_invalid (fixture, same);
  assert_claims_invalid (fixture, expiry);
}

static void
times_have_to_be_integers (Fixture *fixture, gconstpointer data)
{
  static const char *const values[] = {
    "\"1767226500\"", "1767226500.5", "1767226500.0", "1.7672265e9", "null", "true", "[1767226500]", "{}",
    "9223372036854775808", "1e400",
  };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *expiry = g_strdup_printf ("\"exp\":%s", values[i]);
      g_autofree char *issued = g_strdup_printf ("\"iat\":%s", values[i]);
      g_autofree char *with_expiry = claims_with ("\"exp\":1767226500", expiry);
      g_autofree char *with_issued = claims_with ("\"iat\":1767225600", issued);

      assert_claims_invalid (fixture, with_expiry);
      assert_claims_invalid (fixture, with_issued);
    }
}

static void
claims_have_to_be_there (Fixture *fixture, gconstpointer data)
{
  static const char *const parts[] = { "\"exp\":1767226500,", "\"iat\":1767225600,", "\"aud\":\"taskwire\",",
                                       "\"iss\":\"taskwire\"," };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *without = claims_with (parts[i], "");

      assert_claims_invalid (fixture, without);
    }
}

static void
issuer_and_audience_have_to_be_ours (Fixture *fixture, gconstpointer data)
{
  static const char *const others[] = {
    "\"other\"", "\"\"", "\"Taskwire\"", "\"taskwire \"", "[\"taskwire\"]", "null", "1",
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *issuer = g_strdup_printf ("\"iss\":%s", others[i]);
      g_autofree char *audience = g_strdup_printf ("\"aud\":%s", others[i]);
      g_autofree char *with_issuer = claims_with ("\"iss\":\"taskwire\"", issuer);
      g_autofree char *with_audience = claims_with ("\"aud\":\"taskwire\"", audience);

      assert_claims_invalid (fixture, with_issuer);
      assert_claims_invalid (fixture, with_audience);
    }
}

static void
an_expired_token_is_refused (Fixture *fixture, gconstpointer data)
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
a_token_of_the_future_is_refused (Fixture *fixture, gconstpointer data)
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
a_token_that_never_was_valid_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *claims = claims_with ("\"exp\":1767226500", "\"exp\":1767225600");

  assert_claims_invalid (fixture, claims);
}

static void
a_byte_changed_anywhere_is_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *token = tokens_sign (HEADER_A, GOOD_CLAIMS, KEY_A);
  gsize length = strlen (token);

  assert_passes (fixture, token); /* remembered from here on */
  for (gsize i = 0; i < length; i++)
    for (guint bit = 0; bit < 8; bit++)
      {
        g_autofree char *changed = g_strdup (token);

        changed[i] = (char) (changed[i] ^ (1 << bit));
        assert_invalid_bytes (fixture, changed, length);
      }
  for (gsize n = 0; n < length; n++)
    assert_invalid_bytes (fixture, token, n);
}

static char *
nth_token (guint n)
{
  g_autofree char *session = g_strdup_printf ("\"session-%u\"", n);
  g_autofree char *claims = claims_with ("\"s1\"", session);

  return tokens_sign (HEADER_A, claims, KEY_A);
}

static void
a_bounded_number_is_remembered (Fixture *fixture, gconstpointer data)
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
nothing_need_be_remembered (Fixture *fixture, gconstpointer data)
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

#define ADD(name, func) g_test_add ("/token-verifier/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("a-good-token-passes", a_good_token_passes);
  ADD ("claims-outlive-the-verifier", claims_outlive_the_verifier);
  ADD ("other-algorithms-are-refused", other_algorithms_are_refused);
  ADD ("unsigned-tokens-are-refused", unsigned_tokens_are_refused);
  ADD ("other-headers-are-refused", other_headers_are_refused);
  ADD ("other-keys-are-refused", other_keys_are_refused);
  ADD ("keys-can-be-rotated", keys_can_be_rotated);
  ADD ("malformed-shapes-are-refused", malformed_shapes_are_refused);
  ADD ("the-size-is-bounded", the_size_is_bounded);
  ADD ("claims-have-to-be-strict-json", claims_have_to_be_strict_json);
  ADD ("a-claim-twice-is-refused", a_claim_twice_is_refused);
  ADD ("times-have-to-be-integers", times_have_to_be_integers);
  ADD ("claims-have-to-be-there", claims_have_to_be_there);
  ADD ("issuer-and-audience-have-to-be-ours", issuer_and_audience_have_to_be_ours);
  ADD ("an-expired-token-is-refused", an_expired_token_is_refused);
  ADD ("a-token-of-the-future-is-refused", a_token_of_the_future_is_refused);
  ADD ("a-token-that-never-was-valid-is-refused", a_token_that_never_was_valid_is_refused);
  ADD ("a-byte-changed-anywhere-is-refused", a_byte_changed_anywhere_is_refused);
  ADD ("a-bounded-number-is-remembered", a_bounded_number_is_remembered);
  ADD ("nothing-need-be-remembered", nothing_need_be_remembered);
  return g_test_run ();
}
