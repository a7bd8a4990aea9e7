/* SPDX-License-Identifier: Apache-2.0 */

/* The flags and variables of `tasks-admin backup` and `tasks-admin restore`. */

#pragma once

#include "tw-copy-ends.h"

G_BEGIN_DECLS

typedef struct
{
  TwCopyEnd store; /* SQLite's: what is backed up, or where it is restored to */
  char *file;      /* the backup */
  int only;        /* a TwCopyData, or -1: all */
  gboolean replace; /* restore: what is there */
  gboolean quiet;
} TwBackupOptions;

void tw_backup_options_clear (TwBackupOptions *options);

/* Fails with TW_ERROR_CONFIGURATION. --help prints and ends the process. Each once, from main. */
gboolean tw_backup_options_read (TwBackupOptions *options, int argc, char **argv, GError **error);
gboolean tw_backup_options_read_restore (TwBackupOptions *options, int argc, char **argv, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwBackupOptions, tw_backup_options_clear)

G_END_DECLS
