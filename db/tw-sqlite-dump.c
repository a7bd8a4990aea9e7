/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-dump.h"

#include "tw-data-folder.h"
#include "tw-error.h"
#include "tw-files.h"
#include "tw-sqlite-connection.h"
#include "tw-sqlite-dump-rows.h"
#include "tw-sqlite-dump-table.h"
#include "tw-sqlite-schema.h"

#include <glib/gstdio.h>
#include <string.h>

/* Records come in the order of their keys, which is not that of the rows, so that a batch touches pages all over the
 * file: there is room for many of them. */
#define SETUP "PRAGMA cache_size = -16384"

typedef struct
{
  TwDump parent;
  TwSqliteDumpSpec spec; /* of its tables there are: */
  GPtrArray *tables;     /* TwSqliteTable */
  TwDumpSection *sections;
  char *path;
  char *part;           /* a target's file as long as it is not finished */
  TwDataFolder *folder; /* the lock */
  TwSqliteConnection *connection;
} SqliteDump;

static TwSqliteConnection *
connection_of (TwDump *dump)
{
  return ((SqliteDump *) dump)->connection;
}

static gboolean
dump_count (TwDump *dump, const TwDumpSection *section, guint64 *n, GError **error)
{
  const TwSqliteTable *table = section->kind;
  TwSqliteConnection *connection = connection_of (dump);
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, table->count, error);

  if (statement == NULL || tw_sqlite_step (connection, statement, error) != SQLITE_ROW)
    return FALSE;
  *n = (guint64) sqlite3_column_int64 (statement, 0);
  return TRUE;
}

/* The rows of @statement, which has been bound. */
static GPtrArray *
read_rows (TwSqliteConnection *connection, sqlite3_stmt *statement, const char *type, GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  int result;

  while ((result = tw_sqlite_step (connection, statement, error)) == SQLITE_ROW)
    {
      GVariant *record = tw_sqlite_dump_row (statement, type, error);

      if (record == NULL)
        return NULL;
      g_ptr_array_add (records, record);
    }
  return result == SQLITE_DONE ? g_steal_pointer (&records) : NULL;
}

/* The first @n members of @record. */
static void
bind_members (sqlite3_stmt *statement, GVariant *record, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) value = g_variant_get_child_value (record, i);

      tw_sqlite_dump_bind (statement, (int) i + 1, value);
    }
}

static GPtrArray *
dump_read (TwDump *dump, const TwDumpSection *section, GVariant *after, guint limit, GError **error)
{
  const TwSqliteTable *table = section->kind;
  TwSqliteConnection *connection = connection_of (dump);
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, after != NULL ? table->behind : table->first, error);

  if (statement == NULL)
    return NULL;
  if (after != NULL)
    bind_members (statement, after, table->n_key);
  sqlite3_bind_int64 (statement, (int) table->n_key + 1, limit);
  return read_rows (connection, statement, table->type, error);
}

static gboolean
dump_last (TwDump *dump, const TwDumpSection *section, GVariant **last, GError **error)
{
  const TwSqliteTable *table = section->kind;
  TwSqliteConnection *connection = connection_of (dump);
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, table->last, error);
  g_autoptr (GPtrArray) records = statement != NULL ? read_rows (connection, statement, table->type, error) : NULL;

  if (records == NULL)
    return FALSE;
  *last = records->len > 0 ? g_variant_ref (g_ptr_array_index (records, 0)) : NULL;
  return TRUE;
}

static gboolean
insert (TwSqliteConnection *connection, const TwSqliteTable *table, GVariant *record, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, table->insert, error);

  if (statement == NULL)
    return FALSE;
  bind_members (statement, record, g_variant_n_children (record));
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}

static gboolean
dump_write (TwDump *dump, const TwDumpSection *section, GPtrArray *records, GError **error)
{
  TwSqliteConnection *connection = connection_of (dump);
  gboolean ok = tw_sqlite_run (connection, "BEGIN IMMEDIATE", error);

  for (guint i = 0; ok && i < records->len; i++)
    ok = insert (connection, section->kind, g_ptr_array_index (records, i), error);
  ok = ok && tw_sqlite_run (connection, "COMMIT", error);
  if (!ok)
    tw_sqlite_give_up (connection);
  return ok;
}

static gboolean
find_inserts (SqliteDump *dump, GError **error)
{
  for (guint i = 0; i < dump->tables->len; i++)
    if (!tw_sqlite_table_find_insert (dump->tables->pdata[i], dump->connection, error))
      return FALSE;
  return TRUE;
}

static gboolean
open_part (SqliteDump *dump, GError **error)
{
  const TwSqliteDumpSpec *spec = &dump->spec;

  dump->connection = tw_sqlite_connection_open (dump->part, TW_SQLITE_WRITER, error);
  return dump->connection != NULL
         && tw_sqlite_connection_setup (dump->connection, SETUP, error)
         && tw_sqlite_schema_prepare (dump->connection, dump->part, spec->application_id, spec->migrations,
                                      spec->n_migrations, error)
         && find_inserts (dump, error);
}

/* A new file rather than an emptied one, whose size would stay. */
static gboolean
dump_clear (TwDump *base, GError **error)
{
  SqliteDump *dump = (SqliteDump *) base;

  g_clear_pointer (&dump->connection, tw_sqlite_connection_close);
  return tw_files_remove (dump->part, "-wal", error)
         && tw_files_remove (dump->part, "-shm", error)
         && tw_files_remove (dump->part, "", error)
         && open_part (dump, error);
}

