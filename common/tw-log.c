/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-log.h"

#include "tw-buffer.h"
#include "tw-clock.h"
#include "tw-error.h"

#include <stdatomic.h>
#include <unistd.h>

static const char *const level_names[] = { "error", "warning", "info", "debug" };

/* A process has one standard error, so this is the one thing that is the whole process'. Set before other threads
 * start. */
static char process_name[32];
static _Atomic int least = TW_LOG_INFO;

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

/* The message as a quoted value: what could end the line or the value is escaped, bytes that are not UTF-8 too. */
static void
append_quoted (TwBuffer *line, const char *text)
{
  const char *end = text + strlen (text);

  tw_buffer_append_byte (line, '"');
  while (text < end)
    {
      gunichar c = g_utf8_get_char_validated (text, end - text);
      const char *next = (c == (gunichar) -1 || c == (gunichar) -2) ? text + 1 : text + g_utf8_skip[(guchar) *text];

      if (next == text + 1 && ((guchar) *text < 0x20 || (guchar) *text >= 0x7f))
        {
          char escaped[8];

          g_snprintf (escaped, sizeof escaped, "\\x%02x", (guchar) *text);
          tw_buffer_append_string (line, escaped);
        }
      else if (c < 0x100 && g_unichar_iscntrl (c))
        tw_buffer_append_byte (line, '?');
      else
        {
          if (*text == '"' || *text == '\\')
            tw_buffer_append_byte (line, '\\');
          tw_buffer_append (line, text, (gsize) (next - text));
        }
      text = next;
    }
  tw_buffer_append_byte (line, '"');
}

void
tw_log (TwLogLevel level, const char *format, ...)
{
  g_auto (TwBuffer) line = TW_BUFFER_INIT;
  g_autofree char *message = NULL;
  char time[TW_TIME_SIZE];
  const char *name = process_name[0] != '\0' ? process_name : g_get_prgname ();
  va_list args;

  if ((int) level > atomic_load_explicit (&least, memory_order_relaxed))
    return;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  tw_time_format (tw_clock_wall_ms (tw_clock_system ()), time);
  tw_buffer_append_string (&line, "ts=");
  tw_buffer_append_string (&line, time);
  tw_buffer_append_string (&line, " level=");
  tw_buffer_append_string (&line, level_names[level]);
  tw_buffer_append_string (&line, " process=");
  tw_buffer_append_string (&line, name != NULL ? name : "?");
  tw_buffer_append_string (&line, " msg=");
  append_quoted (&line, message);
  tw_buffer_append_byte (&line, '\n');

  /* Where standard error is gone there is nobody to tell. */
  if (write (STDERR_FILENO, line.data, line.len) < 0)
    return;
}
