/* SPDX-License-Identifier: Apache-2.0 */

/* How SQLite finds what the contract asks for: with a worse plan answers stay the same, and come later. And that rows are
 * taken from inside of its steps: where SQLite would no longer give them so, they are right, and come later too. */

#include "tw-task-store-sqlite.h"

#include "task-store-fixture.h"
#include "tw-sqlite-connection.h"
#include "tw-task-order.h"
#include "tw-task-names-sqlite.h"
#include "tw-task-tables.h"
#include "tw-temporary-folder.h"
#include "writer-hold.h"

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
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSqliteConnection) connection = tw_sqlite_connection_open_read_only (path, FALSE, &error);
  sqlite3_stmt *statement;

  g_assert_no_error (error);
  g_assert_cmpint (sqlite3_prepare_v2 (tw_sqlite_handle (connection), explain, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (plan, "%s\n", (const char *) sqlite3_column_text (statement, 3));
  sqlite3_finalize (statement);
}

/* Those of all queries that were asked, each of which takes rows from inside of SQLite's step unless that is not wanted. */
static void
append_plans (GString *plans, const char *path, TwPlain plain)
{
  for (guint i = 0; i < queries->len; i++)
    {
      const char *sql = g_ptr_array_index (queries, i);

      append_plan (plans, path, sql);
      g_assert_true (strstr (sql, " FROM tasks ") == NULL
                     || (strstr (sql, "take_row") == NULL) == (plain != TW_PLAIN_NOTHING));
    }
  g_clear_pointer (&queries, g_ptr_array_unref);
}

/* Ann's tasks: the id of the first says when it was made, that of the second does not. */
#define MADE_AT_ID 1
#define MADE_LATER 2

typedef struct
{
  const char *name;
  const char *plans; /* of the queries, one behind the other */
  guint viewed;      /* the task; 0: a list */
  TwDoneFilter filter;
  gboolean goes_on;     /* behind the second task */
  const char *expected; /* the list, or the task; NULL: there is none */
} Case;

static void
view (const Case *test, TwTaskStore *store)
{
  g_autoptr (GString) found = g_string_new (NULL);
  char id[TW_ID_SIZE];
  const TwTaskQuery query = { .user_id = ANN, .id = id_of (test->viewed, id) };

  if (read_tasks (store, TW_DEADLINE_NONE, &query, note_row, found, NULL))
    g_assert_cmpstr (found->str, ==, test->expected);
  else
    g_assert_null (test->expected);
}

static void
list (const Case *test, TwTaskStore *store)
{
  const TwTaskPosition after = behind (5000, MADE_LATER);

  assert_list (store, ANN, test->filter, test->goes_on ? &after : NULL, 20, test->expected);
}

static void
test_plan (const Case *test, TwPlain plain)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (GString) plans = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  TwTaskStore *store = tw_task_store_sqlite_open (path, plain, &error);

  g_assert_no_error (error);
  insert (store, ANN, MADE_AT_ID, 700, FALSE);
  insert (store, ANN, MADE_LATER, 5000, TRUE);

  queries = g_ptr_array_new_with_free_func (g_free);
  if (test->viewed != 0)
    view (test, store);
  else
    list (test, store);
  append_plans (plans, path, plain);
  g_assert_cmpstr (plans->str, ==, test->plans);
  tw_task_store_free (store);
}

static void
test_taking (gconstpointer data)
{
  test_plan (data, TW_PLAIN_NOTHING);
}

static void
test_plain (gconstpointer data)
{
  test_plan (data, TW_PLAIN_ROWS);
}

/* Orders */

#define LIST "0123456789abcdef01234567"

static const char *const columns[TW_TASK_KEYS] = { NULL, "due", "priority", "name_folded", "position" };
static const char *const names[TW_TASK_KEYS] = { "created", "due", "priority", "name", "position" };

