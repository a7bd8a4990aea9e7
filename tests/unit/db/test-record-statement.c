/* SPDX-License-Identifier: Apache-2.0 */

/* Records that nobody owns, as rows. */

#include "tw-record-statement.h"

#include "shelf-records.h"
#include "tw-error.h"
#include "tw-temporary-folder.h"

static const TwSqliteMigration migration
  = "CREATE TABLE stamps (code TEXT PRIMARY KEY, made_ms INTEGER, picture BLOB, uses INTEGER, old INTEGER, note TEXT);"
    "CREATE TABLE pages (number INTEGER PRIMARY KEY, text TEXT);"
    "CREATE TABLE leaves (hash BLOB PRIMARY KEY, text TEXT)";

typedef struct
{
  char *folder;
  TwSqlite *db;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;

  fixture->folder = tw_temporary_folder_new ();
  path = g_build_filename (fixture->folder, "stamps.db", NULL);
  fixture->db = tw_sqlite_open (path, 77, &migration, 1, 1, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  tw_sqlite_close (fixture->db);
  tw_temporary_folder_remove (fixture->folder);
  g_free (fixture->folder);
}

typedef struct
{
  const TwRecordType *type;
  gconstpointer record;
} Insertion;

static gboolean
run_insert (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const Insertion *insertion = data;

  return tw_record_statement_insert (insertion->type, connection, insertion->record, error);
}

static void
insert (Fixture *fixture, const TwRecordType *type, gconstpointer record)
{
  Insertion insertion = { type, record };
  g_autoptr (GError) error = NULL;

  g_assert_true (tw_sqlite_mutate_wait (fixture->db, TW_DEADLINE_NONE, run_insert, &insertion, &error));
  g_assert_no_error (error);
}

/* The records of @sql, one behind the other. */
static GPtrArray *
find (Fixture *fixture, const TwRecordType *type, const char *sql, GError **error)
{
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (fixture->db, TW_DEADLINE_NONE, NULL);
  sqlite3_stmt *statement = tw_sqlite_statement (connection, sql, NULL);
  GPtrArray *records = g_ptr_array_new_with_free_func (g_free);
  gpointer record;

  while (tw_record_statement_next (type, connection, statement, &record, error) && record != NULL)
    g_ptr_array_add (records, record);
  g_assert_null (record);
  tw_sqlite_statement_done (statement);
  tw_sqlite_reader_return (fixture->db, connection);
  return records;
}

static void
test_record_comes_back (Fixture *fixture, gconstpointer data)
{
  static const guint8 picture[] = { 0, 1, 0xff };
  const TwStampRecord whole = {
    .has = TW_STAMP_ALWAYS | TW_STAMP_HAS_PICTURE | TW_STAMP_HAS_NOTE,
    .code = "a",
    .made_ms = -5,
    .picture = { picture, sizeof picture },
    .uses = G_MAXINT64,
    .old = TRUE,
    .note = "\u00fc",
  };
  const TwStampRecord bare = { .has = TW_STAMP_ALWAYS, .code = "b" };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = NULL;
  const TwStampRecord *one, *other;

  insert (fixture, &tw_stamp_type, &bare);
  insert (fixture, &tw_stamp_type, &whole);
  records = find (fixture, &tw_stamp_type, "SELECT " TW_STAMP_SELECTED " FROM stamps ORDER BY code", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, 2);
  one = records->pdata[0];
  other = records->pdata[1];
  g_assert_cmpuint (one->has, ==, whole.has);
  g_assert_cmpstr (one->code, ==, "a");
  g_assert_cmpint (one->made_ms, ==, -5);
  g_assert_cmpmem (one->picture.bytes, one->picture.length, picture, sizeof picture);
  g_assert_cmpint (one->uses, ==, G_MAXINT64);
  g_assert_true (one->old);
  g_assert_cmpstr (one->note, ==, "\u00fc");
  g_assert_cmpuint (other->has, ==, TW_STAMP_ALWAYS);
  g_assert_cmpstr (other->code, ==, "b");
  g_assert_null (other->note);
}

static void
test_keys_of_other_types (Fixture *fixture, gconstpointer data)
{
  static const guint8 hash[] = { 9, 0, 7 };
  const TwPageRecord page = { .has = TW_PAGE_ALWAYS, .number = -3, .text = "minus three" };
  const TwLeafRecord leaf = { .has = TW_LEAF_ALWAYS, .hash = { hash, sizeof hash }, .text = "hashed" };
  g_autoptr (GPtrArray) pages = NULL, leaves = NULL;

  insert (fixture, &tw_page_type, &page);
  insert (fixture, &tw_leaf_type, &leaf);
  pages = find (fixture, &tw_page_type, "SELECT " TW_PAGE_SELECTED " FROM pages WHERE number = -3", NULL);
  g_assert_cmpstr (((const TwPageRecord *) pages->pdata[0])->text, ==, "minus three");
  leaves = find (fixture, &tw_leaf_type, "SELECT " TW_LEAF_SELECTED " FROM leaves WHERE hash = x'090007'", NULL);
  g_assert_cmpstr (((const TwLeafRecord *) leaves->pdata[0])->text, ==, "hashed");
}

static void
test_taken_key_is_conflict (Fixture *fixture, gconstpointer data)
{
  const TwPageRecord page = { .has = TW_PAGE_ALWAYS, .number = 1, .text = "one" };
  Insertion insertion = { &tw_page_type, &page };
  g_autoptr (GError) error = NULL;

  insert (fixture, &tw_page_type, &page);
  g_assert_false (tw_sqlite_mutate_wait (fixture->db, TW_DEADLINE_NONE, run_insert, &insertion, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
}

static void
test_nothing_is_no_error (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = find (fixture, &tw_page_type, "SELECT " TW_PAGE_SELECTED " FROM pages", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (records->len, ==, 0);
}

static gboolean
run_spoil (TwSqliteConnection *connection, gpointer data, GError **error)
{
  return sqlite3_exec (tw_sqlite_handle (connection), "INSERT INTO pages VALUES (1, x'ff')", NULL, NULL, NULL)
         == SQLITE_OK;
}

static void
test_what_is_no_text_is_told (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) records = NULL;

  g_assert_true (tw_sqlite_mutate_wait (fixture->db, TW_DEADLINE_NONE, run_spoil, NULL, NULL));
  records = find (fixture, &tw_page_type, "SELECT " TW_PAGE_SELECTED " FROM pages", &error);
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/record-statement/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("record-comes-back", test_record_comes_back);
  ADD ("keys-of-other-types", test_keys_of_other_types);
  ADD ("taken-key-is-conflict", test_taken_key_is_conflict);
  ADD ("nothing-is-no-error", test_nothing_is_no_error);
  ADD ("what-is-no-text-is-told", test_what_is_no_text_is_told);
  return g_test_run ();
}
