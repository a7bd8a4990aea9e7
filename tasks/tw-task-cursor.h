/* SPDX-License-Identifier: Apache-2.0 */

/* Where a page goes on, as the opaque text that clients hand back: base64url of a version, a stamp of the question
 * (tw_task_filter_stamp()), the last row's time of making and its id, and what the order goes by. It is no secret and not
 * signed: every query is bound to its user, so a forged one shows nothing that is not theirs.
 *
 * Of texts it holds the first 500 characters, as they are, which is what the order knows of them. What version 0.1.0
 * made, 28 characters without a stamp, is taken where that could have asked: newest first, by done alone. */

#pragma once

#include "tw-task-query.h"

G_BEGIN_DECLS

#define TW_TASK_CURSOR_OLD_LENGTH 28
#define TW_TASK_CURSOR_MAX_LENGTH 2704

/* For the question that @stamp is of. @place has no text: that is @name, where the order goes by texts. Free with
 * g_free(). Thread-safe. */
char *tw_task_cursor_encode (guint64 stamp, const TwTaskOrder *order, const TwTaskPosition *place, const char *name);

/* The place, with a text of its own (tw_task_position_clear()). Fails with TW_ERROR_INVALID where @cursor was not made
 * for the same @filter and @order, or not by tw_task_cursor_encode(). Thread-safe. */
gboolean tw_task_cursor_decode (const char *cursor, const TwTaskFilter *filter, const TwTaskOrder *order,
                                TwTaskPosition *place, GError **error);

G_END_DECLS
