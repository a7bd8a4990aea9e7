/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-schema.h"

#include "tw-error.h"
#include "tw-sqlite-connection.h"

static gboolean
query_integer (TwSqliteConnection *connection, const char *sql, gint64 *value, GError **error)
{
  g_autofree char *text = tw_sqlite_connection_query (connection, sql, error);

  if (text == NULL)
    return FALSE;
  *value = g_ascii_strtoll (text, NULL, 10);
  return TRUE;
}

gboolean
tw_sqlite_schema_check (TwSqliteConnection *connection, const char *path, gint32 application_id, guint n,
                        gint64 *version, GError **error)
{
  gint64 owner, tables;

  if (!query_integer (connection, "PRAGMA application_id", &owner, error)
      || !query_integer (connection, "PRAGMA user_version", version, error)
      || !query_integer (connection, "SELECT count(*) FROM sqlite_schema", &tables, error))
    return FALSE;
  if (owner != application_id && (owner != 0 || *version != 0 || tables != 0))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "database '%s' belongs to another application", path);
      return FALSE;
    }
  if (*version < 0 || *version > (gint64) n)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
                   "database '%s' has version %" G_GINT64_FORMAT ", made by a newer program: this one knows %u", path,
                   *version, n);
      return FALSE;
    }
  return TRUE;
}

/* What a connection was asked to be and what it is are two things: a file system without shared memory has no WAL. */
static gboolean
check_pragma (TwSqliteConnection *connection, const char *path, const char *sql, const char *wanted, GError **error)
{
  g_autofree char *value = tw_sqlite_connection_query (connection, sql, error);

  if (value == NULL)
    return FALSE;
  if (strcmp (value, wanted) == 0)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
               "database '%s' can't be made durable: '%s' gives '%s', not '%s'", path, sql, value, wanted);
  return FALSE;
}

static gboolean
migrate (TwSqliteConnection *connection, const char *path, gint32 application_id, const char *step, guint version,
         GError **error)
{
  g_autofree char *sql = g_strdup_printf ("BEGIN IMMEDIATE; %s; PRAGMA application_id = %d; PRAGMA user_version = %u;"
                                          "COMMIT", step, application_id, version);

  if (tw_sqlite_connection_setup (connection, sql, error))
    return TRUE;
  if (!sqlite3_get_autocommit (tw_sqlite_handle (connection)))
    sqlite3_exec (tw_sqlite_handle (connection), "ROLLBACK", NULL, NULL, NULL);
  g_prefix_error (error, "migration to version %u: ", version);
  return FALSE;
}

gboolean
tw_sqlite_schema_prepare (TwSqliteConnection *connection, const char *path, gint32 application_id,
                          const TwSqliteMigration *migrations, guint n, GError **error)
{
  gint64 version;

  /* What is not ours must stay as it is. */
  if (!tw_sqlite_schema_check (connection, path, application_id, n, &version, error)
      || !check_pragma (connection, path, "PRAGMA journal_mode = WAL", "wal", error)
      || !check_pragma (connection, path, "PRAGMA journal_mode", "wal", error)
      || !check_pragma (connection, path, "PRAGMA synchronous", "2", error))
    return FALSE;
  for (guint i = (guint) version; i < n; i++)
    if (!migrate (connection, path, application_id, migrations[i], i + 1, error))
      return FALSE;
  /* A step may have read all that there is: those pages would fill the cache for as long as the process lives. */
  if (version < n)
    sqlite3_db_release_memory (tw_sqlite_handle (connection));
  return TRUE;
}