/* What is asked of the index of @key, once for the open ones, once for those that are done, or for one of these. */
static void
expect (GString *plans, const TwTaskQuery *query, const char *conditions)
{
  const gboolean of_list = query->filter.list == TW_LIST_ONE;

  for (guint i = query->filter.done == TW_DONE_ANY ? 0 : 1; i < 2; i++)
    g_string_append_printf (plans, "SEARCH tasks USING INDEX tasks_by_%s%s (%s=? AND done=?%s)\n",
                            of_list ? "list_" : "", names[query->order.key], of_list ? "list_id" : "user_id", conditions);
}

/* Along the order of creation, which passes by what does not have another key too. */
static void
expect_unset (GString *plans, const TwTaskQuery *query, const char *conditions)
{
  if (query->filter.list != TW_LIST_ONE && query->filter.done == TW_DONE_ANY)
    {
      g_string_append_printf (plans, BY_TABLE "(user_id=?%s)\n", conditions);
      return;
    }
  for (guint i = query->filter.done == TW_DONE_ANY ? 0 : 1; i < 2; i++)
    g_string_append_printf (plans, "SEARCH tasks USING INDEX tasks_by_%s (%s=? AND done=?%s)\n",
                            query->filter.list == TW_LIST_ONE ? "list" : "done",
                            query->filter.list == TW_LIST_ONE ? "list_id" : "user_id", conditions);
}

#define HAS_NAMES "SEARCH tasks_folded USING PRIMARY KEY (owner=?)\n"

static void
expect_all (GString *plans, const TwTaskQuery *query)
{
  const char *column = columns[query->order.key];
  const gboolean newest_first = query->order.key != TW_TASK_BY_CREATED || !query->order.backwards;
  g_autofree char *ties = g_strdup_printf (" AND %s=? AND (created_ms,id)<(?,?)", column);
  g_autofree char *range = g_strdup_printf (" AND %s>? AND %s<?", column, column);

  if (query->order.key == TW_TASK_BY_NAME)
    g_string_append (plans, HAS_NAMES);
  if (column == NULL || (query->after != NULL && !query->after->is_set))
    {
      expect_unset (plans, query,
                    query->after == NULL ? ""
                    : newest_first       ? " AND (created_ms,id)<(?,?)"
                                         : " AND (created_ms,id)>(?,?)");
      return;
    }
  if (query->after != NULL)
    expect (plans, query, ties);
  expect (plans, query, range);
  expect_unset (plans, query, "");
}

/* What the test says by a connection of its own: how many rows there are, or are changed. */
static int
run_sql (const char *path, const char *sql)
{
  sqlite3_stmt *statement;
  sqlite3 *db;
  int n = 0;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 60000);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    n++;
  g_assert_cmpint (sqlite3_finalize (statement), ==, SQLITE_OK);
  n += sqlite3_changes (db);
  sqlite3_close (db);
  return n;
}

static void
test_order (const TwTaskOrder *order, TwPlain plain)
{
  static const TwTaskFilter filters[] = {
    { .done = TW_DONE_ANY },
    { .done = TW_OPEN_ONLY },
    { .list = TW_LIST_NONE, .done = TW_DONE_ONLY },
    { .list = TW_LIST_ONE, .list_id = LIST },
    { .list = TW_LIST_ONE, .list_id = LIST, .done = TW_DONE_ONLY },
  };
  static const TwTaskPosition places[] = {
    { .created_ms = 5, .id = LIST, .is_set = TRUE, .number = 2, .real = 2, .text = "b" },
    { .created_ms = 5, .id = LIST },
  };
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  TwTaskStore *store = tw_task_store_sqlite_open (path, plain, NULL);

  g_assert_cmpint (run_sql (path, "INSERT INTO tasks_folded VALUES ('ann')"), ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (filters) * 3; i++)
    {
      const TwTaskQuery query = { .user_id = ANN, .filter = filters[i / 3], .order = *order, .limit = 20,
                                  .after = i % 3 < 2 ? &places[i % 3] : NULL };
      g_autoptr (GString) found = g_string_new (NULL), plans = g_string_new (NULL), expected = g_string_new (NULL);

      queries = g_ptr_array_new_with_free_func (g_free);
      g_assert_true (read_tasks (store, TW_DEADLINE_NONE, &query, note_row, found, NULL));
      append_plans (plans, path, plain);
      expect_all (expected, &query);
      g_assert_cmpstr (plans->str, ==, expected->str);
    }
  tw_task_store_free (store);
}

