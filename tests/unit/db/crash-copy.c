/* SPDX-License-Identifier: Apache-2.0 */

#include "crash-copy.h"

#include <glib/gstdio.h>

/* By a process of its own: had this one the database open once more, closing that would drop SQLite's locks (POSIX). */
static void
copy (const char *from, const char *to)
{
  const char *const command[] = { "cp", from, to, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) (guintptr) command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

char *
tw_crash_copy (const char *path)
{
  char *target = g_strconcat (path, ".copy", NULL);
  g_autofree char *log = g_strconcat (path, "-wal", NULL), *target_log = g_strconcat (target, "-wal", NULL);
  g_autofree char *target_index = g_strconcat (target, "-shm", NULL);

  g_unlink (target_index);
  copy (path, target);
  copy (log, target_log);
  return target;
}
