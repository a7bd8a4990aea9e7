/* SPDX-License-Identifier: Apache-2.0 */

/* Group commit and what failures do to it. The writer is held inside one mutation while others gather behind it, so
 * that what one batch holds is known and no clock is asked. Disks are made full by PRAGMA max_page_count and by
 * RLIMIT_FSIZE: real errors of SQLite and the kernel. */

#include "tw-sqlite.h"

#include "tw-clock.h"
#include "tw-crash-copy.h"
#include "tw-error.h"
#include "tw-latch.h"
#include "tw-store-error.h"
#include "tw-temporary-folder.h"
#include "writer-hold.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>

static const TwSqliteMigration migrations[] = {
  "CREATE TABLE things (id INTEGER PRIMARY KEY, data BLOB) STRICT",
};

typedef struct
{
  char *folder;
  char *path;
  TwSqlite *db;
  _Atomic guint commits;
  _Atomic guint told; /* how many there were when somebody was told */
  WriterHold hold;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  f->folder = tw_temporary_folder_new ();
  f->path = g_build_filename (f->folder, "test.db", NULL);
  f->db = tw_sqlite_open (f->path, 1, migrations, 1, 1, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  tw_sqlite_close (f->db);
  tw_temporary_folder_clear (&f->folder);
  g_free (f->path);
}

/* Something inserted: what happened to it. */
typedef struct
{
  gint64 id;
  gsize size;
  gboolean fail; /* after the insert */
  GError *error;
  _Atomic gboolean finished; /* with that error: on any thread */
} Insert;

static gboolean
insert (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const Insert *it = data;
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "INSERT INTO things VALUES (?, zeroblob(?))", error);

  g_assert_nonnull (statement);
  sqlite3_bind_int64 (statement, 1, it->id);
  sqlite3_bind_int64 (statement, 2, (gint64) it->size);
  if (tw_sqlite_step (connection, statement, error) < 0)
    return FALSE;
  if (it->fail)
    g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "changed its mind");
  return !it->fail;
}

static void
insert_done (gpointer data, const GError *error)
{
  Insert *it = data;

  g_assert_false (it->finished);
  it->error = error != NULL ? g_error_copy (error) : NULL;
  it->finished = TRUE;
}

static int
count_commit (void *data)
{
  Fixture *f = data;

  f->commits++;
  return 0;
}

static gboolean
install_counter (TwSqliteConnection *connection, gpointer data, GError **error)
{
  sqlite3_commit_hook (tw_sqlite_handle (connection), count_commit, data);
  return TRUE;
}

static gint64
count_things (Fixture *f, const char *sql)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (f->db, TW_DEADLINE_NONE, NULL);
  sqlite3_stmt *statement = tw_sqlite_statement (reader, sql, NULL);
  gint64 n;

  g_assert_cmpint (tw_sqlite_step (reader, statement, NULL), ==, SQLITE_ROW);
  n = sqlite3_column_int64 (statement, 0);
  tw_sqlite_statement_done (statement);
  tw_sqlite_reader_return (f->db, reader);
  return n;
}

static gint64
count_all (Fixture *f)
{
  return count_things (f, "SELECT count(*) FROM things");
}

/* Each insert that was acknowledged is there, each that was refused is not. */
static void
assert_acknowledged_are_there (Fixture *f, const Insert *inserts, guint n)
{
  gint64 acknowledged = 0;

  for (guint i = 0; i < n; i++)
    {
      TwSqliteConnection *reader = tw_sqlite_reader_borrow (f->db, TW_DEADLINE_NONE, NULL);
      sqlite3_stmt *statement = tw_sqlite_statement (reader, "SELECT 1 FROM things WHERE id = ?", NULL);

      g_assert_true (inserts[i].finished);
      sqlite3_bind_int64 (statement, 1, inserts[i].id);
      g_assert_cmpint (tw_sqlite_step (reader, statement, NULL), ==,
                       inserts[i].error == NULL ? SQLITE_ROW : SQLITE_DONE);
      tw_sqlite_statement_done (statement);
      tw_sqlite_reader_return (f->db, reader);
      acknowledged += inserts[i].error == NULL;
    }
  g_assert_cmpint (count_all (f), ==, acknowledged);
}

