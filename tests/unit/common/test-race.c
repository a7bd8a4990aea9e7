/* SPDX-License-Identifier: Apache-2.0 */

/* A data race made on purpose: two threads of a pool count in one plain integer. Built for ThreadSanitizer alone,
 * where it has to fail. */

#include "tw-pool.h"

static void
count (gpointer item, gpointer user_data)
{
  guint *counter = user_data;

  for (guint i = 0; i < 100000; i++)
    *(volatile guint *) counter += 1;
}

int
main (void)
{
  guint counter = 0;
  TwPool *pool = tw_pool_new ("racers", 2, 64, count, &counter);

  for (guint i = 0; i < 64; i++)
    while (!tw_pool_push (pool, GUINT_TO_POINTER (i + 1)))
      g_thread_yield ();
  tw_pool_free (pool);
  return 0;
}
