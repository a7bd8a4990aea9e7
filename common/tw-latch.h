/* SPDX-License-Identifier: Apache-2.0 */

/* Lets one thread wait for one event that another thread makes: the end of something that completes by callback.
 *
 *     TwLatch latch;
 *     tw_latch_init (&latch);
 *     start_something (callback_that_opens, &latch);
 *     tw_latch_wait (&latch);
 */

#pragma once

#include <glib.h>
#include <pthread.h>

G_BEGIN_DECLS

typedef struct
{
  pthread_mutex_t mutex;
  pthread_cond_t opened;
  gboolean open;
} TwLatch;

static inline void
tw_latch_init (TwLatch *latch)
{
  pthread_mutex_init (&latch->mutex, NULL);
  pthread_cond_init (&latch->opened, NULL);
  latch->open = FALSE;
}

/* Once, on any thread. What this thread wrote before is seen by the one that waits. @latch may be gone as soon as
 * this returns, not before: the signal is given under the lock. */
static inline void
tw_latch_open (TwLatch *latch)
{
  pthread_mutex_lock (&latch->mutex);
  latch->open = TRUE;
  pthread_cond_signal (&latch->opened);
  pthread_mutex_unlock (&latch->mutex);
}

/* Blocks until it has been opened; afterwards the latch is cleared. Once. */
static inline void
tw_latch_wait (TwLatch *latch)
{
  pthread_mutex_lock (&latch->mutex);
  while (!latch->open)
    pthread_cond_wait (&latch->opened, &latch->mutex);
  pthread_mutex_unlock (&latch->mutex);
  pthread_cond_destroy (&latch->opened);
  pthread_mutex_destroy (&latch->mutex);
}

G_END_DECLS
