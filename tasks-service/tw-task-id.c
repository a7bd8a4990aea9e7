/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-id.h"

gboolean
tw_task_id_to_bytes (const char *id, guint8 bytes[TW_TASK_ID_BYTES])
{
  if (!tw_id_is_valid (id))
    return FALSE;
  for (guint i = 0; i < TW_TASK_ID_BYTES; i++)
    bytes[i] = (guint8) (g_ascii_xdigit_value (id[2 * i]) << 4 | g_ascii_xdigit_value (id[2 * i + 1]));
  return TRUE;
}

void
tw_task_id_from_bytes (const guint8 bytes[TW_TASK_ID_BYTES], char id[TW_ID_SIZE])
{
  static const char digits[] = "0123456789abcdef";

  for (guint i = 0; i < TW_TASK_ID_BYTES; i++)
    {
      id[2 * i] = digits[bytes[i] >> 4];
      id[2 * i + 1] = digits[bytes[i] & 15];
    }
  id[TW_ID_SIZE - 1] = '\0';
}
