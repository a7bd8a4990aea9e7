/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-number.h"

#include <string.h>

static void
assert_whole (const char *text, gint64 expected)
{
  gint64 value = 4711;

  g_assert_cmpint (tw_number_read (text, strlen (text), &value), ==, TW_NUMBER_WHOLE);
  g_assert_cmpint (value, ==, expected);
}

static void
assert_kind (const char *text, TwNumberKind expected)
{
  gint64 value;

  if (tw_number_read (text, strlen (text), &value) != expected)
    g_error ("\"%s\" is not of kind %d", text, (int) expected);
}

static void
test_spellings (void)
{
  static const char *const TEN[] = { "10",    "10.0",   "1e1",   "1E1",  "1e+1",  "1.0E+1",
                                     "0.1e2", "100e-1", "1e001", "10e0", "10e-0", "0.00000000000000000001e21" };
  static const char *const ZERO[] = { "0", "-0", "0.0", "-0.0", "0e0", "-0e99999999999999999999", "0.000e-400" };

  for (guint i = 0; i < G_N_ELEMENTS (TEN); i++)
    assert_whole (TEN[i], 10);
  for (guint i = 0; i < G_N_ELEMENTS (ZERO); i++)
    assert_whole (ZERO[i], 0);
  assert_whole ("-12.50e1", -125);
}

static void
test_ends_of_64_bits (void)
{
  assert_whole ("9223372036854775807", G_MAXINT64);
  assert_whole ("9223372036854775807.000", G_MAXINT64);
  assert_whole ("9.223372036854775807e18", G_MAXINT64);
  assert_whole ("-9223372036854775808", G_MININT64);
  assert_whole ("-922337203685477580800e-2", G_MININT64);
  assert_whole ("9007199254740993.0", 9007199254740993);
  assert_whole ("1e18", 1000000000000000000);
  assert_kind ("9223372036854775808", TW_NUMBER_TOO_LARGE);
  assert_kind ("-9223372036854775809", TW_NUMBER_TOO_LARGE);
  assert_kind ("9.223372036854775808e18", TW_NUMBER_TOO_LARGE);
  assert_kind ("18446744073709551616", TW_NUMBER_TOO_LARGE);
  assert_kind ("1e19", TW_NUMBER_TOO_LARGE);
  assert_kind ("1e400", TW_NUMBER_TOO_LARGE);
  assert_kind ("-1e99999999999999999999999999", TW_NUMBER_TOO_LARGE);
}

static void
test_fractions (void)
{
  assert_kind ("0.5", TW_NUMBER_FRACTIONAL);
  assert_kind ("15e-1", TW_NUMBER_FRACTIONAL);
  assert_kind ("1.00000000000000000000000000000001", TW_NUMBER_FRACTIONAL);
  assert_kind ("9223372036854775807.5", TW_NUMBER_FRACTIONAL);
  assert_kind ("1e-99999999999999999999", TW_NUMBER_FRACTIONAL);
  assert_kind ("-1e-400", TW_NUMBER_FRACTIONAL);
}

static void
test_what_is_no_number (void)
{
  static const char *const NONE[] = { "",   "-",   "+1",  "01",  "-01", "1.",  ".5",   "1e",  "1e+", "1e1.5", "0x1", " 1",
                                      "1 ", "1.0f", "1,0", "--1", "1_0", "inf", "1e١", "1-2", "١",   "00",    "1.e1" };

  for (guint i = 0; i < G_N_ELEMENTS (NONE); i++)
    assert_kind (NONE[i], TW_NUMBER_NONE);
}

/* Nothing is looked at behind the length. */
static void
test_length_ends_it (void)
{
  gint64 value;

  g_assert_cmpint (tw_number_read ("1.0e", 3, &value), ==, TW_NUMBER_WHOLE);
  g_assert_cmpint (tw_number_read ("1.0e", 2, &value), ==, TW_NUMBER_NONE);
  g_assert_cmpint (tw_number_read ("12", 0, &value), ==, TW_NUMBER_NONE);
  g_assert_true (tw_number_is_plain ("12.", 2));
  g_assert_false (tw_number_is_plain ("12.", 3));
}

static void
test_plain_spelling (void)
{
  static const char *const PLAIN[] = { "0", "7", "-7", "10", "99999999999999999999999" };
  static const char *const NOT[] = { "", "-", "-0", "07", "7.0", "7e0", "+7", " 7" };

  for (guint i = 0; i < G_N_ELEMENTS (PLAIN); i++)
    g_assert_true (tw_number_is_plain (PLAIN[i], strlen (PLAIN[i])));
  for (guint i = 0; i < G_N_ELEMENTS (NOT); i++)
    g_assert_false (tw_number_is_plain (NOT[i], strlen (NOT[i])));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/number/a-value-has-many-spellings", test_spellings);
  g_test_add_func ("/number/64-bits-are-exact", test_ends_of_64_bits);
  g_test_add_func ("/number/a-fraction-is-seen-however-small", test_fractions);
  g_test_add_func ("/number/what-is-no-number", test_what_is_no_number);
  g_test_add_func ("/number/the-length-ends-it", test_length_ends_it);
  g_test_add_func ("/number/plain-spelling", test_plain_spelling);
  return g_test_run ();
}
