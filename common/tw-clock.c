/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-clock.h"

#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

struct _TwClock
{
  gboolean fixed;
  _Atomic gint64 wall_ms; /* of a fixed clock, which is its monotonic time too */
};

const TwClock *
tw_clock_system (void)
{
  static const TwClock clock = { .fixed = FALSE };

  return &clock;
}

TwClock *
tw_clock_new_fixed (gint64 wall_ms)
{
  TwClock *clock = g_new0 (TwClock, 1);

  clock->fixed = TRUE;
  atomic_init (&clock->wall_ms, wall_ms);
  return clock;
}

void
tw_clock_advance (TwClock *clock, gint64 by_ms)
{
  g_return_if_fail (clock->fixed);

  atomic_fetch_add (&clock->wall_ms, by_ms);
}

void
tw_clock_free (TwClock *clock)
{
  g_free (clock);
}

static gint64
read_ms (clockid_t id)
{
  struct timespec now;

  clock_gettime (id, &now);
  return (gint64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

gint64
tw_clock_wall_ms (const TwClock *clock)
{
  return clock->fixed ? atomic_load (&clock->wall_ms) : read_ms (CLOCK_REALTIME);
}

gint64
tw_clock_monotonic_ms (const TwClock *clock)
{
  return clock->fixed ? atomic_load (&clock->wall_ms) : read_ms (CLOCK_MONOTONIC);
}

void
tw_time_format (gint64 wall_ms, char out[TW_TIME_SIZE])
{
  /* 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: what four digits of year can say. */
  gint64 ms = CLAMP (wall_ms, G_GINT64_CONSTANT (-62167219200000), G_GINT64_CONSTANT (253402300799999));
  gint64 millis = ((ms % 1000) + 1000) % 1000;
  time_t seconds = (time_t) ((ms - millis) / 1000);
  struct tm tm;

  gmtime_r (&seconds, &tm);
  snprintf (out, TW_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned) (tm.tm_year + 1900) % 10000,
            (unsigned) (tm.tm_mon + 1) % 100, (unsigned) tm.tm_mday % 100, (unsigned) tm.tm_hour % 100,
            (unsigned) tm.tm_min % 100, (unsigned) tm.tm_sec % 100, (unsigned) millis % 1000);
}
