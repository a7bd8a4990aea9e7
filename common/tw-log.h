/* SPDX-License-Identifier: Apache-2.0 */

/* One line an event, on standard error, in logfmt: time, level, process, message.
 *
 *     ts=2026-11-21T09:00:00.000Z level=info process=gateway msg="listening on 127.0.0.1:8080"
 *
 * Control characters and bytes that are not UTF-8 are escaped, so that no input can forge a line. A secret is never
 * given to it: that is the callers' duty. All functions are thread-safe; a line is written whole, with one write(2).
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TW_LOG_ERROR,
  TW_LOG_WARNING,
  TW_LOG_INFO,
  TW_LOG_DEBUG,
} TwLogLevel;

/* Names the process in each line and drops what is less important than @level. Called once by main, before other
 * threads start; without it the name is the program's and the level INFO. @process is copied. */
void tw_log_init (const char *process, TwLogLevel level);
void tw_log_set_level (TwLogLevel level);

/* For a server, whose threads must not wait for whoever reads its log: from here on a thread of the log's own writes
 * it. Where it can't keep up lines are dropped, warnings last, and their number is said when there is room again
 * (tw-log-writer.h). What GLib has to say goes the same way. A process that ends by exit(), or by an error or assertion
 * of GLib's, waits a second at most until all is written. Called once, by main, after tw_log_init(). */
void tw_log_start (void);

/* How many lines have been dropped. */
guint64 tw_log_dropped (void);

void tw_log (TwLogLevel level, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The same for @length bytes of a message that is put together already: for what is logged with every request. It may
 * wait some milliseconds for others. */
void tw_log_text (TwLogLevel level, const char *text, gsize length);

/* Whether lines of @level are written at all. */
gboolean tw_log_wants (TwLogLevel level);

/* Reads "error", "warning", "info" or "debug"; fails with TW_ERROR_CONFIGURATION, naming the flag --log-level. */
gboolean tw_log_level_parse (const char *name, TwLogLevel *level, GError **error);

#define tw_log_error(...) tw_log (TW_LOG_ERROR, __VA_ARGS__)
#define tw_log_warning(...) tw_log (TW_LOG_WARNING, __VA_ARGS__)
#define tw_log_info(...) tw_log (TW_LOG_INFO, __VA_ARGS__)
#define tw_log_debug(...) tw_log (TW_LOG_DEBUG, __VA_ARGS__)

G_END_DECLS
