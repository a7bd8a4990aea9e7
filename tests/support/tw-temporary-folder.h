/* SPDX-License-Identifier: Apache-2.0 */

/* A folder for one test, gone with all that is in it at the end of the scope:
 *
 *     TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
 */

#pragma once

#include <glib.h>
#include <glib/gstdio.h>

static inline char *
tw_temporary_folder_new (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("taskwire-test-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

static inline void
tw_temporary_folder_remove (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *inside = g_build_filename (path, name, NULL);

      if (g_unlink (inside) != 0)
        tw_temporary_folder_remove (inside);
    }
  g_rmdir (path);
}

static inline void
tw_temporary_folder_clear (char **path)
{
  if (*path != NULL)
    tw_temporary_folder_remove (*path);
  g_clear_pointer (path, g_free);
}

#define TW_AUTO_FOLDER __attribute__ ((cleanup (tw_temporary_folder_clear)))
