/* SPDX-License-Identifier: Apache-2.0 */

#include "sqlite-fixture.h"

#include "tw-commits-sqlite.h"
#include "tw-error.h"
#include "tw-task-tables.h"
#include "tw-temporary-folder.h"

void
place_open (Place *place, const char *path)
{
  static const TwRecordType *const types[] = { &tw_task_type };
  g_autoptr (GError) error = NULL;

  place->db = tw_sqlite_open (path, tw_task_tables_kind.application_id, tw_task_tables_migrations,
                              tw_task_tables_kind.version, 1, &error);
  g_assert_no_error (error);
  place->commits = tw_commits_sqlite_new (place->db, types, G_N_ELEMENTS (types), &error);
  g_assert_no_error (error);
}

void
place_close (Place *place)
{
  g_clear_pointer (&place->db, tw_sqlite_close);
  g_clear_pointer (&place->commits, tw_commits_sqlite_free);
}

void
place_reopen (Place *place)
{
  place_close (place);
  place_open (place, place->path);
}

void
place_set_up (Place *place, gconstpointer data)
{
  place->folder = tw_temporary_folder_new ();
  place->path = g_build_filename (place->folder, "tasks.db", NULL);
  place_open (place, place->path);
}

void
place_tear_down (Place *place, gconstpointer data)
{
  place_close (place);
  tw_temporary_folder_clear (&place->folder);
  g_free (place->path);
}

static gboolean
run_sql (TwSqliteConnection *connection, gpointer sql, GError **error)
{
  sqlite3 *handle = tw_sqlite_handle (connection);

  if (sqlite3_exec (handle, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", (const char *) sql, sqlite3_errmsg (handle));
  return TRUE;
}

void
place_run (Place *place, const char *sql)
{
  g_autoptr (GError) error = NULL;

  tw_sqlite_mutate_wait (place->db, TW_DEADLINE_NONE, run_sql, (gpointer) (guintptr) sql, &error);
  g_assert_no_error (error);
}

gint64
place_ask (Place *place, const char *sql)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (place->db, TW_DEADLINE_NONE, NULL);
  sqlite3_stmt *statement = tw_sqlite_statement (reader, sql, NULL);
  gint64 n;

  g_assert_cmpint (tw_sqlite_step (reader, statement, NULL), ==, SQLITE_ROW);
  n = sqlite3_column_int64 (statement, 0);
  tw_sqlite_statement_done (statement);
  tw_sqlite_reader_return (place->db, reader);
  return n;
}

void
place_hold (Place *place)
{
  writer_hold (&place->hold, place->db);
}

void
place_let_go (Place *place)
{
  writer_let_go (&place->hold, place->db);
}

void
place_begin (Place *place, CommitWait *wait, const char *partition, const char *script)
{
  const TwCommitSpec spec = { .partition = partition, .now_ms = NOW_MS };

  commit_begin (wait, place->commits, TW_DEADLINE_NONE, &spec, run_script, (gpointer) (guintptr) script);
}

typedef struct
{
  CommitWait wait;
  char script[16];
} Started;

void
place_start (Place *place, const char *partition, guint n)
{
  Started *started = g_new0 (Started, 1);

  g_snprintf (started->script, sizeof started->script, "+%u", n);
  place_begin (place, &started->wait, partition, started->script);
  if (place->started == NULL)
    place->started = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (place->started, started);
}

guint
place_finish (Place *place)
{
  guint acknowledged = 0;

  for (guint i = 0; i < place->started->len; i++)
    {
      Started *started = place->started->pdata[i];
      g_autoptr (GError) error = NULL;

      if (commit_wait (&started->wait, &error))
        acknowledged++;
      else
        g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
    }
  g_clear_pointer (&place->started, g_ptr_array_unref);
  return acknowledged;
}

/* As many at a time as are committed at once. */
#define AT_ONCE 400

void
place_fill (Place *place, const char *partition, guint first, guint n)
{
  for (guint done = 0; done < n; done += AT_ONCE)
    {
      const guint batch = MIN (AT_ONCE, n - done);

      for (guint i = 0; i < batch; i++)
        place_start (place, partition, first + done + i);
      g_assert_cmpuint (place_finish (place), ==, batch);
    }
}
