/* SPDX-License-Identifier: Apache-2.0 */

/* Answers calls whose answers may have to be waited for.
 *
 * To wake a thread and to be woken by it costs more than a small answer does. So the loop collects what one turn brings.
 * What can be answered without waiting it then answers itself, the first few of a turn at least. The rest it hands over
 * with one wake-up; a thread takes several calls at once; their answers come back with one wake-up and leave in one
 * write a connection. A call that has waited for too long is answered UNAVAILABLE: by the time that somebody were through
 * with it nobody would wait any more. */

#pragma once

#include "tw-server.h"

G_BEGIN_DECLS

typedef struct _TwCallPool TwCallPool;

typedef struct
{
  const char *name; /* of the threads: at most 15 bytes */
  guint threads;
  guint max_batch;    /* calls that a thread takes at once: 1 where one call may hold up those behind it */
  guint max_at_once;  /* calls that the loop answers itself before it looks at its peers again */
  guint max_queued;   /* further ones are answered UNAVAILABLE at once */
  gint64 max_wait_ms; /* for a thread */

  /* Called around each batch, on the thread that answers it: one of the pool's, or the loop's (FALSE for @may_wait),
   * which hands all over where begin() says FALSE. Both NULL: nothing is to be done, and the loop answers nothing. */
  gboolean (*begin) (gboolean may_wait, gpointer user_data);
  void (*end) (gpointer user_data);
  gpointer user_data;
} TwCallPoolSpec;

TwCallPool *tw_call_pool_new (const TwCallPoolSpec *spec);

/* Answers @call, and returns TRUE; or FALSE where it would have had to wait and @may_wait is FALSE: the call is as it
 * was, but for a reply that was begun. */
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
