/* SPDX-License-Identifier: Apache-2.0 */

/* Checks access tokens and remembers those that passed, so that a busy client costs one signature, not one a request.
 *
 * What is remembered was verified in full, is found by the whole token, and is asked for its expiry each time. The
 * number is bounded: the token that was not used for longest makes room.
 */

#pragma once

#include "tw-claims.h"
#include "tw-clock.h"
#include "tw-token-keys.h"

#include <glib.h>

G_BEGIN_DECLS

/* One a worker: not thread-safe. */
typedef struct _TwTokenVerifier TwTokenVerifier;

/* References @keys; @clock must outlive the verifier. With @max_remembered 0 nothing is remembered. */
TwTokenVerifier *tw_token_verifier_new (TwTokenKeys *keys, const TwClock *clock, guint max_remembered);

/* The claims (owned by the caller), or NULL with TW_ERROR_UNAUTHENTICATED, whose message may be sent to the client:
 * "The token has expired", "The token is not valid". @token need not be NUL-terminated. */
TwClaims *tw_token_verify (TwTokenVerifier *verifier, const char *token, gsize length, GError **error);

/* How many tokens are remembered. */
guint tw_token_verifier_remembered (const TwTokenVerifier *verifier);

void tw_token_verifier_free (TwTokenVerifier *verifier);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTokenVerifier, tw_token_verifier_free)

G_END_DECLS