static void
clear_inserts (Insert *inserts, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_error (&inserts[i].error);
}

static void
test_what_waits_shares_a_commit (Fixture *f, gconstpointer data)
{
  static Insert inserts[600];
  guint before;

  g_assert_true (tw_sqlite_mutate_wait (f->db, TW_DEADLINE_NONE, install_counter, f, NULL));
  writer_hold (&f->hold, f->db);
  before = f->commits;
  for (guint i = 0; i < G_N_ELEMENTS (inserts); i++)
    {
      inserts[i].id = i;
      tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[i]);
    }
  writer_let_go (&f->hold, f->db);
  /* the one that was held, 512, and the rest */
  g_assert_cmpuint (f->commits - before, ==, 3);
  assert_acknowledged_are_there (f, inserts, G_N_ELEMENTS (inserts));
  g_assert_cmpint (count_all (f), ==, 600);
}

/* 1,000 rows. */
static gboolean
insert_many (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const Insert *it = data;
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)"
      " INSERT INTO things SELECT ?1 + i, zeroblob (0) FROM n", error);

  g_assert_nonnull (statement);
  sqlite3_bind_int64 (statement, 1, it->id);
  return tw_sqlite_step (connection, statement, error) >= 0;
}

static void
note_commits (gpointer data, const GError *error)
{
  Fixture *f = data;

  g_assert_no_error (error);
  f->told = f->commits;
}

/* Whoever is among the first of many large ones waits for some of them alone. */
static void
test_a_commit_changes_no_more_than_so_many_rows (Fixture *f, gconstpointer data)
{
  Insert inserts[10] = { { .id = 0 } };
  guint before;

  g_assert_true (tw_sqlite_mutate_wait (f->db, TW_DEADLINE_NONE, install_counter, f, NULL));
  writer_hold (&f->hold, f->db);
  before = f->commits;
  tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, writer_hold_nothing, note_commits, f);
  for (guint i = 0; i < G_N_ELEMENTS (inserts); i++)
    {
      inserts[i].id = i * 1000;
      tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert_many, insert_done, &inserts[i]);
    }
  writer_let_go (&f->hold, f->db);
  /* the one that was held; three, three and three of them, and the first of all with these; one, and the last */
  g_assert_cmpuint (f->commits - before, ==, 5);
  g_assert_cmpuint (f->told - before, ==, 2);
  g_assert_cmpint (count_all (f), ==, 10000);
  for (guint i = 0; i < G_N_ELEMENTS (inserts); i++)
    {
      g_assert_true (inserts[i].finished);
      g_assert_no_error (inserts[i].error);
    }
}

static void
test_one_that_fails_undoes_itself_alone (Fixture *f, gconstpointer data)
{
  Insert inserts[] = { { .id = 1 }, { .id = 2, .fail = TRUE }, { .id = 1 }, { .id = 3 } };

  writer_hold (&f->hold, f->db);
  for (guint i = 0; i < G_N_ELEMENTS (inserts); i++)
    tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[i]);
  writer_let_go (&f->hold, f->db);
  g_assert_no_error (inserts[0].error);
  g_assert_error (inserts[1].error, TW_ERROR, TW_ERROR_NOT_FOUND);
  g_assert_error (inserts[2].error, TW_ERROR, TW_ERROR_CONFLICT);
  g_assert_no_error (inserts[3].error);
  g_assert_cmpint (count_all (f), ==, 2);
  g_assert_cmpint (count_things (f, "SELECT count(*) FROM things WHERE id = 2"), ==, 0);
  clear_inserts (inserts, G_N_ELEMENTS (inserts));
}

/* Of several rows that one statement inserts, the last one is there already. */
static gboolean
insert_rows (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const Insert *it = data;
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "INSERT INTO things SELECT ? + value, zeroblob(0) FROM (SELECT 2 AS value UNION SELECT 1 UNION SELECT 0)"
      " ORDER BY value DESC", error);

  g_assert_nonnull (statement);
  sqlite3_bind_int64 (statement, 1, it->id);
  return tw_sqlite_step (connection, statement, error) >= 0;
}