static void
test_order_taking (gconstpointer data)
{
  test_order (data, TW_PLAIN_NOTHING);
}

static void
test_order_plain (gconstpointer data)
{
  test_order (data, TW_PLAIN_ROWS);
}

/* Names */

static char *
list_by_name (TwTaskStore *store, gboolean backwards, guint limit)
{
  const TwTaskQuery query = { .user_id = ANN, .order = { TW_TASK_BY_NAME, backwards }, .limit = limit };
  g_autoptr (GString) list = g_string_new (NULL);

  g_assert_true (read_tasks (store, TW_DEADLINE_NONE, &query, note_row, list, NULL));
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static void
insert_named (TwTaskStore *store, guint n, const char *name)
{
  char id[TW_ID_SIZE];
  const TwTaskRecord task = { .has = TASK_WHOLE, .id = id_of (n, id), .user_id = ANN, .name = name, .created_ms = n / 2,
                              .version = 1, .done = n % 3 == 0 };

  g_free (insert_record (store, &task, NULL));
}

/* They are put into the index behind the first one who asks, and stay in it. */
static void
test_names_are_indexed_for_who_asks (void)
{
  static const char *const some[] = { "zebra", "Äpfel", "apfel", "Straße", "STRASSE", "x", "yak" };
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  TwTaskStore *store = tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, NULL);
  g_autofree char *looked_at = NULL, *back = NULL;
  char id[TW_ID_SIZE];

  for (guint n = 1; n <= 500; n++)
    insert_named (store, n, some[n % G_N_ELEMENTS (some)]);
  insert (store, BOB, 501, 1, FALSE);
  looked_at = list_by_name (store, FALSE, 0);
  back = list_by_name (store, TRUE, 0);
  while (run_sql (path, "SELECT 1 FROM tasks_folded WHERE owner = 'ann'") == 0)
    g_usleep (1000);
  g_assert_cmpint (run_sql (path, "SELECT 1 FROM tasks WHERE name_folded IS NULL"), ==, 1);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *forwards = list_by_name (store, FALSE, 0), *backwards = list_by_name (store, TRUE, 0);

      g_assert_cmpstr (forwards, ==, looked_at);
      g_assert_cmpstr (backwards, ==, back);
      tw_task_store_free (store);
      store = tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, NULL);
    }
  /* Also what is new, and what has another name. */
  insert_named (store, 600, "AARDVARK");
  insert_named (store, 601, "Żóraw");
  g_free (change_task (store, ANN, id_of (7, id), &(TaskWords) { .name = "Aal", .now_ms = 9 }, NULL));
  g_assert_cmpint (run_sql (path, "SELECT 1 FROM tasks WHERE name_folded IS NULL"), ==, 1);
  g_clear_pointer (&looked_at, g_free);
  g_clear_pointer (&back, g_free);
  looked_at = list_by_name (store, FALSE, 2);
  back = list_by_name (store, TRUE, 1);
  g_assert_cmpstr (looked_at, ==, "7 600");
  g_assert_cmpstr (back, ==, "601");
  tw_task_store_free (store);
}

static gboolean
keep_row (const TwTaskRecord *task, gpointer data)
{
  *(TwTaskRecord **) data = tw_record_copy (&tw_task_type, task);
  return TRUE;
}

