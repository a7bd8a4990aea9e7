/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-data-dir.h"

#include "tw-error.h"

#include <errno.h>
#include <glib/gstdio.h>

char *
tw_data_dir_default (void)
{
  return g_build_filename (g_get_user_data_dir (), "taskwire", NULL);
}

gboolean
tw_data_dir_make (const char *path, GError **error)
{
  int why;

  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;
  why = errno;
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "data folder '%s' is not a folder", path);
  else
    g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "data folder '%s' can't be made: %s", path, g_strerror (why));
  return FALSE;
}
