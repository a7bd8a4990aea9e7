/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-json-load.h"

#include <string.h>

static json_t *
load (const char *text, json_error_t *failure)
{
  return tw_json_load (text, strlen (text), JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, failure);
}

static void
assert_integer (const char *text, json_int_t expected)
{
  json_auto_t *json = load (text, NULL);

  g_assert_true (json_is_integer (json));
  g_assert_cmpint (json_integer_value (json), ==, expected);
}

static void
assert_real (const char *text, double expected)
{
  json_auto_t *json = load (text, NULL), *wanted = json_real (expected);

  g_assert_true (json_equal (json, wanted));
}

static void
test_kind_is_the_values (void)
{
  assert_integer ("10.0", 10);
  assert_integer (" 1e1 ", 10);
  assert_integer ("-0.0", 0);
  assert_integer ("9007199254740993.0", 9007199254740993);
  assert_integer ("-9223372036854775808.0", G_MININT64);
  assert_real ("0.5", 0.5);
  assert_real ("1.00000000000000000001", 1);
  assert_real ("1e-400", 0);
  assert_real ("1e300", 1e300);
  assert_real ("9223372036854775808", 0x1p63);
  assert_real ("100000000000000000000000000000", 1e29);
}

/* Whatever the numbers stand between. */
static void
test_rest_stays (void)
{
  json_error_t failure;
  json_auto_t *json = load ("{\"1.0\": [1.0,2,1e2,-3.50,{\"a\\\"1e1\":\"2.0\\\\\"}], \"é\": 20e-1,\"t\":true,\"n\":null,\n"
                            "\"b\":[18446744073709551616]}",
                            &failure);
  json_auto_t *expected = json_pack ("{s:[i,i,i,f,{s:s}], s:i, s:b, s:n, s:[f]}", "1.0", 1, 2, 100, -3.5, "a\"1e1",
                                     "2.0\\", "é", 2, "t", 1, "n", "b", 0x1p64);

  g_assert_nonnull (json);
  g_assert_true (json_equal (json, expected));
}

/* What is wrong is told as if nothing had been spelled anew. */
static void
assert_refused (const char *text)
{
  json_error_t failure, of_text;

  g_assert_null (load (text, &failure));
  g_assert_null (json_loads (text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &of_text));
  g_assert_cmpint (json_error_code (&failure), ==, json_error_code (&of_text));
  g_assert_cmpint (failure.line, ==, of_text.line);
  g_assert_cmpint (failure.column, ==, of_text.column);
}

static void
test_refusals_are_the_texts (void)
{
  assert_refused ("[1e10, 1e400]");
  assert_refused ("[1e10,\n x]");
  assert_refused ("{\"a\": 1.0, \"a\": 2.0}");
  assert_refused ("[1.0");
  assert_refused ("01.0");
  assert_refused ("1.");
  assert_refused ("a1.0");
  assert_refused ("[1.0 1.0]");
  assert_refused ("\"1.0");
  assert_refused ("\"\\");
}

/* A number of any length is read in time that grows as the text does. */
static void
test_long_numbers (void)
{
  g_autofree char *zeros = g_strnfill (200000, '0');
  g_autofree char *whole = g_strconcat ("7.", zeros, NULL);
  g_autofree char *fraction = g_strconcat ("7.", zeros, "1", NULL);
  g_autofree char *large = g_strconcat ("7", zeros, NULL);
  json_error_t failure;

  assert_integer (whole, 7);
  assert_real (fraction, 7);
  g_assert_null (load (large, &failure));
  g_assert_cmpint (json_error_code (&failure), ==, json_error_numeric_overflow);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-load/a-numbers-kind-is-its-values", test_kind_is_the_values);
  g_test_add_func ("/json-load/all-else-stays-as-it-is", test_rest_stays);
  g_test_add_func ("/json-load/refusals-speak-of-the-text-that-came", test_refusals_are_the_texts);
  g_test_add_func ("/json-load/numbers-of-any-length", test_long_numbers);
  return g_test_run ();
}
