/* SPDX-License-Identifier: Apache-2.0 */

/* What a database of an older version holds is served, and takes what is new. */

#include "tw-task-tables.h"

#include "task-store-fixture.h"
#include "tw-sqlite.h"
#include "tw-task-store-sqlite.h"
#include "tw-temporary-folder.h"

static gboolean
insert_old (TwSqliteConnection *connection, gpointer data, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection,
                             "INSERT INTO tasks (user_id, created_ms, id, updated_ms, version, done, name)"
                             " VALUES ('ann', 1000, x'000000000000000000000001', 2000, 3, 1, 'older')",
                             error);

  return statement != NULL && tw_sqlite_step (connection, statement, error) >= 0;
}

static char *
database_of_the_first_version (const char *folder)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (TwSqlite) db
      = tw_sqlite_open (path, tw_task_tables_kind.application_id, tw_task_tables_migrations, 1, 1, &error);

  g_assert_no_error (error);
  g_assert_true (tw_sqlite_mutate_wait (db, TW_DEADLINE_NONE, insert_old, NULL, &error));
  g_assert_no_error (error);
  return path;
}

static void
test_task_of_the_first_version_is_as_it_was (void)
{
  char *folder = tw_temporary_folder_new (), id[TW_ID_SIZE];
  g_autofree char *path = database_of_the_first_version (folder);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task-tables/task-of-the-first-version-is-as-it-was", test_task_of_the_first_version_is_as_it_was);
  return g_test_run ();
}
