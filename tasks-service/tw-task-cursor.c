/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-cursor.h"

#include "tw-base64url.h"
#include "tw-error.h"
#include "tw-id.h"

#include <string.h>

#define VERSION 1

/* 21 bytes: a multiple of three, so that base64 has no bits to spare and each position exactly one text. */
typedef struct __attribute__ ((packed))
{
  guint8 version;
  guint64 created_ms; /* big-endian */
  guint8 id[TW_ID_BYTES];
} Packed;

char *
tw_task_cursor_encode (const TwTaskPosition *position)
{
  Packed packed = { .version = VERSION, .created_ms = GUINT64_TO_BE ((guint64) position->created_ms) };
  gboolean valid = tw_id_to_bytes (position->id, packed.id);

  g_assert (valid);
  return tw_base64url_encode (&packed, sizeof packed);
}

gboolean
tw_task_cursor_decode (const char *cursor, TwTaskPosition *position, GError **error)
{
  g_autofree guint8 *bytes = NULL;
  gsize length = 0;
  Packed packed;

  if (strlen (cursor) == TW_TASK_CURSOR_LENGTH)
    bytes = tw_base64url_decode (cursor, TW_TASK_CURSOR_LENGTH, &length);
  if (bytes == NULL || length != sizeof packed || bytes[0] != VERSION)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "cursor is not one that this service made");
      return FALSE;
    }
  memcpy (&packed, bytes, sizeof packed);
  position->created_ms = (gint64) GUINT64_FROM_BE (packed.created_ms);
  tw_id_from_bytes (packed.id, position->id);
  return TRUE;
}
