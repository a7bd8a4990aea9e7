/* SPDX-License-Identifier: Apache-2.0 */

/* How often one may ask: token buckets (tw-rate.h) per address, before anybody knows whose token it is, and per account,
 * once that is known. A request that is refused takes nothing.
 *
 * What is left is told as draft-ietf-httpapi-ratelimit-headers has it (revision 10): of each policy its quota and window in
 * RateLimit-Policy, and in RateLimit how many requests remain, and in how many seconds there is one more. Whoever asks too
 * often gets a 429 with its problem type, and in Retry-After the same seconds.
 *
 * One for all workers of a process; thread-safe.
 */

#pragma once

#include "tw-buckets.h"
#include "tw-buffer.h"
#include "tw-claims.h"
#include "tw-clock.h"
#include "tw-request.h"

G_BEGIN_DECLS

typedef enum
{
  TW_RATE_POLICY_ADDRESS, /* the client's: an IPv4 address, or the first 64 bits of an IPv6 address */
  TW_RATE_POLICY_ACCOUNT, /* the claim `sub` of a token that was verified */
  TW_N_RATE_POLICIES,
} TwRatePolicy;

typedef struct
{
  TwRate rate;           /* of no requests: no limit */
  gboolean spares_local; /* requests of this machine (tw_request_is_local()) are counted apart, told, and never refused */
} TwRateLimit;

/* The limit that @text gives, as tw_rate_parse() reads it, which holds for all; or, where it is NULL, the @usual one, which
 * spares this machine: tests, imports and benchmarks there go as fast as they can unless a limit is asked for. Fails with
 * TW_ERROR_CONFIGURATION. */
gboolean tw_rate_limit_parse (const char *text, const char *usual, TwRateLimit *limit, GError **error);

typedef struct _TwRateLimits TwRateLimits;

/* @clock outlives it. */
TwRateLimits *tw_rate_limits_new (const TwRateLimit limits[TW_N_RATE_POLICIES], const TwClock *clock);
void tw_rate_limits_free (TwRateLimits *limits);

/* Counts @request, once, and has its answer tell what is left. NULL if it may go on, else the 429 (owned by the caller). */
TwResponse *tw_rate_limits_take_address (TwRateLimits *limits, TwRequest *request);

/* The same for the account of @claims, whose token has been verified, after its address. A token without `sub` is nobody's,
 * and not counted here. */
TwResponse *tw_rate_limits_take_account (TwRateLimits *limits, TwRequest *request, const TwClaims *claims);

/* Appends how many were refused by each policy that there is, as tw-metrics-text.h has it. */
void tw_rate_limits_append (TwRateLimits *limits, TwBuffer *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwRateLimits, tw_rate_limits_free)

G_END_DECLS
