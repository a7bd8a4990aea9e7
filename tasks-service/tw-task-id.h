/* SPDX-License-Identifier: Apache-2.0 */

/* A task's id between its two forms: 24 hex digits outside, the 12 bytes that they stand for where it is kept. */

#pragma once

#include "tw-random.h"

G_BEGIN_DECLS

#define TW_TASK_ID_BYTES 12

/* FALSE where @id is not 24 hex digits. Upper and lower case are the same id. Thread-safe. */
gboolean tw_task_id_to_bytes (const char *id, guint8 bytes[TW_TASK_ID_BYTES]);

/* In lower case. Thread-safe. */
void tw_task_id_from_bytes (const guint8 bytes[TW_TASK_ID_BYTES], char id[TW_ID_SIZE]);

G_END_DECLS
