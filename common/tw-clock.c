/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-clock.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#define MS_PER_DAY G_GINT64_CONSTANT (86400000)

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

#define TEN(digit) digit "0" digit "1" digit "2" digit "3" digit "4" digit "5" digit "6" digit "7" digit "8" digit "9"

/* Two digits, of 0 to 99. */
static char *
put_two (char *out, guint value)
{
  static const char pairs[]
      = TEN ("0") TEN ("1") TEN ("2") TEN ("3") TEN ("4") TEN ("5") TEN ("6") TEN ("7") TEN ("8") TEN ("9");

  memcpy (out, pairs + 2 * value, 2);
  return out + 2;
}

/* An era is 400 years, after which the calendar repeats itself. */
#define DAYS_OF_ERA 146097

/* Days from 0000-03-01 to 1970-01-01, and an era more, so that no date of ours is negative. */
#define DAYS_TO_1970 (719468 + DAYS_OF_ERA)

/* @days, of which 1970 has DAYS_TO_1970 before it, as year, month and day of the Gregorian calendar, by counting from the
 * first of a March, so that the leap day is a year's last: C. Neri and L. Schneider, Euclidean affine functions and their
 * application to calendar algorithms (https://doi.org/10.1002/spe.3172), figure 12. Divisions are multiplications there,
 * by these numbers. */
static void
civil_from_days (guint32 days, guint *year, guint *month, guint *day)
{
  const guint32 in_centuries = 4 * days + 3, century = in_centuries / DAYS_OF_ERA;
  const guint32 day_of_century = in_centuries % DAYS_OF_ERA / 4;
  const guint64 in_years = G_GUINT64_CONSTANT (2939745) * (4 * day_of_century + 3);
  const guint32 day_of_year = (guint32) in_years / 2939745 / 4;
  const guint32 in_months = 2141 * day_of_year + 197913;
  const guint32 after_december = day_of_year >= 306 ? 1 : 0;

  *day = in_months % 65536 / 2141 + 1;
  *month = in_months / 65536 - 12 * after_december;
  *year = 100 * century + (guint32) (in_years >> 32) - 400 + after_december;
}

/* Written by hand, since each row of a list has two of them: gmtime_r(3) and snprintf(3) took more than reading the row
 * from the database. */
void
tw_time_format (gint64 wall_ms, char out[TW_TIME_SIZE])
{
  /* 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: what four digits of year can say. */
  gint64 ms = CLAMP (wall_ms, G_GINT64_CONSTANT (-62167219200000), G_GINT64_CONSTANT (253402300799999));
  const guint64 from_zero = (guint64) (ms + DAYS_TO_1970 * MS_PER_DAY);
  const guint32 days = (guint32) (from_zero / MS_PER_DAY), of_day = (guint32) (from_zero % MS_PER_DAY);
  const guint32 millis = of_day % 1000, seconds = of_day / 1000;
  guint year, month, day;
  char *at = out;

  civil_from_days (days, &year, &month, &day);
  at = put_two (at, year / 100);
  at = put_two (at, year % 100);
  *at++ = '-';
  at = put_two (at, month);
  *at++ = '-';
  at = put_two (at, day);
  *at++ = 'T';
  at = put_two (at, seconds / 3600);
  *at++ = ':';
  at = put_two (at, seconds / 60 % 60);
  *at++ = ':';
  at = put_two (at, seconds % 60);
  *at++ = '.';
  *at++ = (char) ('0' + millis / 100);
  at = put_two (at, millis % 100);
  *at++ = 'Z';
  *at = '\0';
}
