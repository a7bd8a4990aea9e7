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
  if (g_mkdir_with_parents (path, 0700) == 0)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "the data folder %s can't be made: %s", path,
               g_strerror (errno));
  return FALSE;
}