static void
test_one_statement_that_fails_undoes_itself_alone (Fixture *f, gconstpointer data)
{
  Insert inserts[] = { { .id = 10 }, { .id = 10 }, { .id = 20 }, { .id = 10 }, { .id = 30 } };

  writer_hold (&f->hold, f->db);
  tw_sqlite_mutate_once (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[0]);
  tw_sqlite_mutate_once (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[1]);
  tw_sqlite_mutate_once (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[2]);
  tw_sqlite_mutate_once (f->db, TW_DEADLINE_NONE, insert_rows, insert_done, &inserts[3]);
  tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[4]);
  writer_let_go (&f->hold, f->db);
  g_assert_no_error (inserts[0].error);
  g_assert_error (inserts[1].error, TW_ERROR, TW_ERROR_CONFLICT);
  g_assert_no_error (inserts[2].error);
  g_assert_error (inserts[3].error, TW_ERROR, TW_ERROR_CONFLICT);
  g_assert_no_error (inserts[4].error);
  g_assert_cmpint (count_all (f), ==, 3);
  g_assert_cmpint (count_things (f, "SELECT sum(id) FROM things"), ==, 60);
  clear_inserts (inserts, G_N_ELEMENTS (inserts));
}

static void
test_callback_comes_after_the_commit (Fixture *f, gconstpointer data)
{
  Insert it = { .id = 1 };
  g_autoptr (GError) error = NULL;

  g_assert_true (tw_sqlite_mutate_wait (f->db, TW_DEADLINE_NONE, insert, &it, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count_all (f), ==, 1);
}

static gint64
now_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

static void
wait_until (gint64 until_ms)
{
  while (now_ms () < until_ms)
    g_usleep (1000);
}

static gboolean
take_long (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const gint64 *until_ms = data;

  wait_until (*until_ms);
  return TRUE;
}

/* The thread that tells so may still be about to. */
static void
assert_nothing_done (const Insert *it)
{
  while (!it->finished)
    g_usleep (1000);
  g_assert_error (it->error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_cmpstr (it->error->message, ==, TW_STORE_NOTHING_DONE);
}

static void
test_what_is_over_is_never_done (Fixture *f, gconstpointer data)
{
  Insert inserts[] = { { .id = 1 }, { .id = 2 }, { .id = 3 }, { .id = 4 } };
  gint64 soon_ms;

  writer_hold (&f->hold, f->db);
  soon_ms = now_ms () + 20;
  tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[0]);
  tw_sqlite_mutate (f->db, soon_ms, insert, insert_done, &inserts[1]);
  tw_sqlite_mutate_once (f->db, soon_ms, insert, insert_done, &inserts[2]);
  tw_sqlite_mutate (f->db, soon_ms + 3600 * 1000, insert, insert_done, &inserts[3]);
  wait_until (soon_ms);
  writer_let_go (&f->hold, f->db);
  g_assert_no_error (inserts[0].error);
  assert_nothing_done (&inserts[1]);
  assert_nothing_done (&inserts[2]);
  g_assert_no_error (inserts[3].error);
  assert_acknowledged_are_there (f, inserts, G_N_ELEMENTS (inserts));
  clear_inserts (inserts, G_N_ELEMENTS (inserts));
}

/* What has gone back waits as the others do. */
static void
test_what_went_back_is_over_in_time (Fixture *f, gconstpointer data)
{
  Insert inserts[] = { { .id = 0 }, { .id = 1000 }, { .id = 2000 }, { .id = 3000 }, { .id = 4000 }, { .id = 5000 } };
  Insert late = { .id = 6000 };
  gint64 soon_ms;

  writer_hold (&f->hold, f->db);
  soon_ms = now_ms () + 100;
  for (guint i = 0; i < G_N_ELEMENTS (inserts); i++)
    tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert_many, insert_done, &inserts[i]);
  tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, take_long, NULL, &soon_ms);
  tw_sqlite_mutate (f->db, soon_ms, insert, insert_done, &late);
  writer_let_go (&f->hold, f->db);
  assert_nothing_done (&late);
  g_assert_cmpint (count_all (f), ==, 6000);
  clear_inserts (&late, 1);
}

