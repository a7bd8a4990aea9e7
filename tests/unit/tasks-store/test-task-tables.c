/* SPDX-License-Identifier: Apache-2.0 */

/* What a database of an older version holds is served, and takes what is new. */

#include "tw-task-tables.h"

#include "task-store-fixture.h"
#include "tw-sqlite.h"
#include "tw-task-store-sqlite.h"
#include "tw-temporary-folder.h"

#define TASK                                                                                                            "INSERT INTO tasks (user_id, created_ms, id, updated_ms, version, done, name)"                                        " VALUES ('ann', 1000, x'000000000000000000000001', 2000, 3, 1, 'older')"

/* Of a request that came with the key 'k' and the fingerprint "a". */
#define ENTRY                                                                                                           "INSERT INTO log (seq, user_id, number, previous, mark, time_ms, by_id, kind, id, version, gone, changed, key,"       " fingerprint) VALUES (1, 'ann', 1, 0, zeroblob (16), 1000, 'ann', 'tasks', x'000000000000000000000001', 1, 0, 1,"    " 'k', x'61000000000000000000000000000000')"

static gboolean
run_sql (TwSqliteConnection *connection, gpointer sql, GError **error)
{
  return tw_sqlite_run (connection, sql, error);
}

/* A database as the first @migrations left it, in which @statements have been run, up to a NULL. */
static char *
database_of (const char *folder, guint migrations, const char *const *statements)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (TwSqlite) db
      = tw_sqlite_open (path, tw_task_tables_kind.application_id, tw_task_tables_migrations, migrations, 1, &error);

  g_assert_no_error (error);
  for (guint i = 0; statements[i] != NULL; i++)
    tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, run_sql, (gpointer) (guintptr) statements[i], &error);
  g_assert_no_error (error);
  return path;
}

static void
test_task_of_the_first_version_is_as_it_was (void)
{
  char *folder = tw_temporary_folder_new (), id[TW_ID_SIZE];
  g_autofree char *path = database_of (folder, 1, (const char *const[]) { TASK, NULL });
  const TwTaskRecord old = { .has = TASK_WHOLE, .id = id_of (1, id), .user_id = ANN, .name = "older", .created_ms = 1000,
                             .updated_ms = 2000, .version = 3, .done = TRUE };
  const TwTaskRecord said = { .has = TW_TASK_HAS_NOTES, .notes = "newer" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwTaskStore) store = tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, &error);
  g_autoptr (TwTaskRecord) before = NULL, changed = NULL, after = NULL;
  TaskChangeWait wait;

  g_assert_no_error (error);
  before = read_task (store, TW_DEADLINE_NONE, ANN, old.id, &error);
  g_assert_no_error (error);
  assert_same (before, &old);
  tw_task_change (store, &(TwTaskRequest) { .deadline_ms = TW_DEADLINE_NONE, .now_ms = 5000 }, ANN, old.id,
                  &(TwPreconditions) { .has_match = FALSE }, &said, 0, task_change_ended, task_change_begin (&wait));
  changed = task_change_wait (&wait, &error);
  g_assert_no_error (error);
  g_assert_cmphex (changed->has, ==, TASK_WHOLE | TW_TASK_HAS_NOTES);
  after = read_task (store, TW_DEADLINE_NONE, ANN, old.id, &error);
  assert_same (after, changed);
  g_clear_pointer (&store, tw_task_store_free);
  tw_temporary_folder_remove (folder);
  g_free (folder);
}

#define BEFORE_NOTES 4

static void
test_key_of_before_there_were_notes_is_known (void)
{
  char *folder = tw_temporary_folder_new (), id[TW_ID_SIZE], other[TW_ID_SIZE];
  g_autofree char *path = database_of (folder, BEFORE_NOTES, (const char *const[]) { TASK, ENTRY, NULL });
  const TwTaskRequest request = { .deadline_ms = TW_DEADLINE_NONE, .now_ms = 5000, .key = "k",
                                  .fingerprint = { (const guint8 *) "a", 1 } };
  const TwTaskRecord said = { .has = TASK_WHOLE, .id = id_of (2, other), .user_id = ANN, .name = "again" };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwTaskStore) store = tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, &error);
  g_autoptr (TwTaskRecord) task = NULL;
  TaskChangeWait wait;

  g_assert_no_error (error);
  tw_task_insert (store, &request, &said, task_change_ended, task_change_begin (&wait));
  task = task_change_wait (&wait, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (task->id, ==, id_of (1, id));
  g_clear_pointer (&store, tw_task_store_free);
  tw_temporary_folder_remove (folder);
  g_free (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task-tables/task-of-the-first-version-is-as-it-was", test_task_of_the_first_version_is_as_it_was);
  g_test_add_func ("/task-tables/key-of-before-there-were-notes-is-known", test_key_of_before_there_were_notes_is_known);
  return g_test_run ();
}
