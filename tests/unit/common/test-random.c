/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-random.h"

#include <string.h>

static void
test_bytes (void)
{
  guint8 first[32], second[32];

  tw_random_bytes (first, sizeof first);
  tw_random_bytes (second, sizeof second);
  g_assert_cmpint (memcmp (first, second, sizeof first), !=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/random/bytes-differ", test_bytes);
  return g_test_run ();
}
