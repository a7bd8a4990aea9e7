/* SPDX-License-Identifier: Apache-2.0 */

/* How a commit reaches the write-ahead log: SQLite's pwrite is counted, and made to fail, in its own table of system
 * calls. */

#include "tw-sqlite-wal.h"

#include "tw-crash-copy.h"
#include "tw-sqlite-connection.h"
#include "tw-temporary-folder.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static _Atomic guint writes;
static guint fail_at; /* the write that fails, counted from 1; 0 for none */

static ssize_t
counted_write (int fd, const void *bytes, size_t n, off_t offset)
{
  writes++;
  if (writes == fail_at)
    {
      errno = ENOSPC;
      return -1;
    }
  return pwrite (fd, bytes, n, offset);
}

typedef struct
{
  char *folder;
  char *path;
  TwSqliteConnection *writer;
} Fixture;

static sqlite3_int64
number (TwSqliteConnection *connection, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = tw_sqlite_connection_query (connection, sql, &error);

  g_assert_no_error (error);
  return g_ascii_strtoll (text, NULL, 10);
}

static void
run (Fixture *f, const char *sql)
{
  g_autoptr (GError) error = NULL;

  tw_sqlite_connection_setup (f->writer, sql, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find ("unix");
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (vfs->xSetSystemCall (vfs, "pwrite", (sqlite3_syscall_ptr) counted_write), ==, SQLITE_OK);
  g_assert_cmpint (vfs->xSetSystemCall (vfs, "pwrite64", (sqlite3_syscall_ptr) counted_write), ==, SQLITE_OK);
  f->folder = tw_temporary_folder_new ();
  f->path = g_build_filename (f->folder, "test.db", NULL);
  f->writer = tw_sqlite_connection_open (f->path, TW_SQLITE_WRITER, &error);
  g_assert_no_error (error);
  run (f, "PRAGMA journal_mode = WAL; CREATE TABLE things (id INTEGER PRIMARY KEY, data BLOB) STRICT;"
          "PRAGMA wal_checkpoint (TRUNCATE)");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  fail_at = 0;
  tw_sqlite_connection_close (f->writer);
  tw_temporary_folder_clear (&f->folder);
  g_free (f->path);
}

static gboolean
commit (Fixture *f, GError **error)
{
  gboolean committed;

  tw_sqlite_wal_begin ();
  committed = tw_sqlite_connection_setup (f->writer, "COMMIT", error);
  tw_sqlite_wal_end (committed);
  return committed;
}

/* Begins a transaction with rows of a page each. */
static void
begin (Fixture *f, int first, int n)
{
  g_autofree char *sql = g_strdup_printf ("BEGIN IMMEDIATE; WITH RECURSIVE ids (id) AS (VALUES (%d) UNION ALL"
                                          " SELECT id + 1 FROM ids WHERE id < %d)"
                                          " INSERT INTO things SELECT id, zeroblob (3000) FROM ids",
                                          first, first + n - 1);

  run (f, sql);
}

static void
insert (Fixture *f, int first, int n)
{
  g_autoptr (GError) error = NULL;

  begin (f, first, n);
  commit (f, &error);
  g_assert_no_error (error);
}

/* As another process would see it if ours were killed now; it reads by SQLite's own VFS. */
static sqlite3_int64
number_after_a_crash (Fixture *f, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *copy = g_strconcat (f->path, ".copy", NULL), *check = NULL;
  g_autoptr (TwSqliteConnection) reader = NULL;

  tw_crash_copy (f->path, copy);
  reader = tw_sqlite_connection_open (copy, TW_SQLITE_READER, &error);
  g_assert_no_error (error);
  check = tw_sqlite_connection_query (reader, "PRAGMA integrity_check", &error);
  g_assert_cmpstr (check, ==, "ok");
  return number (reader, sql);
}

static void
assert_rows (Fixture *f, sqlite3_int64 n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSqliteConnection) other = tw_sqlite_connection_open (f->path, TW_SQLITE_READER, &error);

  g_assert_no_error (error);
  g_assert_cmpint (number (f->writer, "SELECT count (*) FROM things"), ==, n);
  g_assert_cmpint (number (other, "SELECT count (*) FROM things"), ==, n);
  g_assert_cmpint (number_after_a_crash (f, "SELECT count (*) FROM things"), ==, n);
}

static void
test_commit_is_one_write (Fixture *f, gconstpointer data)
{
  insert (f, 1, 1);
  writes = 0;
  insert (f, 2, 20);
  g_assert_cmpuint (writes, ==, 1);
  assert_rows (f, 21);
}

