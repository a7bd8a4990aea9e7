/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-refusal-log.h"

static guint
refuse (TwRefusalLog *log, gint64 at_ms, guint times)
{
  guint lines = 0;

  for (guint i = 0; i < times; i++)
    lines += tw_refusal_log_add (log, at_ms, -1, "is a test") ? 1 : 0;
  return lines;
}

static void
flood (void)
{
  TwRefusalLog log = { 0 };

  g_assert_cmpuint (refuse (&log, 1000000, 5000), ==, 10);
  g_assert_cmpuint (refuse (&log, 1000000 + 9999, 5000), ==, 0);
  g_assert_cmpuint (log.omitted, ==, 9990);
  g_assert_cmpuint (refuse (&log, 1000000 + 10000, 3), ==, 3);
  g_assert_cmpuint (log.omitted, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refusal-log/a-flood-leaves-a-few-lines", flood);
  return g_test_run ();
}
