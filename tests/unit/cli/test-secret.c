/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-secret.h"

#include "tw-error.h"
#include "tw-temporary-folder.h"

#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#define RIGHT 42
#define REFUSED 43

static void
assert_file (const char *content, const char *expected)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "secret", NULL);
  g_autoptr (GError) error = NULL;
  char *secret;

  g_assert_true (g_file_set_contents (path, content, -1, NULL));
  secret = tw_secret_read_file (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (secret, ==, expected);
  tw_secret_free (secret);
}

static void
test_file (void)
{
  assert_file ("a secret\n", "a secret");
  assert_file ("no newline", "no newline");
  assert_file ("first\nsecond\n", "first");
  assert_file ("a secret\r\n", "a secret");
  assert_file ("a secret\r", "a secret");
  assert_file ("\xef\xbb\xbf" "a secret\r\nand more", "a secret");
  assert_file (" blanks are typed \n", " blanks are typed ");
  assert_file ("", "");
}

static void
assert_refused (const char *path, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tw_secret_read_file (path, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, part));
  g_assert_null (strstr (error->message, "hush"));
}

static void
test_file_refused (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "secret", NULL), *text = g_strnfill (70000, 's');

  assert_refused (path, "No such file");
  assert_refused (folder, "Is a directory");
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  assert_refused (path, "too long a line");
  g_assert_true (g_file_set_contents (path, "hush\0hush\n", 10, NULL));
  assert_refused (path, "holds a NUL");
  g_assert_true (g_file_set_contents (path, "hush\xff\n", -1, NULL));
  assert_refused (path, "is not UTF-8");
  g_assert_true (g_file_set_contents (path, "\xff\xfeh\0u\0s\0h\0\n\0", 12, NULL));
  assert_refused (path, "is UTF-16");
}

/* What is started in the background of a script ignores some signals, and so would its children. */
static void
give_signals_their_default (void)
{
  const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };

  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    signal (signals[i], SIG_DFL);
}

/* A child that asks at a terminal of its own, whose other end is *@terminal. It ends with RIGHT if it was told "right",
 * with REFUSED if what it was told is no secret. */
static pid_t
ask_in_child (int *terminal)
{
  pid_t pid = forkpty (terminal, NULL, NULL, NULL);

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      g_autoptr (GError) error = NULL;
      char *secret;

      give_signals_their_default ();
      alarm (60); /* a hanging test ends some day */
      secret = tw_secret_ask ("code", &error);
      if (error != NULL)
        _exit (strstr (error->message, "hush") == NULL ? REFUSED : 1);
      _exit (g_strcmp0 (secret, "right") == 0 ? RIGHT : 1);
    }
  return pid;
}

/* Reads what the terminal shows up to @end. */
static void
read_until (int terminal, const char *end)
{
  g_autoptr (GString) shown = g_string_new (NULL);
  char c;

  while (!g_str_has_suffix (shown->str, end))
    {
      g_assert_cmpint (read (terminal, &c, 1), ==, 1);
      g_string_append_c (shown, c);
    }
  g_assert_null (strstr (shown->str, "wr"));
}

static void
type (int terminal, const char *text)
{
  g_assert_cmpint (write (terminal, text, strlen (text)), ==, (int) strlen (text));
}

static gboolean
echoes (int terminal)
{
  struct termios now;

  g_assert_cmpint (tcgetattr (terminal, &now), ==, 0);
  return (now.c_lflag & ECHO) != 0;
}

static int
wait_status (pid_t pid)
{
  int status;

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return status;
}

static void
test_asks (void)
{
  int terminal, status;
  pid_t pid = ask_in_child (&terminal);

  read_until (terminal, "code: ");
  g_assert_false (echoes (terminal));
  type (terminal, "wrx\b\b\x15right\n"); /* Ctrl-U takes back what was typed */
  read_until (terminal, "\n");
  status = wait_status (pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, RIGHT);
  g_assert_true (echoes (terminal));
  close (terminal);
}

/* What is typed or pasted gives @expected, and the terminal is as it was. */
static void
assert_ends_with (const char *typed, gsize length, int expected)
{
  int terminal, status;
  pid_t pid = ask_in_child (&terminal);

  read_until (terminal, "code: ");
  g_assert_cmpint (write (terminal, typed, length), ==, (int) length);
  status = wait_status (pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, expected);
  g_assert_true (echoes (terminal));
  close (terminal);
}

