/* SPDX-License-Identifier: Apache-2.0 */

/* The folder that a service keeps its data in, held by one process at a time. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwDataFolder TwDataFolder;

/* Makes @path (mode 0700) where it is absent and locks the file NAME.lock in it (flock(2), released by the kernel
 * when the process ends, however it ends). Fails with TW_ERROR_CONFIGURATION: not a folder, not writable, or held by
 * another process. */
TwDataFolder *tw_data_folder_open (const char *path, const char *name, GError **error);

/* The same for whoever only reads in the folder, which must exist: as many as like hold it at once, but nobody who
 * writes. Where NAME.lock is neither there nor can be made, the folder being read-only, nothing is held. */
TwDataFolder *tw_data_folder_open_shared (const char *path, const char *name, GError **error);

/* A file's path inside it; free with g_free(). */
char *tw_data_folder_path (const TwDataFolder *folder, const char *file);

/* Releases the lock. */
void tw_data_folder_free (TwDataFolder *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwDataFolder, tw_data_folder_free)

G_END_DECLS
