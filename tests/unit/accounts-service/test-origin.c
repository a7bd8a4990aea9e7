/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-origin.h"

static void
test_origins (void)
{
  static const char *const cases[][2] = {
    { "203.0.113.7", "203.0.113.7" },
    { "::ffff:203.0.113.7", "203.0.113.7" },
    { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
    { "2001:DB8:1:2::ffff", "2001:db8:1:2::/64" },
    { "2001:db8:1:3::1", "2001:db8:1:3::/64" },
    { "::1", "::/64" },
    { "", "unknown" },
    { "203.0.113.7:1234", "unknown" },
    { "somebody", "unknown" },
    { NULL, "unknown" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char origin[TW_ORIGIN_SIZE];

      tw_origin_of (cases[i][0], origin);
      g_assert_cmpstr (origin, ==, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/origin/of-addresses", test_origins);
  return g_test_run ();
}
