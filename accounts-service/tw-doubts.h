/* SPDX-License-Identifier: Apache-2.0 */

/* What was begun for somebody who heard no answer in time: it may have been done, and they will ask again.
 *
 * Kept in memory, for TW_DOUBT_MS, at most TW_DOUBTS_MAX of them. Thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TW_DOUBT_MS (10 * 60 * 1000)
#define TW_DOUBTS_MAX 4096

typedef struct _TwDoubts TwDoubts;
typedef struct _TwDoubt TwDoubt;

TwDoubts *tw_doubts_new (void);
void tw_doubts_free (TwDoubts *doubts);

/* Something about @what begins, for which somebody waits until @deadline_ms. Times are of the monotonic clock. */
TwDoubt *tw_doubts_begin (TwDoubts *doubts, const char *what, gint64 deadline_ms);

/* It has ended, and whether it was done is @known. Where that comes in time no doubt is left. */
void tw_doubts_end (TwDoubts *doubts, TwDoubt *doubt, gboolean known, gint64 now_ms);

/* Whether somebody may not have heard what became of @what. */
gboolean tw_doubts_have (TwDoubts *doubts, const char *what, gint64 now_ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwDoubts, tw_doubts_free)

G_END_DECLS
