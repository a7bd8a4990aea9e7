/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-doubts.h"

static void
test_in_time_leaves_none (void)
{
  g_autoptr (TwDoubts) doubts = tw_doubts_new ();
  TwDoubt *one = tw_doubts_begin (doubts, "a", 100);

  g_assert_false (tw_doubts_have (doubts, "a", 99));
  tw_doubts_end (doubts, one, TRUE, 99);
  g_assert_false (tw_doubts_have (doubts, "a", 200));
}

static void
test_late_is_in_doubt_while_it_runs_and_for_a_while (void)
{
  g_autoptr (TwDoubts) doubts = tw_doubts_new ();
  TwDoubt *one = tw_doubts_begin (doubts, "a", 100);

  g_assert_true (tw_doubts_have (doubts, "a", 100));
  g_assert_false (tw_doubts_have (doubts, "b", 100));
  tw_doubts_end (doubts, one, TRUE, 150);
  g_assert_true (tw_doubts_have (doubts, "a", 150 + TW_DOUBT_MS - 1));
  g_assert_false (tw_doubts_have (doubts, "a", 150 + TW_DOUBT_MS));
}

static void
test_unknown_end_is_in_doubt (void)
{
  g_autoptr (TwDoubts) doubts = tw_doubts_new ();
  TwDoubt *one = tw_doubts_begin (doubts, "a", 100), *other = tw_doubts_begin (doubts, "a", 200);

  tw_doubts_end (doubts, one, FALSE, 50);
  tw_doubts_end (doubts, other, TRUE, 60);
  g_assert_true (tw_doubts_have (doubts, "a", 60));
}

static void
test_oldest_go_where_there_are_too_many (void)
{
  g_autoptr (TwDoubts) doubts = tw_doubts_new ();

  for (guint i = 0; i <= TW_DOUBTS_MAX; i++)
    {
      g_autofree char *what = g_strdup_printf ("%u", i);

      tw_doubts_end (doubts, tw_doubts_begin (doubts, what, 1), TRUE, 2);
    }
  g_assert_false (tw_doubts_have (doubts, "0", 2));
  g_assert_true (tw_doubts_have (doubts, "1", 2));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/doubts/in-time-leaves-none", test_in_time_leaves_none);
  g_test_add_func ("/doubts/late-is-in-doubt-while-it-runs-and-for-a-while",
                   test_late_is_in_doubt_while_it_runs_and_for_a_while);
  g_test_add_func ("/doubts/unknown-end-is-in-doubt", test_unknown_end_is_in_doubt);
  g_test_add_func ("/doubts/oldest-go-where-there-are-too-many", test_oldest_go_where_there_are_too_many);
  return g_test_run ();
}
