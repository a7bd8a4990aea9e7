/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-pool.h"

#include <pthread.h>

struct _TwPool
{
  pthread_mutex_t lock;
  pthread_cond_t wake;
  GQueue waiting; /* guarded by lock, as is closed */
  gboolean closed;

  TwPoolFunc func;
  gpointer user_data;
  guint max_queued;
  guint n_threads;
  pthread_t *threads;
};

static gpointer
take (TwPool *pool)
{
  gpointer item;

  pthread_mutex_lock (&pool->lock);
  while (g_queue_is_empty (&pool->waiting) && !pool->closed)
    pthread_cond_wait (&pool->wake, &pool->lock);
  item = g_queue_pop_head (&pool->waiting);
  pthread_mutex_unlock (&pool->lock);
  return item;
}

static void *
run (void *user_data)
{
  TwPool *pool = user_data;
  gpointer item;

  while ((item = take (pool)) != NULL)
    pool->func (item, pool->user_data);
  return NULL;
}

TwPool *
tw_pool_new (const char *name, guint threads, guint max_queued, TwPoolFunc func, gpointer user_data)
{
  TwPool *pool = g_new0 (TwPool, 1);

  pthread_mutex_init (&pool->lock, NULL);
  pthread_cond_init (&pool->wake, NULL);
  g_queue_init (&pool->waiting);
  pool->func = func;
  pool->user_data = user_data;
  pool->max_queued = max_queued;
  pool->n_threads = threads;
  pool->threads = g_new0 (pthread_t, threads);
  for (guint i = 0; i < threads; i++)
    {
      int failure = pthread_create (&pool->threads[i], NULL, run, pool);

      if (failure != 0)
        g_error ("pthread_create: %s", g_strerror (failure));
      pthread_setname_np (pool->threads[i], name);
    }
  return pool;
}

gboolean
tw_pool_push (TwPool *pool, gpointer item)
{
  gboolean room;

  pthread_mutex_lock (&pool->lock);
  room = g_queue_get_length (&pool->waiting) < pool->max_queued;
  if (room)
    {
      g_queue_push_tail (&pool->waiting, item);
      pthread_cond_signal (&pool->wake);
    }
  pthread_mutex_unlock (&pool->lock);
  return room;
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
  g_free (pool->threads);
  g_free (pool);
}
