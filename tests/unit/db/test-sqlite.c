/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite.h"

#include "tw-child.h"
#include "tw-clock.h"
#include "tw-error.h"
#include "tw-temporary-folder.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OURS 0x54455354

static const TwSqliteMigration migrations[] = {
  "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT",
  "ALTER TABLE things ADD COLUMN size INTEGER NOT NULL DEFAULT 7;"
  "CREATE INDEX things_by_size ON things (size)",
};

static char *
database_in (const char *folder)
{
  return g_build_filename (folder, "test.db", NULL);
}

static TwSqlite *
open_version (const char *path, guint version, GError **error)
{
  return tw_sqlite_open (path, OURS, migrations, version, 2, error);
}

/* What a reader gets for @sql, as text. */
static char *
query (TwSqlite *db, const char *sql)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, NULL);
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement = tw_sqlite_statement (reader, sql, &error);
  char *text;

  g_assert_no_error (error);
  g_assert_cmpint (tw_sqlite_step (reader, statement, &error), ==, SQLITE_ROW);
  text = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  tw_sqlite_statement_done (statement);
  tw_sqlite_reader_return (db, reader);
  return text;
}

static void
assert_query (TwSqlite *db, const char *sql, const char *expected)
{
  g_autofree char *text = query (db, sql);

  g_assert_cmpstr (text, ==, expected);
}

/* A mutation of one statement: @data points to its SQL. */
static gboolean
execute (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const char *const *sql = data;
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, *sql, error);

  return statement != NULL && tw_sqlite_step (connection, statement, error) >= 0;
}

static void
assert_refused (const char *path, guint version, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (open_version (path, version, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  if (strstr (error->message, why) == NULL || strstr (error->message, path) == NULL || strchr (error->message, '\n'))
    g_error ("'%s' is not one line that says '%s' and which database", error->message, why);
}

typedef struct
{
  const char *sql;
  char *value;
} Pragma;

static gboolean
read_pragma (TwSqliteConnection *connection, gpointer data, GError **error)
{
  Pragma *pragma = data;
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, pragma->sql, error);

  g_assert_cmpint (tw_sqlite_step (connection, statement, error), ==, SQLITE_ROW);
  pragma->value = g_strdup ((const char *) sqlite3_column_text (statement, 0));
  return TRUE;
}

static void
test_writer_has_wal_and_full (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  g_autoptr (TwSqlite) db = open_version (path, 2, NULL);
  Pragma pragmas[] = {
    { "PRAGMA journal_mode", NULL },   { "PRAGMA synchronous", NULL },    { "PRAGMA foreign_keys", NULL },
    { "PRAGMA trusted_schema", NULL }, { "PRAGMA application_id", NULL }, { "PRAGMA user_version", NULL },
  };
  const char *expected[] = { "wal", "2", "1", "0", "1413829460", "2" };

  for (guint i = 0; i < G_N_ELEMENTS (pragmas); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, read_pragma, &pragmas[i], &error));
      g_assert_no_error (error);
      g_assert_cmpstr (pragmas[i].value, ==, expected[i]);
      g_free (pragmas[i].value);
    }
}

static void
test_file_is_for_its_owner_alone (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder), *log = g_strconcat (path, "-wal", NULL);
  g_autoptr (TwSqlite) db = open_version (path, 1, NULL);
  struct stat status;

  g_assert_nonnull (db);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (stat (log, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
}

static void
test_older_version_is_migrated_with_its_data (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  const char *insert = "INSERT INTO things VALUES (1, 'old')";
  g_autoptr (GError) error = NULL;
  TwSqlite *db = open_version (path, 1, &error);

  g_assert_no_error (error);
  g_assert_true (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, execute, &insert, &error));
  tw_sqlite_close (db);

  db = open_version (path, 2, &error);
  g_assert_no_error (error);
  assert_query (db, "SELECT name || size FROM things", "old7");
  tw_sqlite_close (db);
}

/* A mutation: how many bytes of pages its connection holds. */
static gboolean
measure_cache (TwSqliteConnection *connection, gpointer data, GError **error)
{
  int highest;

  return sqlite3_db_status (tw_sqlite_handle (connection), SQLITE_DBSTATUS_CACHE_USED, data, &highest, FALSE) == SQLITE_OK;
}

