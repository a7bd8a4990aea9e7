/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-files.h"

#include "tw-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

gboolean
tw_files_set_error (const char *path, const char *what, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "'%s' can't be %s: %s", path, what, g_strerror (errno));
  return FALSE;
}

/* A link that leads nowhere is there, too. */
gboolean
tw_files_exists (const char *path, const char *suffix)
{
  g_autofree char *file = g_strconcat (path, suffix, NULL);
  struct stat status;

  return lstat (file, &status) == 0;
}

gboolean
tw_files_remove (const char *path, const char *suffix, GError **error)
{
  g_autofree char *file = g_strconcat (path, suffix, NULL);

  return g_unlink (file) == 0 || errno == ENOENT || tw_files_set_error (file, "removed", error);
}

gboolean
tw_files_sync (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    tw_files_set_error (path, "made durable", error);
  if (fd >= 0)
    close (fd);
  return ok;
}

/* Not every file system can rename without replacing; those that can't have links. */
gboolean
tw_files_publish (const char *from, const char *to, GError **error)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno == EINVAL && link (from, to) == 0)
    return tw_files_remove (from, "", error);
  return tw_files_set_error (to, "made", error);
}

void
tw_files_give_to_owner (int fd, const char *folder)
{
  struct stat status;

  if (geteuid () == 0 && stat (folder, &status) == 0 && fchown (fd, status.st_uid, status.st_gid) != 0)
    g_debug ("a file in '%s' stays root's: %s", folder, g_strerror (errno));
}
