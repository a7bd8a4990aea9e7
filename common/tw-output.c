/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-output.h"

#include "tw-error.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
tw_output_init (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    /* It takes the lowest number that is free. There is a root everywhere, and a /dev/null not everywhere. */
    if (fcntl (fd, F_GETFD) < 0 && open ("/", O_PATH | O_DIRECTORY) != fd)
      _exit (EXIT_FAILURE);
}

/* Whoever shares a terminal or a pipe with us may have made it non-blocking. */
static void
wait_for_room (void)
{
  struct pollfd room = { .fd = STDOUT_FILENO, .events = POLLOUT };

  poll (&room, 1, -1);
}

static gboolean
fail_to_write (int code, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "standard output can't be written: %s", g_strerror (code));
  return FALSE;
}

gboolean
tw_output_print (const char *text, GError **error)
{
  gsize left = strlen (text);

  while (left > 0)
    {
      gssize n = write (STDOUT_FILENO, text, left);

      if (n >= 0)
        {
          text += n;
          left -= (gsize) n;
        }
      else if (errno == EAGAIN)
        wait_for_room ();
      else if (errno != EINTR)
        return fail_to_write (errno, error);
    }
  return TRUE;
}

gboolean
tw_output_is_read (GError **error)
{
  struct pollfd reader = { .fd = STDOUT_FILENO };

  /* A pipe has an error when nobody has its other end any more. */
  if (poll (&reader, 1, 0) < 1 || (reader.revents & POLLERR) == 0)
    return TRUE;
  raise (SIGPIPE);
  return fail_to_write (EPIPE, error);
}

int
tw_output_print_and_end (const char *program, const char *text)
{
  g_autoptr (GError) error = NULL;

  if (tw_output_print (text, &error))
    return EXIT_SUCCESS;
  fprintf (stderr, "%s: %s\n", program, error->message);
  return EXIT_FAILURE;
}

gboolean
tw_output_is_terminal (void)
{
  return isatty (STDOUT_FILENO) == 1;
}
