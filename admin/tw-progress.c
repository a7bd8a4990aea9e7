/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-progress.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DRAW_EVERY_MS 100
#define DEFAULT_COLUMNS 80
#define LONGEST_BAR 40u
#define SHORTEST_BAR 8u

struct _TwProgress
{
  FILE *stream;
  guint columns;
  const TwClock *clock;

  const char *section, *phase; /* what it is about now */
  gint64 began_ms;
  guint64 began_at; /* what had been done before */
  gint64 drawn_ms;
};

TwProgress *
tw_progress_new (FILE *stream, guint columns, const TwClock *clock)
{
  TwProgress *progress = g_new0 (TwProgress, 1);

  progress->stream = stream;
  progress->columns = columns;
  progress->clock = clock;
  return progress;
}

static void
end_line (TwProgress *progress)
{
  if (progress->section != NULL && progress->columns > 0)
    fputc ('\n', progress->stream);
}

void
tw_progress_free (TwProgress *progress)
{
  end_line (progress);
  fflush (progress->stream);
  g_free (progress);
}

guint
tw_progress_columns (int fd)
{
  struct winsize size;

  if (!isatty (fd))
    return 0;
  return ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : DEFAULT_COLUMNS;
}

/* "1:02:03 left", or how fast it has been where nothing is left. */
static void
append_time (GString *line, guint64 left_s)
{
  guint64 hours = left_s / 3600, minutes = left_s / 60 % 60, seconds = left_s % 60;

  if (hours > 0)
    g_string_append_printf (line, "  %" G_GUINT64_FORMAT ":%02u:%02u left", hours, (guint) minutes, (guint) seconds);
  else
    g_string_append_printf (line, "  %u:%02u left", (guint) minutes, (guint) seconds);
}

/* All but the bar: "  45%  9000/20000  12300/s  0:01 left". */
static GString *
describe (const TwProgress *progress, guint64 done, guint64 total)
{
  gint64 elapsed_ms = MAX (tw_clock_monotonic_ms (progress->clock) - progress->began_ms, 1);
  guint64 rate = (done - progress->began_at) * 1000 / (guint64) elapsed_ms;
  GString *line = g_string_new (NULL);

  g_string_append_printf (line, " %3u%%  %" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                          total > 0 ? (guint) (done * 100 / total) : 100, done, total);
  if (rate > 0)
    {
      g_string_append_printf (line, "  %" G_GUINT64_FORMAT "/s", rate);
      if (done < total)
        append_time (line, (total - done) / rate);
    }
  return line;
}

/* What the line has room for, between the name and the figures. */
static void
append_bar (GString *line, guint room, guint64 done, guint64 total)
{
  guint length = MIN (room, LONGEST_BAR);
  guint full = total > 0 ? (guint) (done * length / total) : length;

  g_string_append_c (line, '[');
  for (guint i = 0; i < length; i++)
    g_string_append_c (line, i < full ? '#' : '-');
  g_string_append_c (line, ']');
}

static void
draw (TwProgress *progress, guint64 done, guint64 total)
{
  g_autoptr (GString) line = g_string_new (NULL), figures = describe (progress, done, total);
  guint taken;

  g_string_append_printf (line, "%-11s  %-9s ", progress->section, progress->phase);
  taken = (guint) (line->len + figures->len) + 3;
  if (progress->columns >= taken + SHORTEST_BAR)
    append_bar (line, progress->columns - taken, done, total);
  g_string_append (line, figures->str);
  if (line->len >= progress->columns)
    g_string_truncate (line, progress->columns - 1);
  fprintf (progress->stream, "\r%s\033[K", line->str);
  fflush (progress->stream);
}

static void
begin (TwProgress *progress, const char *section, const char *phase, guint64 done)
{
  end_line (progress);
  progress->section = section;
  progress->phase = phase;
  progress->began_ms = tw_clock_monotonic_ms (progress->clock);
  progress->began_at = done;
}

void
tw_progress_step (TwProgress *progress, const char *section, const char *phase, guint64 done, guint64 total)
{
  gint64 now_ms = tw_clock_monotonic_ms (progress->clock);
  gboolean begins
      = progress->section == NULL || strcmp (progress->section, section) != 0 || strcmp (progress->phase, phase) != 0;

  /* A source that grows meanwhile has more than it was counted to have. */
  total = MAX (done, total);
  if (begins)
    begin (progress, section, phase, done);
  if (progress->columns == 0 || (!begins && done < total && now_ms - progress->drawn_ms < DRAW_EVERY_MS))
    return;
  progress->drawn_ms = now_ms;
  draw (progress, done, total);
}

void
tw_progress_note (TwProgress *progress, const char *format, ...)
{
  va_list arguments;

  if (progress->columns > 0)
    return;
  va_start (arguments, format);
  vfprintf (progress->stream, format, arguments);
  va_end (arguments);
  fputc ('\n', progress->stream);
  fflush (progress->stream);
}
