/* SPDX-License-Identifier: Apache-2.0 */

#include "books.h"
#include "tw-error.h"
#include "tw-record-table.h"
#include "tw-temporary-folder.h"

#define COLUMNS                                                                                                        \
  "reader_id TEXT, bought_ms INTEGER, id BLOB NOT NULL, changed_ms INTEGER, version INTEGER, lent INTEGER, title TEXT,"        \
  " stars INTEGER, notes TEXT, due_ms INTEGER, pages INTEGER, weight REAL, words BLOB, read INTEGER, cover BLOB"

typedef struct
{
  char *folder;
  TwSqlite *db;
} Fixture;

static void
open_with (Fixture *fixture, const char *migration)
{
  g_autofree char *path = g_build_filename (fixture->folder, "books.db", NULL);
  g_autoptr (GError) error = NULL;

  fixture->db = tw_sqlite_open (path, 77, &migration, 1, 1, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = tw_temporary_folder_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_sqlite_close (fixture->db);
  tw_temporary_folder_remove (fixture->folder);
  g_free (fixture->folder);
}

static TwRecordTable *
look (const Fixture *fixture, GError **error)
{
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (fixture->db, TW_DEADLINE_NONE, error);
  TwRecordTable *table = tw_record_table_new (&tw_book_type, connection, error);

  tw_sqlite_reader_return (fixture->db, connection);
  return table;
}

/* A statement that is run with a record. */
typedef struct
{
  const TwRecordTable *table;
  const char *sql;
  const TwBookRecord *book;
  int changes;
} Step;

static gboolean
run (TwSqliteConnection *connection, gpointer data, GError **error)
{
  Step *step = data;
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, step->sql, error);

  g_assert_nonnull (statement);
  g_assert_true (tw_record_table_bind (step->table, statement, step->book));
  if (tw_sqlite_step (connection, statement, error) < 0)
    return FALSE;
  step->changes = sqlite3_changes (tw_sqlite_handle (connection));
  return TRUE;
}

static int
write_book (Fixture *fixture, const TwRecordTable *table, const char *sql, const TwBookRecord *book)
{
  g_autoptr (GError) error = NULL;
  Step step = { table, sql, book, 0 };

  tw_sqlite_mutate_wait (fixture->db, TW_DEADLINE_NONE, run, &step, &error);
  g_assert_no_error (error);
  return step.changes;
}

typedef struct
{
  const TwRecordTable *table;
  const TwBookRecord *expected;
  gboolean seen;
} Look;

static gboolean
compare (sqlite3_value **columns, guint n_columns, gpointer data)
{
  Look *wanted = data;
  TwRecordRowIds ids;
  TwBookRecord book;

  tw_record_table_read (wanted->table, columns, n_columns, "ada", &ids, &book);
  books_assert_same (&book, wanted->expected);
  g_assert_cmpint (tw_record_table_key (wanted->table, columns, n_columns)[0], ==, 0x01);
  wanted->seen = TRUE;
  return TRUE;
}

