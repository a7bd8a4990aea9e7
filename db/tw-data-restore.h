/* SPDX-License-Identifier: Apache-2.0 */

/* Databases that take the places of those in a data folder: all of them, or none, whenever it is interrupted.
 *
 * They are gathered in a folder inside of the data folder, .taskwire-restore.part. When they are complete and durable
 * it is renamed to .taskwire-restore: from that moment on the restore has happened. What is left is to put each in its
 * place, which is done by whoever opens the data folder next (tw_data_folder_open()), if it was not done at once.
 *
 * A database that is replaced is kept, as NAME.replaced-1 (-2, …) with its write-ahead log as NAME.replaced-1-wal. The
 * log leaves before the new database comes: beside a database that is not its own it would be taken for that one's.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* An empty folder, mode 0700, for the new databases under the names that they are to have; free with g_free(). What an
 * earlier attempt left in it is gone. */
char *tw_data_restore_begin (const char *folder, GError **error);

/* Undoes that. */
void tw_data_restore_discard (const char *folder);

/* The restore has happened, durably. The files must have been synced. */
gboolean tw_data_restore_commit (const char *folder, GError **error);

/* Whether a database waits to be put in the place of @name. */
gboolean tw_data_restore_is_pending (const char *folder, const char *name);

/* Puts it there, if it waits. *@aside becomes the name of what was there, or NULL; free with g_free(); it may be NULL
 * itself. NAME.lock must be held. */
gboolean tw_data_restore_finish (const char *folder, const char *name, char **aside, GError **error);

/* The names that wait, NULL-terminated; free with g_strfreev(). */
char **tw_data_restore_list_pending (const char *folder);

G_END_DECLS
