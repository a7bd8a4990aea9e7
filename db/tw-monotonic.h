/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: waiting on a condition until a point of the monotonic clock, whatever becomes of the machine's time. */

#pragma once

#include "tw-clock.h"

#include <glib.h>
#include <pthread.h>
#include <time.h>

G_BEGIN_DECLS

static inline gint64
tw_monotonic_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

static inline void
tw_monotonic_cond_init (pthread_cond_t *condition)
{
  pthread_condattr_t attributes;

  pthread_condattr_init (&attributes);
  pthread_condattr_setclock (&attributes, CLOCK_MONOTONIC);
  pthread_cond_init (condition, &attributes);
  pthread_condattr_destroy (&attributes);
}

/* Until it is signalled, or tw_monotonic_ms() is @until_ms (G_MAXINT64: never); like every wait it may end early. */
static inline void
tw_monotonic_cond_wait (pthread_cond_t *condition, pthread_mutex_t *mutex, gint64 until_ms)
{
  struct timespec until = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };

  if (until_ms == G_MAXINT64)
    pthread_cond_wait (condition, mutex);
  else
    pthread_cond_timedwait (condition, mutex, &until);
}

G_END_DECLS