static void
test_what_a_migration_has_read_is_not_kept_in_memory (void)
{
  static const TwSqliteMigration larger[] = {
    "CREATE TABLE things (id INTEGER PRIMARY KEY, name BLOB NOT NULL) STRICT;"
    "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
    "  INSERT INTO things SELECT i, zeroblob (1000) FROM n",
    "CREATE INDEX things_by_name ON things (name)",
  };
  g_autofree char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  g_autoptr (GError) error = NULL;
  TwSqlite *db = tw_sqlite_open (path, OURS, larger, G_N_ELEMENTS (larger), 1, &error);
  int bytes = 0;

  g_assert_no_error (error);
  g_assert_true (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, measure_cache, &bytes, &error));
  g_assert_cmpint (bytes, <, 256 * 1024);
  tw_sqlite_close (db);
  tw_temporary_folder_remove (folder);
}

static void
test_newer_version_is_refused_and_left_alone (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  g_autoptr (TwSqlite) db = NULL;

  tw_sqlite_close (open_version (path, 2, NULL));
  assert_refused (path, 1, "newer");
  db = open_version (path, 2, NULL);
  assert_query (db, "PRAGMA user_version", "2");
}

static void
test_failed_migration_leaves_the_version_before (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  const TwSqliteMigration broken[] = { migrations[0], "CREATE TABLE half (id INTEGER) STRICT; CREATE TABLE" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSqlite) db = NULL;

  g_assert_null (tw_sqlite_open (path, OURS, broken, 2, 1, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFIGURATION);
  g_assert_true (g_str_has_prefix (error->message, "migration to version 2: "));
  db = open_version (path, 1, NULL);
  assert_query (db, "PRAGMA user_version", "1");
  assert_query (db, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'", "0");
}

static void
test_what_is_not_a_database_is_refused (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder), *contents = NULL;
  g_autofree char *text = g_strnfill (5000, 'x');

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  assert_refused (path, 2, "is not a database");
  g_assert_true (g_file_get_contents (path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, text);
  assert_refused (folder, 2, "can't be used");
}

/* Runs @sql on @path as another program would. */
static sqlite3 *
open_as_another (const char *path, const char *sql)
{
  sqlite3 *handle;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  return handle;
}

static void
test_database_of_another_is_refused_and_left_alone (void)
{
  const char *others[] = { "PRAGMA application_id = 7", "CREATE TABLE theirs (id INTEGER)", "PRAGMA user_version = 1" };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
      g_autofree char *path = database_in (folder), *before = NULL, *after = NULL;
      gsize before_length, after_length;

      sqlite3_close (open_as_another (path, others[i]));
      g_assert_true (g_file_get_contents (path, &before, &before_length, NULL));
      assert_refused (path, 2, "belongs to another application");
      g_assert_true (g_file_get_contents (path, &after, &after_length, NULL));
      g_assert_cmpmem (before, before_length, after, after_length);
    }
}

static void
test_locked_database_is_refused (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  sqlite3 *another = open_as_another (path, "CREATE TABLE theirs (id INTEGER); BEGIN EXCLUSIVE");

  assert_refused (path, 2, "is locked by another process");
  sqlite3_close (another);
}

static void
test_write_lock_of_another_is_unavailable (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  g_autoptr (TwSqlite) db = open_version (path, 1, NULL);
  g_autoptr (GError) error = NULL;
  sqlite3 *another = open_as_another (path, "BEGIN IMMEDIATE");
  const char *sql = "INSERT INTO things VALUES (1, 'a')";

  g_assert_false (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, execute, &sql, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  assert_query (db, "SELECT count(*) FROM things", "0");

  sqlite3_close (another);
  g_assert_true (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, execute, &sql, &error));
  g_assert_no_error (error);
  assert_query (db, "SELECT count(*) FROM things", "1");
}

static void
test_errors_say_what_a_caller_can_do (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  g_autoptr (TwSqlite) db = open_version (path, 1, NULL);
  g_autoptr (GError) error = NULL;
  const char *insert = "INSERT INTO things VALUES (1, 'a')", *null = "INSERT INTO things VALUES (2, NULL)";
  const char *nonsense = "INSERT INTO nothing VALUES (1)";

  g_assert_true (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, execute, &insert, &error));
  g_assert_false (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, execute, &insert, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  g_clear_error (&error);
  g_assert_false (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, execute, &null, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
  g_clear_error (&error);
  g_assert_false (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, execute, &nonsense, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
}

static void
test_readers_do_not_write (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  g_autoptr (TwSqlite) db = open_version (path, 1, NULL);
  g_autoptr (GError) error = NULL;
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, NULL);
  const char *sql = "INSERT INTO things VALUES (1, 'a')";

  g_assert_false (execute (reader, &sql, &error));
  g_assert_nonnull (error);
  tw_sqlite_reader_return (db, reader);
}

static void
test_reader_is_waited_for_until_the_deadline (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  g_autoptr (TwSqlite) db = open_version (path, 1, NULL);
  g_autoptr (GError) error = NULL, kept = NULL;
  TwSqliteConnection *first = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, NULL);
  TwSqliteConnection *second = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, NULL);
  gint64 soon_ms = tw_clock_monotonic_ms (tw_clock_system ()) + 20;

  g_assert_null (tw_sqlite_reader_borrow (db, soon_ms, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_cmpint (tw_clock_monotonic_ms (tw_clock_system ()), >=, soon_ms);
  kept = g_error_copy (error);
  /* Whoever goes on without one ends with that error. */
  g_assert_null (tw_sqlite_statement (NULL, "SELECT 1", &error));
  g_assert_cmpstr (error->message, ==, kept->message);
  tw_sqlite_reader_return (db, NULL);
  tw_sqlite_reader_return (db, second);
  second = tw_sqlite_reader_borrow (db, soon_ms + 3600 * 1000, NULL);
  g_assert_nonnull (second);
  tw_sqlite_reader_return (db, second);
  tw_sqlite_reader_return (db, first);
}

static void
test_reads_between_begin_and_end_are_of_one_moment (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  g_autoptr (TwSqlite) db = open_version (path, 1, NULL);
  g_autoptr (GError) error = NULL;
  const char *one = "INSERT INTO things VALUES (1, 'a')", *two = "INSERT INTO things VALUES (2, 'b')";

  for (guint round = 0; round < 2; round++)
    {
      g_assert_true (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, execute, round == 0 ? &one : &two, &error));
      g_assert_no_error (error);
      if (!tw_sqlite_reads_begin (db, round == 0))
        return; /* on this file system nothing is read without waiting */
      assert_query (db, "SELECT count(*) FROM things", round == 0 ? "1" : "2");
      if (round == 0)
        {
          const char *three = "INSERT INTO things VALUES (3, 'c')", *gone = "DELETE FROM things WHERE id = 3";

          g_assert_true (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, execute, &three, &error));
          assert_query (db, "SELECT count(*) FROM things", "1");
          g_assert_true (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, execute, &gone, &error));
        }
      assert_query (db, "SELECT max(id) FROM things", round == 0 ? "1" : "2");
      tw_sqlite_reads_end (db);
    }
  /* Both readers are there again. */
  tw_sqlite_reader_return (db, tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, NULL));
}

