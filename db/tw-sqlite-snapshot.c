/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-snapshot.h"

#include "tw-error.h"
#include "tw-files.h"
#include "tw-sqlite-connection.h"
#include "tw-sqlite-schema.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Between two looks at whether to go on: a megabyte. */
#define PAGES_AT_ONCE 256

/* The same for a check, in instructions of SQLite's machine: some milliseconds. */
#define INSTRUCTIONS_AT_ONCE 100000

/* Pages come one after the other: keeping many is of no use. */
#define TARGET_SETUP "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -1024;"

struct _TwSqliteSnapshot
{
  char *path;
  TwSqliteConnection *connection;
};

static gboolean
set_stopped (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "stopped");
  return FALSE;
}

/* An empty file may be about to become anybody's. */
static gboolean
check_kind (TwSqliteConnection *connection, const char *path, const TwSqliteKind *kind, GError **error)
{
  gint64 version;

  if (!tw_sqlite_schema_check (connection, path, kind->application_id, kind->version, &version, error))
    return FALSE;
  if (version > 0)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "database '%s' is empty", path);
  return FALSE;
}

/* SQLite reads a log with the help of a file beside it, which it makes. Where it can't, nobody else can write. */
static gboolean
is_still (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return access (folder, W_OK) != 0 && !tw_files_exists (path, "-wal");
}

TwSqliteSnapshot *
tw_sqlite_snapshot_open (const char *path, const TwSqliteKind *kind, GError **error)
{
  g_autoptr (TwSqliteSnapshot) snapshot = g_new0 (TwSqliteSnapshot, 1);

  if (!tw_files_exists (path, ""))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "there is no database '%s'", path);
      return NULL;
    }
  snapshot->path = g_strdup (path);
  snapshot->connection = tw_sqlite_connection_open_read_only (path, is_still (path), error);
  /* The check reads, with which the transaction's moment has come. */
  if (snapshot->connection == NULL
      || !tw_sqlite_connection_setup (snapshot->connection, "BEGIN", error)
      || !check_kind (snapshot->connection, path, kind, error))
    return NULL;
  return g_steal_pointer (&snapshot);
}

void
tw_sqlite_snapshot_free (TwSqliteSnapshot *snapshot)
{
  if (snapshot == NULL)
    return;
  g_clear_pointer (&snapshot->connection, tw_sqlite_connection_close);
  g_free (snapshot->path);
  g_free (snapshot);
}

static guint64
page_size_of (sqlite3 *handle)
{
  sqlite3_stmt *statement = NULL;
  guint64 size = 0;

  if (sqlite3_prepare_v2 (handle, "PRAGMA page_size", -1, &statement, NULL) == SQLITE_OK
      && sqlite3_step (statement) == SQLITE_ROW)
    size = (guint64) sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  return size;
}

static gboolean
copy_pages (TwSqliteSnapshot *snapshot, TwSqliteConnection *target, TwSqliteProgress progress, gpointer user_data,
            GError **error)
{
  sqlite3 *from = tw_sqlite_handle (snapshot->connection), *to = tw_sqlite_handle (target);
  guint64 page_size = page_size_of (from);
  sqlite3_backup *backup = sqlite3_backup_init (to, "main", from, "main");
  gboolean goes_on = TRUE;
  int result = SQLITE_OK;

  while (backup != NULL && goes_on && result == SQLITE_OK)
    {
      guint64 total, left;

      result = sqlite3_backup_step (backup, PAGES_AT_ONCE);
      total = (guint64) sqlite3_backup_pagecount (backup);
      left = (guint64) sqlite3_backup_remaining (backup);
      goes_on = progress ((total - left) * page_size, total * page_size, user_data);
    }
  sqlite3_backup_finish (backup); /* leaves in the target's connection what went wrong */
  if (backup != NULL && result == SQLITE_DONE)
    return TRUE;
  if (!goes_on)
    return set_stopped (error);
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "database '%s' can't be copied: %s", snapshot->path,
               backup != NULL ? sqlite3_errstr (result) : sqlite3_errmsg (to));
  return FALSE;
}

