/* SPDX-License-Identifier: Apache-2.0 */

/* Ids of records: MongoDB's ObjectIds (https://www.mongodb.com/docs/manual/reference/method/ObjectId/), in both stores.
 * All functions are thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TW_ID_SIZE 25 /* 24 hex digits and a NUL */

/* Makes one (seconds since 1970, 5 random bytes a process, a counter), in lower-case hex: ids of one process ascend
 * within a second. */
void tw_id_new (gint64 wall_ms, char out[TW_ID_SIZE]);

#define TW_ID_BYTES 12 /* that its digits stand for */

/* Whether @text is 24 hex digits. */
gboolean tw_id_is_valid (const char *text);

/* FALSE where @id is not 24 hex digits. Upper and lower case are the same id. */
gboolean tw_id_to_bytes (const char *id, guint8 bytes[TW_ID_BYTES]);

/* The second that it was made in, since 1970, where tw_id_new() made it: until 2106. */
gint64 tw_id_second (const guint8 bytes[TW_ID_BYTES]);

/* In lower case. */
void tw_id_from_bytes (const guint8 bytes[TW_ID_BYTES], char id[TW_ID_SIZE]);

G_END_DECLS
