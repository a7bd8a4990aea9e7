/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-data-folder.h"

#include "tw-data-dir.h"
#include "tw-error.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct _TwDataFolder
{
  char *path;
  int lock; /* the file stays when the lock is released: removing it would race with the next one to lock it */
};

static int
open_lock (const char *path, const char *name, GError **error)
{
  g_autofree char *file = g_strdup_printf ("%s/%s.lock", path, name);
  int fd = open (file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "data folder '%s' can't be used: %s.lock: %s", path, name,
                   g_strerror (errno));
      return -1;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      int why = errno;

      close (fd);
      if (why == EWOULDBLOCK)
        g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
                     "data folder '%s' is in use by another process, which holds %s.lock", path, name);
      else
        g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "data folder '%s' can't be locked: %s", path,
                     g_strerror (why));
      return -1;
    }
  return fd;
}

TwDataFolder *
tw_data_folder_open (const char *path, const char *name, GError **error)
{
  TwDataFolder *folder;
  int lock;

  if (!tw_data_dir_make (path, error))
    return NULL;
  lock = open_lock (path, name, error);
  if (lock < 0)
    return NULL;
  folder = g_new0 (TwDataFolder, 1);
  folder->path = g_strdup (path);
  folder->lock = lock;
  return folder;
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
  close (folder->lock);
  g_free (folder->path);
  g_free (folder);
}
