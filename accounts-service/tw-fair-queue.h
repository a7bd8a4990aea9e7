/* SPDX-License-Identifier: Apache-2.0 */

/* Who may do next what only a few can do at a time: fairly by where they come from.
 *
 * Whoever comes gets one of the places, or waits in line with those of the same origin; a place that becomes free goes
 * to the first of each origin in turn, so that a thousand that come from one keep somebody from another for the time of
 * one. Nobody waits beyond a deadline, and what is over gets no place. Where as many wait as can, the last of the
 * longest line goes, rather than whoever comes.
 *
 * All functions are thread-safe.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwFairQueue TwFairQueue;

/* @places, of which there is at least one. */
TwFairQueue *tw_fair_queue_new (guint places, guint max_waiting);

/* Nobody may be in it. */
void tw_fair_queue_free (TwFairQueue *queue);

typedef enum
{
  TW_FAIR_ENTERED, /* give the place back with tw_fair_queue_leave() */
  TW_FAIR_FULL,    /* there was no room to wait, or it went to somebody else */
  TW_FAIR_LATE,    /* no place in time */
} TwFairEntry;

/* Waits for a place. @origin is compared as it stands. @deadline_ms: of the monotonic clock (db/tw-monotonic.h). */
TwFairEntry tw_fair_queue_enter (TwFairQueue *queue, const char *origin, gint64 deadline_ms) G_GNUC_WARN_UNUSED_RESULT;
void tw_fair_queue_leave (TwFairQueue *queue);

/* How many wait now: for tests. */
guint tw_fair_queue_n_waiting (TwFairQueue *queue);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwFairQueue, tw_fair_queue_free)

G_END_DECLS