static void
test_large_commit_is_a_few (Fixture *f, gconstpointer data)
{
  insert (f, 1, 1);
  writes = 0;
  insert (f, 2, 200);
  g_assert_cmpuint (writes, >=, 7);
  g_assert_cmpuint (writes, <=, 8);
  assert_rows (f, 201);
}

static void
test_commit_without_a_sync_ends_the_process (Fixture *f, gconstpointer data)
{
  if (g_test_subprocess ())
    {
      run (f, "PRAGMA synchronous = OFF");
      begin (f, 1, 3);
      commit (f, NULL);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*tw_sqlite_wal_end*");
}

/* The log is begun anew where a commit has brought all of it into the database. */
static void
test_log_that_is_begun_anew (Fixture *f, gconstpointer data)
{
  run (f, "PRAGMA wal_autocheckpoint = 20");
  for (int i = 0; i < 50; i++)
    {
      insert (f, 1 + 3 * i, 3);
      assert_rows (f, 3 + 3 * i);
    }
}

/* Pages that have no room in the cache go to the log before the end, are read from there, and written over. */
static void
test_transaction_larger_than_the_cache (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  run (f, "PRAGMA cache_size = 5");
  begin (f, 1, 300);
  g_assert_cmpint (number (f->writer, "SELECT sum (length (data)) FROM things"), ==, 900000);
  for (int i = 0; i < 5; i++)
    {
      run (f, "UPDATE things SET data = randomblob (3000) WHERE id % 3 = 0");
      g_assert_cmpint (number (f->writer, "SELECT sum (length (data)) FROM things"), ==, 900000);
      g_assert_cmpint (number_after_a_crash (f, "SELECT count (*) FROM things"), ==, 0);
    }
  run (f, "UPDATE things SET data = CAST (id AS BLOB)");
  commit (f, &error);
  g_assert_no_error (error);
  g_assert_cmpint (number (f->writer, "SELECT sum (CAST (CAST (data AS TEXT) AS INTEGER)) FROM things"), ==, 45150);
  assert_rows (f, 300);
}

static void
test_rolled_back_leaves_nothing (Fixture *f, gconstpointer data)
{
  run (f, "PRAGMA cache_size = 5");
  insert (f, 1, 2);
  begin (f, 3, 100);
  run (f, "ROLLBACK");
  assert_rows (f, 2);
  insert (f, 3, 2);
  assert_rows (f, 4);
}

/* What a transaction left in the log that came to nothing is not written over what another connection, which might be
 * another process's, has committed there since. */
static void
test_what_others_commit_stays (Fixture *f, gconstpointer data)
{
  sqlite3 *other;

  g_assert_cmpint (sqlite3_open (f->path, &other), ==, SQLITE_OK);
  run (f, "PRAGMA cache_size = 5");
  insert (f, 1, 1);
  for (int i = 1; i < 6; i++)
    {
      g_autofree char *sql
          = g_strdup_printf ("INSERT INTO things VALUES (%d, zeroblob (9000)), (%d, zeroblob (9000))", 2 * i, 2 * i + 1);

      begin (f, 1000, 10 * i);
      fail_at = i % 2 == 0 ? writes + 1 : 0;
      if (i % 2 == 0)
        g_assert_false (commit (f, NULL));
      fail_at = 0;
      if (sqlite3_get_autocommit (tw_sqlite_handle (f->writer)) == 0)
        run (f, "ROLLBACK");
      g_assert_cmpint (sqlite3_exec (other, sql, NULL, NULL, NULL), ==, SQLITE_OK);
      assert_rows (f, 1 + 2 * i);
      run (f, "UPDATE things SET data = zeroblob (10) WHERE id = 1");
      assert_rows (f, 1 + 2 * i);
    }
  sqlite3_close (other);
}

#define HEAD 24
#define PAGE 4096

/* By hand, as SQLite does it: a frame that does not end a commit can be read, and is gone when that has not come. */
static void
test_commit_that_does_not_end_is_dropped (Fixture *f, gconstpointer data)
{
  sqlite3_vfs *vfs = sqlite3_vfs_find (TW_SQLITE_WAL_VFS);
  g_autofree char *path = g_strconcat (f->path, "-log", NULL);
  g_autofree sqlite3_file *log = g_malloc0 ((gsize) vfs->szOsFile);
  guint8 head[HEAD] = { 0, 0, 0, 1 }, page[PAGE] = "a page", back[PAGE];
  sqlite3_int64 size;

  g_assert_cmpint (vfs->xOpen (vfs, path, log, SQLITE_OPEN_WAL | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL), ==,
                   SQLITE_OK);
  tw_sqlite_wal_begin ();
  for (int i = 0; i < 3; i++)
    {
      g_assert_cmpint (log->pMethods->xWrite (log, head, HEAD, i * (HEAD + PAGE)), ==, SQLITE_OK);
      g_assert_cmpint (log->pMethods->xWrite (log, page, PAGE, i * (HEAD + PAGE) + HEAD), ==, SQLITE_OK);
      if (i == 1)
        {
          g_assert_cmpint (log->pMethods->xRead (log, back, PAGE, HEAD + PAGE + HEAD), ==, SQLITE_OK);
          g_assert_cmpmem (back, PAGE, page, PAGE);
        }
    }
  tw_sqlite_wal_end (FALSE);
  g_assert_cmpint (log->pMethods->xFileSize (log, &size), ==, SQLITE_OK);
  g_assert_cmpint (size, ==, 2 * (HEAD + PAGE));
  g_assert_cmpint (log->pMethods->xClose (log), ==, SQLITE_OK);
}

/* Each write of a commit in turn, of its frames and of a new log's head: the commit fails, and the next one stands. With
 * a small cache pages have been in the log before, so that SQLite goes through its frames once more. */
static void
test_failed_write_is_a_failed_commit (Fixture *f, gconstpointer data)
{
  const char *const caches[] = { "PRAGMA cache_size = 1000", "PRAGMA cache_size = 5; PRAGMA wal_autocheckpoint = 20" };
  sqlite3_int64 rows = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (caches); i++)
    {
      guint n = 0;
      gboolean committed = FALSE;

      run (f, caches[i]);
      while (!committed)
        {
          begin (f, 1000 * (int) (rows + 1), 100);
          run (f, "UPDATE things SET data = zeroblob (2900) WHERE id >= 1000");
          fail_at = writes + ++n;
          committed = commit (f, NULL);
          fail_at = 0;
          if (!committed && sqlite3_get_autocommit (tw_sqlite_handle (f->writer)) == 0)
            run (f, "ROLLBACK");
          rows += committed ? 100 : 0;
          assert_rows (f, rows);
          begin (f, (int) ++rows, 1);
          g_assert_true (commit (f, NULL));
          assert_rows (f, rows);
        }
      g_assert_cmpuint (n, >, 4);
    }
}

