/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-log.h"

#include "tw-buffer.h"
#include "tw-clock.h"
#include "tw-error.h"
#include "tw-harmless.h"
#include "tw-log-writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const level_names[] = { "error", "warning", "info", "debug" };

/* Bytes that can wait for standard error, some thousands of lines: at 50,000 a second they bridge the 50 ms that a thread
 * may wait for a processor. */
#define ROOM (512 * 1024)

/* How long a process that ends, or is about to abort, waits for what it has said to be written. */
#define FLUSH_MS 1000

/* A process has one standard error, so this is the one thing that is the whole process'. The name is set before other
 * threads start. */
static char process_name[32];
static _Atomic int least = TW_LOG_INFO;
static _Atomic (TwLogWriter *) the_writer; /* NULL: each line is written by whoever says it */
static _Atomic (TwLogWriter *) parents_writer; /* in a child: nobody's, with locks that nobody may hold any more */

void
tw_log_set_level (TwLogLevel level)
{
  atomic_store (&least, (int) level);
}

void
tw_log_init (const char *process, TwLogLevel level)
{
  g_strlcpy (process_name, process, sizeof process_name);
  tw_log_set_level (level);
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
write_out (const guint8 *at, gsize n)
{
  while (n > 0)
    {
      ssize_t written = write (STDERR_FILENO, at, n);

      if (written > 0)
        {
          at += written;
          n -= (gsize) written;
        }
      else if (written == 0 || (errno != EINTR && errno != EAGAIN)
               || (errno == EAGAIN && poll (&(struct pollfd) { .fd = STDERR_FILENO, .events = POLLOUT }, 1, FLUSH_MS) <= 0))
        return;
    }
}

static void
format_line (TwBuffer *line, TwLogLevel level, const char *text, gsize length)
{
  char time[TW_TIME_SIZE];
  const char *name = process_name[0] != '\0' ? process_name : g_get_prgname ();

  tw_time_format (tw_clock_wall_ms (tw_clock_system ()), time);
  tw_buffer_reserve (line, 128 + length);
  tw_buffer_append_string (line, "ts=");
  tw_buffer_append_string (line, time);
  tw_buffer_append_string (line, " level=");
  tw_buffer_append_string (line, level_names[level]);
  tw_buffer_append_string (line, " process=");
  tw_buffer_append_string (line, name != NULL ? name : "?");
  tw_buffer_append_string (line, " msg=");
  append_quoted (line, text, length);
  tw_buffer_append_byte (line, '\n');
}

static void
put_line (TwLogLevel level, const char *text, gsize length, TwLogHaste haste)
{
  TwLogWriter *writer = atomic_load_explicit (&the_writer, memory_order_acquire);
  g_auto (TwBuffer) line = TW_BUFFER_INIT;

  if (!tw_log_wants (level))
    return;
  format_line (&line, level, text, length);
  if (writer == NULL)
    write_out (line.data, line.len);
  else
    tw_log_writer_put (writer, line.data, line.len, level <= TW_LOG_WARNING ? TW_LOG_URGENT : haste);
}

void
tw_log_text (TwLogLevel level, const char *text, gsize length)
{
  put_line (level, text, length, TW_LOG_SOON);
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
  put_line (level, message, strlen (message), TW_LOG_NOW);
}

/* What is said from here on is said by others than our own code. */

static void
flush (void)
{
  TwLogWriter *writer = atomic_load (&the_writer);

  if (writer != NULL)
    tw_log_writer_flush (writer, FLUSH_MS);
}

static void
say_dropped (TwBuffer *line, guint64 n)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT " lines of the log were dropped for want of room", n);

  format_line (line, TW_LOG_WARNING, text, strlen (text));
}

static void
on_glib_message (const char *domain, GLogLevelFlags flags, const char *message, gpointer user_data)
{
  const TwLogLevel level = (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0 ? TW_LOG_ERROR
                           : (flags & G_LOG_LEVEL_WARNING) != 0                      ? TW_LOG_WARNING
                           : (flags & G_LOG_LEVEL_MESSAGE) != 0                      ? TW_LOG_INFO
                                                                                     : TW_LOG_DEBUG;

  tw_log (level, "%s: %s", domain != NULL ? domain : "?", message != NULL ? message : "?");
  /* It aborts when this returns. */
  if ((flags & G_LOG_FLAG_FATAL) != 0)
    flush ();
}

/* An assertion that failed: abort() follows. */
static void
on_glib_error (const char *text)
{
  g_autofree char *message = g_strstrip (g_strdup (text));

  tw_log_error ("%s", message);
  flush ();
}

/* A child has no thread but the one that forked. */
static void
on_forked (void)
{
  atomic_store (&parents_writer, atomic_exchange (&the_writer, NULL));
}

void
tw_log_start (void)
{
  TwLogWriter *writer;

  g_return_if_fail (atomic_load (&the_writer) == NULL);
  writer = tw_log_writer_new (STDERR_FILENO, ROOM, say_dropped);
  if (writer == NULL)
    return;
  atomic_store_explicit (&the_writer, writer, memory_order_release);
  pthread_atfork (NULL, NULL, on_forked);
  g_log_set_default_handler (on_glib_message, NULL);
  g_set_printerr_handler (on_glib_error);
  atexit (flush);
}

guint64
tw_log_dropped (void)
{
  TwLogWriter *writer = atomic_load (&the_writer);

  return writer != NULL ? tw_log_writer_dropped (writer) : 0;
}
