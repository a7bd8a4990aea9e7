/* SPDX-License-Identifier: Apache-2.0 */

/* What a sieve rules out is not there, by whichever of our statements it could have come; what another process brings is
 * noticed. */

#include "tw-sqlite-sieve.h"

#include "tw-error.h"
#include "tw-temporary-folder.h"

static const char schema[] = "CREATE TABLE things (id INTEGER PRIMARY KEY, who TEXT) STRICT;"
                             "INSERT INTO things VALUES (1, 'ann'), (2, NULL), (3, 'bob')";

typedef struct
{
  char *folder, *path;
  TwSqlite *db;
  TwSqliteSieve *sieve;
} Fixture;

static void
open_all (Fixture *fixture)
{
  const TwSqliteMigration migration = schema;
  g_autoptr (GError) error = NULL;

  fixture->db = tw_sqlite_open (fixture->path, 7, &migration, 1, 2, &error);
  g_assert_no_error (error);
  fixture->sieve = tw_sqlite_sieve_new (fixture->db, "things", "who", &error);
  g_assert_no_error (error);
}

static void
close_all (Fixture *fixture)
{
  tw_sqlite_close (fixture->db);
  tw_sqlite_sieve_free (fixture->sieve);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = tw_temporary_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "x.db", NULL);
  open_all (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  close_all (fixture);
  g_free (fixture->path);
  tw_temporary_folder_clear (&fixture->folder);
}

/* Whether it is ruled out at all: now and then what could be is not. */
static gboolean
is_out (const Fixture *fixture, const char *who)
{
  guint times = 0;

  for (guint i = 0; i < 256; i++)
    times += tw_sqlite_sieve_rules_out (fixture->sieve, who);
  g_assert_cmpuint (times, <, 256);
  g_assert_true (times == 0 || times > 128);
  return times > 0;
}

static gboolean
write_it (TwSqliteConnection *connection, gpointer sql, GError **error)
{
  return tw_sqlite_run (connection, sql, error);
}

static gboolean
write_and_fail (TwSqliteConnection *connection, gpointer sql, GError **error)
{
  g_assert_true (tw_sqlite_run (connection, sql, NULL));
  g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "it is undone");
  return FALSE;
}

static void
change (const Fixture *fixture, const char *sql)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (
    tw_sqlite_mutate_wait (fixture->db, TW_DEADLINE_NONE, write_it, (gpointer) (guintptr) sql, &error));
  g_assert_no_error (error);
}

static void
test_what_was_there (Fixture *fixture, gconstpointer data)
{
  for (guint round = 0; round < 2; round++)
    {
      g_assert_false (is_out (fixture, "ann"));
      g_assert_false (is_out (fixture, "bob"));
      g_assert_true (is_out (fixture, "eve"));
      g_assert_true (is_out (fixture, ""));
      close_all (fixture);
      open_all (fixture);
    }
}

static void
test_what_comes (Fixture *fixture, gconstpointer data)
{
  g_assert_true (is_out (fixture, "eve"));
  change (fixture, "INSERT INTO things VALUES (4, 'eve')");
  g_assert_false (is_out (fixture, "eve"));
  g_assert_true (is_out (fixture, "guy"));
  change (fixture, "UPDATE things SET who = 'guy' WHERE id = 2");
  g_assert_false (is_out (fixture, "guy"));
  change (fixture, "INSERT OR REPLACE INTO things VALUES (4, 'ian')");
  g_assert_false (is_out (fixture, "ian"));
  change (fixture, "INSERT INTO things VALUES (4, NULL) ON CONFLICT DO UPDATE SET who = 'joe'");
  g_assert_false (is_out (fixture, "joe"));
  change (fixture, "UPDATE things SET who = NULL");
  g_assert_true (is_out (fixture, "kim"));
}

/* A reader may see still what goes, and what is undone does no harm. */
static void
test_what_goes (Fixture *fixture, gconstpointer data)
{
  change (fixture, "DELETE FROM things");
  g_assert_false (is_out (fixture, "ann"));
  g_assert_false (tw_sqlite_mutate_wait (fixture->db, TW_DEADLINE_NONE, write_and_fail,
                                         (gpointer) (guintptr) "INSERT INTO things VALUES (4, 'eve')", NULL));
  g_assert_false (is_out (fixture, "eve"));
}

static void
test_another_process (Fixture *fixture, gconstpointer data)
{
  sqlite3 *other;

  g_assert_cmpint (sqlite3_open (fixture->path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "INSERT INTO things VALUES (4, 'eve')", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (other);

  tw_sqlite_sieve_was_found (fixture->sieve, "ann");
  g_assert_true (is_out (fixture, "guy"));
  tw_sqlite_sieve_was_found (fixture->sieve, "eve");
  g_assert_false (is_out (fixture, "eve"));
  g_assert_false (is_out (fixture, "guy"));
}

static void
test_mistake (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tw_sqlite_sieve_new (fixture->db, "things", "nobody", &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/sqlite-sieve/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("what-was-there-is-not-ruled-out", test_what_was_there);
  ADD ("what-comes-by-any-statement-is-not-ruled-out", test_what_comes);
  ADD ("what-goes-or-is-undone-is-not-ruled-out", test_what_goes);
  ADD ("what-another-process-has-written-ends-it", test_another_process);
  ADD ("a-column-that-is-none-is-an-error", test_mistake);
  return g_test_run ();
}
