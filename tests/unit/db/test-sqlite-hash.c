/* SPDX-License-Identifier: Apache-2.0 */

/* The hash that indexes hold: rows of older versions are found by it, and SQL says the same. */

#include "tw-sqlite-hash.h"

#include "tw-sqlite.h"
#include "tw-temporary-folder.h"

static gint64
hash_of (const char *one, const char *other)
{
  const char *const texts[] = { one, other };

  return tw_sqlite_hash (texts, other != NULL ? 2 : 1);
}

/* BLAKE2b, of 16 bytes: python3 -c 'import hashlib; print (hashlib.blake2b (b"ann\0k\0", digest_size=16).digest () [7::-1].hex ())' */
static void
test_is_what_it_was (void)
{
  g_assert_cmphex ((guint64) hash_of ("ann", "k"), ==, G_GUINT64_CONSTANT (0x61b23bbf245ab834));
  g_assert_cmphex ((guint64) hash_of ("", NULL), ==, G_GUINT64_CONSTANT (0xcdf6e2d575e02570));
}

static void
test_tells_where_a_text_ends (void)
{
  g_assert_cmpint (hash_of ("ab", "c"), !=, hash_of ("a", "bc"));
  g_assert_cmpint (hash_of ("ab", ""), !=, hash_of ("ab", NULL));
  g_assert_cmpint (hash_of ("a", "b"), !=, hash_of ("b", "a"));
}

static void
assert_asked (TwSqliteConnection *connection, const char *sql, int type, gint64 number)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, sql, &error);

  g_assert_no_error (error);
  g_assert_cmpint (tw_sqlite_step (connection, statement, &error), ==, SQLITE_ROW);
  g_assert_cmpint (sqlite3_column_type (statement, 0), ==, type);
  g_assert_cmpint (sqlite3_column_int64 (statement, 0), ==, number);
}

static void
test_sql_says_the_same (void)
{
  static const TwSqliteMigration migration = "CREATE TABLE things (id INTEGER PRIMARY KEY) STRICT";
  char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "x.db", NULL);
  g_autoptr (GError) error = NULL;
  TwSqlite *db = tw_sqlite_open (path, 7, &migration, 1, 1, &error);
  TwSqliteConnection *reader;

  g_assert_no_error (error);
  reader = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, &error);
  assert_asked (reader, "SELECT hash ('ann', 'k')", SQLITE_INTEGER, hash_of ("ann", "k"));
  assert_asked (reader, "SELECT hash ('ann', NULL)", SQLITE_NULL, 0);
  assert_asked (reader, "SELECT hash ('ann', 1)", SQLITE_NULL, 0);
  tw_sqlite_reader_return (db, reader);
  tw_sqlite_close (db);
  tw_temporary_folder_remove (folder);
  g_free (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sqlite-hash/is-what-it-was", test_is_what_it_was);
  g_test_add_func ("/sqlite-hash/tells-where-a-text-ends", test_tells_where_a_text_ends);
  g_test_add_func ("/sqlite-hash/sql-says-the-same", test_sql_says_the_same);
  return g_test_run ();
}
