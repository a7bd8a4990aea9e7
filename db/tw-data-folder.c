/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-data-folder.h"

#include "tw-data-dir.h"
#include "tw-data-restore.h"
#include "tw-error.h"
#include "tw-files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct _TwDataFolder
{
  char *path;
  int lock; /* the file stays when the lock is released: removing it would race with the next one to lock it; or -1 */
};

static gboolean
lock_file (int fd, int operation, const char *path, const char *name, GError **error)
{
  if (flock (fd, operation | LOCK_NB) == 0)
    return TRUE;
  if (errno == EWOULDBLOCK)
    g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
                 "data folder '%s' is in use by another process, which holds %s.lock: stop that one first", path, name);
  else
    g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "data folder '%s' can't be locked: %s", path,
                 g_strerror (errno));
  return FALSE;
}

static void
set_lock_error (const char *path, const char *name, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "data folder '%s' can't be used: %s.lock: %s", path, name,
               g_strerror (errno));
}

static int
open_lock_file (const char *path, const char *name, int flags)
{
  g_autofree char *file = g_strdup_printf ("%s/%s.lock", path, name);

  return open (file, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static TwDataFolder *
folder_new (const char *path)
{
  TwDataFolder *folder = g_new0 (TwDataFolder, 1);

  folder->path = g_strdup (path);
  folder->lock = -1;
  return folder;
}

TwDataFolder *
tw_data_folder_open (const char *path, const char *name, GError **error)
{
  g_autoptr (TwDataFolder) folder = folder_new (path);

  if (!tw_data_dir_make (path, error))
    return NULL;
  folder->lock = open_lock_file (path, name, O_RDWR | O_CREAT);
  if (folder->lock < 0)
    {
      set_lock_error (path, name, error);
      return NULL;
    }
  tw_files_give_to_owner (folder->lock, path);
  if (!lock_file (folder->lock, LOCK_EX, path, name, error)
      || !tw_data_restore_finish (path, name, NULL, error))
    return NULL;
  return g_steal_pointer (&folder);
}

static gboolean
check_nothing_waits (const char *path, const char *name, GError **error)
{
  if (!tw_data_restore_is_pending (path, name))
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
               "data folder '%s' has a restore of %s that was interrupted: start its service once, which finishes it",
               path, name);
  return FALSE;
}

TwDataFolder *
tw_data_folder_open_shared (const char *path, const char *name, GError **error)
{
  g_autoptr (TwDataFolder) folder = folder_new (path);
  gboolean read_only;

  folder->lock = open_lock_file (path, name, O_RDWR | O_CREAT);
  read_only = folder->lock < 0 && (errno == EACCES || errno == EROFS);
  if (read_only)
    folder->lock = open_lock_file (path, name, O_RDONLY);
  if (folder->lock < 0 && !(read_only && errno == ENOENT))
    {
      set_lock_error (path, name, error);
      return NULL;
    }
  if (folder->lock >= 0 && !lock_file (folder->lock, LOCK_SH, path, name, error))
    return NULL;
  if (!check_nothing_waits (path, name, error))
    return NULL;
  return g_steal_pointer (&folder);
}

TwDataFolder *
tw_data_folder_hold (const char *path, gboolean alone, GError **error)
{
  g_autoptr (TwDataFolder) folder = folder_new (path);

  folder->lock = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder->lock < 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "data folder '%s' can't be used: %s", path,
                   g_strerror (errno));
      return NULL;
    }
  if (flock (folder->lock, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "data folder '%s' can't be used: %s", path,
                   errno != EWOULDBLOCK ? g_strerror (errno)
                   : alone              ? "a backup or a restore of it is under way"
                                        : "a restore of it is under way");
      return NULL;
    }
  return g_steal_pointer (&folder);
}

char *
tw_data_folder_path (const TwDataFolder *folder, const char *file)
{
  return g_build_filename (folder->path, file, NULL);
}

void
tw_data_folder_free (TwDataFolder *folder)
{
  if (folder == NULL)
    return;
  if (folder->lock >= 0)
    close (folder->lock);
  g_free (folder->path);
  g_free (folder);
}
