/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-stream-limits.h"

static void
test_so_many_of_a_user (void)
{
  g_autoptr (TwStreamLimits) limits = tw_stream_limits_new (2, 10);

  g_assert_cmpint (tw_stream_limits_enter (limits, "a"), ==, TW_STREAM_MAY_OPEN);
  g_assert_cmpint (tw_stream_limits_enter (limits, "a"), ==, TW_STREAM_MAY_OPEN);
  g_assert_cmpint (tw_stream_limits_enter (limits, "a"), ==, TW_STREAM_USER_IS_FULL);
  g_assert_cmpint (tw_stream_limits_enter (limits, "b"), ==, TW_STREAM_MAY_OPEN);
  g_assert_cmpuint (tw_stream_limits_open (limits), ==, 3);
  tw_stream_limits_leave (limits, "a");
  g_assert_cmpint (tw_stream_limits_enter (limits, "a"), ==, TW_STREAM_MAY_OPEN);
}

static void
test_so_many_of_all (void)
{
  g_autoptr (TwStreamLimits) limits = tw_stream_limits_new (2, 3);

  for (guint i = 0; i < 3; i++)
    {
      const char user[] = { (char) ('a' + i), '\0' };

      g_assert_cmpint (tw_stream_limits_enter (limits, user), ==, TW_STREAM_MAY_OPEN);
    }
  g_assert_cmpint (tw_stream_limits_enter (limits, "a"), ==, TW_STREAM_ALL_ARE_FULL);
  tw_stream_limits_leave (limits, "b");
  g_assert_cmpint (tw_stream_limits_enter (limits, "a"), ==, TW_STREAM_MAY_OPEN);
  /* Who has as many as one may hears of that first. */
  g_assert_cmpint (tw_stream_limits_enter (limits, "a"), ==, TW_STREAM_USER_IS_FULL);
}

static void
test_no_limit (void)
{
  g_autoptr (TwStreamLimits) limits = tw_stream_limits_new (0, 0);

  for (guint i = 0; i < 1000; i++)
    g_assert_cmpint (tw_stream_limits_enter (limits, "a"), ==, TW_STREAM_MAY_OPEN);
  for (guint i = 0; i < 1000; i++)
    tw_stream_limits_leave (limits, "a");
  g_assert_cmpuint (tw_stream_limits_open (limits), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/stream-limits/so-many-of-a-user", test_so_many_of_a_user);
  g_test_add_func ("/stream-limits/so-many-of-all", test_so_many_of_all);
  g_test_add_func ("/stream-limits/no-limit", test_no_limit);
  return g_test_run ();
}
