/* SPDX-License-Identifier: Apache-2.0 */

/* Rows come as a SELECT would give them, whatever SQLite makes of the query: where it would look at a condition, or sort,
 * behind take_row(), that is noticed, and they are asked for one by one. */

#include "tw-error.h"
#include "tw-sqlite.h"
#include "tw-temporary-folder.h"

static const char schema[]
    = "CREATE TABLE things (id INTEGER PRIMARY KEY, kind INTEGER, name TEXT) STRICT;"
      "CREATE INDEX things_by_kind ON things (kind, id);"
      "CREATE INDEX things_by_name ON things (name);"
      "INSERT INTO things VALUES (1, 1, 'e'), (2, 1, 'b'), (3, 2, 'd'), (4, 1, 'a'), (5, 2, 'c'), (6, 1, 'f')";

typedef struct
{
  char *folder;
  TwSqlite *db;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const TwSqliteMigration migration = schema;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  fixture->folder = tw_temporary_folder_new ();
  path = g_build_filename (fixture->folder, "x.db", NULL);
  fixture->db = tw_sqlite_open (path, 7, &migration, 1, 2, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_sqlite_close (fixture->db);
  tw_temporary_folder_clear (&fixture->folder);
}

typedef struct
{
  GString *names;
  guint left; /* that are wanted */
} Taken;

static gboolean
note_name (sqlite3_value **columns, guint n_columns, gpointer user_data)
{
  Taken *taken = user_data;

  g_assert_cmpuint (n_columns, ==, 2);
  g_string_append_printf (taken->names, "%s%d ", sqlite3_value_text (columns[1]), sqlite3_value_int (columns[0]));
  return --taken->left > 0;
}

/* What is taken by @sql, where @wanted rows are; place 2 is 1. */
static char *
take (TwSqlite *db, const char *sql, guint wanted)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, NULL);
  g_autoptr (GError) error = NULL;
  Taken taken = { g_string_new (NULL), wanted };
  const TwSqliteRows rows = { note_name, &taken };
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (tw_sqlite_handle (reader), sql, -1, &statement, NULL), ==, SQLITE_OK);
  sqlite3_bind_int (statement, 2, 1);
  g_assert_true (tw_sqlite_take_rows (reader, statement, &rows, &error));
  g_assert_no_error (error);
  sqlite3_finalize (statement);
  tw_sqlite_reader_return (db, reader);
  return g_string_free (taken.names, FALSE);
}

typedef struct
{
  const char *from, *order;
  guint limit;
  gboolean is_taken; /* whether SQLite gives the rows from inside of its step */
  const char *all, *first_two;
} Case;

#define COLUMNS "id, name"
/* By one call or by another, as some rows have more than others. */
#define TAKE "CASE id WHEN 2 THEN take_row (?1, " COLUMNS ") ELSE take_row (?1, " COLUMNS ") END"

#define KIND "things INDEXED BY things_by_kind WHERE kind = ?2"

static const Case cases[] = {
  { KIND, "id DESC", 0, TRUE, "f6 a4 b2 e1 ", "f6 a4 " },
  { KIND " AND id > 1", "id", 0, TRUE, "b2 a4 f6 ", "b2 a4 " },
  { KIND, "id", 3, TRUE, "e1 b2 a4 ", "e1 b2 " },
  { "things WHERE id = ?2", "id", 1, TRUE, "e1 ", "e1 " },
  { "things WHERE id = ?2", "id", 0, TRUE, "e1 ", "e1 " },
  /* Looked at before, though no index settles it. */
  { KIND " AND name < 'f'", "id", 0, TRUE, "e1 b2 a4 ", "e1 b2 " },
  { KIND " AND (name = 'f' OR name = 'b')", "id", 0, TRUE, "b2 f6 ", "b2 f6 " },
  /* Sorted. */
  { KIND, "name", 0, FALSE, "a4 b2 e1 f6 ", "a4 b2 " },
  { KIND, "name", 3, FALSE, "a4 b2 e1 ", "a4 b2 " },
  { KIND, "id % 2, id", 0, FALSE, "b2 a4 f6 e1 ", "b2 a4 " },
  /* By several indexes, one after the other. */
  { "things WHERE (kind = ?2 OR name = 'd')", "id", 0, FALSE, "e1 b2 d3 a4 f6 ", "e1 b2 " },
  /* A condition that SQLite leaves for the end, since it costs most. */
  { KIND " AND EXISTS (SELECT 1 FROM things AS other WHERE other.name < things.name AND other.kind <> things.kind)", "id",
    0, FALSE, "e1 f6 ", "e1 f6 " },
};

static void
test_rows (Fixture *fixture, gconstpointer data)
{
  static const TwPlain ways[] = { TW_PLAIN_NOTHING, TW_PLAIN_ROWS };

  for (gsize i = 0; i < G_N_ELEMENTS (cases) * 2; i++)
    {
      const Case *test = &cases[i / 2];
      const TwPlain plain = ways[i % 2];
      const TwSqliteRowsQuery query = { TAKE, COLUMNS, test->from, test->order, test->limit, FALSE };
      g_autofree char *sql = NULL, *all = NULL, *first_two = NULL;
      g_autoptr (GError) error = NULL;

      tw_sqlite_be_plain (fixture->db, plain);
      sql = tw_sqlite_rows_query (fixture->db, &query, &error);
      g_assert_no_error (error);
      g_test_message ("%s", sql);
      g_assert_true ((strstr (sql, "take_row") != NULL) == (test->is_taken && plain == TW_PLAIN_NOTHING));
      all = take (fixture->db, sql, G_MAXUINT);
      g_assert_cmpstr (all, ==, test->all);
      first_two = take (fixture->db, sql, 2);
      g_assert_cmpstr (first_two, ==, test->first_two);
    }
}

static void
test_warning (Fixture *fixture, gconstpointer data)
{
  const TwSqliteRowsQuery query = { TAKE, COLUMNS, KIND, "name", 0, FALSE };

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stderr ("*level=warning*SQLite * would do more with rows*(MakeRecord), so they are asked for*");
      return;
    }
  g_free (tw_sqlite_rows_query (fixture->db, &query, NULL));
}

static void
test_mistake (Fixture *fixture, gconstpointer data)
{
  const TwSqliteRowsQuery query = { "take_row (?1, id, nothing)", COLUMNS, KIND, "id", 0, FALSE };
  g_autoptr (GError) error = NULL;

  g_assert_null (tw_sqlite_rows_query (fixture->db, &query, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
}

/* Nobody is called at an address that SQL has made up. */
static void
test_nobody_else (Fixture *fixture, gconstpointer data)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (fixture->db, TW_DEADLINE_NONE, NULL);
  static const char *const queries[]
      = { "SELECT take_row (?1, 1)", "SELECT take_row (140737488355328, 1)", "SELECT take_row ()" };

  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (GError) error = NULL;
      sqlite3_stmt *statement = tw_sqlite_statement (reader, queries[i], &error);

      g_assert_no_error (error);
      g_assert_cmpint (tw_sqlite_step (reader, statement, &error), ==, -1);
      g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
      g_assert_nonnull (strstr (error->message, "take_row() has nobody to give rows to"));
      tw_sqlite_statement_done (statement);
    }
  tw_sqlite_reader_return (fixture->db, reader);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/sqlite-rows/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("come-as-a-select-gives-them", test_rows);
  ADD ("that-would-be-sorted-are-a-warning", test_warning);
  ADD ("a-query-that-is-none-is-an-error", test_mistake);
  ADD ("are-given-to-nobody-else", test_nobody_else);
  return g_test_run ();
}
