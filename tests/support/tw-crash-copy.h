/* SPDX-License-Identifier: Apache-2.0 */

/* What another process would find if this one were killed now: a copy of a database's files as they are. */

#pragma once

#include <glib.h>
#include <glib/gstdio.h>

/* By a process of its own: had this one the database open once more, closing that would drop SQLite's locks (POSIX). */
static inline void
tw_crash_copy_file (const char *from, const char *to, const char *suffix)
{
  g_autofree char *source = g_strconcat (from, suffix, NULL), *target = g_strconcat (to, suffix, NULL);
  const char *const command[] = { "cp", source, target, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) (guintptr) command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
}

/* Copies the database @path and its write-ahead log to @target, over what is there. */
static inline void
tw_crash_copy (const char *path, const char *target)
{
  g_autofree char *index = g_strconcat (target, "-shm", NULL);

  g_unlink (index);
  tw_crash_copy_file (path, target, "");
  tw_crash_copy_file (path, target, "-wal");
}