/* As others may have written them, and a copy brings them: of one key, so that a page behind one goes on. */
static void
test_names_that_are_too_long (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autofree char *head = g_strnfill (500, 'X'), *one = g_strconcat (head, "b", NULL), *two = g_strconcat (head, "a", NULL);
  TwTaskStore *store = tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, NULL);
  g_autoptr (GString) list = g_string_new (NULL);
  g_auto (TwTaskPosition) after = { .created_ms = 0 };

  g_assert_cmpint (run_sql (path, "INSERT INTO tasks_folded VALUES ('ann')"), ==, 1);
  insert_named (store, 1, "a");
  insert_named (store, 2, one);
  insert_named (store, 4, two);
  insert_named (store, 6, "y");
  for (guint i = 0; i < 5; i++)
    {
      const TwTaskOrder order = { TW_TASK_BY_NAME, FALSE };
      const TwTaskQuery query = { .user_id = ANN, .order = order, .limit = 1, .after = i > 0 ? &after : NULL };
      g_autoptr (TwTaskRecord) task = NULL;

      g_assert_true (read_tasks (store, TW_DEADLINE_NONE, &query, keep_row, &task, NULL));
      if (task == NULL)
        break;
      note_row (task, list);
      tw_task_position_clear (&after);
      tw_task_order_place (&order, task, &after);
    }
  g_assert_cmpstr (list->str, ==, "1 4 2 6");
  tw_task_store_free (store);
}

/* Nor by each of the others who ask meanwhile. */
static void
test_names_are_indexed_by_one_at_a_time (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  TwSqlite *db = tw_sqlite_open (path, tw_task_tables_kind.application_id, tw_task_tables_migrations,
                                 tw_task_tables_kind.version, 1, NULL);
  TwTaskNamesSqlite *index = tw_task_names_sqlite_new (db);
  WriterHold hold;

  writer_hold (&hold, db);
  g_assert_true (tw_task_names_sqlite_make (index, ANN));
  g_assert_false (tw_task_names_sqlite_make (index, ANN));
  g_assert_true (tw_task_names_sqlite_make (index, BOB));
  g_assert_false (tw_task_names_sqlite_make (index, ANN));
  writer_let_go (&hold, db);
  g_assert_true (tw_task_names_sqlite_make (index, ANN));
  tw_sqlite_close (db);
  tw_task_names_sqlite_free (index);
}

static gboolean
count_in_state (const TwTaskRecord *task, gpointer state)
{
  ++**(guint *const *) state;
  return TRUE;
}

static void
expect_no_error (const GError *error, gpointer state)
{
  g_assert_no_error (error);
}

/* A page by name on a thread that may not wait: whether it was answered. */
static gboolean
read_names_at_once (TwTaskStore *store, guint *n)
{
  const TwTaskQuery query = { .user_id = ANN, .order = { TW_TASK_BY_NAME, FALSE }, .limit = 10 };

  *n = 0;
  return tw_task_store_read (store, TW_DEADLINE_NONE, &query,
                             &(TwTaskReading) { count_in_state, expect_no_error, &n, sizeof n, .may_wait = FALSE });
}

/* All are looked at by a thread that may wait; what is indexed comes at once, as soon as it is in memory. */
static void
test_names_that_are_indexed_come_at_once (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  TwTaskStore *store = tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, NULL);
  gboolean was_answered = FALSE;
  guint n;

  for (guint i = 1; i <= 200; i++)
    insert_named (store, i, "one");
  if (tw_task_store_reads_begin (store, TRUE))
    {
      g_assert_false (read_names_at_once (store, &n));
      tw_task_store_reads_end (store);
    }
  g_free (list_by_name (store, FALSE, 10));
  while (run_sql (path, "SELECT 1 FROM tasks_folded WHERE owner = 'ann'") == 0)
    g_usleep (1000);
  /* On some file systems nothing is read without waiting. */
  for (guint i = 0; !was_answered && tw_task_store_reads_begin (store, TRUE); i++)
    {
      was_answered = read_names_at_once (store, &n);
      tw_task_store_reads_end (store);
      g_assert_true (was_answered ? n == 10 : i < 10000);
      g_free (list_by_name (store, FALSE, 10));
    }
  tw_task_store_free (store);
}

