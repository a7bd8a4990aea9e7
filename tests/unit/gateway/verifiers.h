/* SPDX-License-Identifier: Apache-2.0 */

/* What the tests of the token verifier share: one that knows key A at NOW_S, and what it has to say of a token. */

#pragma once

#include "tokens.h"
#include "tw-token.h"

/* How many tokens it remembers. */
#define REMEMBERED 4

typedef struct
{
  TwTokenKeys *keys;
  TwClock *clock;
  TwTokenVerifier *verifier;
} VerifierFixture;

void verifier_set_up (VerifierFixture *fixture, gconstpointer data);
void verifier_tear_down (VerifierFixture *fixture, gconstpointer data);

#define ADD_VERIFIER_TEST(name, func) \
  g_test_add ("/token-verifier/" name, VerifierFixture, NULL, verifier_set_up, func, verifier_tear_down)

void assert_passes (VerifierFixture *fixture, const char *token);
void assert_fails_with (VerifierFixture *fixture, const char *token, gsize length, const char *message);

/* That it is refused and leaves nothing behind. */
void assert_invalid_bytes (VerifierFixture *fixture, const char *token, gsize length);
void assert_invalid (VerifierFixture *fixture, const char *token);

/* The same of @claims under the right header and key. */
void assert_claims_invalid (VerifierFixture *fixture, const char *claims);

/* GOOD_CLAIMS with @part replaced, which has to be in there. */
char *claims_with (const char *part, const char *replacement);
