/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-password-text.h"

static void
test_prepared (void)
{
  static const char *const cases[][2] = {
    { "", "" },
    { "correct horse", "correct horse" },
    { "pa\u0308sswo\u0308rd", "p\u00e4ssw\u00f6rd" },
    { "p\u00e4ssw\u00f6rd", "p\u00e4ssw\u00f6rd" },
    { "\u1112\u1161\u11ab", "\ud55c" },
    { "a\u0323\u0307", "\u1ea1\u0307" },
    { "a\u0307\u0323", "\u1ea1\u0307" },
    { "a\u00a0b\u3000c\u2003d", "a b c d" },  /* spaces */
    { "\ufb01sh \u2460", "\ufb01sh \u2460" }, /* no compatibility: these are other passwords */
    { "\uff21", "\uff21" },                   /* nor width */
    { "Stra\u00dfe", "Stra\u00dfe" },         /* nor case */
    { "a\tb\x7f", "a\tb\x7f" },
    { "\U0001F41D\u200d", "\U0001F41D\u200d" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TwPasswordText) text = tw_password_text_prepare (cases[i][0]);

      g_assert_cmpstr (text, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/password-text/prepared", test_prepared);
  return g_test_run ();
}