/* Also while the writer stands still: it is not the one who tells. */
static void
test_what_is_over_is_told_in_time (Fixture *f, gconstpointer data)
{
  Insert it = { .id = 1 }, other = { .id = 2 };
  g_autoptr (GError) error = NULL;
  gint64 soon_ms;

  writer_hold (&f->hold, f->db);
  soon_ms = now_ms () + 20;
  tw_sqlite_mutate (f->db, soon_ms + 3600 * 1000, insert, insert_done, &other);
  g_assert_false (tw_sqlite_mutate_wait (f->db, soon_ms, insert, &it, &error));
  g_assert_cmpint (now_ms (), >=, soon_ms);
  g_assert_cmpstr (error->message, ==, TW_STORE_NOTHING_DONE);
  g_assert_false (other.finished);
  writer_let_go (&f->hold, f->db);
  g_assert_no_error (other.error);
  g_assert_cmpint (count_things (f, "SELECT sum(id) FROM things"), ==, 2);
}

/* Those before it in its transaction took too long. */
static void
test_what_gets_over_in_its_batch_is_never_done (Fixture *f, gconstpointer data)
{
  Insert inserts[] = { { .id = 1 }, { .id = 2 } };
  gint64 soon_ms;

  writer_hold (&f->hold, f->db);
  soon_ms = now_ms () + 2000;
  tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, take_long, NULL, &soon_ms);
  tw_sqlite_mutate (f->db, soon_ms, insert, insert_done, &inserts[0]);
  tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[1]);
  writer_let_go (&f->hold, f->db);
  assert_nothing_done (&inserts[0]);
  g_assert_no_error (inserts[1].error);
  assert_acknowledged_are_there (f, inserts, G_N_ELEMENTS (inserts));
  clear_inserts (inserts, G_N_ELEMENTS (inserts));
}

