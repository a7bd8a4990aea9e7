/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-copy-ends.h"

#include "tw-account-dump.h"
#include "tw-account-tables.h"
#include "tw-error.h"
#include "tw-task-dump.h"
#include "tw-task-tables.h"

#include <string.h>

#define SQLITE_SCHEME "sqlite:"

typedef TwDump *(*OpenFunc) (const char *location, TwDumpRole role, GError **error);

/* A service more is a row more. */
static const struct
{
  const char *name;
  const char *file;
  const TwSqliteKind *kind;
  OpenFunc open_sqlite, open_mongo;
} kinds[TW_COPY_N_DATA] = {
  [TW_COPY_TASKS] = { "tasks", "tasks.db", &tw_task_tables_kind, tw_task_dump_sqlite_open, tw_task_dump_mongo_open },
  [TW_COPY_ACCOUNTS] = { "accounts", "accounts.db", &tw_account_tables_kind,
                         tw_account_dump_sqlite_open, tw_account_dump_mongo_open },
};

const char *
tw_copy_data_name (TwCopyData data)
{
  return kinds[data].name;
}

const char *
tw_copy_data_file (TwCopyData data)
{
  return kinds[data].file;
}

const TwSqliteKind *
tw_copy_data_kind (TwCopyData data)
{
  return kinds[data].kind;
}

gboolean
tw_copy_data_parse (const char *name, TwCopyData *data)
{
  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    if (strcmp (kinds[i].name, name) == 0)
      {
        *data = i;
        return TRUE;
      }
  return FALSE;
}

void
tw_copy_end_clear (TwCopyEnd *end)
{
  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    g_clear_pointer (&end->locations[i], g_free);
}

/* A folder that exists is one whatever its name is, and so is a file. */
static gboolean
is_database (const char *path)
{
  return !g_file_test (path, G_FILE_TEST_IS_DIR)
         && (g_str_has_suffix (path, ".db") || g_file_test (path, G_FILE_TEST_EXISTS));
}

static gboolean
parse_sqlite (TwCopyEnd *end, const char *path, const char *flag, int only, GError **error)
{
  gboolean one = is_database (path);

  if (one && only < 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
                   "%s is one database: say with --only whose it is, tasks or accounts, or name the data folder", flag);
      return FALSE;
    }
  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    if (!one)
      end->locations[i] = g_build_filename (path, kinds[i].file, NULL);
    else if ((int) i == only)
      end->locations[i] = g_strdup (path);
  return TRUE;
}

gboolean
tw_copy_end_parse (TwCopyEnd *end, const char *uri, const char *flag, int only, GError **error)
{
  if (g_str_has_prefix (uri, SQLITE_SCHEME) && uri[strlen (SQLITE_SCHEME)] != '\0')
    return parse_sqlite (end, uri + strlen (SQLITE_SCHEME), flag, only, error);
  end->is_mongo = g_str_has_prefix (uri, "mongodb://") || g_str_has_prefix (uri, "mongodb+srv://");
  if (!end->is_mongo)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s must be sqlite:FOLDER, sqlite:FILE.db or mongodb://…",
                   flag);
      return FALSE;
    }
  for (guint i = 0; i < TW_COPY_N_DATA; i++)
    end->locations[i] = g_strdup (uri);
  return TRUE;
}

TwDump *
tw_copy_end_open (const TwCopyEnd *end, TwCopyData data, TwDumpRole role, GError **error)
{
  OpenFunc open = end->is_mongo ? kinds[data].open_mongo : kinds[data].open_sqlite;

  return open (end->locations[data], role, error);
}
