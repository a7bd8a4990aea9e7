/* SPDX-License-Identifier: Apache-2.0 */

/* The file gets its name by link(2), which never replaces, and only once its bytes are on the disk: whoever sees the
 * name sees the whole file, also after a loss of power. */

#include "tw-key-file.h"

#include "tw-error.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
fail (const char *path, const char *what, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "key file %s: %s", path, what);
  return FALSE;
}

/* read(2) until @size bytes or the end; -1 with errno. */
static gssize
read_fully (int fd, char *out, gsize size)
{
  gsize got = 0;

  while (got < size)
    {
      gssize n = read (fd, out + got, size - got);

      if (n == 0)
        break;
      if (n < 0 && errno != EINTR)
        return -1;
      got += n > 0 ? (gsize) n : 0;
    }
  return (gssize) got;
}

static gboolean
write_fully (int fd, const char *bytes, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, bytes, length);

      if (n < 0 && errno != EINTR)
        return FALSE;
      bytes += n > 0 ? n : 0;
      length -= n > 0 ? (gsize) n : 0;
    }
  return TRUE;
}

static gboolean
read_open_file (int fd, const char *path, char *out, gsize size, gsize *length, GError **error)
{
  struct stat about;
  gssize n;

  if (fstat (fd, &about) != 0)
    return fail (path, g_strerror (errno), error);
  if (!S_ISREG (about.st_mode))
    return fail (path, "not a regular file", error);
  if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail (path, "others may write it; make it yours alone (chmod 600)", error);
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail (path, "others may read it; make it yours alone (chmod 600)", error);
  if (about.st_size > (goffset) size)
    return fail (path, "too long", error);
  n = read_fully (fd, out, size);
  if (n < 0)
    return fail (path, g_strerror (errno), error);
  *length = (gsize) n;
  return TRUE;
}

gboolean
tw_key_file_read (const char *path, char *out, gsize size, gsize *length, gboolean *absent, GError **error)
{
  /* O_NONBLOCK: a FIFO is refused, not waited for. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean ok;

  *absent = fd < 0 && errno == ENOENT;
  if (fd < 0)
    return fail (path, g_strerror (errno), error);
  ok = read_open_file (fd, path, out, size, length, error);
  close (fd);
  return ok;
}

static gboolean
sync_folder (const char *folder)
{
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
tw_key_file_create (const char *path, const char *bytes, gsize length, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *temporary = g_strdup_printf ("%s.XXXXXX", path);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  gboolean ok;
  int why;

  if (fd < 0)
    return fail (path, g_strerror (errno), error);
  ok = write_fully (fd, bytes, length) && fsync (fd) == 0 && (link (temporary, path) == 0 || errno == EEXIST)
       && sync_folder (folder);
  why = errno;
  close (fd);
  g_unlink (temporary);
  return ok ? TRUE : fail (path, g_strerror (why), error);
}
