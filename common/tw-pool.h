/* SPDX-License-Identifier: Apache-2.0 */

/* A fixed number of threads that take work from a bounded queue (pthread underneath, see tw-mailbox.h). */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwPool TwPool;

typedef void (*TwPoolFunc) (gpointer item, gpointer user_data);

/* @threads >= 1 threads named @name (at most 15 bytes), each calling @func for one item at a time; at most @max_queued
 * items wait. */
TwPool *tw_pool_new (const char *name, guint threads, guint max_queued, TwPoolFunc func, gpointer user_data);

/* Queues @item; FALSE, and @item stays the caller's, when @max_queued are waiting already. Thread-safe. */
gboolean tw_pool_push (TwPool *pool, gpointer item) G_GNUC_WARN_UNUSED_RESULT;

/* Finishes what is queued and running, then ends the threads. */
void tw_pool_free (TwPool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwPool, tw_pool_free)

G_END_DECLS
