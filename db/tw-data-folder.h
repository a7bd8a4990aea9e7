/* SPDX-License-Identifier: Apache-2.0 */

/* The folder that a service keeps its data in, held by one process at a time. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwDataFolder TwDataFolder;

/* Makes @path (mode 0700) where it is absent and locks the file NAME.lock in it (flock(2), released by the kernel
 * when the process ends, however it ends). A restore of NAME that was interrupted is finished first
 * (db/tw-data-restore.h). Fails with TW_ERROR_CONFIGURATION: not a folder, not writable, or held by another process. */
TwDataFolder *tw_data_folder_open (const char *path, const char *name, GError **error);

/* The same for whoever only reads in the folder, which must exist: as many as like hold it at once, but nobody who
 * writes. Where NAME.lock is neither there nor can be made, the folder being read-only, nothing is held. Refuses a
 * folder in which a restore of NAME waits to be finished. */
TwDataFolder *tw_data_folder_open_shared (const char *path, const char *name, GError **error);

/* Holds the folder itself, which must exist: for whoever copies a database while its service runs, @alone FALSE, or
 * puts another one in its place, @alone TRUE. Services do not ask for it. Fails with TW_ERROR_CONFIGURATION, as the one for
 * reading does. */
TwDataFolder *tw_data_folder_hold (const char *path, gboolean alone, GError **error);

/* A file's path inside it; free with g_free(). */
char *tw_data_folder_path (const TwDataFolder *folder, const char *file);

/* Releases the lock. */
void tw_data_folder_free (TwDataFolder *folder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwDataFolder, tw_data_folder_free)

G_END_DECLS
