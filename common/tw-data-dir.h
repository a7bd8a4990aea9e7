/* SPDX-License-Identifier: Apache-2.0 */

/* Where a program keeps its data unless it is told otherwise. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* $XDG_DATA_HOME/taskwire, or ~/.local/share/taskwire (XDG Base Directory Specification). Free with g_free(). */
char *tw_data_dir_default (void);

/* Makes @path and what is missing above it, mode 0700. Fails with TW_ERROR_CONFIGURATION. */
gboolean tw_data_dir_make (const char *path, GError **error);

G_END_DECLS
