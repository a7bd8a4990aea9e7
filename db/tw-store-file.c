/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-store-file.h"

#include "tw-error.h"
#include "tw-line.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define MAX_SIZE 8192

static char *
fail (const char *path, const char *what, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "store file %s: %s", path, what);
  return NULL;
}

/* At most @size bytes of @fd; -1 with errno. */
static gssize
read_up_to (int fd, char *out, gsize size)
{
  gsize got = 0;
  gssize n = 1;

  while (got < size && n != 0)
    {
      n = read (fd, out + got, size - got);
      if (n < 0 && errno != EINTR)
        return -1;
      got += n > 0 ? (gsize) n : 0;
    }
  return (gssize) got;
}

char *
tw_store_file_read (const char *path, GError **error)
{
  /* O_NONBLOCK: a FIFO is not waited for. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), why;
  g_autofree char *text = g_malloc (MAX_SIZE + 2);
  const char *what;
  gssize n;

  if (fd < 0)
    return fail (path, g_strerror (errno), error);
  n = read_up_to (fd, text, MAX_SIZE + 1);
  why = errno;
  close (fd);
  if (n < 0)
    return fail (path, g_strerror (why), error);
  if (n > MAX_SIZE)
    return fail (path, "longer than 8 KiB", error);
  if (!tw_line_take (text, (gsize) n, TW_LINE_ONLY, &what))
    return fail (path, what, error);
  return g_steal_pointer (&text);
}