/* Reads that may not wait are answered from what is in memory; what is not fails, and comes when it may be waited for. */
static void
test_reads_at_once_answer_or_fail (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  g_autoptr (TwSqlite) db = open_version (path, 1, NULL);
  g_autoptr (GError) error = NULL;
  const char *fill = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                     " INSERT INTO things SELECT i, 'a name of some length' FROM n";
  int fd;

  g_assert_true (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, execute, &fill, &error));
  g_assert_no_error (error);
  g_clear_pointer (&db, tw_sqlite_close); /* leaves no log */
  db = open_version (path, 1, NULL);
  /* Of another process: one of this that is closed would take SQLite's locks with it. */
  if (fork () == 0)
    {
      fd = open (path, O_RDONLY);
      _exit (fdatasync (fd) != 0 || posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED) != 0);
    }
  g_assert_cmpint (wait (&fd), >, 0);

  for (guint round = 0; round < 2 && tw_sqlite_reads_begin (db, TRUE); round++)
    {
      TwSqliteConnection *reader = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, NULL);
      sqlite3_stmt *statement = tw_sqlite_statement (reader, "SELECT count(*) FROM things WHERE name > 'a'", &error);

      g_assert_no_error (error);
      if (tw_sqlite_step (reader, statement, &error) == SQLITE_ROW)
        g_assert_cmpint (sqlite3_column_int (statement, 0), ==, 20000);
      else
        g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
      g_test_message ("round %u: %s", round, error != NULL ? error->message : "answered");
      /* What was read while it could be waited for is in memory now. */
      g_assert_true (round == 0 || error == NULL);
      g_clear_error (&error);
      tw_sqlite_statement_done (statement);
      tw_sqlite_reader_return (db, reader);
      tw_sqlite_reads_end (db);
      assert_query (db, "SELECT count(*) FROM things WHERE name > 'a'", "20000");
    }
}

