/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_one_line (void)
{
  if (g_test_subprocess ())
    {
      tw_log_init ("tester", TW_LOG_INFO);
      tw_log_info ("a \"quote\", a \\, a line\nlevel=error, an escape \x1b[31m, bad \xff, good é, C1 \xc2\x9b,"
                   " turned \u202e, apart \u2028, joined \u200d.");
      tw_log_debug ("not important enough");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("ts=*-*-*T*:*:*.*Z level=info process=tester "
                             "msg=\"a \\\"quote\\\", a \\\\, a line\\x0alevel=error, an escape \\x1b[31m, "
                             "bad \\xff, good é, C1 ?, turned ?, apart ?, joined \u200d.\"\n");
  g_test_trap_assert_stderr_unmatched ("*not important*");
}

static void
start (void)
{
  tw_log_init ("tester", TW_LOG_INFO);
  tw_log_start ();
}

static void
test_server_exits (void)
{
  if (g_test_subprocess ())
    {
      start ();
      tw_log_set_level (TW_LOG_WARNING);
      tw_log_info ("not important enough");
      tw_log_set_level (TW_LOG_INFO);
      tw_log_text (TW_LOG_INFO, "first", strlen ("first"));
      tw_log_info ("second");
      tw_log_text (TW_LOG_INFO, "third", strlen ("third"));
      exit (0);
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("ts=* process=tester msg=\"first\"\nts=* msg=\"second\"\nts=* msg=\"third\"\n");
  g_test_trap_assert_stderr_unmatched ("*not important*");
}

static void
test_server_aborts (void)
{
  if (g_test_subprocess ())
    {
      start ();
      tw_log_text (TW_LOG_INFO, "said before", strlen ("said before"));
      g_error ("out of %s", "everything");
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*\"said before\"\nts=* level=error process=tester msg=\"*: out of everything\"\n*");
}

static void
test_server_asserts (void)
{
  if (g_test_subprocess ())
    {
      start ();
      tw_log_text (TW_LOG_INFO, "said before", strlen ("said before"));
      g_assert_cmpint (1, ==, 2);
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*\"said before\"\n*assertion failed (1 == 2)*");
}

static void
test_glib_speaks (void)
{
  if (g_test_subprocess ())
    {
      start ();
      g_log_set_always_fatal (G_LOG_FATAL_MASK);
      g_log ("Some-Library", G_LOG_LEVEL_WARNING, "two\nlines");
      g_log ("Some-Library", G_LOG_LEVEL_DEBUG, "chatter");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("ts=* level=warning process=tester msg=\"Some-Library: two\\x0alines\"\n");
  g_test_trap_assert_stderr_unmatched ("*chatter*");
}

/* Each says what it has to say, and what the parent said before the fork is said once. */
static void
test_fork (void)
{
  if (g_test_subprocess ())
    {
      int status = -1;
      pid_t child;

      start ();
      tw_log_text (TW_LOG_INFO, "before", strlen ("before"));
      child = fork ();
      if (child == 0)
        {
          tw_log_info ("in the child");
          exit (3);
        }
      g_assert_cmpint (waitpid (child, &status, 0), ==, child);
      g_assert_cmpint (WEXITSTATUS (status), ==, 3);
      tw_log_info ("in the parent");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*\"before\"\n*\"in the parent\"\n");
  g_test_trap_assert_stderr ("*\"in the child\"\n*");
  g_test_trap_assert_stderr_unmatched ("*\"before\"*\"before\"*");
}

/* Reads what is in the log until its lines, and those that it says were dropped, are @n; returns how many it dropped. */
static guint64
read_log (int fd, guint64 n)
{
  FILE *stream = fdopen (fd, "r");
  guint64 lines = 0, said = 0;
  char line[256];

  while (lines + said < n)
    {
      const char *message;
      guint64 dropped;

      g_assert_nonnull (fgets (line, sizeof line, stream));
      g_assert_true (g_str_has_prefix (line, "ts=") && g_str_has_suffix (line, "\"\n"));
      message = strstr (line, "msg=");
      if (sscanf (message, "msg=\"%" G_GUINT64_FORMAT " lines of the log were dropped", &dropped) == 1)
        said += dropped;
      else
        lines++;
    }
  fclose (stream);
  return said;
}

static void
test_nobody_reads (void)
{
  if (g_test_subprocess ())
    {
      const guint n = 20000;
      int ends[2];

      g_assert_cmpint (pipe (ends), ==, 0);
      g_assert_cmpint (dup2 (ends[1], STDERR_FILENO), ==, STDERR_FILENO);
      start ();
      for (guint i = 0; i < n; i++)
        tw_log (i % 100 == 0 ? TW_LOG_WARNING : TW_LOG_INFO, "line %u that nobody reads yet", i);
      g_assert_cmpuint (tw_log_dropped (), >, n / 2);
      g_assert_cmpuint (read_log (ends[0], n), ==, tw_log_dropped ());
      g_print ("all is accounted for\n");
      exit (0);
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stdout ("*all is accounted for*");
}

/* It does not wait for ever for somebody who reads what it said. */
static void
test_ends_though_nobody_reads (void)
{
  if (g_test_subprocess ())
    {
      int ends[2];

      g_assert_cmpint (pipe (ends), ==, 0);
      g_assert_cmpint (dup2 (ends[1], STDERR_FILENO), ==, STDERR_FILENO);
      start ();
      for (guint i = 0; i < 5000; i++)
        tw_log_info ("line %u that nobody reads", i);
      g_print ("said it\n");
      exit (0);
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stdout ("*said it*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/an-event-is-one-line-whatever-it-holds", test_one_line);
  g_test_add_func ("/log/server/all-is-written-at-exit", test_server_exits);
  g_test_add_func ("/log/server/an-error-is-written-before-it-aborts", test_server_aborts);
  g_test_add_func ("/log/server/an-assertion-is-written-before-it-aborts", test_server_asserts);
  g_test_add_func ("/log/server/what-glib-says-is-in-the-log", test_glib_speaks);
  g_test_add_func ("/log/server/a-fork-can-log", test_fork);
  g_test_add_func ("/log/server/nobody-reads/what-was-dropped-is-said", test_nobody_reads);
  g_test_add_func ("/log/server/nobody-reads/ends", test_ends_though_nobody_reads);
  return g_test_run ();
}
