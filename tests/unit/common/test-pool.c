/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-pool.h"

#include "tw-latch.h"

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

#define STUCK 77

typedef struct
{
  Fixture *fixture;
  TwLatch begun, release;
} Stuck;

static void
work_unless_stuck (gpointer item, gpointer user_data)
{
  Stuck *stuck = user_data;

  if (GPOINTER_TO_UINT (item) == STUCK)
    {
      tw_latch_open (&stuck->begun);
      tw_latch_wait (&stuck->release);
    }
  else
    work (item, stuck->fixture);
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

typedef struct
{
  Fixture base;
  guint sizes[8]; /* of the batches, by their one thread */
  guint n_batches;
} BatchFixture;

static void
note_batch (gpointer *items, guint n, gpointer user_data)
{
  BatchFixture *f = user_data;

  f->sizes[f->n_batches++] = n;
  for (guint i = 0; i < n; i++)
    work (items[i], &f->base);
}

static void
test_batches (void)
{
  BatchFixture f = { .base.lock = PTHREAD_MUTEX_INITIALIZER };
  gpointer items[10], first = GUINT_TO_POINTER (1);
  TwPool *pool = tw_pool_new_batches ("test", 1, 10, 4, note_batch, &f);
  guint in_batches = 0;

  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    items[i] = GUINT_TO_POINTER (1);
  pthread_mutex_lock (&f.base.lock);
  g_assert_true (tw_pool_push (pool, first));
  /* Whether the thread has the first one already or not, nine more fit. */
  g_assert_cmpuint (tw_pool_push_all (pool, items, 10), >=, 9);
  pthread_mutex_unlock (&f.base.lock);
  tw_pool_free (pool);
  for (guint i = 0; i < f.n_batches; i++)
    {
      g_assert_cmpuint (f.sizes[i], <=, 4);
      in_batches += f.sizes[i];
    }
  g_assert_cmpuint (f.n_batches, <=, 4);
  g_assert_cmpuint (in_batches, ==, atomic_load (&f.base.done));
}

/* However the threads of a pool are woken, no item is left lying. */
static void
test_batches_by_many (void)
{
  Fixture f = { .lock = PTHREAD_MUTEX_INITIALIZER };

  for (guint round = 0; round < 200; round++)
    {
      TwPool *pool = tw_pool_new ("test", 4, 1000, work, &f);
      gpointer items[7];

      for (guint i = 0; i < G_N_ELEMENTS (items); i++)
        items[i] = GUINT_TO_POINTER (1);
      for (guint i = 0; i < 5; i++)
        g_assert_cmpuint (tw_pool_push_all (pool, items, 7), ==, 7);
      while (round % 2 == 0 && atomic_load (&f.done) < (round + 1) * 35)
        g_thread_yield ();
      tw_pool_free (pool);
      g_assert_cmpuint (atomic_load (&f.done), ==, (round + 1) * 35);
    }
}

/* Each item has a thread as long as one is idle, whatever the others are stuck in. */
static void
test_stuck_item_holds_up_nobody (void)
{
  Fixture f = { .lock = PTHREAD_MUTEX_INITIALIZER };
  Stuck stuck = { .fixture = &f };
  TwPool *pool = tw_pool_new ("test", 2, 1000, work_unless_stuck, &stuck);

  tw_latch_init (&stuck.begun);
  tw_latch_init (&stuck.release);
  g_assert_true (tw_pool_push (pool, GUINT_TO_POINTER (STUCK)));
  for (guint i = 1; i <= 100; i++)
    {
      g_assert_true (tw_pool_push (pool, GUINT_TO_POINTER (1)));
      while (i % 2 == 0 && atomic_load (&f.done) < i)
        g_thread_yield ();
    }
  tw_latch_wait (&stuck.begun);
  tw_latch_open (&stuck.release);
  tw_pool_free (pool);
  g_assert_cmpuint (atomic_load (&f.done), ==, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pool/free-finishes-what-is-queued", test_all_done);
  g_test_add_func ("/pool/stuck-item-holds-up-nobody", test_stuck_item_holds_up_nobody);
  g_test_add_func ("/pool/a-full-queue-refuses", test_bound);
  g_test_add_func ("/pool/a-thread-takes-a-batch", test_batches);
  g_test_add_func ("/pool/all-that-was-pushed-at-once-is-done", test_batches_by_many);
  return g_test_run ();
}
