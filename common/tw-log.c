/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-log.h"

#include "tw-buffer.h"
#include "tw-clock.h"
#include "tw-error.h"
#include "tw-harmless.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = { "error", "warning", "info", "debug" };

/* A process has one standard error, so this is the one thing that is the whole process'. Set before other threads
 * start. */
static char process_name[32];
static _Atomic int least = TW_LOG_INFO;

/* A write of so many bytes to a pipe is not mixed with those of another process (POSIX: PIPE_BUF). */
#define GATHER_MAX PIPE_BUF

/* Lines of this thread that wait to be written with one call. */
static _Thread_local struct
{
  gboolean gathering;
  gsize len;
  char bytes[GATHER_MAX];
} gathered;

void
tw_log_init (const char *process, TwLogLevel level)
{
  g_strlcpy (process_name, process, sizeof process_name);
  atomic_store (&least, (int) level);
}

gboolean
tw_log_level_parse (const char *name, TwLogLevel *level, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (level_names); i++)
    if (strcmp (name, level_names[i]) == 0)
      {
        *level = (TwLogLevel) i;
        return TRUE;
      }
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "--log-level must be error, warning, info or debug, not \"%s\"",
               name);
  return FALSE;
}

/* How many bytes from @text on can stand in a quoted value as they are. */
static gsize
plain_run (const char *text, const char *end)
{
  const char *at = text;

  while (at < end && *at >= 0x20 && *at < 0x7f && *at != '"' && *at != '\\')
    at++;
  return (gsize) (at - text);
}

/* Appends the character at @text, which is not plain: what could end the line or the value is escaped, bytes that are
 * not UTF-8 too. Returns what follows it. */
static const char *
append_escaped (TwBuffer *line, const char *text, const char *end)
{
  gunichar c = g_utf8_get_char_validated (text, end - text);
  const char *next = (c == (gunichar) -1 || c == (gunichar) -2) ? text + 1 : text + g_utf8_skip[(guchar) *text];

  if (next == text + 1 && ((guchar) *text < 0x20 || (guchar) *text >= 0x7f))
    {
      char escaped[8];

      g_snprintf (escaped, sizeof escaped, "\\x%02x", (guchar) *text);
      tw_buffer_append_string (line, escaped);
    }
  else if (!tw_harmless_is (c))
    tw_buffer_append_byte (line, '?');
  else
    {
      if (*text == '"' || *text == '\\')
        tw_buffer_append_byte (line, '\\');
      tw_buffer_append (line, text, (gsize) (next - text));
    }
  return next;
}

/* The message as a quoted value. */
static void
append_quoted (TwBuffer *line, const char *text, gsize length)
{
  const char *end = text + length;

  tw_buffer_append_byte (line, '"');
  while (text < end)
    {
      gsize run = plain_run (text, end);

      tw_buffer_append (line, text, run);
      text += run;
      if (text < end)
        text = append_escaped (line, text, end);
    }
  tw_buffer_append_byte (line, '"');
}

/* Where standard error is gone there is nobody to tell. */
static void
write_out (const void *bytes, gsize n)
{
  if (write (STDERR_FILENO, bytes, n) < 0)
    return;
}

static void
write_gathered (void)
{
  if (gathered.len > 0)
    write_out (gathered.bytes, gathered.len);
  gathered.len = 0;
}

void
tw_log_gather (void)
{
  gathered.gathering = TRUE;
}

void
tw_log_flush (void)
{
  gathered.gathering = FALSE;
  write_gathered ();
}

/* A line that somebody should hear of does not wait, nor what was said before it. */
static void
put_line (const TwBuffer *line, TwLogLevel level)
{
  if (line->len > sizeof gathered.bytes - gathered.len)
    write_gathered ();
  if (line->len > sizeof gathered.bytes)
    {
      write_out (line->data, line->len);
      return;
    }
  memcpy (gathered.bytes + gathered.len, line->data, line->len);
  gathered.len += line->len;
  if (!gathered.gathering || level <= TW_LOG_WARNING)
    write_gathered ();
}

void
tw_log_text (TwLogLevel level, const char *text, gsize length)
{
  g_auto (TwBuffer) line = TW_BUFFER_INIT;
  char time[TW_TIME_SIZE];
  const char *name = process_name[0] != '\0' ? process_name : g_get_prgname ();

  if (!tw_log_wants (level))
    return;

  tw_time_format (tw_clock_wall_ms (tw_clock_system ()), time);
  tw_buffer_reserve (&line, 128 + length);
  tw_buffer_append_string (&line, "ts=");
  tw_buffer_append_string (&line, time);
  tw_buffer_append_string (&line, " level=");
  tw_buffer_append_string (&line, level_names[level]);
  tw_buffer_append_string (&line, " process=");
  tw_buffer_append_string (&line, name != NULL ? name : "?");
  tw_buffer_append_string (&line, " msg=");
  append_quoted (&line, text, length);
  tw_buffer_append_byte (&line, '\n');
  put_line (&line, level);
}

gboolean
tw_log_wants (TwLogLevel level)
{
  return (int) level <= atomic_load_explicit (&least, memory_order_relaxed);
}

void
tw_log (TwLogLevel level, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list args;

  if (!tw_log_wants (level))
    return;
  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  tw_log_text (level, message, strlen (message));
}
