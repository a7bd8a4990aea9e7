/* SPDX-License-Identifier: Apache-2.0 */

/* Dates and times as RFC 3339, section 5.6, has them, from text; into it: tw_time_format(). GLib reads more than that
 * has: weeks, days of a year, fewer separators. Thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "2026-12-24T10:00:00.5+01:00", of the years 1 to 9999 in UTC, as milliseconds since 1970; what is finer is left out.
 * A leap second is the next one. FALSE where @text is none. */
gboolean tw_rfc3339_time (const char *text, gint64 *wall_ms);

/* "2026-12-24", of the years 1 to 9999, as its first millisecond in UTC. FALSE where @text is none. */
gboolean tw_rfc3339_date (const char *text, gint64 *wall_ms);

G_END_DECLS
