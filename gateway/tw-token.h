/* SPDX-License-Identifier: Apache-2.0 */

/* Access tokens: JSON Web Tokens (RFC 7519) signed with HS256 (RFC 7518), made and checked with libjwt behind strict
 * checks of our own, since libjwt 1.10 lets too much pass: at most 4,096 bytes, three non-empty base64url parts, the
 * header byte-equal to the one that is issued for one of our keys, `exp` and `iat` integers, `iss` and `aud` as issued,
 * no claim twice.
 *
 * tw-token-keys.h has the keys, tw-token-verifier.h the checks, tw-claims.h what a token says.
 */

#pragma once

#include "tw-claims.h"
#include "tw-clock.h"
#include "tw-token-keys.h"
#include "tw-token-verifier.h"

#include <glib.h>

G_BEGIN_DECLS

/* `iss` and `aud` of every token: the gateways issue them, and for themselves only. */
#define TW_TOKEN_ISSUER "taskwire"
#define TW_TOKEN_AUDIENCE "taskwire"

/* No token is longer, in bytes. */
#define TW_TOKEN_MAX_SIZE 4096

/* How far the clocks of two gateways may be apart. */
#define TW_TOKEN_MAX_SKEW_S 60

/* A token for the string claims in @names and @values (n each, UTF-8; iss, aud, iat and exp are added), valid for
 * @lifetime_s from the wall clock's now. Fails with TW_ERROR_INTERNAL when a value is not UTF-8, a name stands twice or
 * is one of those that are added, or the token would be too long. Free with g_free(). Thread-safe. */
char *tw_token_issue (TwTokenKeys *keys, const char *const *names, const char *const *values, guint n,
                      gint64 lifetime_s, const TwClock *clock, GError **error);

G_END_DECLS
