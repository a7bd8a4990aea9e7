/* SPDX-License-Identifier: Apache-2.0 */

/* What a killed process leaves: this program, run again with --insert-until-killed, says each number on standard output
 * once it is acknowledged. */

#include "tw-sqlite.h"

#include "tw-child.h"
#include "tw-temporary-folder.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const TwSqliteMigration migrations[] = {
  "CREATE TABLE things (id INTEGER PRIMARY KEY) STRICT",
};

static TwSqlite *
open_database (const char *path)
{
  g_autoptr (GError) error = NULL;
  TwSqlite *db = tw_sqlite_open (path, 1, migrations, G_N_ELEMENTS (migrations), 1, &error);

  g_assert_no_error (error);
  return db;
}

static gboolean
insert (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const gint64 *id = data;
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, "INSERT INTO things VALUES (?)", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, *id);
  return tw_sqlite_step (connection, statement, error) >= 0;
}

static void
say_id (gpointer data, const GError *error)
{
  gint64 *id = data;

  if (error != NULL || write (STDOUT_FILENO, id, sizeof *id) != (ssize_t) sizeof *id)
    _exit (1);
  g_free (id);
}

/* Ten at a time, so that commits have something to share and the queue never overflows. */
static int
insert_until_killed (const char *path)
{
  g_autoptr (TwSqlite) db = open_database (path);

  for (gint64 i = 0;; i++)
    if (i % 10 < 9)
      tw_sqlite_mutate (db, TW_DEADLINE_NONE, insert, say_id, g_memdup2 (&i, sizeof i));
    else if (!tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, insert, &i, NULL) || write (STDOUT_FILENO, &i, sizeof i) < 0)
      return 1;
}

/* Reads the numbers that were acknowledged, in order from 0, until there are @enough or no more will come. */
static gint64
read_acknowledged (int out, gint64 already, gint64 enough)
{
  gint64 id;

  while (already < enough && read (out, &id, sizeof id) == (ssize_t) sizeof id)
    g_assert_cmpint (id, ==, already++);
  return already;
}

static gint64
count (TwSqlite *db, const char *sql)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, NULL);
  sqlite3_stmt *statement = tw_sqlite_statement (reader, sql, NULL);
  gint64 n;

  g_assert_cmpint (tw_sqlite_step (reader, statement, NULL), ==, SQLITE_ROW);
  n = sqlite3_column_int64 (statement, 0);
  tw_sqlite_statement_done (statement);
  tw_sqlite_reader_return (db, reader);
  return n;
}

static void
test_acknowledged_survives_kill (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "test.db", NULL);
  g_autoptr (TwSqlite) db = NULL;
  gint64 acknowledged;
  int out;
  GPid pid = tw_child_spawn ("--insert-until-killed", path, &out);

  acknowledged = read_acknowledged (out, 0, 500);
  g_assert_cmpint (acknowledged, ==, 500);
  kill (pid, SIGKILL);
  acknowledged = read_acknowledged (out, acknowledged, G_MAXINT64);
  close (out);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);

  db = open_database (path);
  g_assert_cmpint (count (db, "SELECT count(*) FROM things"), >=, acknowledged);
  g_assert_cmpint (count (db, "SELECT max(id) + 1 - count(*) FROM things"), ==, 0);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "--insert-until-killed") == 0)
    return insert_until_killed (argv[2]);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sqlite-crash/acknowledged-survives-kill", test_acknowledged_survives_kill);
  return g_test_run ();
}
