/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-pool.h"

#include <pthread.h>

struct _TwPool
{
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t wake;
  gpointer *ring; /* the waiting items, from `first` on */
  guint capacity; /* a power of two */
  guint first, n_waiting;
  guint n_idle;  /* threads that sleep … */
  guint n_woken; /* … and those that do no more, but have not looked round yet */
  gboolean closed;

  TwPoolFunc func; /* NULL: it is batch_func */
  TwPoolBatchFunc batch_func;
  gpointer user_data;
  guint max_queued;
  guint max_batch;
  guint n_threads;
  pthread_t *threads;
};

static void
sleep_a_while (TwPool *pool)
{
  pool->n_idle++;
  pthread_cond_wait (&pool->wake, &pool->lock);
  /* Who woke this thread has counted it already, unless nobody did, or everybody was woken. */
  if (pool->n_woken > 0)
    pool->n_woken--;
  else
    pool->n_idle--;
}

/* Moves up to a batch to @items; 0 when there will be none any more. */
static guint
take (TwPool *pool, gpointer *items)
{
  guint n;

  pthread_mutex_lock (&pool->lock);
  while (pool->n_waiting == 0 && !pool->closed)
    sleep_a_while (pool);
  n = MIN (pool->n_waiting, pool->max_batch);
  for (guint i = 0; i < n; i++)
    items[i] = pool->ring[(pool->first + i) & (pool->capacity - 1)];
  pool->first += n;
  pool->n_waiting -= n;
  pthread_mutex_unlock (&pool->lock);
  return n;
}

static void *
run (void *user_data)
{
  TwPool *pool = user_data;
  g_autofree gpointer *items = g_new (gpointer, pool->max_batch);
  guint n;

  while ((n = take (pool, items)) > 0)
    if (pool->func != NULL)
      pool->func (items[0], pool->user_data);
    else
      pool->batch_func (items, n, pool->user_data);
  return NULL;
}

static TwPool *
start (const char *name, const TwPool *like)
{
  TwPool *pool = g_memdup2 (like, sizeof *like);

  pthread_mutex_init (&pool->lock, NULL);
  pthread_cond_init (&pool->wake, NULL);
  pool->threads = g_new0 (pthread_t, pool->n_threads);
  for (guint i = 0; i < pool->n_threads; i++)
    {
      int failure = pthread_create (&pool->threads[i], NULL, run, pool);

      if (failure != 0)
        g_error ("pthread_create: %s", g_strerror (failure));
      pthread_setname_np (pool->threads[i], name);
    }
  return pool;
}

TwPool *
tw_pool_new (const char *name, guint threads, guint max_queued, TwPoolFunc func, gpointer user_data)
{
  return start (name, &(TwPool) { .n_threads = threads, .max_queued = max_queued, .max_batch = 1, .func = func,
                                  .user_data = user_data });
}

TwPool *
tw_pool_new_batches (const char *name, guint threads, guint max_queued, guint max_batch, TwPoolBatchFunc func,
                     gpointer user_data)
{
  return start (name, &(TwPool) { .n_threads = threads, .max_queued = max_queued, .max_batch = max_batch,
                                  .batch_func = func, .user_data = user_data });
}

static void
append (TwPool *pool, gpointer item)
{
  if (pool->n_waiting == pool->capacity)
    {
      guint capacity = MAX (pool->capacity * 2, 16);
      gpointer *ring = g_new (gpointer, capacity);

      for (guint i = 0; i < pool->n_waiting; i++)
        ring[i] = pool->ring[(pool->first + i) & (pool->capacity - 1)];
      g_free (pool->ring);
      pool->ring = ring;
      pool->capacity = capacity;
      pool->first = 0;
    }
  pool->ring[(pool->first + pool->n_waiting++) & (pool->capacity - 1)] = item;
}

/* How many threads to wake: one for each whole batch, and one that takes the rest, unless one runs that will. They are
 * counted as woken. */
static guint
count_needed (TwPool *pool)
{
  guint running = pool->n_threads - pool->n_idle - pool->n_woken;
  guint wanted = pool->n_waiting / pool->max_batch;
  guint needed;

  if (wanted == 0 && running == 0 && pool->n_waiting > 0)
    wanted = 1;
  needed = MIN (wanted - MIN (wanted, pool->n_woken), pool->n_idle);
  pool->n_idle -= needed;
  pool->n_woken += needed;
  return needed;
}

guint
tw_pool_push_all (TwPool *pool, gpointer *items, guint n)
{
  guint taken, needed;

  pthread_mutex_lock (&pool->lock);
  taken = MIN (n, pool->max_queued - pool->n_waiting);
  for (guint i = 0; i < taken; i++)
    append (pool, items[i]);
  needed = count_needed (pool);
  pthread_mutex_unlock (&pool->lock);
  /* Outside the lock: who is woken wants it first of all, and would go to sleep again. */
  for (guint i = 0; i < needed; i++)
    pthread_cond_signal (&pool->wake);
  return taken;
}

gboolean
tw_pool_push (TwPool *pool, gpointer item)
{
  return tw_pool_push_all (pool, &item, 1) == 1;
}

void
tw_pool_free (TwPool *pool)
{
  pthread_mutex_lock (&pool->lock);
  pool->closed = TRUE;
  pthread_cond_broadcast (&pool->wake);
  pthread_mutex_unlock (&pool->lock);
  for (guint i = 0; i < pool->n_threads; i++)
    pthread_join (pool->threads[i], NULL);
  pthread_cond_destroy (&pool->wake);
  pthread_mutex_destroy (&pool->lock);
  g_free (pool->ring);
  g_free (pool->threads);
  g_free (pool);
}
