/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-pool.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct
{
  pthread_mutex_t lock;
  _Atomic guint done;
} Fixture;

static void
work (gpointer item, gpointer user_data)
{
  Fixture *f = user_data;

  pthread_mutex_lock (&f->lock);
  pthread_mutex_unlock (&f->lock);
  atomic_fetch_add (&f->done, GPOINTER_TO_UINT (item));
}

static void
test_all_done (void)
{
  Fixture f = { .lock = PTHREAD_MUTEX_INITIALIZER };
  TwPool *pool = tw_pool_new ("test", 3, 1000, work, &f);

  for (guint i = 0; i < 1000; i++)
    g_assert_true (tw_pool_push (pool, GUINT_TO_POINTER (1)));
  tw_pool_free (pool);
  g_assert_cmpuint (atomic_load (&f.done), ==, 1000);
}

static void
test_bound (void)
{
  Fixture f = { .lock = PTHREAD_MUTEX_INITIALIZER };
  guint taken = 0;
  TwPool *pool;

  /* The only thread hangs on its first item: no more than that one and two waiting fit. */
  pthread_mutex_lock (&f.lock);
  pool = tw_pool_new ("test", 1, 2, work, &f);
  for (guint i = 0; i < 10; i++)
    taken += tw_pool_push (pool, GUINT_TO_POINTER (1)) ? 1 : 0;
  g_assert_cmpuint (taken, >=, 2);
  g_assert_cmpuint (taken, <=, 3);
  pthread_mutex_unlock (&f.lock);
  tw_pool_free (pool);
  g_assert_cmpuint (atomic_load (&f.done), ==, taken);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/free-finishes-what-is-queued", test_all_done);
  g_test_add_func ("/pool/a-full-queue-refuses", test_bound);
  return g_test_run ();
}
