/* SPDX-License-Identifier: Apache-2.0 */

/* What SQLite's commits do beside what any store's do: refusals of what is a mistake, the heads that are written behind,
 * and how rows are found. */

#include "sqlite-fixture.h"

#include "tw-crash-copy.h"
#include "tw-error.h"
#include "tw-sqlite-connection.h"

#include <string.h>

/* @script: what @decide gets. */
static void
assert_refused (Place *place, TwCommitFunc decide, const char *script)
{
  const TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS };
  const gint64 newest = read_log (place->commits, ANN, 0, NULL, NULL).newest;
  g_autoptr (GError) error = NULL;
  CommitWait wait;

  commit_begin (&wait, place->commits, TW_DEADLINE_NONE, &spec, decide, (gpointer) (guintptr) script);
  g_assert_false (commit_wait (&wait, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
  g_assert_cmpint (read_log (place->commits, ANN, 0, NULL, NULL).newest, ==, newest);
  g_assert_cmpint (commit_well (place->commits, ANN, "=2"), ==, newest + 1);
}

static const char *const first_id = "000000000000000000000001";

static gboolean
put_twice (TwCommit *commit, gpointer data, GError **error)
{
  const TwTaskRecord *found = tw_commit_find (commit, &tw_task_type, first_id, NULL);

  g_assert_nonnull (tw_commit_put (commit, &tw_task_type, found));
  g_assert_nonnull (tw_commit_put (commit, &tw_task_type, found));
  return TRUE;
}

static gboolean
put_what_was_removed (TwCommit *commit, gpointer data, GError **error)
{
  const TwTaskRecord *found = tw_commit_find (commit, &tw_task_type, first_id, NULL);

  tw_commit_remove (commit, &tw_task_type, first_id);
  g_assert_nonnull (tw_commit_put (commit, &tw_task_type, found));
  return TRUE;
}

static gboolean
remove_unseen (TwCommit *commit, gpointer data, GError **error)
{
  tw_commit_remove (commit, &tw_task_type, first_id);
  return TRUE;
}

static gboolean
put_malformed (TwCommit *commit, gpointer data, GError **error)
{
  tw_commit_put (commit, &tw_task_type, &(TwTaskRecord) { .has = whole_task, .id = "no id", .name = "" });
  return TRUE;
}

static gboolean
put_with_another_creation (TwCommit *commit, gpointer data, GError **error)
{
  TwTaskRecord task = *(const TwTaskRecord *) tw_commit_find (commit, &tw_task_type, first_id, NULL);

  task.created_ms++;
  tw_commit_put (commit, &tw_task_type, &task);
  return TRUE;
}

static gboolean
fail_silently (TwCommit *commit, gpointer data, GError **error)
{
  return FALSE;
}

static void
test_mistakes_are_refused (Place *place, gconstpointer data)
{
  static const struct
  {
    TwCommitFunc decide;
    const char *script;
  } mistakes[] = {
    { run_script, "=1 -1" }, { run_script, "+3 +3" }, { put_twice, NULL },
    { put_what_was_removed, NULL }, { remove_unseen, NULL }, { put_malformed, NULL }, { put_with_another_creation, NULL }, { fail_silently, NULL },
  };

  commit_well (place->commits, ANN, "+1 +2");
  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++)
    assert_refused (place, mistakes[i].decide, mistakes[i].script);
  assert_task (place->commits, ANN, 1, "new", 1);
}

/* A script says what the version is to be, and would not have the wrong one. */
static gboolean
put_highest (TwCommit *commit, gpointer data, GError **error)
{
  tw_commit_put (commit, &tw_task_type, tw_commit_find (commit, &tw_task_type, first_id, NULL));
  return TRUE;
}

static void
test_highest_version_is_the_last (Place *place, gconstpointer data)
{
  commit_well (place->commits, ANN, "+1 +2");
  place_run (place, "UPDATE tasks SET version = 9223372036854775806 WHERE id = x'000000000000000000000001'");
  commit_well (place->commits, ANN, "=1");
  assert_task (place->commits, ANN, 1, "changed", G_MAXINT64);
  assert_refused (place, put_highest, NULL);
  assert_refused (place, run_script, "-1");
  assert_task (place->commits, ANN, 1, "changed", G_MAXINT64);
}

