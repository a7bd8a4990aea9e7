/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-secret.h"

#include "tw-error.h"
#include "tw-line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

/* More than any limit in an IDL is likely to allow; the schema says how long a secret may really be. */
#define LONGEST 65536

/* How reading up to a line feed ended. */
typedef enum
{
  READ_LINE,
  READ_END, /* of what there is to read, before a line feed */
  READ_TOO_LONG,
  READ_FAILED, /* errno says how */
} ReadResult;

/* Byte by byte: what follows the line is another's. */
static ReadResult
read_bytes (int fd, char *line, gsize *n)
{
  for (*n = 0; *n < LONGEST;)
    {
      ssize_t got = read (fd, line + *n, 1);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return READ_FAILED;
      if (got == 0)
        return READ_END;
      if (line[*n] == '\n')
        return READ_LINE;
      *n += 1;
    }
  return READ_TOO_LONG;
}

/* Reads a line, without what ends it or begins a file. A file may end without a line feed; where one @has_to_end,
 * somebody has given up typing it. */
static char *
read_line (int fd, const char *what, gboolean has_to_end, GError **error)
{
  char *line = g_malloc (LONGEST + 1);
  const char *why = NULL;
  gsize n;

  switch (read_bytes (fd, line, &n))
    {
    case READ_FAILED:
      why = g_strerror (errno);
      break;
    case READ_TOO_LONG:
      why = "too long a line";
      break;
    case READ_END:
      why = has_to_end ? "the input ended before the line did" : NULL;
      break;
    case READ_LINE:
    default:
      break;
    }
  if (why == NULL && tw_line_take (line, n, TW_LINE_FIRST, &why))
    return line;
  g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "%s: %s", what, why);
  explicit_bzero (line, n);
  g_free (line);
  return NULL;
}

char *
tw_secret_read_file (const char *path, GError **error)
{
  gboolean is_stdin = strcmp (path, "-") == 0;
  int fd = is_stdin ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC);
  char *secret;

  if (fd < 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "%s: %s", path, g_strerror (errno));
      return NULL;
    }
  secret = read_line (fd, is_stdin ? "standard input" : path, FALSE, error);
  if (!is_stdin)
    close (fd);
  return secret;
}

/* What would end or stop this process while the terminal shows nothing that is typed. */
static void
fill_signals (sigset_t *signals)
{
  sigemptyset (signals);
  sigaddset (signals, SIGHUP);
  sigaddset (signals, SIGINT);
  sigaddset (signals, SIGQUIT);
  sigaddset (signals, SIGTERM);
  sigaddset (signals, SIGTSTP);
}

/* Waits for a line on @fd. FALSE if one of the signals, which are blocked, came first: it is still pending. */
static gboolean
wait_for_line (int fd, int signals_fd)
{
  struct pollfd watches[] = { { .fd = signals_fd, .events = POLLIN }, { .fd = fd, .events = POLLIN } };

  while (poll (watches, G_N_ELEMENTS (watches), -1) < 0 && errno == EINTR)
    continue;
  return watches[0].revents == 0;
}

/* Asks once, with the signals blocked. *@interrupted if one of them came first. */
static char *
ask_silently (int fd, int signals_fd, const char *name, gboolean *interrupted, GError **error)
{
  struct termios before, silent;
  char *secret = NULL;

  if (tcgetattr (fd, &before) != 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "the terminal: %s", g_strerror (errno));
      return NULL;
    }
  silent = before;
  silent.c_lflag &= ~(tcflag_t) ECHO;
  silent.c_lflag |= ECHONL | ICANON;
  /* The Enter key sends a carriage return: whoever was here before may have left the terminal so that none ends a line. */
  silent.c_iflag |= ICRNL;
  silent.c_iflag &= ~(tcflag_t) (IGNCR | INLCR);
  tcsetattr (fd, TCSAFLUSH, &silent);
  dprintf (fd, "%s: ", name);
  *interrupted = !wait_for_line (fd, signals_fd);
  if (*interrupted)
    dprintf (fd, "\n");
  else
    secret = read_line (fd, "the terminal", TRUE, error);
  tcsetattr (fd, TCSAFLUSH, &before);
  return secret;
}

/* The signals are let through only while the terminal is as it was: whoever presses Ctrl-C or Ctrl-Z has a shell again
 * that shows what is typed. Who comes back from that is asked again. */
static char *
ask (int fd, const char *name, GError **error)
{
  sigset_t signals, before;
  char *secret = NULL;
  gboolean interrupted = FALSE;
  int signals_fd;

  fill_signals (&signals);
  signals_fd = signalfd (-1, &signals, SFD_CLOEXEC);
  if (signals_fd < 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "signalfd: %s", g_strerror (errno));
      return NULL;
    }
  do
    {
      sigprocmask (SIG_BLOCK, &signals, &before);
      secret = ask_silently (fd, signals_fd, name, &interrupted, error);
      sigprocmask (SIG_SETMASK, &before, NULL);
    }
  while (interrupted);
  close (signals_fd);
  return secret;
}

char *
tw_secret_ask (const char *name, GError **error)
{
  int fd = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  char *secret;

  if (fd < 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "there is no terminal to ask for %s: give --%s-file FILE, or - "
                   "for standard input", name, name);
      return NULL;
    }
  secret = ask (fd, name, error);
  close (fd);
  return secret;
}

void
tw_secret_free (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}
