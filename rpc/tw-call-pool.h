/* SPDX-License-Identifier: Apache-2.0 */

/* Answers calls whose answers may have to be waited for.
 *
 * To wake a thread and to be woken by it costs more than a small answer does. So the loop collects what one turn
 * brings. What can be answered without waiting it then answers itself, the first few of a turn at least. The rest it
 * hands over with one wake-up to threads that don't wait either: each takes several calls at once; their answers come
 * back with one wake-up and leave in one write a connection.
 *
 * What turns out to have to wait goes to other threads, each of which is woken for one call: what waits for a disk
 * holds up nothing behind it, as long as one of these is idle, and nobody's answer that is there already.
 *
 * A call that has waited for too long, or whose time is over, is answered UNAVAILABLE: by the time that somebody were
 * through with it nobody would wait any more. */

#pragma once

#include "tw-server.h"

G_BEGIN_DECLS

typedef struct _TwCallPool TwCallPool;

typedef struct
{
  const char *name;   /* of the threads: at most 15 bytes */
  guint threads;      /* that may wait, with one call each */
  guint max_queued;   /* further ones are answered UNAVAILABLE at once */
  gint64 max_wait_ms; /* for a thread */

  /* Called around several calls that are answered without waiting, on the thread that does so: the loop's, or one that
   * doesn't wait. Where begin() says FALSE these calls go to the threads that may wait. Both NULL: all do. */
  gboolean (*begin) (gboolean on_loop, gpointer user_data);
  void (*end) (gpointer user_data);
  gpointer user_data;
  guint max_at_once;   /* calls that the loop answers itself before it looks at its peers again */
  guint quick_threads; /* that don't wait, at least one */
  guint max_batch;     /* calls that one of these takes at once */
} TwCallPoolSpec;

TwCallPool *tw_call_pool_new (const TwCallPoolSpec *spec);

/* Answers @call, or has it answered later, and returns TRUE; or FALSE where it would have had to wait and @may_wait is
 * FALSE: the call is as it was, but for a reply that was begun. @may_wait is FALSE between a begin() and its end(), and
 * else TRUE. */
typedef gboolean (*TwCallPoolFunc) (TwCall *call, gboolean may_wait, gpointer user_data);

/* Has @func answer @call once tw_call_pool_flush() has been called. For the loop. */
void tw_call_pool_collect (TwCallPool *pool, TwCall *call, TwCallPoolFunc func, gpointer user_data);

/* Answers or hands over what has been collected: a TwServerTurnFunc; @pool is a TwCallPool. A pool that has a begin()
 * may only be flushed as such: its answers are written at once. */
void tw_call_pool_flush (gpointer pool);

/* Finishes what has been handed over, then ends the threads. */
void tw_call_pool_free (TwCallPool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwCallPool, tw_call_pool_free)

G_END_DECLS