static void
test_kind_that_nobody_knows_is_an_error (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  TwCommitLog log;

  commit_well (place->commits, ANN, "+1");
  place_run (place, "UPDATE log SET kind = 'dreams'");
  g_assert_false (tw_commits_log (place->commits, TW_DEADLINE_NONE, ANN, 0, &log, NULL, NULL, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
  g_assert_cmpint (commit_well (place->commits, ANN, "=1"), ==, 2);
}

/* Which task has been made with @key of ANN's, by @script now or before. */
static void
assert_keyed (Place *place, const char *key, const char *script, gboolean is_repeat, guint n)
{
  const TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS, .key = key, .fingerprint = { 1 } };
  g_autoptr (GError) error = NULL;
  TwCommitted committed;
  char id[TW_ID_SIZE];

  commit_spec (place->commits, &spec, script, &committed, &error);
  g_assert_no_error (error);
  g_assert_true (committed.is_repeat == is_repeat);
  if (is_repeat)
    g_assert_cmpstr (committed.first.id, ==, id_of (n, id));
}

static void
test_keys_of_the_same_hash_are_two (Place *place, gconstpointer data)
{
  assert_keyed (place, "k", "+1", FALSE, 0);
  place_run (place, "UPDATE log SET key_hash = hash ('ann', 'm')");
  assert_keyed (place, "m", "+2", FALSE, 0);
  assert_keyed (place, "m", "!", TRUE, 2);
  place_run (place, "UPDATE log SET key_hash = hash ('ann', 'k')");
  assert_keyed (place, "k", "!", TRUE, 1);
}

#define PARTITIONS 40

static const char *
partition_name (guint i, char name[8])
{
  g_snprintf (name, 8, "p%u", i % PARTITIONS);
  return name;
}

/* Each has as many as the others, and more than are ahead of the table at a time are in all. */
static void
fill_evenly (Place *place, guint first, guint n)
{
  for (guint i = first; i < first + n; i++)
    {
      char name[8];

      place_start (place, partition_name (i, name), i);
    }
  g_assert_cmpuint (place_finish (place), ==, n);
}

static void
assert_even (TwCommits *commits, guint each)
{
  for (guint i = 0; i < PARTITIONS; i++)
    {
      char name[8];

      g_assert_cmpint (read_log (commits, partition_name (i, name), 0, NULL, NULL).newest, ==, each);
    }
}

/* The table is behind the log most of the time: whenever a process is killed, another one finds where to go on. */
static void
test_another_process_goes_on_at_any_time (Place *place, gconstpointer data)
{
  g_autofree char *copy = g_strconcat (place->path, ".copy", NULL);
  gint64 known = 0, behind = 0;

  for (guint round = 0; round < 20; round++)
    {
      Place other = { 0 };

      fill_evenly (place, round * PARTITIONS, PARTITIONS);
      tw_crash_copy (place->path, copy);
      place_open (&other, copy);
      assert_even (other.commits, round + 1);
      fill_evenly (&other, 100000, PARTITIONS);
      assert_even (other.commits, round + 2);
      place_close (&other);
      known += place_ask (place, "SELECT heads_to FROM log_state") > 0 ? 1 : 0;
      behind += place_ask (place, "SELECT max (seq) > (SELECT heads_to FROM log_state) FROM log");
    }
  g_assert_cmpint (known, >, 0);
  g_assert_cmpint (behind, >, 0);
}

static void
test_heads_are_never_far_behind (Place *place, gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      fill_evenly (place, i * PARTITIONS, PARTITIONS);
      /* What is due is done by whoever comes next. */
      place_run (place, "SELECT 1");
      g_assert_cmpint (place_ask (place, "SELECT max (seq) - (SELECT heads_to FROM log_state) FROM log"), <, 512);
    }
}

/* More partitions than are remembered: those that were forgotten are found in the table. */
static void
test_more_partitions_than_are_remembered (Place *place, gconstpointer data)
{
  const guint n = 5000, batch = 500;

  for (guint round = 0; round < 2; round++)
    for (guint first = 0; first < n; first += batch)
      {
        for (guint i = first; i < first + batch; i++)
          {
            g_autofree char *name = g_strdup_printf ("partition %u", i);

            place_start (place, name, round * n + i);
          }
        g_assert_cmpuint (place_finish (place), ==, batch);
      }
  g_assert_cmpint (read_log (place->commits, "partition 0", 0, NULL, NULL).newest, ==, 2);
  g_assert_cmpint (place_ask (place, "SELECT count(*) FROM log WHERE number = 1"), ==, n);
  g_assert_cmpint (place_ask (place, "SELECT count(*) FROM log WHERE number = 2"), ==, n);
}

