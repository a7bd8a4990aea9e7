/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-plain.h"

#include "tw-error.h"

static void
test_names (void)
{
  static const struct
  {
    const char *names;
    TwPlain plain;
  } cases[] = {
    { NULL, TW_PLAIN_NOTHING },
    { "", TW_PLAIN_NOTHING },
    { "rows", TW_PLAIN_ROWS },
    { "nowait,rows", TW_PLAIN_NOWAIT | TW_PLAIN_ROWS },
    { " finalizers , nowait", TW_PLAIN_FINALIZERS | TW_PLAIN_NOWAIT },
    { "sieve", TW_PLAIN_SIEVE },
    { "rows,nowait,finalizers,sieve", TW_PLAIN_ALL },
    { "all", TW_PLAIN_ALL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      TwPlain plain = TW_PLAIN_ALL;

      g_assert_true (tw_plain_parse (cases[i].names, &plain, &error));
      g_assert_no_error (error);
      g_assert_cmpint (plain, ==, cases[i].plain);
    }
}

static void
test_mistakes (void)
{
  static const char *const cases[][2] = { { "row", "\"row\"" }, { "rows,", "\"\"" }, { "nowait,Rows", "\"Rows\"" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      TwPlain plain;

      g_assert_false (tw_plain_parse (cases[i][0], &plain, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
      g_assert_nonnull (strstr (error->message, cases[i][1]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plain/names-are-separated-by-commas", test_names);
  g_test_add_func ("/plain/what-is-none-of-the-names-is-said", test_mistakes);
  return g_test_run ();
}
