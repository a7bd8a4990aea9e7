/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-backup-file.h"

#include "tw-error.h"
#include "tw-files.h"
#include "tw-tar-header.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often a file that another run has just taken away is opened anew. */
#define ATTEMPTS 10

struct _TwBackupFile
{
  char *path, *part, *database;
  int fd; /* of the part, locked; or -1 */
};

static gboolean
refuse (const char *path, const char *why, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "'%s' %s", path, why);
  return FALSE;
}

/* Whether the name is still, or again, that of the file that is open. */
static gboolean
is_in_place (const TwBackupFile *file)
{
  struct stat open_one, named;

  return fstat (file->fd, &open_one) == 0 && lstat (file->part, &named) == 0 && open_one.st_ino == named.st_ino
         && open_one.st_dev == named.st_dev;
}

/* The lock goes with the process, however it ends; the file, then, does not. */
static gboolean
open_part (TwBackupFile *file, GError **error)
{
  for (guint i = 0; i < ATTEMPTS; i++)
    {
      file->fd = open (file->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
      if (file->fd < 0)
        return tw_files_set_error (file->part, "made", error);
      if (flock (file->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        {
          close (file->fd);
          file->fd = -1;
          return refuse (file->path, "is being written by another backup", error);
        }
      if (is_in_place (file))
        return TRUE;
      close (file->fd);
      file->fd = -1;
    }
  return refuse (file->part, "comes and goes", error);
}

/* Empty, or the beginning of an archive of ours: with such a name there may be something else, of somebody else's. */
static gboolean
is_left_over (int fd)
{
  guint8 block[TW_TAR_BLOCK];
  TwTarHeader header;
  struct stat status;
  gssize n = pread (fd, block, sizeof block, 0);

  return fstat (fd, &status) == 0 && S_ISREG (status.st_mode) && status.st_uid == geteuid ()
         && (n == 0
             || (n == (gssize) sizeof block && tw_tar_header_read (&header, block)
                 && g_str_has_suffix (header.name, ".db")));
}

static gboolean
take_over (TwBackupFile *file, GError **error)
{
  if (!is_left_over (file->fd))
    {
      close (file->fd); /* and it stays */
      file->fd = -1;
      return refuse (file->part, "is in the way, and is nothing that a backup left", error);
    }
  return (fchmod (file->fd, 0600) == 0 && ftruncate (file->fd, 0) == 0)
         || tw_files_set_error (file->part, "written", error);
}

static gboolean
remove_database (TwBackupFile *file, GError **error)
{
  return tw_files_remove (file->database, "", error) && tw_files_remove (file->database, "-journal", error);
}

TwBackupFile *
tw_backup_file_new (const char *path, GError **error)
{
  g_autoptr (TwBackupFile) file = g_new0 (TwBackupFile, 1);

  file->fd = -1;
  file->path = g_canonicalize_filename (path, NULL);
  file->part = g_strconcat (file->path, ".part", NULL);
  file->database = g_strconcat (file->part, ".db", NULL);
  if (tw_files_exists (file->path, ""))
    {
      refuse (path, "is there already: a backup never replaces anything", error);
      return NULL;
    }
  if (!open_part (file, error) || !take_over (file, error) || !remove_database (file, error))
    return NULL;
  return g_steal_pointer (&file);
}

void
tw_backup_file_free (TwBackupFile *file)
{
  if (file == NULL)
    return;
  if (file->fd >= 0)
    {
      remove_database (file, NULL);
      tw_files_remove (file->part, "", NULL);
      close (file->fd);
    }
  g_free (file->database);
  g_free (file->part);
  g_free (file->path);
  g_free (file);
}

int
tw_backup_file_fd (const TwBackupFile *file)
{
  return file->fd;
}

const char *
tw_backup_file_part (const TwBackupFile *file)
{
  return file->part;
}

const char *
tw_backup_file_database (const TwBackupFile *file)
{
  return file->database;
}

gboolean
tw_backup_file_publish (TwBackupFile *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file->path);

  if (fsync (file->fd) != 0)
    return tw_files_set_error (file->part, "made durable", error);
  if (!tw_files_publish (file->part, file->path, error))
    return FALSE;
  close (file->fd);
  file->fd = -1;
  if (tw_files_sync (folder, error))
    return TRUE;
  tw_files_remove (file->path, "", NULL);
  return FALSE;
}
