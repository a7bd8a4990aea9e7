/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-connection.h"

#include "tw-clock.h"
#include "tw-error.h"
#include "tw-log.h"
#include "tw-sqlite-nowait.h"
#include "tw-sqlite-fold.h"
#include "tw-sqlite-hash.h"
#include "tw-sqlite-rows.h"
#include "tw-sqlite-wal.h"
#include "tw-store-error.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <unistd.h>

/* How long a lock of another process is waited for: an operator's sqlite3 shell, a backup. */
#define BUSY_TIMEOUT_MS 2000

/* What holds for every connection. The page caches are kept small, since the kernel has the same pages: a process with
 * several connections stays of one size, however large the database grows. A reader's is emptied by SQLite whenever
 * somebody has written. The writer's is not, and has to have room for the pages at which many users' lists end, or each
 * change would read them again, and write what others have changed before its time. */
#define SETUP                                                                                                         \
  "PRAGMA foreign_keys = ON;"                                                                                         \
  "PRAGMA trusted_schema = OFF;"                                                                                      \
  "PRAGMA synchronous = FULL;"

#define READER_SETUP "PRAGMA query_only = ON; PRAGMA cache_size = -1024;"

/* This one does most of the reading. A page that it lacks is copied from the kernel: an eighth of what a task costs. */
#define MAIN_READER_SETUP "PRAGMA query_only = ON; PRAGMA cache_size = -8192;"

/* SQLite itself would take the log over into the database inside of a COMMIT, before it says that this is durable, as it
 * is by then: tw-sqlite-checkpoint.h does it instead. */
#define WRITER_SETUP "PRAGMA cache_size = -4096; PRAGMA wal_autocheckpoint = 0;"

#define COPIER_SETUP "PRAGMA wal_autocheckpoint = 0;"

static const struct
{
  const char *setup;
  const char *vfs; /* NULL for SQLite's own */
} roles[] = {
  [TW_SQLITE_WRITER] = { WRITER_SETUP, TW_SQLITE_WAL_VFS },
  [TW_SQLITE_COPIER] = { COPIER_SETUP, NULL },
  [TW_SQLITE_READER] = { READER_SETUP, NULL },
  [TW_SQLITE_MAIN_READER] = { MAIN_READER_SETUP, NULL },
};

struct _TwSqliteConnection
{
  sqlite3 *handle;
  char *path;
  gboolean prompt;        /* it waits for nothing */
  GHashTable *statements; /* by the address of their SQL */
  int reported;           /* the result code that the log has seen last, */
  gint64 reported_ms;     /* and when: a full disk is a line a second, not thousands */
};

/* For the operator: which database, and what to do about it. */
static void
set_start_error (const TwSqliteConnection *connection, GError **error)
{
  const char *path = connection->path;

  switch (sqlite3_errcode (connection->handle) & 0xff)
    {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "'%s' is not a database, or is damaged", path);
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "database '%s' is locked by another process", path);
      break;
    default:
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "database '%s' can't be used: %s", path,
                   sqlite3_errmsg (connection->handle));
      break;
    }
}

/* Made by us, not by SQLite, so that it is nobody else's to read; SQLite gives its -wal and -shm the same mode.
 * A file that is there already is never opened here: closing it would drop SQLite's locks on it (POSIX). */
static gboolean
make_file (const char *path, GError **error)
{
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd < 0 && errno != EEXIST)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "database '%s' can't be made: %s", path,
                   g_strerror (errno));
      return FALSE;
    }
  if (fd >= 0)
    close (fd);
  return TRUE;
}

/* The sums of what SQLite has allocated, which nobody reads, are kept under one lock for all threads. Each connection would
 * begin with room for twenty pages, and touch all of it: most of ours are for calls that wait for a disk, and have read
 * nothing but the schema. */
static void
configure_once (void)
{
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3_config (SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
  if (sodium_init () < 0) /* chooses the code that this processor is fastest with */
    g_error ("libsodium can't be started");
  tw_sqlite_nowait_install ();
  tw_sqlite_wal_install ();
}

/* @name is what SQLite is to open: @path, or a URI that stands for it; @vfs is NULL for SQLite's own. */
static TwSqliteConnection *
open_handle (const char *path, const char *name, int flags, const char *vfs, GError **error)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  g_autoptr (TwSqliteConnection) connection = g_new0 (TwSqliteConnection, 1);

  pthread_once (&once, configure_once);
  connection->path = g_strdup (path);
  connection->statements = g_hash_table_new (NULL, NULL);
  if (sqlite3_open_v2 (name, &connection->handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs)
      != SQLITE_OK)
    {
      set_start_error (connection, error);
      return NULL;
    }
  sqlite3_busy_timeout (connection->handle, BUSY_TIMEOUT_MS);
  sqlite3_db_config (connection->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  if (!tw_sqlite_rows_install (connection->handle) || !tw_sqlite_fold_install (connection->handle)
      || !tw_sqlite_hash_install (connection->handle))
    {
      set_start_error (connection, error);
      return NULL;
    }
  return g_steal_pointer (&connection);
}

TwSqliteConnection *
tw_sqlite_connection_open (const char *path, TwSqliteRole role, GError **error)
{
  g_autoptr (TwSqliteConnection) connection = NULL;

  if (!make_file (path, error))
    return NULL;
  connection = open_handle (path, path, SQLITE_OPEN_READWRITE, roles[role].vfs, error);
  if (connection == NULL)
    return NULL;
  if (sqlite3_db_readonly (connection->handle, "main") == 1)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "database '%s' is read-only", path);
      return NULL;
    }
  if (!tw_sqlite_connection_setup (connection, SETUP, error)
      || !tw_sqlite_connection_setup (connection, roles[role].setup, error))
    return NULL;
  return g_steal_pointer (&connection);
}

