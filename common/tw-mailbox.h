/* SPDX-License-Identifier: Apache-2.0 */

/* Hands items from any thread to the thread that runs a GMainContext.
 *
 * A pthread mutex guards the items (GLib's own queues are invisible to ThreadSanitizer) and an eventfd wakes the loop;
 * many items posted before the loop comes round are delivered as one batch.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwMailbox TwMailbox;

/* Called on the loop's thread with @n >= 1 items in the order in which they were posted; they belong to the callee. */
typedef void (*TwMailboxFunc) (gpointer *items, guint n, gpointer user_data);

/* A mailbox whose items are delivered by @context (NULL: the default one). @free_item frees what is still inside when
 * it is destroyed. Call on the loop's thread. */
TwMailbox *tw_mailbox_new (GMainContext *context, TwMailboxFunc func, gpointer user_data, GDestroyNotify free_item);

/* Posts @item (not NULL). Never blocks on the loop. Thread-safe; the mailbox must outlive the call. */
void tw_mailbox_post (TwMailbox *mailbox, gpointer item);

/* For a thread that is about to post many items: between the two calls its items are held back, to be delivered at the
 * second with one wake-up; when there are very many, or they go to different mailboxes, some of them before. Pairs do
 * not nest, and what they enclose must not wait for an item to arrive. */
void tw_mailbox_hold (void);
void tw_mailbox_release (void);

/* Instead of tw_mailbox_release(), for the thread that the mailbox delivers to: does so at once, without waking it. */
void tw_mailbox_deliver (void);

/* Frees what is inside and detaches from the context. Call on the loop's thread, when no other thread can post. */
void tw_mailbox_free (TwMailbox *mailbox);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMailbox, tw_mailbox_free)

G_END_DECLS
