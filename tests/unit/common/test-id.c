/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-id.h"

#include <string.h>

static void
test_ids (void)
{
  char first[TW_ID_SIZE], second[TW_ID_SIZE];
  guint8 bytes[TW_ID_BYTES];

  tw_id_new (1795251600000, first);
  tw_id_new (1795251600000, second);
  g_assert_true (tw_id_is_valid (first));
  g_assert_true (g_str_has_prefix (first, "6b015d90"));
  g_assert_cmpint (strncmp (first, second, 18), ==, 0);
  g_assert_cmpstr (first, !=, second);
  g_assert_true (tw_id_to_bytes (first, bytes));
  g_assert_cmpint (tw_id_second (bytes), ==, 1795251600);

  g_assert_true (tw_id_to_bytes ("0123456789abcdefABCDEF01", bytes));
  tw_id_from_bytes (bytes, second);
  g_assert_cmpstr (second, ==, "0123456789abcdefabcdef01");
  g_assert_true (tw_id_to_bytes ("fedcba980000000000000000", bytes));
  g_assert_cmpint (tw_id_second (bytes), ==, 0xfedcba98);
  g_assert_false (tw_id_to_bytes ("0123456789abcdefABCDEF0g", bytes));

  g_assert_true (tw_id_is_valid ("0123456789abcdefABCDEF01"));
  g_assert_false (tw_id_is_valid ("0123456789abcdefABCDEF0"));
  g_assert_false (tw_id_is_valid ("0123456789abcdefABCDEF012"));
  g_assert_false (tw_id_is_valid ("0123456789abcdefABCDEF0g"));
  g_assert_false (tw_id_is_valid (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/id/is-an-object-id", test_ids);
  return g_test_run ();
}
