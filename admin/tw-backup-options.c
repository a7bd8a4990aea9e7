/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-backup-options.h"

#include "tw-config.h"
#include "tw-data-dir.h"
#include "tw-error.h"

#include <string.h>

#define BACKUP_SUMMARY                                                                                                \
  "Saves the databases of the services on SQLite as they are at one moment, in one file, verified. The services may\n" \
  "run, and people go on. The file is a tar archive; it must not be there yet."

#define RESTORE_SUMMARY                                                                                               \
  "Puts the databases that a backup holds into a data folder. Stop the services first. What is there is replaced\n"     \
  "only with --replace, and then kept beside, as tasks.db.replaced-1."

/* What was said, as it was said. */
typedef struct
{
  char *data_dir;
  char *uri;
  char *only;
} Said;

static void
said_clear (Said *said)
{
  g_free (said->data_dir);
  g_free (said->uri);
  g_free (said->only);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Said, said_clear)

void
tw_backup_options_clear (TwBackupOptions *options)
{
  tw_copy_end_clear (&options->store);
  g_clear_pointer (&options->file, g_free);
}

static gboolean
read_only (const Said *said, int *only, GError **error)
{
  TwCopyData data;

  *only = -1;
  if (said->only == NULL)
    return TRUE;
  if (!tw_copy_data_parse (said->only, &data))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "--only must be tasks or accounts");
      return FALSE;
    }
  *only = (int) data;
  return TRUE;
}

/* @store_flag and @file_flag are --from and --to, or the other way round. */
static gboolean
understand (TwBackupOptions *options, const Said *said, const char *store_flag, const char *file_flag, GError **error)
{
  g_autofree char *uri = said->uri != NULL ? g_strdup (said->uri) : g_strconcat ("sqlite:", said->data_dir, NULL);

  if (options->file == NULL)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s FILE must be given", file_flag);
      return FALSE;
    }
  if (!read_only (said, &options->only, error)
      || !tw_copy_end_parse (&options->store, uri, store_flag, options->only, error))
    return FALSE;
  if (!options->store.is_mongo)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
               "%s: a backup is one of SQLite; for MongoDB there are mongodump and mongorestore: see docs/mongodb.md",
               store_flag);
  return FALSE;
}

/* Whoever has the services on MongoDB would save what an older SQLite left in the data folder, and take it for a backup. */
static gboolean
check_services_store (const Said *said, GError **error)
{
  const char *store = g_getenv ("TW_STORE");

  if (said->uri != NULL || store == NULL || !g_str_has_prefix (store, "mongodb"))
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
               "TW_STORE names a MongoDB, for which there are mongodump and mongorestore (docs/mongodb.md); --from "
               "sqlite:FOLDER backs up SQLite all the same");
  return FALSE;
}

static gboolean
check_is_file (const TwBackupOptions *options, GError **error)
{
  if (options->file == NULL || strcmp (options->file, "-") != 0)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
               "--to must be a file, which is synced, checked and renamed into place, not standard output");
  return FALSE;
}

gboolean
tw_backup_options_read (TwBackupOptions *options, int argc, char **argv, GError **error)
{
  g_auto (Said) said = { .data_dir = tw_data_dir_default () };
  const TwOption table[] = {
    { "data-dir", "TW_DATA_DIR", TW_OPTION_STRING, &said.data_dir, "FOLDER", "Where the data is kept", 0, 0 },
    { "from", NULL, TW_OPTION_STRING, &said.uri, "URI",
      "The same as sqlite:FOLDER, or one database, as sqlite:FILE.db (with --only)", 0, 0 },
    { "to", NULL, TW_OPTION_STRING, &options->file, "FILE", "The backup", 0, 0 },
    { "only", NULL, TW_OPTION_STRING, &said.only, "DATA", "tasks or accounts; without it, both", 0, 0 },
    { "quiet", NULL, TW_OPTION_FLAG, &options->quiet, NULL, "Say nothing unless it fails", 0, 0 },
    { 0 },
  };

  return tw_config_read (table, BACKUP_SUMMARY, argc, argv, NULL, error) && check_services_store (&said, error)
         && check_is_file (options, error) && understand (options, &said, "--from", "--to", error);
}

gboolean
tw_backup_options_read_restore (TwBackupOptions *options, int argc, char **argv, GError **error)
{
  g_auto (Said) said = { .data_dir = tw_data_dir_default () };
  const TwOption table[] = {
    { "from", NULL, TW_OPTION_STRING, &options->file, "FILE", "The backup", 0, 0 },
    { "data-dir", "TW_DATA_DIR", TW_OPTION_STRING, &said.data_dir, "FOLDER", "Where the data is to be kept", 0, 0 },
    { "to", NULL, TW_OPTION_STRING, &said.uri, "URI",
      "The same as sqlite:FOLDER, or one database, as sqlite:FILE.db (with --only)", 0, 0 },
    { "only", NULL, TW_OPTION_STRING, &said.only, "DATA", "tasks or accounts; without it, what is in the backup", 0, 0 },
    { "replace", NULL, TW_OPTION_FLAG, &options->replace, NULL, "What is there is replaced, and kept beside", 0, 0 },
    { "quiet", NULL, TW_OPTION_FLAG, &options->quiet, NULL, "Say nothing unless it fails", 0, 0 },
    { 0 },
  };

  return tw_config_read (table, RESTORE_SUMMARY, argc, argv, NULL, error)
         && understand (options, &said, "--to", "--from", error);
}
