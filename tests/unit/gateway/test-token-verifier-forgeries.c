/* SPDX-License-Identifier: Apache-2.0 */

/* The forged tokens here are signed with the right key unless the test is about that: what refuses them has to be the
 * check that the test names. */

#include "verifiers.h"

#include <string.h>

static void
assert_header_invalid (VerifierFixture *fixture, const char *header)
{
  g_autofree char *token = tokens_sign (header, GOOD_CLAIMS, KEY_A);

  assert_invalid (fixture, token);
}

static void
other_algorithms_are_refused (VerifierFixture *fixture, gconstpointer data)
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
unsigned_tokens_are_refused (VerifierFixture *fixture, gconstpointer data)
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
other_headers_are_refused (VerifierFixture *fixture, gconstpointer data)
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
other_keys_are_refused (VerifierFixture *fixture, gconstpointer data)
{
  static const char *const others[] = { KEY_B, "", "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *token = tokens_sign (HEADER_A, GOOD_CLAIMS, others[i]);

      assert_invalid (fixture, token);
    }
}

static void
malformed_shapes_are_refused (VerifierFixture *fixture, gconstpointer data)
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
claims_have_to_be_strict_json (VerifierFixture *fixture, gconstpointer data)
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
a_claim_twice_is_refused (VerifierFixture *fixture, gconstpointer data)
{
  g_autofree char *subject = claims_with ("\"sub\":\"u1\"", "\"sub\":\"u2\",\"sub\":\"u1\"");
  g_autofree char *same = claims_with ("\"sub\":\"u1\"", "\"sub\":\"u1\",\"sub\":\"u1\"");
  g_autofree char *expiry = claims_with ("\"exp\":1767226500", "\"exp\":1767225000,\"exp\":1767226500");

  assert_claims_invalid (fixture, subject);
  assert_claims_invalid (fixture, same);
  assert_claims_invalid (fixture, expiry);
}

static void
times_have_to_be_integers (VerifierFixture *fixture, gconstpointer data)
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
claims_have_to_be_there (VerifierFixture *fixture, gconstpointer data)
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
issuer_and_audience_have_to_be_ours (VerifierFixture *fixture, gconstpointer data)
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
a_byte_changed_anywhere_is_refused (VerifierFixture *fixture, gconstpointer data)
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD_VERIFIER_TEST ("other-algorithms-are-refused", other_algorithms_are_refused);
  ADD_VERIFIER_TEST ("unsigned-tokens-are-refused", unsigned_tokens_are_refused);
  ADD_VERIFIER_TEST ("other-headers-are-refused", other_headers_are_refused);
  ADD_VERIFIER_TEST ("other-keys-are-refused", other_keys_are_refused);
  ADD_VERIFIER_TEST ("malformed-shapes-are-refused", malformed_shapes_are_refused);
  ADD_VERIFIER_TEST ("claims-have-to-be-strict-json", claims_have_to_be_strict_json);
  ADD_VERIFIER_TEST ("a-claim-twice-is-refused", a_claim_twice_is_refused);
  ADD_VERIFIER_TEST ("times-have-to-be-integers", times_have_to_be_integers);
  ADD_VERIFIER_TEST ("claims-have-to-be-there", claims_have_to_be_there);
  ADD_VERIFIER_TEST ("issuer-and-audience-have-to-be-ours", issuer_and_audience_have_to_be_ours);
  ADD_VERIFIER_TEST ("a-byte-changed-anywhere-is-refused", a_byte_changed_anywhere_is_refused);
  return g_test_run ();
}