static void
assert_row_of (Fixture *fixture, const TwRecordTable *table, const TwBookRecord *expected)
{
  g_autoptr (GError) error = NULL;
  const TwSqliteRowsQuery query = { tw_record_table_take (table), tw_record_table_columns (table), "books WHERE 1",
                                    "rowid", 0, FALSE };
  g_autofree char *sql = tw_sqlite_rows_query (fixture->db, &query, &error);
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (fixture->db, TW_DEADLINE_NONE, &error);
  sqlite3_stmt *statement = NULL;
  Look wanted = { table, expected, FALSE };
  const TwSqliteRows rows = { compare, &wanted };

  /* The text does not outlive this function, as the connection's own statements have to. */
  g_assert_cmpint (sqlite3_prepare_v2 (tw_sqlite_handle (connection), sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_true (tw_sqlite_take_rows (connection, statement, &rows, &error));
  g_assert_true (wanted.seen);
  sqlite3_finalize (statement);
  tw_sqlite_reader_return (fixture->db, connection);
}

/* Values are read alike in both ways. */
static void
assert_row (Fixture *fixture, const TwRecordTable *table, const TwBookRecord *expected)
{
  assert_row_of (fixture, table, expected);
  tw_sqlite_be_plain (fixture->db, TW_PLAIN_ROWS);
  assert_row_of (fixture, table, expected);
  tw_sqlite_be_plain (fixture->db, TW_PLAIN_NOTHING);
}

static void
test_row_comes_back (Fixture *fixture, gconstpointer data)
{
  const TwBookRecord *book = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (TwRecordTable) table = NULL;

  open_with (fixture, "CREATE TABLE books (" COLUMNS ", series_id BLOB, not_ours TEXT) STRICT");
  table = look (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpint (write_book (fixture, table, tw_record_table_insert (table), book), ==, 1);
  assert_row (fixture, table, book);
}

static void
test_update_sets_all_but_what_tells_the_row (Fixture *fixture, gconstpointer data)
{
  TwBookRecord changed = *books_bare (), other = *books_bare ();
  g_autoptr (TwRecordTable) table = NULL;

  open_with (fixture, "CREATE TABLE books (" COLUMNS ", series_id BLOB) STRICT");
  table = look (fixture, NULL);
  write_book (fixture, table, tw_record_table_insert (table), books_whole ());
  changed.bought_ms = books_whole ()->bought_ms;
  g_assert_cmpint (write_book (fixture, table, tw_record_table_update (table), &changed), ==, 1);
  assert_row (fixture, table, &changed);
  other.bought_ms = 5;
  g_assert_cmpint (write_book (fixture, table, tw_record_table_update (table), &other), ==, 0);
}

/* As a column is that was added later. */
static void
test_what_is_null_means_its_default (Fixture *fixture, gconstpointer data)
{
  TwBookRecord expected = *books_bare ();
  g_autoptr (TwRecordTable) table = NULL;
  Step step;

  open_with (fixture, "CREATE TABLE books (" COLUMNS ", series_id BLOB) STRICT");
  table = look (fixture, NULL);
  write_book (fixture, table, tw_record_table_insert (table), books_bare ());
  step = (Step) { table, "UPDATE books SET title = NULL, stars = NULL, lent = NULL, changed_ms = NULL, version = NULL",
                  &(TwBookRecord) { 0 }, 0 };
  g_assert_true (tw_sqlite_mutate_wait (fixture->db, TW_DEADLINE_NONE, run, &step, NULL));
  expected.title = "none";
  expected.changed_ms = expected.bought_ms;
  assert_row (fixture, table, &expected);
}

/* The last one comes first. */
static void
test_columns_are_in_the_reverse_of_the_tables_order (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwRecordTable) table = NULL;

  open_with (fixture, "CREATE TABLE books (" COLUMNS ", series_id BLOB) STRICT");
  table = look (fixture, NULL);
  g_assert_cmpstr (tw_record_table_take (table), ==,
                   "take_row (?1, \"series_id\", \"cover\", \"read\", \"words\", \"weight\", \"pages\", \"due_ms\", \"notes\","
                   " \"stars\", \"title\", \"lent\", \"version\", \"changed_ms\", \"id\", \"bought_ms\")");
}

#define WITH_RARE "CREATE TABLE books (" COLUMNS ", series_id BLOB, rare INTEGER NOT NULL DEFAULT 0) STRICT"

static gboolean
count_columns (sqlite3_value **columns, guint n_columns, gpointer data)
{
  guint *n = data;

  *n = n_columns;
  return TRUE;
}

static guint
columns_taken (Fixture *fixture, const TwRecordTable *table)
{
  g_autofree char *sql = g_strdup_printf ("SELECT %s FROM books", tw_record_table_take (table));
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (fixture->db, TW_DEADLINE_NONE, NULL);
  sqlite3_stmt *statement = NULL;
  guint n = 0;
  const TwSqliteRows rows = { count_columns, &n };

  g_assert_cmpint (sqlite3_prepare_v2 (tw_sqlite_handle (connection), sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_true (tw_sqlite_take_rows (connection, statement, &rows, NULL));
  sqlite3_finalize (statement);
  tw_sqlite_reader_return (fixture->db, connection);
  return n;
}

/* And is looked for again when there is something, and not any more when there is not. */
static void
test_what_is_rare_is_looked_for_where_there_is_any (Fixture *fixture, gconstpointer data)
{
  TwBookRecord rare = *books_bare ();
  g_autoptr (TwRecordTable) table = NULL;

  open_with (fixture, WITH_RARE);
  table = look (fixture, NULL);
  rare.has |= TW_BOOK_HAS_WEIGHT;
  g_assert_cmpint (write_book (fixture, table, tw_record_table_insert (table), books_bare ()), ==, 1);
  assert_row (fixture, table, books_bare ());
  g_assert_cmpuint (columns_taken (fixture, table), ==, 7);
  g_assert_cmpint (write_book (fixture, table, tw_record_table_update (table), &rare), ==, 1);
  assert_row (fixture, table, &rare);
  g_assert_cmpuint (columns_taken (fixture, table), ==, 15);
  g_assert_cmpint (write_book (fixture, table, tw_record_table_update (table), books_bare ()), ==, 1);
  assert_row (fixture, table, books_bare ());
  g_assert_cmpuint (columns_taken (fixture, table), ==, 7);
}

static void
test_row_comes_back_where_rare_is_told (Fixture *fixture, gconstpointer data)
{
  g_autoptr (TwRecordTable) table = NULL;

  open_with (fixture, WITH_RARE);
  table = look (fixture, NULL);
  g_assert_cmpint (write_book (fixture, table, tw_record_table_insert (table), data), ==, 1);
  assert_row (fixture, table, data);
}

static void
run_sql (Fixture *fixture, const TwRecordTable *table, const char *sql)
{
  Step step = { table, sql, &(TwBookRecord) { 0 }, 0 };

  g_assert_true (tw_sqlite_mutate_wait (fixture->db, TW_DEADLINE_NONE, run, &step, NULL));
}

/* Of the one book. */
static void
assert_folded (Fixture *fixture, const char *expected)
{
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (fixture->db, TW_DEADLINE_NONE, NULL);
  sqlite3_stmt *statement = tw_sqlite_statement (connection, "SELECT title_folded FROM books", NULL);

  g_assert_cmpint (tw_sqlite_step (connection, statement, NULL), ==, SQLITE_ROW);
  g_assert_cmpstr ((const char *) sqlite3_column_text (statement, 0), ==, expected);
  tw_sqlite_statement_done (statement);
  tw_sqlite_reader_return (fixture->db, connection);
}

static void
test_text_is_folded_for_some (Fixture *fixture, gconstpointer data)
{
  TwBookRecord book = *books_whole ();
  g_autofree char *somebody = g_strdup_printf ("INSERT INTO books_folded VALUES ('%s')", book.reader_id);
  g_autoptr (TwRecordTable) table = NULL;

  open_with (fixture, "CREATE TABLE books (" COLUMNS ", series_id BLOB, title_folded TEXT) STRICT;"
                      "CREATE TABLE books_folded (owner TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID");
  table = look (fixture, NULL);
  run_sql (fixture, table, "INSERT INTO books_folded VALUES ('somebody else')");
  book.title = "Ödipus";
  write_book (fixture, table, tw_record_table_insert (table), &book);
  assert_folded (fixture, NULL);
  write_book (fixture, table, tw_record_table_update (table), &book);
  assert_folded (fixture, NULL);
  run_sql (fixture, table, "DELETE FROM books");
  run_sql (fixture, table, somebody);
  write_book (fixture, table, tw_record_table_insert (table), &book);
  assert_folded (fixture, "odipus");
  assert_row (fixture, table, &book);
  write_book (fixture, table, tw_record_table_update (table), &book);
  assert_folded (fixture, "odipus");
  book.title = "STRAßE";
  write_book (fixture, table, tw_record_table_update (table), &book);
  assert_folded (fixture, "strasse");
  run_sql (fixture, table, "UPDATE books SET title_folded = NULL");
  write_book (fixture, table, tw_record_table_update (table), &book);
  assert_folded (fixture, NULL);
}

/* Such as only somebody else's hand can leave. */
static void
test_texts_without_an_end_are_none (Fixture *fixture, gconstpointer data)
{
  TwBookRecord expected = *books_whole ();
  g_autoptr (TwRecordTable) table = NULL;
  Step step;

  open_with (fixture, WITH_RARE);
  table = look (fixture, NULL);
  write_book (fixture, table, tw_record_table_insert (table), books_whole ());
  step = (Step) { table, "UPDATE books SET words = x'61'", &(TwBookRecord) { 0 }, 0 };
  g_assert_true (tw_sqlite_mutate_wait (fixture->db, TW_DEADLINE_NONE, run, &step, NULL));
  expected.has &= ~TW_BOOK_HAS_WORDS;
  expected.words = (TwRecordTexts) { NULL, 0 };
  assert_row (fixture, table, &expected);
}

static void
test_column_that_is_missing_is_named (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  open_with (fixture, "CREATE TABLE books (" COLUMNS ") STRICT");
  g_assert_null (look (fixture, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
  g_assert_cmpstr (error->message, ==, "table 'books' has no column 'series_id', which records of Book have");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/record-table/whole-row-comes-back", Fixture, books_whole (), set_up, test_row_comes_back, tear_down);
  g_test_add ("/record-table/bare-row-comes-back", Fixture, books_bare (), set_up, test_row_comes_back, tear_down);
  g_test_add ("/record-table/update-sets-all-but-what-tells-the-row", Fixture, NULL, set_up,
              test_update_sets_all_but_what_tells_the_row, tear_down);
  g_test_add ("/record-table/what-is-null-means-its-default", Fixture, NULL, set_up, test_what_is_null_means_its_default,
              tear_down);
  g_test_add ("/record-table/columns-are-in-the-reverse-of-the-tables-order", Fixture, NULL, set_up,
              test_columns_are_in_the_reverse_of_the_tables_order, tear_down);
  g_test_add ("/record-table/what-is-rare-is-looked-for-where-there-is-any", Fixture, NULL, set_up,
              test_what_is_rare_is_looked_for_where_there_is_any, tear_down);
  g_test_add ("/record-table/whole-row-comes-back-where-rare-is-told", Fixture, books_whole (), set_up,
              test_row_comes_back_where_rare_is_told, tear_down);
  g_test_add ("/record-table/bare-row-comes-back-where-rare-is-told", Fixture, books_bare (), set_up,
              test_row_comes_back_where_rare_is_told, tear_down);
  g_test_add ("/record-table/text-is-folded-for-some", Fixture, NULL, set_up, test_text_is_folded_for_some, tear_down);
  g_test_add ("/record-table/texts-without-an-end-are-none", Fixture, NULL, set_up, test_texts_without_an_end_are_none,
              tear_down);
  g_test_add ("/record-table/column-that-is-missing-is-named", Fixture, NULL, set_up,
              test_column_that_is_missing_is_named, tear_down);
  return g_test_run ();
}
