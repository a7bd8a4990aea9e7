/* SPDX-License-Identifier: Apache-2.0 */

/* One line an event, on standard error, in logfmt: time, level, process, message.
 *
 *     ts=2026-11-21T09:00:00.000Z level=info process=gateway msg="listening on 127.0.0.1:8080"
 *
 * Control characters and bytes that are not UTF-8 are escaped, so that no input can forge a line. A secret is never
 * given to it: that is the callers' duty. All functions are thread-safe; a line is written with one write(2).
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

void tw_log (TwLogLevel level, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The same for @length bytes of a message that is put together already: for what is logged with every request. */
void tw_log_text (TwLogLevel level, const char *text, gsize length);

/* Whether lines of @level are written at all. */
gboolean tw_log_wants (TwLogLevel level);

/* From here to tw_log_flush() this thread's lines below WARNING wait for each other, a few dozen at most, and are written
 * with one call. For a turn of a loop that must not wait in between. */
void tw_log_gather (void);
void tw_log_flush (void);

/* Reads "error", "warning", "info" or "debug"; fails with TW_ERROR_CONFIGURATION, naming the flag --log-level. */
gboolean tw_log_level_parse (const char *name, TwLogLevel *level, GError **error);

#define tw_log_error(...) tw_log (TW_LOG_ERROR, __VA_ARGS__)
#define tw_log_warning(...) tw_log (TW_LOG_WARNING, __VA_ARGS__)
#define tw_log_info(...) tw_log (TW_LOG_INFO, __VA_ARGS__)
#define tw_log_debug(...) tw_log (TW_LOG_DEBUG, __VA_ARGS__)

G_END_DECLS
