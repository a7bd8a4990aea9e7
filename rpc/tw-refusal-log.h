/* SPDX-License-Identifier: Apache-2.0 */

/* Says in the log why a connection was closed on its peer: a few lines a time, then how many were left out, so that a
 * hostile peer can't flood it. Not thread-safe: the loop's. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 window_start_ms;
  guint written; /* in this window */
  guint omitted;
} TwRefusalLog;

/* Logs @reason for the peer of socket @fd, at INFO. @now_ms is monotonic. Returns whether a line was written. */
gboolean tw_refusal_log_add (TwRefusalLog *log, gint64 now_ms, int fd, const char *reason);

G_END_DECLS
