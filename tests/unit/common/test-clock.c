/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-clock.h"

static void
test_format (void)
{
  static const struct
  {
    gint64 ms;
    const char *text;
  } cases[] = {
    { 0, "1970-01-01T00:00:00.000Z" },
    { 1795251600123, "2026-11-21T09:00:00.123Z" },
    { 951782400000, "2000-02-29T00:00:00.000Z" },
    { -1, "1969-12-31T23:59:59.999Z" },
    { G_MAXINT64, "9999-12-31T23:59:59.999Z" },
    { G_MININT64, "0000-01-01T00:00:00.000Z" },
  };
  char text[TW_TIME_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      tw_time_format (cases[i].ms, text);
      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

/* Every third day of the years 0001 to 9999, which is as far as GDateTime goes. */
static void
test_format_every_date (void)
{
  const gint64 step = G_GINT64_CONSTANT (3) * 86400 * 1000 + 12345678;

  for (gint64 ms = G_GINT64_CONSTANT (-62135596800000); ms < G_GINT64_CONSTANT (253402300800000); ms += step)
    {
      gint64 millis = ((ms % 1000) + 1000) % 1000;
      g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc ((ms - millis) / 1000);
      g_autofree char *seconds = g_date_time_format (date, "%Y-%m-%dT%H:%M:%S");
      g_autofree char *expected = g_strdup_printf ("%s.%03dZ", seconds, (int) millis);
      char text[TW_TIME_SIZE];

      tw_time_format (ms, text);
      /* Its years have no leading zeros in this format. */
      g_assert_true (g_str_has_suffix (text, expected));
    }
}

static void
test_fixed (void)
{
  g_autoptr (TwClock) clock = tw_clock_new_fixed (1000);

  g_assert_cmpint (tw_clock_wall_ms (clock), ==, 1000);
  tw_clock_advance (clock, 250);
  g_assert_cmpint (tw_clock_wall_ms (clock), ==, 1250);
  g_assert_cmpint (tw_clock_monotonic_ms (clock), ==, 1250);
}

static void
test_system (void)
{
  const TwClock *clock = tw_clock_system ();
  gint64 before = g_get_real_time () / 1000, now = tw_clock_wall_ms (clock), first = tw_clock_monotonic_ms (clock);

  g_assert_cmpint (now, >=, before);
  g_assert_cmpint (tw_clock_monotonic_ms (clock), >=, first);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/format-is-rfc3339-utc", test_format);
  g_test_add_func ("/clock/every-date-is-right", test_format_every_date);
  g_test_add_func ("/clock/fixed-moves-only-when-told", test_fixed);
  g_test_add_func ("/clock/system-goes-on", test_system);
  return g_test_run ();
}
