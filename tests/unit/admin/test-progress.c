/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-progress.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A stream into memory, with a clock that stands. */
typedef struct
{
  char *text;
  size_t length;
  FILE *stream;
  TwClock *clock;
  TwProgress *progress;
} Screen;

static void
screen_open (Screen *screen, guint columns)
{
  screen->stream = open_memstream (&screen->text, &screen->length);
  screen->clock = tw_clock_new_fixed (0);
  screen->progress = tw_progress_new (screen->stream, columns, screen->clock);
}

static void
screen_clear (Screen *screen)
{
  g_clear_pointer (&screen->progress, tw_progress_free);
  fclose (screen->stream);
  free (screen->text);
  tw_clock_free (screen->clock);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Screen, screen_clear)

/* What has been said so far; and forgets it. */
static char *
take_said (Screen *screen)
{
  char *said;

  fflush (screen->stream);
  said = g_strndup (screen->text, screen->length);
  rewind (screen->stream);
  fflush (screen->stream);
  return said;
}

static void
assert_said (Screen *screen, const char *expected)
{
  g_autofree char *said = take_said (screen);

  g_assert_cmpstr (said, ==, expected);
}

static void
test_bar_has_figures_rate_and_time_left (void)
{
  g_auto (Screen) screen = { 0 };

  screen_open (&screen, 80);
  tw_progress_step (screen.progress, "tasks", "copying", 1000, 10000);
  assert_said (&screen, "\rtasks        copying   [###----------------------------------]  10%  1000/10000\033[K");
  tw_clock_advance (screen.clock, 2000);
  tw_progress_step (screen.progress, "tasks", "copying", 3000, 10000);
  assert_said (&screen,
               "\rtasks        copying   [#####-------------]  30%  3000/10000  1000/s  0:07 left\033[K");
  tw_clock_advance (screen.clock, 2000);
  tw_progress_step (screen.progress, "tasks", "copying", 10000, 10000);
  assert_said (&screen, "\rtasks        copying   [############################] 100%  10000/10000  2250/s\033[K");
}

static void
test_next_phase_begins_a_line (void)
{
  g_auto (Screen) screen = { 0 };
  g_autofree char *said = NULL;

  screen_open (&screen, 60);
  tw_progress_step (screen.progress, "tasks", "copying", 1, 1);
  tw_progress_step (screen.progress, "tasks", "verifying", 0, 1);
  g_clear_pointer (&screen.progress, tw_progress_free);
  said = take_said (&screen);
  g_assert_nonnull (strstr (said, "1/1\033[K\n\rtasks        verifying "));
  g_assert_true (g_str_has_suffix (said, "0/1\033[K\n"));
}

static void
test_is_drawn_only_so_often (void)
{
  g_auto (Screen) screen = { 0 };

  screen_open (&screen, 80);
  tw_progress_step (screen.progress, "tasks", "copying", 0, 100);
  g_free (take_said (&screen));
  tw_clock_advance (screen.clock, 20);
  tw_progress_step (screen.progress, "tasks", "copying", 1, 100);
  assert_said (&screen, "");
}

static void
test_narrow_terminal_never_wraps (void)
{
  for (guint columns = 1; columns < 100; columns++)
    {
      g_auto (Screen) screen = { 0 };
      g_autofree char *said = NULL;

      screen_open (&screen, columns);
      tw_progress_step (screen.progress, "revocations", "verifying", 0, 9999999);
      g_free (take_said (&screen));
      tw_clock_advance (screen.clock, 1000);
      tw_progress_step (screen.progress, "revocations", "verifying", 100, 9999999);
      said = take_said (&screen);
      g_assert_cmpuint (strlen (said) - strlen ("\r\033[K"), <, columns);
    }
}

static void
test_more_than_was_counted_is_no_harm (void)
{
  g_auto (Screen) screen = { 0 };
  g_autofree char *said = NULL;

  screen_open (&screen, 80);
  tw_progress_step (screen.progress, "tasks", "copying", 7, 5);
  said = take_said (&screen);
  g_assert_nonnull (strstr (said, "100%  7/7"));
}

static void
test_notes_are_for_whoever_sees_no_bar (void)
{
  g_auto (Screen) pipe = { 0 }, terminal = { 0 };

  screen_open (&pipe, 0);
  tw_progress_step (pipe.progress, "tasks", "comparing", 30, 100);
  tw_progress_note (pipe.progress, "%s: %u records", "tasks", 100u);
  tw_progress_step (pipe.progress, "tasks", "copying", 100, 100);
  assert_said (&pipe, "tasks: 100 records\n");

  screen_open (&terminal, 80);
  tw_progress_note (terminal.progress, "%s: %u records", "tasks", 100u);
  assert_said (&terminal, "");
}

static void
test_pipe_is_no_terminal (void)
{
  int ends[2];

  g_assert_cmpint (pipe (ends), ==, 0);
  g_assert_cmpuint (tw_progress_columns (ends[1]), ==, 0);
  close (ends[0]);
  close (ends[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/progress/bar-has-figures-rate-and-time-left", test_bar_has_figures_rate_and_time_left);
  g_test_add_func ("/progress/next-phase-begins-a-line", test_next_phase_begins_a_line);
  g_test_add_func ("/progress/is-drawn-only-so-often", test_is_drawn_only_so_often);
  g_test_add_func ("/progress/narrow-terminal-never-wraps", test_narrow_terminal_never_wraps);
  g_test_add_func ("/progress/more-than-was-counted-is-no-harm", test_more_than_was_counted_is_no_harm);
  g_test_add_func ("/progress/notes-are-for-whoever-sees-no-bar", test_notes_are_for_whoever_sees_no_bar);
  g_test_add_func ("/progress/pipe-is-no-terminal", test_pipe_is_no_terminal);
  return g_test_run ();
}
