/* SPDX-License-Identifier: Apache-2.0 */

/* A queue in the order of deadlines, soonest first, of whatever has one. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Puts @link into @queue, behind all that end no later than it. @deadline_of tells the deadline of a link's data, which
 * is set. Deadlines mostly come in order, so the search from the tail ends at once. */
static inline void
tw_deadlines_insert (GQueue *queue, GList *link, gint64 (*deadline_of) (gconstpointer data))
{
  const gint64 deadline_ms = deadline_of (link->data);
  GList *before = queue->tail;

  while (before != NULL && deadline_of (before->data) > deadline_ms)
    before = before->prev;
  if (before != NULL)
    g_queue_insert_after_link (queue, before, link);
  else
    g_queue_push_head_link (queue, link);
}

G_END_DECLS
