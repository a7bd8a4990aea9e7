/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-log.h"

static void
test_one_line (void)
{
  if (g_test_subprocess ())
    {
      tw_log_init ("tester", TW_LOG_INFO);
      tw_log_info ("a \"quote\", a \\, a line\nlevel=error, an escape \x1b[31m, bad \xff, good é, C1 \xc2\x9b,"
                   " turned \u202e, apart \u2028, joined \u200d.");
      tw_log_debug ("not important enough");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("ts=*-*-*T*:*:*.*Z level=info process=tester "
                             "msg=\"a \\\"quote\\\", a \\\\, a line\\x0alevel=error, an escape \\x1b[31m, "
                             "bad \\xff, good é, C1 ?, turned ?, apart ?, joined \u200d.\"\n");
  g_test_trap_assert_stderr_unmatched ("*not important*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/an-event-is-one-line-whatever-it-holds", test_one_line);
  return g_test_run ();
}