static gboolean
insert_twenty (TwSqliteConnection *connection, gpointer data, GError **error)
{
  return tw_sqlite_run (connection, "WITH RECURSIVE ids (id) AS (VALUES (1) UNION ALL SELECT id + 1 FROM ids"
                                   " WHERE id < 20) INSERT INTO things (data) SELECT zeroblob (3000) FROM ids", error);
}

static void
test_writer_gathers (Fixture *f, gconstpointer data)
{
  static const TwSqliteMigration migrations[] = { "CREATE TABLE things (id INTEGER PRIMARY KEY, data BLOB) STRICT" };
  g_autofree char *path = g_build_filename (f->folder, "another.db", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSqlite) db = tw_sqlite_open (path, 1, migrations, G_N_ELEMENTS (migrations), 1, &error);

  g_assert_no_error (error);
  g_assert_true (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, insert_twenty, NULL, NULL));
  writes = 0;
  g_assert_true (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, insert_twenty, NULL, NULL));
  g_assert_cmpuint (writes, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/sqlite-wal/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("commit-is-one-write", test_commit_is_one_write);
  ADD ("large-commit-is-a-few", test_large_commit_is_a_few);
  ADD ("commit-without-a-sync-ends-the-process", test_commit_without_a_sync_ends_the_process);
  ADD ("log-that-is-begun-anew", test_log_that_is_begun_anew);
  ADD ("transaction-larger-than-the-cache", test_transaction_larger_than_the_cache);
  ADD ("rolled-back-leaves-nothing", test_rolled_back_leaves_nothing);
  ADD ("what-others-commit-stays", test_what_others_commit_stays);
  ADD ("commit-that-does-not-end-is-dropped", test_commit_that_does_not_end_is_dropped);
  ADD ("failed-write-is-a-failed-commit", test_failed_write_is_a_failed_commit);
  ADD ("writer-gathers", test_writer_gathers);
  return g_test_run ();
}