/* Whoever holds the lock that a transaction begins with is waited for no longer than somebody waits. */
static void
test_lock_of_another_process_is_waited_for_until_then (Fixture *f, gconstpointer data)
{
  Insert it = { .id = 1 }, after = { .id = 2 };
  g_autoptr (GError) error = NULL;
  gint64 begun_ms, took_ms;
  sqlite3 *other;

  g_assert_cmpint (sqlite3_open (f->path, &other), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
  /* On a busy machine it may take as long as it would otherwise, which is 2 s, but not always. */
  do
    {
      g_clear_error (&error);
      begun_ms = now_ms ();
      g_assert_false (tw_sqlite_mutate_wait (f->db, begun_ms + 50, insert, &it, &error));
      took_ms = now_ms () - begun_ms;
      g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
    }
  while (took_ms > 1500);
  g_assert_cmpint (sqlite3_exec (other, "COMMIT", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (other);
  g_clear_error (&error);
  g_assert_true (tw_sqlite_mutate_wait (f->db, TW_DEADLINE_NONE, insert, &after, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count_all (f), ==, 1);
}

static void
test_too_many_are_refused_at_once (Fixture *f, gconstpointer data)
{
  Insert it = { .id = 1 };

  writer_hold (&f->hold, f->db);
  for (guint i = 0; i < 4096; i++)
    tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, writer_hold_nothing, NULL, NULL);
  tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &it);
  g_assert_true (it.finished);
  g_assert_error (it.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_clear_error (&it.error);
  tw_latch_open (&f->hold.release);
}

typedef struct
{
  gint64 free_pages;
} Quota;

/* The disk gets full after @free_pages more. */
static gboolean
set_quota (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const Quota *quota = data;
  sqlite3 *handle = tw_sqlite_handle (connection);
  g_autofree char *sql = NULL;
  sqlite3_stmt *statement;
  gint64 pages;

  g_assert_cmpint (sqlite3_prepare_v2 (handle, "PRAGMA page_count", -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  pages = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sql = g_strdup_printf ("PRAGMA max_page_count = %" G_GINT64_FORMAT, pages + quota->free_pages);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  return TRUE;
}

static void
test_full_disk_is_told_and_survived (Fixture *f, gconstpointer data)
{
  Insert inserts[] = {
    { .id = 1, .size = 10 }, { .id = 2, .size = 10 }, { .id = 3, .size = 1 << 20 }, { .id = 4, .size = 10 },
    { .id = 5, .size = 10 }, { .id = 6, .size = 1 << 20 },
  };
  Insert more = { .id = 7, .size = 1 << 20 };
  Quota small = { .free_pages = 5 }, large = { .free_pages = 1000 };

  g_assert_true (tw_sqlite_mutate_wait (f->db, TW_DEADLINE_NONE, set_quota, &small, NULL));
  writer_hold (&f->hold, f->db);
  for (guint i = 0; i < G_N_ELEMENTS (inserts); i++)
    tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[i]);
  writer_let_go (&f->hold, f->db);
  g_assert_error (inserts[2].error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_error (inserts[5].error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  for (guint i = 0; i < G_N_ELEMENTS (inserts); i++)
    if (inserts[i].error != NULL)
      g_assert_error (inserts[i].error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  assert_acknowledged_are_there (f, inserts, G_N_ELEMENTS (inserts));

  g_assert_true (tw_sqlite_mutate_wait (f->db, TW_DEADLINE_NONE, set_quota, &large, NULL));
  g_assert_true (tw_sqlite_mutate_wait (f->db, TW_DEADLINE_NONE, insert, &more, NULL));
  clear_inserts (inserts, G_N_ELEMENTS (inserts));
}

static void
test_commit_that_cannot_be_written_fails_all_in_it (Fixture *f, gconstpointer data)
{
  Insert inserts[] = { { .id = 1, .size = 10 }, { .id = 2, .size = 20 << 10 }, { .id = 3, .size = 10 } };
  Insert after = { .id = 4, .size = 20 << 10 };
  struct rlimit before, none;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  none = before;
  none.rlim_cur = 1;
  signal (SIGXFSZ, SIG_IGN);
  writer_hold (&f->hold, f->db);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (inserts); i++)
    tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[i]);
  writer_let_go (&f->hold, f->db);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (inserts); i++)
    g_assert_error (inserts[i].error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  assert_acknowledged_are_there (f, inserts, G_N_ELEMENTS (inserts));

  g_assert_true (tw_sqlite_mutate_wait (f->db, TW_DEADLINE_NONE, insert, &after, &error));
  g_assert_no_error (error);
  clear_inserts (inserts, G_N_ELEMENTS (inserts));
}

/* Makes the cache small, and fails after changing more than fits into it, some of it twice. */
static gboolean
change_much_and_fail (TwSqliteConnection *connection, gpointer data, GError **error)
{
  static const char sql[]
      = "PRAGMA cache_size = 5;"
        "WITH RECURSIVE ids (id) AS (VALUES (1000) UNION ALL SELECT id + 1 FROM ids WHERE id < 1099)"
        " INSERT INTO things SELECT id, zeroblob (3000) FROM ids;"
        "UPDATE things SET data = randomblob (3000) WHERE id > 1050;"
        "UPDATE things SET data = randomblob (3000) WHERE id > 1050;";

  g_assert_cmpint (sqlite3_exec (tw_sqlite_handle (connection), sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "changed its mind");
  return FALSE;
}

static void
test_crash_after_much_was_undone_loses_nothing (Fixture *f, gconstpointer data)
{
  Insert inserts[4];
  g_autofree char *copy = g_strconcat (f->path, ".copy", NULL);
  g_autoptr (GError) error = NULL;

  writer_hold (&f->hold, f->db);
  tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, change_much_and_fail, NULL, NULL);
  inserts[0] = (Insert) { .id = 1 };
  tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[0]);
  writer_let_go (&f->hold, f->db);
  for (guint i = 1; i < G_N_ELEMENTS (inserts); i++)
    {
      inserts[i] = (Insert) { .id = i + 1 };
      tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[i]);
      writer_hold (&f->hold, f->db);
      writer_let_go (&f->hold, f->db);
    }
  assert_acknowledged_are_there (f, inserts, G_N_ELEMENTS (inserts));

  tw_crash_copy (f->path, copy);
  tw_sqlite_close (f->db);
  f->db = tw_sqlite_open (copy, 1, migrations, 1, 1, &error);
  g_assert_no_error (error);
  assert_acknowledged_are_there (f, inserts, G_N_ELEMENTS (inserts));
}

static gboolean
end_the_transaction (TwSqliteConnection *connection, gpointer data, GError **error)
{
  g_assert_cmpint (sqlite3_exec (tw_sqlite_handle (connection), "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  return TRUE;
}

static void
test_transaction_that_is_gone_is_not_acknowledged (Fixture *f, gconstpointer data)
{
  Insert inserts[] = { { .id = 1 }, { .id = 2 } };

  writer_hold (&f->hold, f->db);
  tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[0]);
  tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, end_the_transaction, NULL, NULL);
  tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[1]);
  writer_let_go (&f->hold, f->db);
  g_assert_error (inserts[0].error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_no_error (inserts[1].error);
  assert_acknowledged_are_there (f, inserts, G_N_ELEMENTS (inserts));
  clear_inserts (inserts, G_N_ELEMENTS (inserts));
}

static void
test_close_finishes_what_waits (Fixture *f, gconstpointer data)
{
  static Insert inserts[1000];
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (inserts); i++)
    {
      inserts[i].id = i;
      tw_sqlite_mutate (f->db, TW_DEADLINE_NONE, insert, insert_done, &inserts[i]);
    }
  tw_sqlite_close (f->db);
  f->db = tw_sqlite_open (f->path, 1, migrations, 1, 1, &error);
  g_assert_no_error (error);
  assert_acknowledged_are_there (f, inserts, G_N_ELEMENTS (inserts));
  g_assert_cmpint (count_all (f), ==, 1000);
}

#define THREADS 8
#define EACH 100

typedef struct
{
  Fixture *f;
  gint64 first;
} Client;

static void *
insert_and_read (void *data)
{
  Client *client = data;

  for (gint64 i = 0; i < EACH; i++)
    {
      Insert it = { .id = client->first + i };

      g_assert_true (tw_sqlite_mutate_wait (client->f->db, TW_DEADLINE_NONE, insert, &it, NULL));
      g_assert_cmpint (count_all (client->f), >, i);
    }
  return NULL;
}

static void
test_many_threads_write_and_read (Fixture *f, gconstpointer data)
{
  pthread_t threads[THREADS];
  Client clients[THREADS];

  for (guint i = 0; i < THREADS; i++)
    {
      clients[i] = (Client) { .f = f, .first = i * EACH };
      g_assert_cmpint (pthread_create (&threads[i], NULL, insert_and_read, &clients[i]), ==, 0);
    }
  for (guint i = 0; i < THREADS; i++)
    pthread_join (threads[i], NULL);
  g_assert_cmpint (count_all (f), ==, THREADS * EACH);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add ("/sqlite-writer/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("what-waits-shares-a-commit", test_what_waits_shares_a_commit);
  ADD ("a-commit-changes-no-more-than-so-many-rows", test_a_commit_changes_no_more_than_so_many_rows);
  ADD ("what-went-back-is-over-in-time", test_what_went_back_is_over_in_time);
  ADD ("one-that-fails-undoes-itself-alone", test_one_that_fails_undoes_itself_alone);
  ADD ("one-statement-that-fails-undoes-itself-alone", test_one_statement_that_fails_undoes_itself_alone);
  ADD ("callback-comes-after-the-commit", test_callback_comes_after_the_commit);
  ADD ("what-is-over-is-never-done", test_what_is_over_is_never_done);
  ADD ("what-is-over-is-told-in-time", test_what_is_over_is_told_in_time);
  ADD ("what-gets-over-in-its-batch-is-never-done", test_what_gets_over_in_its_batch_is_never_done);
  ADD ("lock-of-another-process-is-waited-for-until-then", test_lock_of_another_process_is_waited_for_until_then);
  ADD ("too-many-are-refused-at-once", test_too_many_are_refused_at_once);
  ADD ("full-disk-is-told-and-survived", test_full_disk_is_told_and_survived);
  ADD ("commit-that-cannot-be-written-fails-all-in-it", test_commit_that_cannot_be_written_fails_all_in_it);
  ADD ("crash-after-much-was-undone-loses-nothing", test_crash_after_much_was_undone_loses_nothing);
  ADD ("transaction-that-is-gone-is-not-acknowledged", test_transaction_that_is_gone_is_not_acknowledged);
  ADD ("close-finishes-what-waits", test_close_finishes_what_waits);
  ADD ("many-threads-write-and-read", test_many_threads_write_and_read);
  return g_test_run ();
}
