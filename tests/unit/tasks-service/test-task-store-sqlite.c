/* SPDX-License-Identifier: Apache-2.0 */

/* How SQLite finds what the contract asks for: with a worse plan answers stay the same, and come later. */

#include "tw-task-store-sqlite.h"

#include "task-store-fixture.h"
#include "tw-temporary-folder.h"

#include <sqlite3.h>

#define BY_TABLE "SEARCH tasks USING PRIMARY KEY "
#define BY_ID "SEARCH tasks USING INDEX sqlite_autoindex_tasks_1 (id=?)\n"
#define BY_FILTER "SEARCH tasks USING INDEX tasks_by_done "

#define NEARBY BY_TABLE "(user_id=? AND created_ms>? AND created_ms<?)\n"

/* The queries of this thread, while there is somebody who asks. */
static _Thread_local GPtrArray *queries;

static int
note_query (unsigned kind, void *context, void *statement, void *text)
{
  const char *sql = sqlite3_sql (statement);

  if (queries != NULL && g_str_has_prefix (sql, "SELECT "))
    g_ptr_array_add (queries, g_strdup (sql));
  return 0;
}

/* Called for each connection that is opened (https://sqlite.org/c3ref/auto_extension.html). */
static int
watch_connection (sqlite3 *db, char **message, const struct sqlite3_api_routines *routines)
{
  return sqlite3_trace_v2 (db, SQLITE_TRACE_STMT, note_query, NULL);
}

/* Appends the steps of SQLite's plan for @sql, each with a newline. */
static void
append_plan (GString *plan, const char *path, const char *sql)
{
  g_autofree char *explain = g_strconcat ("EXPLAIN QUERY PLAN ", sql, NULL);
  sqlite3_stmt *statement;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, explain, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (plan, "%s\n", (const char *) sqlite3_column_text (statement, 3));
  sqlite3_finalize (statement);
  sqlite3_close (db);
}

/* Ann's tasks: the id of the first says when it was made, that of the second does not. */
#define MADE_AT_ID 1
#define MADE_LATER 2

static void
view (TwTaskStore *store, guint n, gboolean exists)
{
  g_autoptr (GString) found = g_string_new (NULL);
  char id[TW_ID_SIZE];

  g_assert_cmpint (tw_task_store_view (store, ANN, id_of (n, id), note_row, found, NULL), ==, exists);
}

static void
ask_made_at_id (TwTaskStore *store)
{
  view (store, MADE_AT_ID, TRUE);
}

static void
ask_made_later (TwTaskStore *store)
{
  view (store, MADE_LATER, TRUE);
}

static void
ask_missing (TwTaskStore *store)
{
  view (store, 3, FALSE);
}

static void
ask_first_page (TwTaskStore *store)
{
  assert_list (store, ANN, TW_DONE_ANY, NULL, 20, "2 1");
}

static void
ask_next_page (TwTaskStore *store)
{
  const TwTaskPosition after = behind (5000, MADE_LATER);

  assert_list (store, ANN, TW_DONE_ANY, &after, 20, "1");
}

static void
ask_done (TwTaskStore *store)
{
  assert_list (store, ANN, TW_DONE_ONLY, NULL, 20, "2");
}

static void
ask_next_open (TwTaskStore *store)
{
  const TwTaskPosition after = behind (5000, MADE_LATER);

  assert_list (store, ANN, TW_OPEN_ONLY, &after, 20, "1");
}

typedef struct
{
  const char *name;
  void (*ask) (TwTaskStore *store);
  const char *plans; /* of the queries, one behind the other */
} Case;

static void
test_plan (gconstpointer data)
{
  const Case *test = data;
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (GString) plans = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  TwTaskStore *store = tw_task_store_sqlite_open (path, &error);

  g_assert_no_error (error);
  insert (store, ANN, MADE_AT_ID, 700, FALSE);
  insert (store, ANN, MADE_LATER, 5000, TRUE);

  queries = g_ptr_array_new_with_free_func (g_free);
  test->ask (store);
  for (guint i = 0; i < queries->len; i++)
    append_plan (plans, path, g_ptr_array_index (queries, i));
  g_assert_cmpstr (plans->str, ==, test->plans);

  g_clear_pointer (&queries, g_ptr_array_unref);
  tw_task_store_free (store);
}

int
main (int argc, char **argv)
{
  static const Case cases[] = {
    { "/task-plan/task-whose-id-says-when", ask_made_at_id, NEARBY },
    { "/task-plan/task-whose-id-does-not", ask_made_later, NEARBY BY_ID },
    { "/task-plan/missing-task", ask_missing, NEARBY BY_ID },
    { "/task-plan/first-page", ask_first_page, BY_TABLE "(user_id=?)\n" },
    { "/task-plan/next-page", ask_next_page, BY_TABLE "(user_id=? AND (created_ms,id)<(?,?))\n" },
    { "/task-plan/done", ask_done, BY_FILTER "(user_id=? AND done=?)\n" },
    { "/task-plan/next-open", ask_next_open, BY_FILTER "(user_id=? AND done=? AND (created_ms,id)<(?,?))\n" },
  };

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sqlite3_auto_extension ((void (*) (void)) watch_connection), ==, SQLITE_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].name, &cases[i], test_plan);
  return g_test_run ();
}
