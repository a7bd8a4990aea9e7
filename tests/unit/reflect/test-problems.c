/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-problems.h"

static void
test_kept_in_order (void)
{
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_autofree char *text = NULL;

  g_assert_cmpuint (tw_problems_count (problems), ==, 0);
  tw_problems_add (problems, "task.name", "must be at most %d characters", 500);
  tw_problems_take (problems, g_strdup ("done"), g_strdup ("must be a bool"));
  g_assert_cmpuint (tw_problems_count (problems), ==, 2);
  g_assert_cmpstr (tw_problems_get (problems, 0)->location, ==, "task.name");
  g_assert_cmpstr (tw_problems_get (problems, 1)->detail, ==, "must be a bool");
  text = tw_problems_to_string (problems);
  g_assert_cmpstr (text, ==, "task.name must be at most 500 characters; done must be a bool");
}

static void
test_none_is_no_text (void)
{
  g_autoptr (TwProblems) problems = tw_problems_new ();
  g_autofree char *text = tw_problems_to_string (problems);

  g_assert_cmpstr (text, ==, "");
}

static void
test_bounded (void)
{
  g_autoptr (TwProblems) problems = tw_problems_new ();

  for (int i = 0; i < TW_PROBLEMS_MAX + 10; i++)
    tw_problems_add (problems, "x", "number %d", i);
  g_assert_cmpuint (tw_problems_count (problems), ==, TW_PROBLEMS_MAX);
  g_assert_cmpstr (tw_problems_get (problems, TW_PROBLEMS_MAX - 1)->detail, ==, "number 49");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/problems/kept-in-order", test_kept_in_order);
  g_test_add_func ("/problems/none-is-no-text", test_none_is_no_text);
  g_test_add_func ("/problems/no-more-than-the-bound", test_bounded);
  return g_test_run ();
}
