/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-harmless.h"

static void
test_what_drives_turns_or_hides (void)
{
  static const gunichar HARMFUL[] = {
    0x00,   0x09,   0x0a,   0x0d,   0x1b,   0x7f,   0x85,   0x9b,   0xad,   0x61c,  0x180e,  0x200b,  0x200e,
    0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060, 0x2066, 0x2069, 0xfeff, 0xfff9, 0xe0001, 0xe0041, 0xe007f,
  };

  for (guint i = 0; i < G_N_ELEMENTS (HARMFUL); i++)
    if (tw_harmless_is (HARMFUL[i]))
      g_error ("U+%04X is harmful", HARMFUL[i]);
}

static void
test_what_is_written (void)
{
  static const gunichar HARMLESS[] = {
    ' ',    '~',    0xa0,   0xe9,   0x301,  0x5d0,   0x600,   0x6dd,   0x200c,
    0x200d, 0x3000, 0x65e5, 0xe000, 0xfe0f, 0x1f600, 0x1fae9, 0xe0100, 0x110bd,
  };

  for (guint i = 0; i < G_N_ELEMENTS (HARMLESS); i++)
    if (!tw_harmless_is (HARMLESS[i]))
      g_error ("U+%04X is harmless", HARMLESS[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/harmless/what-drives-turns-or-hides-is-not", test_what_drives_turns_or_hides);
  g_test_add_func ("/harmless/what-is-written-is", test_what_is_written);
  return g_test_run ();
}
