/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-clock.h"
#include "tw-rfc3339.h"

static const struct
{
  const char *text, *utc;
} times[] = {
  { "2026-12-24T10:00:00Z", "2026-12-24T10:00:00.000Z" },
  { "2026-12-24t10:00:00z", "2026-12-24T10:00:00.000Z" },
  { "2026-12-24T10:00:00.5+01:00", "2026-12-24T09:00:00.500Z" },
  { "2026-12-31T23:59:59.123999999999999999999999-00:01", "2027-01-01T00:00:59.123Z" },
  { "2026-12-31T23:59:60Z", "2027-01-01T00:00:00.000Z" },
  { "2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00.000Z" },
  { "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z" },
  { "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z" },
  { "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z" },
  { "2026-12-24T10:00:00+23:59", "2026-12-23T10:01:00.000Z" },
};

static void
test_times_are_read (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      char text[TW_TIME_SIZE];
      gint64 wall_ms = 0, again = 0;

      g_assert_true (tw_rfc3339_time (times[i].text, &wall_ms));
      tw_time_format (wall_ms, text);
      g_assert_cmpstr (text, ==, times[i].utc);
      g_assert_true (tw_rfc3339_time (text, &again));
      g_assert_cmpint (again, ==, wall_ms);
    }
}

static void
test_dates_are_read (void)
{
  gint64 wall_ms = 1;

  g_assert_true (tw_rfc3339_date ("1970-01-01", &wall_ms));
  g_assert_cmpint (wall_ms, ==, 0);
  g_assert_true (tw_rfc3339_date ("2024-02-29", &wall_ms));
  g_assert_cmpint (wall_ms, ==, G_GINT64_CONSTANT (1709164800000));
  g_assert_true (tw_rfc3339_date ("0001-01-01", &wall_ms));
  g_assert_true (tw_rfc3339_date ("9999-12-31", &wall_ms));
}

static void
test_what_is_none_is_refused (void)
{
  static const char *const neither[] = {
    "", "2", "tomorrow", "2026-1-01", "2026-02-30", "2025-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-10-00",
    "0000-01-01", "2026-W52-4", "2026-358", "20261224", " 2026-12-24", "2026-12-24 ", "+2026-12-24", "2026/12/24",
    "2026-12-24T", "2026-12-24T10", "2026-12-24T10:00", "2026-12-24T10:00:00", "2026-12-24 10:00:00Z",
    "20261224T100000Z", "2026-12-24T10:00:00.Z", "2026-12-24T10:00:00,5Z", "2026-12-24T10:00:00+0100",
    "2026-12-24T10:00:00+01", "2026-12-24T10:00:00ZZ", "2026-12-24T10:00:00Z ", "2026-12-24T10:00:00+01:000",
    "2026-12-24T24:00:00Z", "2026-12-24T10:60:00Z", "2026-12-24T10:00:61Z", "2026-12-24T10:00:00+24:00",
    "2026-12-24T10:00:00+01:60", "2026-02-30T10:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z", "2026-12-24T1\xd9\xa0:00:00Z",
  };

  for (guint i = 0; i < G_N_ELEMENTS (neither); i++)
    {
      gint64 wall_ms;

      g_assert_false (tw_rfc3339_time (neither[i], &wall_ms));
      g_assert_false (tw_rfc3339_date (neither[i], &wall_ms));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rfc3339/times-are-read", test_times_are_read);
  g_test_add_func ("/rfc3339/dates-are-read", test_dates_are_read);
  g_test_add_func ("/rfc3339/what-is-none-is-refused", test_what_is_none_is_refused);
  return g_test_run ();
}
