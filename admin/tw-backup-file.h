/* SPDX-License-Identifier: Apache-2.0 */

/* The file that a backup is written to: FILE.part, mode 0600, until it takes its name, which nothing else may have. What
 * a run that was killed left of it is taken over by the next one; two at a time exclude each other. Beside it
 * FILE.part.db is a database on its way into it. Fails with TW_ERROR_CONFIGURATION. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwBackupFile TwBackupFile;

/* Refuses a @path that is there, and a FILE.part that is nothing that a backup left. */
TwBackupFile *tw_backup_file_new (const char *path, GError **error);

/* Without tw_backup_file_publish() nothing of it stays. */
void tw_backup_file_free (TwBackupFile *file);

/* Open for writing, and empty. */
int tw_backup_file_fd (const TwBackupFile *file);
const char *tw_backup_file_part (const TwBackupFile *file);

/* The name for a database on its way. */
const char *tw_backup_file_database (const TwBackupFile *file);

/* Makes it durable under its name. */
gboolean tw_backup_file_publish (TwBackupFile *file, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwBackupFile, tw_backup_file_free)

G_END_DECLS
