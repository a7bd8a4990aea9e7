/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-breaker.h"

void
tw_breaker_init (TwBreaker *breaker, const TwClock *clock, guint max_failures, guint min_pause_ms, guint max_pause_ms)
{
  *breaker = (TwBreaker) {
    .clock = clock,
    .max_failures = max_failures,
    .min_pause_ms = min_pause_ms,
    .max_pause_ms = max_pause_ms,
    .state = TW_BREAKER_CLOSED,
    .pause_ms = min_pause_ms,
  };
}

TwBreakerAnswer
tw_breaker_ask (TwBreaker *breaker)
{
  if (breaker->state == TW_BREAKER_CLOSED)
    return TW_BREAKER_LETS_PASS;
  if (breaker->state == TW_BREAKER_HALF_OPEN || tw_clock_monotonic_ms (breaker->clock) < breaker->open_until_ms)
    return TW_BREAKER_REFUSES;

  breaker->state = TW_BREAKER_HALF_OPEN;
  return TW_BREAKER_LETS_PROBE;
}

void
tw_breaker_succeeded (TwBreaker *breaker)
{
  breaker->state = TW_BREAKER_CLOSED;
  breaker->failures = 0;
  breaker->pause_ms = breaker->min_pause_ms;
}

static void
open_circuit (TwBreaker *breaker)
{
  breaker->state = TW_BREAKER_OPEN;
  breaker->open_until_ms = tw_clock_monotonic_ms (breaker->clock) + breaker->pause_ms;
  breaker->pause_ms = breaker->pause_ms > breaker->max_pause_ms / 2 ? breaker->max_pause_ms : breaker->pause_ms * 2;
}

void
tw_breaker_failed (TwBreaker *breaker)
{
  /* What fails while it is open was under way before and says nothing new. */
  if (breaker->state == TW_BREAKER_OPEN)
    return;
  if (breaker->state == TW_BREAKER_HALF_OPEN || ++breaker->failures >= breaker->max_failures)
    open_circuit (breaker);
}

void
tw_breaker_abandoned (TwBreaker *breaker)
{
  if (breaker->state == TW_BREAKER_HALF_OPEN)
    breaker->state = TW_BREAKER_OPEN;
}