TwSqliteConnection *
tw_sqlite_connection_open_read_only (const char *path, gboolean still, GError **error)
{
  g_autoptr (TwSqliteConnection) connection = NULL;
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *escaped = g_uri_escape_string (absolute, "/", FALSE);
  /* https://www.sqlite.org/uri.html */
  g_autofree char *uri = g_strconcat ("file://", escaped, still ? "?immutable=1" : "?mode=ro", NULL);

  connection = open_handle (path, uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL, error);
  if (connection == NULL || !tw_sqlite_connection_setup (connection, SETUP READER_SETUP, error))
    return NULL;
  return g_steal_pointer (&connection);
}

void
tw_sqlite_connection_be_patient (TwSqliteConnection *connection, gint64 deadline_ms)
{
  gint64 left_ms = deadline_ms - tw_clock_monotonic_ms (tw_clock_system ());

  sqlite3_busy_timeout (connection->handle, (int) CLAMP (left_ms, 0, BUSY_TIMEOUT_MS));
  connection->prompt = FALSE;
}

void
tw_sqlite_connection_be_prompt (TwSqliteConnection *connection)
{
  sqlite3_busy_timeout (connection->handle, 0);
  connection->prompt = TRUE;
}

void
tw_sqlite_connection_close (TwSqliteConnection *connection)
{
  GHashTableIter iter;
  gpointer statement;

  if (connection == NULL)
    return;
  g_hash_table_iter_init (&iter, connection->statements);
  while (g_hash_table_iter_next (&iter, NULL, &statement))
    sqlite3_finalize (statement);
  g_hash_table_unref (connection->statements);
  sqlite3_close (connection->handle);
  g_free (connection->path);
  g_free (connection);
}

gboolean
tw_sqlite_connection_setup (TwSqliteConnection *connection, const char *sql, GError **error)
{
  if (sqlite3_exec (connection->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  set_start_error (connection, error);
  return FALSE;
}

char *
tw_sqlite_connection_query (TwSqliteConnection *connection, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;
  char *text = NULL;

  if (sqlite3_prepare_v2 (connection->handle, sql, -1, &statement, NULL) == SQLITE_OK)
    switch (sqlite3_step (statement))
      {
      case SQLITE_ROW:
        text = g_strdup ((const char *) sqlite3_column_text (statement, 0));
        G_GNUC_FALLTHROUGH;
      case SQLITE_DONE:
        if (text == NULL)
          text = g_strdup ("");
        break;
      default:
        break;
      }
  if (text == NULL)
    set_start_error (connection, error);
  sqlite3_finalize (statement);
  return text;
}

static void
report (TwSqliteConnection *connection, int code)
{
  gint64 now_ms = tw_clock_monotonic_ms (tw_clock_system ());

  if (code == connection->reported && now_ms - connection->reported_ms < 1000)
    return;
  tw_log_warning ("database '%s': %s (%d)", connection->path, sqlite3_errmsg (connection->handle), code);
  connection->reported = code;
  connection->reported_ms = now_ms;
}

/* For the caller, who learns what can be done and not what the store is made of: that is for the log. */
static void
set_error (TwSqliteConnection *connection, GError **error)
{
  int code = sqlite3_extended_errcode (connection->handle);

  switch (code & 0xff)
    {
    case SQLITE_CONSTRAINT:
      if (code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_ROWID)
        {
          g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, "It exists already");
          return;
        }
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
    case SQLITE_ABORT:
      if (!connection->prompt)
        report (connection, code);
      g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_UNAVAILABLE);
      return;
    default:
      break;
    }
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "database '%s': %s (%d)", connection->path,
               sqlite3_errmsg (connection->handle), code);
}

sqlite3_stmt *
tw_sqlite_statement (TwSqliteConnection *connection, const char *sql, GError **error)
{
  sqlite3_stmt *statement;

  if (connection == NULL)
    return NULL;
  statement = g_hash_table_lookup (connection->statements, sql);
  if (statement != NULL)
    {
      g_assert (!sqlite3_stmt_busy (statement));
      return statement;
    }
  if (sqlite3_prepare_v3 (connection->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    {
      set_error (connection, error);
      return NULL;
    }
  g_hash_table_insert (connection->statements, (gpointer) (guintptr) sql, statement);
  return statement;
}

void
tw_sqlite_statement_done (sqlite3_stmt *statement)
{
  if (statement == NULL)
    return;
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement);
}

void
tw_sqlite_bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  sqlite3_bind_text (statement, index, text, -1, SQLITE_STATIC);
}

sqlite3 *
tw_sqlite_handle (TwSqliteConnection *connection)
{
  return connection->handle;
}

int
tw_sqlite_step (TwSqliteConnection *connection, sqlite3_stmt *statement, GError **error)
{
  int result = sqlite3_step (statement);

  if (result == SQLITE_ROW || result == SQLITE_DONE)
    return result;
  set_error (connection, error);
  return -1;
}

gboolean
tw_sqlite_run (TwSqliteConnection *connection, const char *sql, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, sql, error);

  return statement != NULL && tw_sqlite_step (connection, statement, error) >= 0;
}
