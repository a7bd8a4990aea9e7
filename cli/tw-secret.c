/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-secret.h"

#include "tw-error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* More than any limit in an IDL is likely to allow; the schema says how long a secret may really be. */
#define LONGEST 65536

/* Reads up to a newline or the end. */
static char *
read_line (int fd, const char *what, GError **error)
{
  char *line = g_malloc (LONGEST + 1);
  gsize n = 0;
  char c;

  for (;;)
    {
      ssize_t got = read (fd, &c, 1);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0 || n == LONGEST)
        {
          g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "%s: %s", what,
                       got < 0 ? g_strerror (errno) : "too long a line");
          line[n] = '\0';
          tw_secret_free (line);
          return NULL;
        }
      if (got == 0 || c == '\n')
        break;
      line[n++] = c;
    }
  line[n] = '\0';
  return line;
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
  secret = read_line (fd, is_stdin ? "standard input" : path, error);
  if (!is_stdin)
    close (fd);
  return secret;
}

char *
tw_secret_ask (const char *name, GError **error)
{
  g_autofree char *prompt = g_strdup_printf ("%s: ", name);
  struct termios before, silent;
  char *secret;
  int fd = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

  if (fd < 0 || tcgetattr (fd, &before) != 0)
    {
      if (fd >= 0)
        close (fd);
      g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "there is no terminal to ask for %s: give --%s-file FILE, or - "
                   "for standard input", name, name);
      return NULL;
    }
  silent = before;
  silent.c_lflag &= ~(tcflag_t) ECHO;
  silent.c_lflag |= ECHONL | ICANON;
  tcsetattr (fd, TCSAFLUSH, &silent);
  if (write (fd, prompt, strlen (prompt)) < 0)
    secret = NULL;
  else
    secret = read_line (fd, "the terminal", error);
  tcsetattr (fd, TCSAFLUSH, &before);
  close (fd);
  if (secret == NULL && error != NULL && *error == NULL)
    g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "the terminal went away");
  return secret;
}

void
tw_secret_free (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}