/* For a few it is not worth while. */
static void
test_few_names_are_not_indexed (void)
{
  TW_AUTO_FOLDER char *folder = tw_temporary_folder_new ();
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  TwTaskStore *store = tw_task_store_sqlite_open (path, TW_PLAIN_NOTHING, NULL);

  for (guint n = 1; n <= 20; n++)
    insert_named (store, n, "one");
  g_free (list_by_name (store, FALSE, 0));
  tw_task_store_free (store);
  g_assert_cmpint (run_sql (path, "SELECT 1 FROM tasks_folded"), ==, 0);
  g_assert_cmpint (run_sql (path, "SELECT 1 FROM tasks WHERE name_folded IS NOT NULL"), ==, 0);
}

int
main (int argc, char **argv)
{
  static const Case cases[] = {
    { "/task-plan/task-whose-id-says-when", NEARBY, .viewed = MADE_AT_ID, .expected = "1" },
    { "/task-plan/task-whose-id-does-not", NEARBY BY_ID, .viewed = MADE_LATER, .expected = "2" },
    { "/task-plan/missing-task", NEARBY BY_ID, .viewed = 3 },
    { "/task-plan/first-page", BY_TABLE "(user_id=?)\n", .expected = "2 1" },
    { "/task-plan/next-page", BY_TABLE "(user_id=? AND (created_ms,id)<(?,?))\n", .goes_on = TRUE, .expected = "1" },
    { "/task-plan/done", BY_FILTER "(user_id=? AND done=?)\n", .filter = TW_DONE_ONLY, .expected = "2" },
    { "/task-plan/next-open", BY_FILTER "(user_id=? AND done=? AND (created_ms,id)<(?,?))\n", .filter = TW_OPEN_ONLY,
      .goes_on = TRUE, .expected = "1" },
  };

  static const TwTaskOrder orders[] = {
    { TW_TASK_BY_CREATED, FALSE },  { TW_TASK_BY_CREATED, TRUE },  { TW_TASK_BY_DUE, FALSE },      { TW_TASK_BY_DUE, TRUE },      { TW_TASK_BY_PRIORITY, FALSE },
    { TW_TASK_BY_PRIORITY, TRUE },  { TW_TASK_BY_NAME, FALSE },    { TW_TASK_BY_NAME, TRUE },     { TW_TASK_BY_POSITION, FALSE }, { TW_TASK_BY_POSITION, TRUE },
  };

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sqlite3_auto_extension ((void (*) (void)) watch_connection), ==, SQLITE_OK);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *plain = g_strconcat (cases[i].name, "/plain", NULL);

      g_test_add_data_func (cases[i].name, &cases[i], test_taking);
      g_test_add_data_func (plain, &cases[i], test_plain);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (orders); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/task-plan/by-%s%s", names[orders[i].key], orders[i].backwards ? "-backwards" : "");
      g_autofree char *plain = g_strconcat (path, "/plain", NULL);

      g_test_add_data_func (path, &orders[i], test_order_taking);
      g_test_add_data_func (plain, &orders[i], test_order_plain);
    }
  g_test_add_func ("/task-store-sqlite/names-are-indexed-for-who-asks", test_names_are_indexed_for_who_asks);
  g_test_add_func ("/task-store-sqlite/names-are-indexed-by-one-at-a-time", test_names_are_indexed_by_one_at_a_time);
  g_test_add_func ("/task-store-sqlite/names-that-are-indexed-come-at-once", test_names_that_are_indexed_come_at_once);
  g_test_add_func ("/task-store-sqlite/few-names-are-not-indexed", test_few_names_are_not_indexed);
  g_test_add_func ("/task-store-sqlite/names-that-are-too-long", test_names_that_are_too_long);
  return g_test_run ();
}