static void
test_statement_is_prepared_once_and_comes_back_unbound (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  g_autoptr (TwSqlite) db = open_version (path, 1, NULL);
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, NULL);
  static const char sql[] = "SELECT ?1 IS NULL";
  sqlite3_stmt *first = tw_sqlite_statement (reader, sql, NULL), *second;

  sqlite3_bind_int (first, 1, 5);
  g_assert_cmpint (tw_sqlite_step (reader, first, NULL), ==, SQLITE_ROW);
  g_assert_cmpint (sqlite3_column_int (first, 0), ==, 0);
  tw_sqlite_statement_done (first);
  second = tw_sqlite_statement (reader, sql, NULL);
  g_assert_true (first == second);
  g_assert_cmpint (tw_sqlite_step (reader, second, NULL), ==, SQLITE_ROW);
  g_assert_cmpint (sqlite3_column_int (second, 0), ==, 1);
  tw_sqlite_statement_done (second);
  tw_sqlite_reader_return (db, reader);
}

/* Opens @path with the rights of somebody who owns nothing, and says on standard output why that failed. */
static int
open_as_nobody (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSqlite) db = NULL;

  if (geteuid () == 0 && setresuid (65534, 65534, 65534) != 0)
    return 1;
  db = open_version (path, 1, &error);
  if (error != NULL && write (STDOUT_FILENO, error->message, strlen (error->message)) < 0)
    return 1;
  return 0;
}

static void
test_rights_that_are_missing_are_named (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = database_in (folder);
  const struct
  {
    mode_t folder, file;
    const char *why;
  } cases[] = { { 0755, 0444, "is read-only" }, { 0755, 0000, "unable to open" } };

  tw_sqlite_close (open_version (path, 1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      char said[1000] = "";
      int out, status;
      pid_t pid;

      g_assert_cmpint (chmod (folder, cases[i].folder), ==, 0);
      g_assert_cmpint (chmod (path, cases[i].file), ==, 0);
      pid = tw_child_spawn ("--open-as-nobody", path, &out);
      g_assert_cmpint (read (out, said, sizeof said - 1), >, 0);
      close (out);
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      g_assert_cmpint (status, ==, 0);
      g_assert_nonnull (strstr (said, cases[i].why));
    }
  g_assert_cmpint (chmod (folder, 0700), ==, 0);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--open-as-nobody") == 0)
    return open_as_nobody (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sqlite/writer-has-wal-and-full", test_writer_has_wal_and_full);
  g_test_add_func ("/sqlite/file-is-for-its-owner-alone", test_file_is_for_its_owner_alone);
  g_test_add_func ("/sqlite/older-version-is-migrated-with-its-data", test_older_version_is_migrated_with_its_data);
  g_test_add_func ("/sqlite/what-a-migration-has-read-is-not-kept", test_what_a_migration_has_read_is_not_kept_in_memory);
  g_test_add_func ("/sqlite/newer-version-is-refused-and-left-alone", test_newer_version_is_refused_and_left_alone);
  g_test_add_func ("/sqlite/failed-migration-leaves-the-version-before",
                   test_failed_migration_leaves_the_version_before);
  g_test_add_func ("/sqlite/what-is-not-a-database-is-refused", test_what_is_not_a_database_is_refused);
  g_test_add_func ("/sqlite/database-of-another-is-refused-and-left-alone",
                   test_database_of_another_is_refused_and_left_alone);
  g_test_add_func ("/sqlite/locked-database-is-refused", test_locked_database_is_refused);
  g_test_add_func ("/sqlite/write-lock-of-another-is-unavailable", test_write_lock_of_another_is_unavailable);
  g_test_add_func ("/sqlite/errors-say-what-a-caller-can-do", test_errors_say_what_a_caller_can_do);
  g_test_add_func ("/sqlite/readers-do-not-write", test_readers_do_not_write);
  g_test_add_func ("/sqlite/reader-is-waited-for-until-the-deadline", test_reader_is_waited_for_until_the_deadline);
  g_test_add_func ("/sqlite/reads-between-begin-and-end-are-of-one-moment",
                   test_reads_between_begin_and_end_are_of_one_moment);
  g_test_add_func ("/sqlite/reads-at-once-answer-or-fail", test_reads_at_once_answer_or_fail);
  g_test_add_func ("/sqlite/statement-is-prepared-once-and-comes-back-unbound",
                   test_statement_is_prepared_once_and_comes_back_unbound);
  g_test_add_func ("/sqlite/rights-that-are-missing-are-named", test_rights_that_are_missing_are_named);
  return g_test_run ();
}
