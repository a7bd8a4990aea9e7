/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-stamp.h"

#include <string.h>

static void
stamp_bytes (guint64 *stamp, gconstpointer bytes, gsize length)
{
  const guint8 *at = bytes;

  for (gsize i = 0; i < length; i++)
    *stamp = (*stamp ^ at[i]) * G_GUINT64_CONSTANT (0x100000001b3);
}

void
tw_record_stamp_number (guint64 *stamp, guint8 part, gint64 number)
{
  const guint64 bytes = GUINT64_TO_BE ((guint64) number);

  stamp_bytes (stamp, &part, 1);
  stamp_bytes (stamp, &bytes, sizeof bytes);
}

void
tw_record_stamp_text (guint64 *stamp, guint8 part, const char *text)
{
  tw_record_stamp_number (stamp, part, (gint64) strlen (text));
  stamp_bytes (stamp, text, strlen (text));
}
