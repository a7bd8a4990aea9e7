/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-when.h"

#include "tw-rfc3339.h"

#include <string.h>

gboolean
tw_record_when_parse (const char *text, gint64 *when)
{
  gint64 wall_ms;
  const gboolean is_date = tw_rfc3339_date (text, &wall_ms);

  if (!is_date && !tw_rfc3339_time (text, &wall_ms))
    return FALSE;
  *when = wall_ms * 2 + (is_date ? 0 : 1);
  return TRUE;
}

void
tw_record_when_format (gint64 when, char text[TW_RECORD_WHEN_SIZE])
{
  tw_time_format (tw_record_when_ms (when), text);
  if (tw_record_when_is_date (when))
    text[strlen ("2026-12-24")] = '\0';
}
