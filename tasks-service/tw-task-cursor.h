/* SPDX-License-Identifier: Apache-2.0 */

/* Where a page goes on, as the opaque text that clients hand back: base64url of a version, the last row's time of
 * making and its id. It is no secret and not signed: every query is bound to its user, so a forged one shows nothing
 * that is not theirs. */

#pragma once

#include "tw-task-store.h"

G_BEGIN_DECLS

#define TW_TASK_CURSOR_LENGTH 28

/* Free with g_free(). Thread-safe. */
char *tw_task_cursor_encode (const TwTaskPosition *position);

/* Fails with TW_ERROR_INVALID where @cursor was not made by tw_task_cursor_encode(). Thread-safe. */
gboolean tw_task_cursor_decode (const char *cursor, TwTaskPosition *position, GError **error);

G_END_DECLS