static void
test_line_is_what_was_typed (void)
{
  assert_ends_with ("right\r", 6, RIGHT);
  assert_ends_with ("right\r\n", 7, RIGHT);
  assert_ends_with ("\xef\xbb\xbfright\n", 9, RIGHT);
}

/* Ctrl-D: with nothing typed it ends the input at once; behind something it hands that over, and the next one ends. */
static void
test_what_is_no_line (void)
{
  assert_ends_with ("\004", 1, REFUSED);
  assert_ends_with ("hush\004\004", 6, REFUSED);
  assert_ends_with ("hush\xff\n", 6, REFUSED);
  assert_ends_with ("hush\0\n", 6, REFUSED);
}

/* A program before us may have left a terminal on which Enter ends no line. */
static void
test_enter_ends_a_line (void)
{
  int terminal, other, status;
  struct termios odd;
  pid_t pid;

  g_assert_cmpint (openpty (&terminal, &other, NULL, NULL, NULL), ==, 0);
  g_assert_cmpint (tcgetattr (other, &odd), ==, 0);
  odd.c_iflag &= ~(tcflag_t) ICRNL;
  odd.c_lflag &= ~(tcflag_t) ICANON;
  g_assert_cmpint (tcsetattr (other, TCSANOW, &odd), ==, 0);
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      alarm (60);
      close (terminal);
      _exit (login_tty (other) == 0 && g_strcmp0 (tw_secret_ask ("code", NULL), "right") == 0 ? RIGHT : 1);
    }
  read_until (terminal, "code: ");
  type (terminal, "right\r");
  status = wait_status (pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, RIGHT);
  g_assert_cmpint (tcgetattr (other, &odd), ==, 0);
  g_assert_cmpuint (odd.c_iflag & ICRNL, ==, 0);
  close (other);
  close (terminal);
}

static void
assert_ends_and_restores (const char *typed, int sent, int ended_by)
{
  int terminal, status;
  pid_t pid = ask_in_child (&terminal);

  read_until (terminal, "code: ");
  g_assert_false (echoes (terminal));
  type (terminal, "wrong");
  if (typed != NULL)
    type (terminal, typed);
  else
    g_assert_cmpint (kill (pid, sent), ==, 0);
  status = wait_status (pid);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, ended_by);
  g_assert_true (echoes (terminal));
  close (terminal);
}

static void
test_interrupted (void)
{
  assert_ends_and_restores ("\003", 0, SIGINT);
  assert_ends_and_restores ("\034", 0, SIGQUIT);
  assert_ends_and_restores (NULL, SIGTERM, SIGTERM);
  assert_ends_and_restores (NULL, SIGHUP, SIGHUP);
}

/* Nobody could wake this child up again, so the kernel does not stop it: it comes back at once, and asks again. */
static void
test_stopped (void)
{
  int terminal, status;
  pid_t pid = ask_in_child (&terminal);

  read_until (terminal, "code: ");
  type (terminal, "wrong\032");
  read_until (terminal, "code: ");
  type (terminal, "right\n");
  status = wait_status (pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, RIGHT);
  close (terminal);
}

static void
test_no_terminal (void)
{
  pid_t pid = fork ();
  int status;

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      g_autoptr (GError) error = NULL;
      gboolean refused = setsid () > 0 && tw_secret_ask ("code", &error) == NULL
                         && g_error_matches (error, TW_ERROR, TW_ERROR_INVALID)
                         && strstr (error->message, "--code-file") != NULL;

      _exit (refused ? RIGHT : 1);
    }
  status = wait_status (pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, RIGHT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/secret/file", test_file);
  g_test_add_func ("/secret/file-refused", test_file_refused);
  g_test_add_func ("/secret/asks-without-echo", test_asks);
  g_test_add_func ("/secret/line-is-what-was-typed", test_line_is_what_was_typed);
  g_test_add_func ("/secret/what-is-no-line-is-refused", test_what_is_no_line);
  g_test_add_func ("/secret/enter-ends-a-line", test_enter_ends_a_line);
  g_test_add_func ("/secret/a-signal-finds-the-terminal-as-it-was", test_interrupted);
  g_test_add_func ("/secret/who-comes-back-is-asked-again", test_stopped);
  g_test_add_func ("/secret/no-terminal", test_no_terminal);
  return g_test_run ();
}
