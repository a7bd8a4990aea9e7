/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-archive.h"
#include "tw-backup-command.h"
#include "tw-backup-options.h"
#include "tw-backup-report.h"
#include "tw-data-dir.h"
#include "tw-data-folder.h"
#include "tw-data-restore.h"
#include "tw-error.h"
#include "tw-files.h"
#include "tw-signals.h"

#include <fcntl.h>
#include <unistd.h>

typedef struct
{
  gboolean wanted;
  char *name;         /* of the file in the folder */
  TwDataFolder *lock; /* that of its service */
} Database;

typedef struct
{
  TwBackupOptions options;
  TwBackupReport report;
  TwArchive *archive;
  char *folder;
  TwDataFolder *hold; /* no backup, and no other restore, meanwhile */
  Database databases[TW_COPY_N_DATA];
} Command;

static void
command_clear (Command *command)
{
  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    {
      g_free (command->databases[i].name);
      tw_data_folder_free (command->databases[i].lock);
    }
  tw_data_folder_free (command->hold);
  g_free (command->folder);
  tw_archive_free (command->archive);
  tw_backup_report_clear (&command->report);
  tw_backup_options_clear (&command->options);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Command, command_clear)

/* All that the backup holds, or the one that is asked for. */
static gboolean
choose_databases (Command *command, GError **error)
{
  const TwBackupOptions *options = &command->options;
  gboolean any = FALSE;

  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    if ((options->only < 0 || options->only == (int) i) && tw_archive_has (command->archive, tw_copy_data_file (i)))
      {
        const char *path = options->store.locations[i];

        any = TRUE;
        command->databases[i].wanted = TRUE;
        command->databases[i].name = g_path_get_basename (path);
        g_free (command->folder);
        command->folder = g_path_get_dirname (path);
      }
  if (!any)
    g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "'%s' holds no %s", options->file,
                 options->only >= 0 ? tw_copy_data_name ((TwCopyData) options->only) : "databases of the services");
  return any;
}

/* What an earlier restore did not come to do. */
static gboolean
finish_earlier_one (const Command *command, GError **error)
{
  g_auto (GStrv) names = tw_data_restore_list_pending (command->folder);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autoptr (TwDataFolder) lock = tw_data_folder_open (command->folder, names[i], error);

      if (lock == NULL)
        return FALSE;
    }
  return TRUE;
}

/* A log alone, whose database is lost, is data, too. */
static gboolean
check_place (const Command *command, const Database *database, GError **error)
{
  g_autofree char *path = tw_data_folder_path (database->lock, database->name);

  if (command->options.replace || (!tw_files_exists (path, "") && !tw_files_exists (path, "-wal")))
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
               "database '%s' is there already: --replace puts the backup in its place, and keeps it beside", path);
  return FALSE;
}

static gboolean
lock_places (Command *command, GError **error)
{
  if (!tw_data_dir_make (command->folder, error))
    return FALSE;
  command->hold = tw_data_folder_hold (command->folder, TRUE, error);
  if (command->hold == NULL || !finish_earlier_one (command, error))
    return FALSE;
  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    {
      Database *database = &command->databases[i];

      if (!database->wanted)
        continue;
      database->lock = tw_data_folder_open (command->folder, database->name, error);
      if (database->lock == NULL || !check_place (command, database, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
extract (Command *command, TwCopyData data, const char *path, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean ok;

  if (fd < 0)
    return tw_files_set_error (path, "made", error);
  tw_files_give_to_owner (fd, command->folder);
  ok = tw_archive_extract (command->archive, tw_copy_data_file (data), fd, tw_backup_report_step, &command->report,
                           error);
  if (ok && fsync (fd) != 0)
    ok = tw_files_set_error (path, "made durable", error);
  close (fd);
  return ok;
}

static gboolean
gather_one (Command *command, TwCopyData data, const char *part, GError **error)
{
  g_autofree char *path = g_build_filename (part, command->databases[data].name, NULL);
  TwBackupReport *report = &command->report;

  tw_backup_report_begin (report, tw_copy_data_name (data), "restoring");
  if (!extract (command, data, path, error))
    return FALSE;
  if (!tw_sqlite_snapshot_check (path, tw_copy_data_kind (data), tw_backup_report_step, report, error))
    {
      if (!tw_signals_seen ())
        g_prefix_error (error, "'%s' can't be restored: ", command->options.file);
      return FALSE;
    }
  return tw_sqlite_snapshot_count (path, tw_backup_report_add_table, report, error);
}

/* All new databases, verified, and none in its place yet. */
static gboolean
gather (Command *command, GError **error)
{
  g_autofree char *part = tw_data_restore_begin (command->folder, error);
  gboolean ok = part != NULL;

  for (guint i = 0; ok && i < TW_COPY_N_DATA; i++)
    if (command->databases[i].wanted)
      ok = gather_one (command, i, part, error);
  if (ok && tw_signals_seen ())
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "stopped");
      ok = FALSE;
    }
  if (!ok && part != NULL)
    tw_data_restore_discard (command->folder);
  return ok;
}

/* From here on it has happened. */
static gboolean
commit (Command *command, GError **error)
{
  if (tw_data_restore_commit (command->folder, error))
    return TRUE;
  tw_data_restore_discard (command->folder);
  return FALSE;
}

/* What fails here is done when the service starts. */
static gboolean
put_in_place (Command *command, GError **error)
{
  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    {
      const Database *database = &command->databases[i];
      g_autofree char *aside = NULL;

      if (!database->wanted)
        continue;
      if (!tw_data_restore_finish (command->folder, database->name, &aside, error))
        {
          g_prefix_error (error, "everything is restored; the services put it in its place when they start: ");
          return FALSE;
        }
      if (aside != NULL)
        g_string_append_printf (command->report.text, "%s: what was there is %s now\n", database->name, aside);
    }
  return TRUE;
}

static gboolean
run (Command *command, GError **error)
{
  tw_backup_report_init (&command->report, command->options.quiet);
  command->archive = tw_archive_open (command->options.file, error);
  return command->archive != NULL
         && choose_databases (command, error)
         && lock_places (command, error)
         && gather (command, error)
         && commit (command, error)
         && put_in_place (command, error)
         && tw_backup_report_print (&command->report, "everything is restored", error);
}

int
tw_restore_command (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_auto (Command) command = { 0 };

  g_set_prgname ("tasks-admin restore");
  if (tw_backup_options_read_restore (&command.options, argc, argv, &error))
    {
      tw_signals_init_without_loop ();
      if (run (&command, &error))
        return 0;
    }
  tw_backup_report_end_progress (&command.report);
  fprintf (stderr, "tasks-admin: %s\n", error->message);
  return 1;
}
