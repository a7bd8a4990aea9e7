/* SPDX-License-Identifier: Apache-2.0 */

/* A fixed number of threads that take work from a bounded queue (pthread underneath, see tw-mailbox.h). */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwPool TwPool;

typedef void (*TwPoolFunc) (gpointer item, gpointer user_data);

/* @threads >= 1 threads named @name (at most 15 bytes), each calling @func for one item at a time; at most @max_queued
 * items wait, and none while a thread is idle. */
TwPool *tw_pool_new (const char *name, guint threads, guint max_queued, TwPoolFunc func, gpointer user_data);

/* Called with @n >= 1 items, in the order in which they were queued. */
typedef void (*TwPoolBatchFunc) (gpointer *items, guint n, gpointer user_data);

/* The same for items that take about as long as waking a thread does, and wait for nothing: a thread takes up to
 * @max_batch of them at once, and another one is woken only when as many as that are waiting. So one that took long
 * would hold up others while threads are idle. */
TwPool *tw_pool_new_batches (const char *name, guint threads, guint max_queued, guint max_batch, TwPoolBatchFunc func,
                             gpointer user_data);

/* Queues @item; FALSE, and @item stays the caller's, when @max_queued are waiting already. Thread-safe. */
gboolean tw_pool_push (TwPool *pool, gpointer item) G_GNUC_WARN_UNUSED_RESULT;

/* Queues the first of @n items, as many as there is room for, and returns how many these are. Thread-safe. */
guint tw_pool_push_all (TwPool *pool, gpointer *items, guint n) G_GNUC_WARN_UNUSED_RESULT;

/* Finishes what is queued and running, then ends the threads. Call when no other thread but its own can push. */
void tw_pool_free (TwPool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwPool, tw_pool_free)

G_END_DECLS
