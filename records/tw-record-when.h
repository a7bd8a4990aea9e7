/* SPDX-License-Identifier: Apache-2.0 */

/* A date, or a time: "2026-12-24", "2026-12-24T10:00:00.000Z". As a number it is twice the milliseconds since 1970, and
 * one more for a time: so a date, which counts as its first moment in UTC, comes before that moment, and numbers have the
 * order of the texts that tw_record_when_format() writes. Thread-safe. */

#pragma once

#include "tw-clock.h"

G_BEGIN_DECLS

#define TW_RECORD_WHEN_SIZE TW_TIME_SIZE

/* As RFC 3339 has them, a time with any offset (tw-rfc3339.h). FALSE where @text is neither. */
gboolean tw_record_when_parse (const char *text, gint64 *when);

/* In UTC, with milliseconds. */
void tw_record_when_format (gint64 when, char text[TW_RECORD_WHEN_SIZE]);

static inline gboolean
tw_record_when_is_date (gint64 when)
{
  return when % 2 == 0;
}

/* Its moment, in milliseconds since 1970. */
static inline gint64
tw_record_when_ms (gint64 when)
{
  return (when - (tw_record_when_is_date (when) ? 0 : 1)) / 2;
}

G_END_DECLS
