/* SPDX-License-Identifier: Apache-2.0 */

/* A circuit breaker (M. Nygard, "Release It!"): after too many failures in a row it is open and lets nothing through;
 * when its pause is over it is half open and lets one probe through, whose outcome closes it or opens it again, for
 * twice as long. Not thread-safe; plain data. */

#pragma once

#include "tw-clock.h"

G_BEGIN_DECLS

typedef enum
{
  TW_BREAKER_CLOSED,
  TW_BREAKER_OPEN,
  TW_BREAKER_HALF_OPEN, /* a probe is under way */
} TwBreakerState;

typedef enum
{
  TW_BREAKER_REFUSES,
  TW_BREAKER_LETS_PASS,
  TW_BREAKER_LETS_PROBE, /* its outcome must be told: success, failure or neither */
} TwBreakerAnswer;

typedef struct
{
  const TwClock *clock;
  guint max_failures;
  guint min_pause_ms, max_pause_ms;
  /* private */
  TwBreakerState state;
  guint failures; /* in a row */
  guint pause_ms;
  gint64 open_until_ms;
} TwBreaker;

/* A closed breaker that opens after @max_failures >= 1 in a row, for @min_pause_ms at first. @clock must outlive it. */
void tw_breaker_init (TwBreaker *breaker, const TwClock *clock, guint max_failures, guint min_pause_ms,
                      guint max_pause_ms);

/* Whether something may be tried now. */
TwBreakerAnswer tw_breaker_ask (TwBreaker *breaker);

/* Anything worked: closes it. */
void tw_breaker_succeeded (TwBreaker *breaker);

/* Something failed, the probe or what was under way before. */
void tw_breaker_failed (TwBreaker *breaker);

/* The probe was given up without an outcome: the next one may follow at once. */
void tw_breaker_abandoned (TwBreaker *breaker);

G_END_DECLS