/* Brings all that has been written into the file itself. */
static gboolean
close_part (SqliteDump *dump, GError **error)
{
  g_autofree char *busy = tw_sqlite_connection_query (dump->connection, "PRAGMA wal_checkpoint (TRUNCATE)", error);

  if (busy == NULL)
    return FALSE;
  if (strcmp (busy, "0") != 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "database '%s' is locked by another process", dump->part);
      return FALSE;
    }
  g_clear_pointer (&dump->connection, tw_sqlite_connection_close);
  return tw_files_remove (dump->part, "-wal", error) && tw_files_remove (dump->part, "-shm", error);
}

/* The log of the empty database that was there would be taken for the new one's: it goes first. */
static gboolean
dump_finish (TwDump *base, GError **error)
{
  SqliteDump *dump = (SqliteDump *) base;
  g_autofree char *folder = g_path_get_dirname (dump->path);

  return close_part (dump, error)
         && tw_files_sync (dump->part, error)
         && tw_files_remove (dump->path, "-wal", error)
         && tw_files_remove (dump->path, "-shm", error)
         && tw_files_sync (folder, error)
         && (g_rename (dump->part, dump->path) == 0 || tw_files_set_error (dump->part, "renamed", error))
         && tw_files_sync (folder, error);
}

static void
dump_free (TwDump *base)
{
  SqliteDump *dump = (SqliteDump *) base;

  g_clear_pointer (&dump->connection, tw_sqlite_connection_close);
  g_clear_pointer (&dump->folder, tw_data_folder_free);
  g_ptr_array_unref (dump->tables);
  g_free (dump->sections);
  g_free (dump->part);
  g_free (dump->path);
  g_free (dump);
}

static gboolean
has_bytes (const char *path, const char *suffix)
{
  g_autofree char *file = g_strconcat (path, suffix, NULL);
  GStatBuf status;

  return g_stat (file, &status) == 0 && status.st_size > 0;
}

/* A read-only connection to the database as it stands, which is locked; *@version is its schema's. */
static gboolean
open_existing (SqliteDump *dump, gint64 *version, GError **error)
{
  gboolean still = !has_bytes (dump->path, "-wal") && !has_bytes (dump->path, "-journal");

  dump->connection = tw_sqlite_connection_open_read_only (dump->path, still, error);
  return dump->connection != NULL
         && tw_sqlite_connection_setup (dump->connection, SETUP "; BEGIN", error)
         && tw_sqlite_schema_check (dump->connection, dump->path, dump->spec.application_id, dump->spec.n_migrations,
                                    version, error);
}

static gboolean
open_source (SqliteDump *dump, const char *folder, const char *file, GError **error)
{
  gint64 version;

  if (!g_file_test (dump->path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "there is no database '%s'", dump->path);
      return FALSE;
    }
  dump->folder = tw_data_folder_open_shared (folder, file, error);
  if (dump->folder == NULL || !open_existing (dump, &version, error))
    return FALSE;
  if (version == dump->spec.n_migrations)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
               "database '%s' has version %" G_GINT64_FORMAT ", which is not %u: start its service once, which brings it"
               " up to date", dump->path, version, dump->spec.n_migrations);
  return FALSE;
}

/* Whether there are rows; of an older version, that is not even asked. */
static gboolean
look_for_data (SqliteDump *dump, gboolean *found, GError **error)
{
  gint64 version;
  guint64 n = 0;

  *found = FALSE;
  if (!g_file_test (dump->path, G_FILE_TEST_EXISTS))
    return TRUE;
  if (!open_existing (dump, &version, error))
    return FALSE;
  *found = version > 0 && version < dump->spec.n_migrations;
  for (guint i = 0; version == dump->spec.n_migrations && !*found && i < dump->parent.n_sections; i++)
    {
      if (!dump_count (&dump->parent, &dump->sections[i], &n, error))
        return FALSE;
      *found = n > 0;
    }
  g_clear_pointer (&dump->connection, tw_sqlite_connection_close);
  return TRUE;
}

static gboolean
open_target (SqliteDump *dump, const char *folder, const char *file, GError **error)
{
  gboolean found;

  dump->folder = tw_data_folder_open (folder, file, error);
  if (dump->folder == NULL || !look_for_data (dump, &found, error))
    return FALSE;
  if (found)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "database '%s' already holds data", dump->path);
      return FALSE;
    }
  dump->part = g_strconcat (dump->path, ".part", NULL);
  return open_part (dump, error);
}

TwDump *
tw_sqlite_dump_open (const char *path, TwDumpRole role, const TwSqliteDumpSpec *spec, GError **error)
{
  static const TwDumpClass klass = {
    dump_count, dump_read, dump_last, dump_write, dump_clear, dump_finish, dump_free,
  };
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute), *file = g_path_get_basename (absolute);
  SqliteDump *dump = g_new0 (SqliteDump, 1);
  g_autoptr (TwDump) base = &dump->parent;

  dump->spec = *spec;
  dump->tables = g_ptr_array_new_with_free_func (tw_sqlite_table_free);
  dump->sections = g_new (TwDumpSection, spec->n_tables);
  for (guint i = 0; i < spec->n_tables; i++)
    {
      TwSqliteTable *table = tw_sqlite_table_new (&spec->tables[i]);

      g_ptr_array_add (dump->tables, table);
      dump->sections[i] = (TwDumpSection) { table->name, table->type, table };
    }
  dump->parent = (TwDump) { &klass, dump->sections, spec->n_tables };
  dump->path = g_steal_pointer (&absolute);
  if (!(role == TW_DUMP_SOURCE ? open_source (dump, folder, file, error) : open_target (dump, folder, file, error)))
    return NULL;
  return g_steal_pointer (&base);
}
