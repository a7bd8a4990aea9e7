/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-data-restore.h"

#include "tw-files.h"
#include "tw-log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define READY ".taskwire-restore"
#define PART ".taskwire-restore.part"

static char **
list (const char *path)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_strv_builder_add (names, name);
  return g_strv_builder_end (names);
}

/* A folder with files in it. */
static void
remove_folder (const char *path)
{
  g_auto (GStrv) names = list (path);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *file = g_build_filename (path, names[i], NULL);

      g_unlink (file);
    }
  g_rmdir (path);
}

char *
tw_data_restore_begin (const char *folder, GError **error)
{
  g_autofree char *part = g_build_filename (folder, PART, NULL);
  int fd;

  remove_folder (part);
  if (g_mkdir (part, 0700) != 0)
    {
      tw_files_set_error (part, "made", error);
      return NULL;
    }
  /* A service that finishes the restore takes the files out of it. */
  fd = open (part, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    {
      tw_files_set_error (part, "opened", error);
      return NULL;
    }
  tw_files_give_to_owner (fd, folder);
  close (fd);
  return g_steal_pointer (&part);
}

void
tw_data_restore_discard (const char *folder)
{
  g_autofree char *part = g_build_filename (folder, PART, NULL);

  remove_folder (part);
}

gboolean
tw_data_restore_commit (const char *folder, GError **error)
{
  g_autofree char *part = g_build_filename (folder, PART, NULL), *ready = g_build_filename (folder, READY, NULL);

  /* An empty one, whose last database was put in its place right before a crash, may be there and is replaced. */
  if (!tw_files_sync (part, error))
    return FALSE;
  if (g_rename (part, ready) != 0)
    return tw_files_set_error (part, "renamed", error);
  if (tw_files_sync (folder, error))
    return TRUE;
  /* Whoever is told that it failed must not find it done later. */
  if (g_rename (ready, part) != 0)
    g_prefix_error (error, "everything is restored; the services put it in its place when they start: ");
  return FALSE;
}

char **
tw_data_restore_list_pending (const char *folder)
{
  g_autofree char *ready = g_build_filename (folder, READY, NULL);

  return list (ready);
}

gboolean
tw_data_restore_is_pending (const char *folder, const char *name)
{
  g_autofree char *file = g_build_filename (folder, READY, name, NULL);

  return tw_files_exists (file, "");
}

/* What a database consists of; of its files the index of the log, NAME-shm, can be made again. The database itself
 * leaves last: its new name tells whether the others have left. */
static const char *const parts[] = { "-wal", "-journal", "" };

/* Whether the files of @path can be called @aside: for somebody who goes on with an attempt that was interrupted, that
 * are the same names again. */
static gboolean
is_free (const char *path, const char *aside)
{
  if (tw_files_exists (aside, ""))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (tw_files_exists (path, parts[i]) && tw_files_exists (aside, parts[i]))
      return FALSE;
  return TRUE;
}

static gboolean
move_aside (const char *path, const char *aside, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *from = g_strconcat (path, parts[i], NULL), *to = g_strconcat (aside, parts[i], NULL);

      if (g_rename (from, to) != 0 && errno != ENOENT)
        return tw_files_set_error (from, "renamed", error);
    }
  return tw_files_remove (path, "-shm", error);
}

gboolean
tw_data_restore_finish (const char *folder, const char *name, char **aside, GError **error)
{
  g_autofree char *ready = g_build_filename (folder, READY, NULL), *new = g_build_filename (ready, name, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL), *kept = NULL;
  guint number = 0;

  if (aside != NULL)
    *aside = NULL;
  if (!tw_files_exists (new, ""))
    {
      g_rmdir (ready); /* the last one may have been taken out of it right before a crash */
      return TRUE;
    }
  do
    {
      g_free (kept);
      kept = g_strdup_printf ("%s.replaced-%u", path, ++number);
    }
  while (!is_free (path, kept));
  if (!move_aside (path, kept, error)
      || !tw_files_sync (folder, error)
      || (g_rename (new, path) != 0 && !tw_files_set_error (new, "renamed", error))
      || !tw_files_sync (ready, error)
      || !tw_files_sync (folder, error))
    return FALSE;
  tw_log_info ("'%s' has been restored", path);
  g_rmdir (ready); /* once it is empty */
  if (aside != NULL && (tw_files_exists (kept, "") || tw_files_exists (kept, "-wal")))
    *aside = g_path_get_basename (kept);
  return TRUE;
}
