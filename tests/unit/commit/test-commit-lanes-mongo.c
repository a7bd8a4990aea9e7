/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-lanes-mongo.h"

#include "tw-call-context.h"

static void
assert_enters (TwMongoLanes *lanes, const char *partition, gint64 deadline_ms, gpointer who, TwMongoLaneEntered how)
{
  g_assert_cmpint (tw_mongo_lanes_enter (lanes, partition, deadline_ms, who), ==, how);
}

static void
test_one_after_the_other (void)
{
  g_autoptr (TwMongoLanes) lanes = tw_mongo_lanes_new ();
  int first, second, third;

  assert_enters (lanes, "a", TW_DEADLINE_NONE, &first, TW_MONGO_LANE_FREE);
  assert_enters (lanes, "b", TW_DEADLINE_NONE, &first, TW_MONGO_LANE_FREE);
  assert_enters (lanes, "a", TW_DEADLINE_NONE, &second, TW_MONGO_LANE_WAIT);
  assert_enters (lanes, "a", TW_DEADLINE_NONE, &third, TW_MONGO_LANE_WAIT);
  g_assert_true (tw_mongo_lanes_leave (lanes, "a") == &second);
  g_assert_null (tw_mongo_lanes_leave (lanes, "b"));
  g_assert_true (tw_mongo_lanes_leave (lanes, "a") == &third);
  g_assert_null (tw_mongo_lanes_leave (lanes, "a"));
  assert_enters (lanes, "a", TW_DEADLINE_NONE, &second, TW_MONGO_LANE_FREE);
  g_assert_null (tw_mongo_lanes_leave (lanes, "a"));
}

static void
test_who_waited_long_enough_waits_no_longer (void)
{
  g_autoptr (TwMongoLanes) lanes = tw_mongo_lanes_new ();
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) over = NULL;
  int first, second, third;

  assert_enters (lanes, "a", 10, &first, TW_MONGO_LANE_FREE);
  assert_enters (lanes, "a", 20, &second, TW_MONGO_LANE_WAIT);
  assert_enters (lanes, "a", 30, &third, TW_MONGO_LANE_WAIT);
  none = tw_mongo_lanes_give_up (lanes, 19);
  g_assert_cmpuint (none->len, ==, 0);
  over = tw_mongo_lanes_give_up (lanes, 20);
  g_assert_cmpuint (over->len, ==, 1);
  g_assert_true (over->pdata[0] == &second);
  g_assert_true (tw_mongo_lanes_leave (lanes, "a") == &third);
  g_assert_null (tw_mongo_lanes_leave (lanes, "a"));
}

static void
test_so_many_wait_and_no_more (void)
{
  g_autoptr (TwMongoLanes) lanes = tw_mongo_lanes_new ();
  int who;

  assert_enters (lanes, "a", TW_DEADLINE_NONE, &who, TW_MONGO_LANE_FREE);
  for (guint i = 0; i < TW_MONGO_LANE_WAITING; i++)
    assert_enters (lanes, "a", TW_DEADLINE_NONE, &who, TW_MONGO_LANE_WAIT);
  assert_enters (lanes, "a", TW_DEADLINE_NONE, &who, TW_MONGO_LANE_FULL);
  for (guint i = 0; i < TW_MONGO_LANE_WAITING; i++)
    g_assert_nonnull (tw_mongo_lanes_leave (lanes, "a"));
  g_assert_null (tw_mongo_lanes_leave (lanes, "a"));
}

/* One that has come to number @n, with @count entries. */
static void
leave_head (TwMongoLanes *lanes, const char *partition, gint64 n, guint count)
{
  g_autoptr (TwMongoHead) head = tw_mongo_head_new ();
  int who;

  head->n = n;
  head->count = count;
  assert_enters (lanes, partition, TW_DEADLINE_NONE, &who, TW_MONGO_LANE_FREE);
  tw_mongo_lanes_remember (lanes, partition, head, FALSE);
  g_assert_null (tw_mongo_lanes_leave (lanes, partition));
}

static void
test_head_is_remembered (void)
{
  g_autoptr (TwMongoLanes) lanes = tw_mongo_lanes_new ();
  g_autoptr (TwMongoHead) head = NULL;
  g_autoptr (TwMongoHead) other = NULL;

  leave_head (lanes, "a", 7, 3);
  head = tw_mongo_lanes_recall (lanes, "a");
  g_assert_cmpint (head->n, ==, 7);
  g_assert_cmpint (head->settled, ==, 7);
  g_assert_cmpuint (head->count, ==, 3);
  other = tw_mongo_lanes_recall (lanes, "b");
  g_assert_null (other);
}

static void
test_what_was_left_first_is_forgotten_first (void)
{
  g_autoptr (TwMongoLanes) lanes = tw_mongo_lanes_new ();
  int who;

  assert_enters (lanes, "taken", TW_DEADLINE_NONE, &who, TW_MONGO_LANE_FREE);
  for (guint i = 0; i < TW_MONGO_LANES; i++)
    {
      g_autofree char *partition = g_strdup_printf ("%u", i);

      leave_head (lanes, partition, 1, 1);
    }
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *partition = g_strdup_printf ("%u", i);
      g_autoptr (TwMongoHead) head = tw_mongo_lanes_recall (lanes, partition);

      g_assert_cmpint (head != NULL, ==, i > 0);
    }
  g_assert_null (tw_mongo_lanes_leave (lanes, "taken"));
}

static void
test_each_head_is_told_once (void)
{
  g_autoptr (TwMongoLanes) lanes = tw_mongo_lanes_new ();
  g_autoptr (GArray) some = NULL;
  g_autoptr (GArray) rest = NULL;
  g_autoptr (GArray) again = NULL;

  leave_head (lanes, "a", 1, 1);
  leave_head (lanes, "b", 5, 1);
  leave_head (lanes, "a", 2, 2);
  some = tw_mongo_lanes_untold (lanes, 1);
  g_assert_cmpuint (some->len, ==, 1);
  g_assert_cmpstr (g_array_index (some, TwMongoSettled, 0).partition, ==, "a");
  g_assert_cmpint (g_array_index (some, TwMongoSettled, 0).number, ==, 2);
  leave_head (lanes, "a", 3, 3);
  rest = tw_mongo_lanes_untold (lanes, 10);
  g_assert_cmpuint (rest->len, ==, 2);
  g_assert_cmpint (g_array_index (rest, TwMongoSettled, 0).number, ==, 5);
  g_assert_cmpint (g_array_index (rest, TwMongoSettled, 1).number, ==, 3);
  again = tw_mongo_lanes_untold (lanes, 10);
  g_assert_cmpuint (again->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/commit-lanes-mongo/one-after-the-other", test_one_after_the_other);
  g_test_add_func ("/commit-lanes-mongo/who-waited-long-enough-waits-no-longer",
                   test_who_waited_long_enough_waits_no_longer);
  g_test_add_func ("/commit-lanes-mongo/so-many-wait-and-no-more", test_so_many_wait_and_no_more);
  g_test_add_func ("/commit-lanes-mongo/head-is-remembered", test_head_is_remembered);
  g_test_add_func ("/commit-lanes-mongo/what-was-left-first-is-forgotten-first",
                   test_what_was_left_first_is_forgotten_first);
  g_test_add_func ("/commit-lanes-mongo/each-head-is-told-once", test_each_head_is_told_once);
  return g_test_run ();
}