/* That a database has a log is written in its first page. What is not opened for writing needs none, and a service
 * makes it one that has (https://sqlite.org/fileformat2.html: "file format version numbers"). */
static gboolean
mark_as_without_log (const char *path, GError **error)
{
  static const guint8 versions[] = { 1, 1 };
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 && pwrite (fd, versions, sizeof versions, 18) == (gssize) sizeof versions;

  if (!ok)
    tw_files_set_error (path, "written", error);
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
tw_sqlite_snapshot_save (TwSqliteSnapshot *snapshot, const char *target, TwSqliteProgress progress,
                         gpointer user_data, GError **error)
{
  g_autoptr (TwSqliteConnection) connection = NULL;

  if (tw_files_exists (target, ""))
    {
      errno = EEXIST;
      return tw_files_set_error (target, "made", error);
    }
  connection = tw_sqlite_connection_open (target, TW_SQLITE_WRITER, error);
  if (connection == NULL
      || !tw_sqlite_connection_setup (connection, TARGET_SETUP, error)
      || !copy_pages (snapshot, connection, progress, user_data, error))
    return FALSE;
  g_clear_pointer (&connection, tw_sqlite_connection_close);
  return mark_as_without_log (target, error);
}

typedef struct
{
  TwSqliteProgress progress;
  gpointer user_data;
  gboolean stopped;
} Asking;

static int
ask_whether_to_stop (void *data)
{
  Asking *asking = data;

  asking->stopped = !asking->progress (0, 0, asking->user_data);
  return asking->stopped;
}

static gboolean
check_all (TwSqliteConnection *connection, const char *path, Asking *asking, GError **error)
{
  g_autofree char *found = NULL;

  sqlite3_progress_handler (tw_sqlite_handle (connection), INSTRUCTIONS_AT_ONCE, ask_whether_to_stop, asking);
  found = tw_sqlite_connection_query (connection, "PRAGMA integrity_check (1)", error);
  if (asking->stopped)
    {
      g_clear_error (error);
      return set_stopped (error);
    }
  if (found == NULL)
    return FALSE;
  if (strcmp (found, "ok") == 0)
    return TRUE;
  g_strdelimit (found, "\n", ' ');
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "database '%s' is damaged: %s", path, found);
  return FALSE;
}

gboolean
tw_sqlite_snapshot_check (const char *path, const TwSqliteKind *kind, TwSqliteProgress progress, gpointer user_data,
                          GError **error)
{
  g_autoptr (TwSqliteConnection) connection = tw_sqlite_connection_open_read_only (path, TRUE, error);
  Asking asking = { .progress = progress, .user_data = user_data };

  return connection != NULL
         && check_kind (connection, path, kind, error)
         && check_all (connection, path, &asking, error);
}

static gboolean
count_table (TwSqliteConnection *connection, const char *name, guint64 *n, GError **error)
{
  g_autofree char *sql = NULL, *text = NULL;
  char *quoted = sqlite3_mprintf ("SELECT count(*) FROM \"%w\"", name);

  sql = g_strdup (quoted);
  sqlite3_free (quoted);
  text = tw_sqlite_connection_query (connection, sql, error);
  if (text == NULL)
    return FALSE;
  *n = g_ascii_strtoull (text, NULL, 10);
  return TRUE;
}

gboolean
tw_sqlite_snapshot_count (const char *path, TwSqliteTableFunc table, gpointer user_data, GError **error)
{
  g_autoptr (TwSqliteConnection) connection = tw_sqlite_connection_open_read_only (path, TRUE, error);
  g_autoptr (TwSqliteStatement) tables = NULL;
  int result;

  if (connection == NULL)
    return FALSE;
  tables = tw_sqlite_statement (connection,
                                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
                                " ESCAPE '\\' ORDER BY name",
                                error);
  if (tables == NULL)
    return FALSE;
  while ((result = tw_sqlite_step (connection, tables, error)) == SQLITE_ROW)
    {
      const char *name = (const char *) sqlite3_column_text (tables, 0);
      guint64 n;

      if (!count_table (connection, name, &n, error))
        return FALSE;
      table (name, n, user_data);
    }
  return result == SQLITE_DONE;
}
