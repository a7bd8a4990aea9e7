/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-rules.h"

#define NOW 5000

static void
test_what_means_none_is_taken_out (void)
{
  TwTaskRecord said = {
    .has = TW_TASK_HAS_NAME | TW_TASK_HAS_PRIORITY | TW_TASK_HAS_NOTES | TW_TASK_HAS_LABELS | TW_TASK_HAS_POSITION,
    .name = "a", .priority = 0, .notes = "", .position = 0,
  };
  guint64 clear = TW_TASK_HAS_DUE_ON;

  tw_task_rules_settle (&said, &clear);
  g_assert_cmphex (said.has, ==, TW_TASK_HAS_NAME | TW_TASK_HAS_POSITION);
  g_assert_cmphex (clear, ==,
                   TW_TASK_HAS_DUE_ON | TW_TASK_HAS_PRIORITY | TW_TASK_HAS_NOTES | TW_TASK_HAS_LABELS);
}

static void
test_what_says_something_stays (void)
{
  const guint64 has = TW_TASK_HAS_PRIORITY | TW_TASK_HAS_NOTES | TW_TASK_HAS_LABELS;
  TwTaskRecord said = { .has = has, .priority = 4, .notes = "\n", .labels = { "a", 2 } };
  guint64 clear = 0;

  tw_task_rules_settle (&said, &clear);
  tw_task_rules_settle (&said, NULL);
  g_assert_cmphex (said.has, ==, has);
  g_assert_cmphex (clear, ==, 0);
}

/* What has become of a task that was done or not, and had been completed at some time or never; -1: there is none. */
static const struct
{
  int was_done;
  gint64 was_completed_ms;
  gboolean is_done;
  gint64 completed_ms;
} changes[] = {
  { -1, -1, FALSE, -1 }, { -1, -1, TRUE, NOW },  { 0, -1, FALSE, -1 }, { 0, -1, TRUE, NOW }, { 1, 7, TRUE, 7 },
  { 1, -1, TRUE, -1 },   { 1, 7, FALSE, -1 },    { 1, -1, FALSE, -1 },
};

static void
test_task_is_completed_when_it_becomes_done (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      const guint64 completed = changes[i].was_completed_ms >= 0 ? TW_TASK_HAS_COMPLETED_ON : 0;
      const TwTaskRecord before = { .has = TW_TASK_HAS_DONE | completed, .done = changes[i].was_done == 1,
                                    .completed_ms = MAX (changes[i].was_completed_ms, 0) };
      TwTaskRecord after = before;

      after.done = changes[i].is_done;
      tw_task_rules_follow (changes[i].was_done < 0 ? NULL : &before, &after, NOW);
      g_assert_cmpint ((after.has & TW_TASK_HAS_COMPLETED_ON) != 0, ==, changes[i].completed_ms >= 0);
      g_assert_cmpint (after.completed_ms, ==, MAX (changes[i].completed_ms, 0));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task-rules/what-means-none-is-taken-out", test_what_means_none_is_taken_out);
  g_test_add_func ("/task-rules/what-says-something-stays", test_what_says_something_stays);
  g_test_add_func ("/task-rules/task-is-completed-when-it-becomes-done", test_task_is_completed_when_it_becomes_done);
  return g_test_run ();
}
