/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-backup-command.h"

#include "tw-archive.h"
#include "tw-backup-file.h"
#include "tw-backup-options.h"
#include "tw-backup-report.h"
#include "tw-data-folder.h"
#include "tw-data-restore.h"
#include "tw-error.h"
#include "tw-files.h"
#include "tw-signals.h"

typedef struct
{
  TwBackupOptions options;
  TwBackupReport report;
  TwDataFolder *folders[TW_COPY_N_DATA]; /* no restore into them meanwhile */
  TwSqliteSnapshot *snapshots[TW_COPY_N_DATA]; /* NULL where it is not to be saved, or has been */
  TwBackupFile *file;
} Command;

static void
command_clear (Command *command)
{
  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    {
      tw_sqlite_snapshot_free (command->snapshots[i]);
      tw_data_folder_free (command->folders[i]);
    }
  g_clear_pointer (&command->file, tw_backup_file_free);
  tw_backup_report_clear (&command->report);
  tw_backup_options_clear (&command->options);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Command, command_clear)

static gboolean
is_wanted (const Command *command, TwCopyData data)
{
  return command->options.only < 0 || command->options.only == (int) data;
}

static gboolean
check_nothing_waits (const char *folder, const char *path, GError **error)
{
  g_autofree char *name = g_path_get_basename (path);

  if (!tw_data_restore_is_pending (folder, name))
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
               "a restore of '%s' was interrupted: start its service once, which finishes it", path);
  return FALSE;
}

static gboolean
open_snapshot (Command *command, TwCopyData data, GError **error)
{
  const char *path = command->options.store.locations[data];
  g_autofree char *folder = g_path_get_dirname (path);

  if (!tw_files_exists (path, ""))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "there is no database '%s'%s", path,
                   command->options.only < 0 ? " (--data-dir or --from says where, --only which)" : "");
      return FALSE;
    }
  command->folders[data] = tw_data_folder_hold (folder, FALSE, error);
  if (command->folders[data] == NULL || !check_nothing_waits (folder, path, error))
    return FALSE;
  command->snapshots[data] = tw_sqlite_snapshot_open (path, tw_copy_data_kind (data), error);
  return command->snapshots[data] != NULL;
}

/* All of them at once, so that they are of one moment, as nearly as two databases can be: accounts last, so that
 * whoever has tasks has an account. */
static gboolean
open_snapshots (Command *command, GError **error)
{
  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    if (is_wanted (command, i) && !open_snapshot (command, i, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_copy (Command *command, TwCopyData data, GError **error)
{
  if (tw_sqlite_snapshot_check (tw_backup_file_database (command->file), tw_copy_data_kind (data),
                                tw_backup_report_step, &command->report, error))
    return TRUE;
  if (!tw_signals_seen ())
    g_prefix_error (error, "'%s' is no good: ", command->options.store.locations[data]);
  return FALSE;
}

/* Its moment is let go as soon as it has been copied, since the database's log grows until then. */
static gboolean
save (Command *command, TwCopyData data, TwArchiveWriter *writer, GError **error)
{
  const char *name = tw_copy_data_name (data), *part = tw_backup_file_database (command->file);
  TwBackupReport *report = &command->report;

  tw_backup_report_begin (report, name, "copying");
  if (!tw_sqlite_snapshot_save (command->snapshots[data], part, tw_backup_report_step, report, error))
    return FALSE;
  g_clear_pointer (&command->snapshots[data], tw_sqlite_snapshot_free);
  if (!check_copy (command, data, error) || !tw_sqlite_snapshot_count (part, tw_backup_report_add_table, report, error))
    return FALSE;
  tw_backup_report_begin (report, name, "saving");
  return tw_archive_writer_add (writer, tw_copy_data_file (data), part, tw_backup_report_step, report, error)
         && tw_files_remove (part, "", error);
}

/* Reads all of it anew. */
static gboolean
verify (Command *command, GError **error)
{
  g_autoptr (TwArchive) archive = tw_archive_open (tw_backup_file_part (command->file), error);

  for (guint i = 0; archive != NULL && i < TW_COPY_N_DATA; i++)
    {
      if (!is_wanted (command, i))
        continue;
      tw_backup_report_begin (&command->report, tw_copy_data_name (i), "verifying");
      if (!tw_archive_extract (archive, tw_copy_data_file (i), -1, tw_backup_report_step, &command->report, error))
        return FALSE;
    }
  return archive != NULL;
}

static gboolean
write_file (Command *command, GError **error)
{
  g_autoptr (TwArchiveWriter) writer
      = tw_archive_writer_new (tw_backup_file_fd (command->file), tw_backup_file_part (command->file),
                               tw_clock_wall_ms (tw_clock_system ()) / 1000);

  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    if (is_wanted (command, i) && !save (command, i, writer, error))
      return FALSE;
  return tw_archive_writer_end (writer, error) && verify (command, error);
}

static gboolean
run (Command *command, GError **error)
{
  tw_backup_report_init (&command->report, command->options.quiet);
  command->file = tw_backup_file_new (command->options.file, error);
  return command->file != NULL
         && open_snapshots (command, error)
         && write_file (command, error)
         && tw_backup_file_publish (command->file, error)
         && tw_backup_report_print (&command->report, "the backup is finished", error);
}

int
tw_backup_command (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_auto (Command) command = { 0 };

  g_set_prgname ("tasks-admin backup");
  if (tw_backup_options_read (&command.options, argc, argv, &error))
    {
      tw_signals_init_without_loop ();
      if (run (&command, &error))
        return 0;
    }
  tw_backup_report_end_progress (&command.report);
  fprintf (stderr, "tasks-admin: %s\n", error->message);
  return 1;
}