/* The queries of all threads, while there is somebody who asks. */
static GMutex mutex;
static GHashTable *queries;

static int
note_query (unsigned kind, void *context, void *statement, void *text)
{
  const char *sql = sqlite3_sql (statement);

  g_mutex_lock (&mutex);
  if (queries != NULL && (strstr (sql, "FROM log") != NULL || strstr (sql, "UPDATE log") != NULL))
    g_hash_table_add (queries, g_strdup (sql));
  g_mutex_unlock (&mutex);
  return 0;
}

static int
watch_connection (sqlite3 *db, char **message, const struct sqlite3_api_routines *routines)
{
  return sqlite3_trace_v2 (db, SQLITE_TRACE_STMT, note_query, NULL);
}

/* Appends how SQLite finds the rows of the log. */
static void
append_plan (GString *plan, TwSqliteConnection *connection, const char *sql)
{
  g_autofree char *explain = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_prepare_v2 (tw_sqlite_handle (connection), explain, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (plan, "%s\n", (const char *) sqlite3_column_text (statement, 3));
  sqlite3_finalize (statement);
}

static gboolean
pass_over (const TwCommitEntry *entry, gpointer data)
{
  return TRUE;
}

static void
use_everything (Place *place)
{
  const TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS, .key = "k" };
  const char *partition = ANN;
  TwCommitted committed;
  TwCommitBack back = { .partition = ANN, .until = -1 };
  TwCommitStore store;
  TwCommitLog log;

  place_fill (place, ANN, 1, 300);
  place_reopen (place);
  g_assert_true (commit_spec (place->commits, &spec, "=1", &committed, NULL));
  read_log (place->commits, ANN, 0, NULL, NULL);
  g_assert_true (tw_commits_log_back (place->commits, TW_DEADLINE_NONE, &back, pass_over, NULL, NULL));
  g_assert_true (tw_commits_look (place->commits, TW_DEADLINE_NONE, &partition, 1, &log, &store, NULL));
  tend_until_dropped (place->commits, NOW_MS + TW_COMMIT_KEPT_MS + 1, ANN, 1);
}

/* What is walked through is the log from its beginning, to the first row that stays, and the one row of its state, and of
 * what is kept beside it. */
static void
test_rows_are_found_by_an_index (Place *place, gconstpointer data)
{
  g_autoptr (TwSqliteConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  GHashTableIter iter;
  gpointer sql;
  guint n = 0;

  queries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  use_everything (place);
  place_close (place);
  connection = tw_sqlite_connection_open_read_only (place->path, FALSE, &error);
  g_assert_no_error (error);
  g_hash_table_iter_init (&iter, queries);
  for (; g_hash_table_iter_next (&iter, &sql, NULL); n++)
    {
      g_autoptr (GString) plan = g_string_new (NULL);
      const gboolean walks = g_str_has_suffix (sql, "FROM log ORDER BY seq");

      append_plan (plan, connection, sql);
      g_string_replace (plan, "SCAN log_state", "", 0);
      g_string_replace (plan, "SCAN log_store", "", 0);
      g_test_message ("%s: %s", (const char *) sql, plan->str);
      g_assert_null (strstr (plan->str, "TEMP B-TREE"));
      g_assert_true (walks == (strstr (plan->str, "SCAN") != NULL));
    }
  g_assert_cmpuint (n, >=, 10);
  g_clear_pointer (&queries, g_hash_table_unref);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (Place *place, gconstpointer data);
  } cases[] = {
    { "/commits-sqlite/mistakes-are-refused", test_mistakes_are_refused },
    { "/commits-sqlite/highest-version-is-the-last", test_highest_version_is_the_last },
    { "/commits-sqlite/kind-that-nobody-knows-is-an-error", test_kind_that_nobody_knows_is_an_error },
    { "/commits-sqlite/keys-of-the-same-hash-are-two", test_keys_of_the_same_hash_are_two },
    { "/commits-sqlite/another-process-goes-on-at-any-time", test_another_process_goes_on_at_any_time },
    { "/commits-sqlite/heads-are-never-far-behind", test_heads_are_never_far_behind },
    { "/commits-sqlite/more-partitions-than-are-remembered", test_more_partitions_than_are_remembered },
    { "/commits-sqlite/rows-are-found-by-an-index", test_rows_are_found_by_an_index },
  };

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sqlite3_auto_extension ((void (*) (void)) watch_connection), ==, SQLITE_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Place, NULL, place_set_up, cases[i].run, place_tear_down);
  return g_test_run ();
}
