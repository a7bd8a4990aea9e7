/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-store-sqlite.h"

#include "tw-error.h"
#include "tw-random.h"
#include "tw-record-table.h"
#include "tw-sqlite.h"
#include "tw-task-tables.h"

/* What is asked of the table, with its columns in it: they follow from the IDL. */
typedef struct
{
  char *nearby, *by_id;
  char *walks[TW_OPEN_ONLY + 1][2]; /* from the start, behind a position */
} Queries;

typedef struct
{
  TwTaskStore parent;
  TwSqlite *db;
  TwRecordTable *table;
  Queries queries;
} Store;

static Store *
sqlite_store (TwTaskStore *store)
{
  return (Store *) store;
}

static TwSqlite *
database (TwTaskStore *store)
{
  return sqlite_store (store)->db;
}

static gboolean
not_found (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Task not found");
  return FALSE;
}

static gboolean
internal (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "the task can't be changed");
  return FALSE;
}

/* For reads that wait for the disk, those that work meanwhile, lists of all tasks and checks. One that was never used
 * is small. */
#define READERS 32

#define ALL G_MAXUINT64

/* What becomes of the rows of a statement. */
typedef struct
{
  const Store *store;
  const char *user_id; /* whose they are */
  const guint8 *id;    /* the one that is wanted; NULL: all */
  guint64 left;        /* as many of these, at least one, or ALL */
  gboolean (*row) (const TwTaskRecord *task, gpointer user_data);
  gpointer user_data;
  gboolean ended; /* no more are wanted */
} Taking;

static gboolean
take_task (sqlite3_value **columns, gpointer user_data)
{
  Taking *taking = user_data;
  const TwRecordTable *table = taking->store->table;
  TwRecordRowIds ids;
  TwTaskRecord task;

  if (taking->id != NULL && memcmp (tw_record_table_key (table, columns), taking->id, TW_ID_BYTES) != 0)
    return TRUE;
  tw_record_table_read (table, columns, taking->user_id, &ids, &task);
  taking->ended = !taking->row (&task, taking->user_data) || --taking->left == 0;
  return !taking->ended;
}

/* Takes rows until no more are wanted, or to the statement's end. FALSE with @error where that failed. */
static gboolean
take_tasks (TwSqliteConnection *connection, sqlite3_stmt *statement, Taking *taking, GError **error)
{
  const TwSqliteRows rows = { take_task, taking };
  int result = SQLITE_ROW;

  tw_sqlite_bind_rows (statement, 1, &rows);
  tw_sqlite_bind_text (statement, 2, taking->user_id);
  while (!taking->ended && result == SQLITE_ROW)
    result = tw_sqlite_step (connection, statement, error);
  return result >= 0;
}

static void
bind_id (sqlite3_stmt *statement, int index, const guint8 id[TW_ID_BYTES])
{
  sqlite3_bind_blob (statement, index, id, TW_ID_BYTES, SQLITE_STATIC);
}

static gboolean
read_check (TwSqliteConnection *connection, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "SELECT EXISTS (SELECT 1 FROM tasks)", error);

  return statement != NULL && tw_sqlite_step (connection, statement, error) >= 0;
}

static gboolean
store_check (TwTaskStore *store, gint64 deadline_ms, GError **error)
{
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (database (store), deadline_ms, error);
  gboolean well = read_check (connection, error);

  tw_sqlite_reader_return (database (store), connection);
  return well;
}

/* A task's id begins with the second in which the task was created, and the table is in the order of creation: nearly
 * always the task is among the first few that its user created in that second. It is found there by one walk down one
 * tree. The index on ids is a second one, of other pages: it is for a user who was busier than that, and for ids that
 * were not made here. */
#define NEARBY                                                                                                         \
  "SELECT take_row (?1, %s) FROM tasks WHERE user_id = ?2 AND created_ms BETWEEN ?3 AND ?3 + 999"                      \
  " ORDER BY created_ms, id LIMIT 4"
#define BY_ID "SELECT take_row (?1, %s) FROM tasks WHERE id = ?3 AND user_id = ?2"

static gboolean
read_task (TwSqliteConnection *connection, const guint8 id[TW_ID_BYTES], Taking *taking, GError **error)
{
  const char *const queries[] = { taking->store->queries.nearby, taking->store->queries.by_id };

  taking->id = id;
  taking->left = 1;
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, queries[i], error);

      if (statement == NULL)
        return FALSE;
      if (i == 0)
        sqlite3_bind_int64 (statement, 3, tw_id_second (id) * 1000);
      else
        bind_id (statement, 3, id);
      if (!take_tasks (connection, statement, taking, error))
        return FALSE;
      if (taking->ended)
        return TRUE;
    }
  return not_found (error);
}

static gboolean
store_reads_begin (TwTaskStore *store, gboolean foremost)
{
  return tw_sqlite_reads_begin (database (store), foremost);
}

static void
store_reads_end (TwTaskStore *store)
{
  tw_sqlite_reads_end (database (store));
}

/* Without statistics SQLite would rather filter the table's own order: the index is named. A position is compared with
 * each row, which takes as long as reading it does: the first page has a statement of its own. What stands before
 * take_row() is settled by the index, and so is the order: the test of plans holds SQLite to that. */
#define PLAIN "SELECT 1 FROM tasks WHERE user_id = ?2"
#define BY_DONE "SELECT 1 FROM tasks INDEXED BY tasks_by_done WHERE user_id = ?2 AND done = "
#define BEHIND " AND (created_ms, id) < (?3, ?4)"
#define NEWEST_FIRST " AND take_row (?1, %s) ORDER BY created_ms DESC, id DESC"

static void
write_queries (Queries *queries, const char *columns)
{
  static const char *const walks[][2] = {
    [TW_DONE_ANY] = { PLAIN NEWEST_FIRST, PLAIN BEHIND NEWEST_FIRST },
    [TW_DONE_ONLY] = { BY_DONE "1" NEWEST_FIRST, BY_DONE "1" BEHIND NEWEST_FIRST },
    [TW_OPEN_ONLY] = { BY_DONE "0" NEWEST_FIRST, BY_DONE "0" BEHIND NEWEST_FIRST },
  };

  queries->nearby = g_strdup_printf (NEARBY, columns);
  queries->by_id = g_strdup_printf (BY_ID, columns);
  for (guint i = 0; i < G_N_ELEMENTS (walks) * 2; i++)
    {
      g_autoptr (GString) query = g_string_new (walks[i / 2][i % 2]);

      g_string_replace (query, "%s", columns, 1);
      queries->walks[i / 2][i % 2] = g_string_free (g_steal_pointer (&query), FALSE);
    }
}

static void
clear_queries (Queries *queries)
{
  g_free (queries->nearby);
  g_free (queries->by_id);
  for (guint i = 0; i < G_N_ELEMENTS (queries->walks); i++)
    {
      g_free (queries->walks[i][0]);
      g_free (queries->walks[i][1]);
    }
}

/* @id: the position's, where there is one. */
static gboolean
read_list (TwSqliteConnection *connection, const TwTaskQuery *query, const guint8 id[TW_ID_BYTES], Taking *taking,
           GError **error)
{
  const TwTaskPosition *after = query->after;
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, taking->store->queries.walks[query->filter][after != NULL ? 1 : 0], error);

  if (statement == NULL)
    return FALSE;
  if (after != NULL)
    {
      sqlite3_bind_int64 (statement, 3, after->created_ms);
      bind_id (statement, 4, id);
    }
  return take_tasks (connection, statement, taking, error);
}

static gboolean
read_tasks (TwSqlite *db, gint64 deadline_ms, const TwTaskQuery *query, Taking *taking, GError **error)
{
  guint8 id[TW_ID_BYTES];
  TwSqliteConnection *connection;
  gboolean was_read;

  if (query->id != NULL && !tw_id_to_bytes (query->id, id))
    return not_found (error);
  if (query->id == NULL && query->after != NULL && !tw_id_to_bytes (query->after->id, id))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "the position is not a task's");
      return FALSE;
    }
  connection = tw_sqlite_reader_borrow (db, deadline_ms, error);
  was_read = query->id != NULL ? read_task (connection, id, taking, error)
                               : read_list (connection, query, id, taking, error);
  tw_sqlite_reader_return (db, connection);
  return was_read;
}

/* What can't be had without waiting is told in the same way as what can't be had. */
static gboolean
store_read (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading)
{
  Taking taking = { .store = sqlite_store (store), .user_id = query->user_id,
                    .left = query->limit == 0 ? ALL : query->limit, .row = reading->row, .user_data = reading->state };
  g_autoptr (GError) error = NULL;

  if (!read_tasks (database (store), deadline_ms, query, &taking, &error) && !reading->may_wait
      && g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE))
    return FALSE;
  reading->end (error, reading->state);
  return TRUE;
}

/* One change on its way to the writer's thread and back. */
typedef struct
{
  const Store *store;
  guint8 id[TW_ID_BYTES];
  TwTaskRecord *task; /* what to insert, or what to set; with the id and the user in any case */
  guint64 clear;
  TwTaskRecord *changed; /* as it is after the change */
  TwTaskDone done;
  gpointer user_data;
} Job;

static void
finish (gpointer data, const GError *error)
{
  Job *job = data;

  job->done (error == NULL ? job->changed : NULL, error, job->user_data);
  if (job->changed != job->task)
    g_free (job->changed);
  g_free (job->task);
  g_free (job);
}

/* Runs @sql, one of the table's, with @task. */
static gboolean
run_with (TwSqliteConnection *connection, const TwRecordTable *table, const char *sql, const TwTaskRecord *task,
          GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, sql, error);

  return statement != NULL && (tw_record_table_bind (table, statement, task) || not_found (error))
         && tw_sqlite_step (connection, statement, error) >= 0;
}

static gboolean
run_insert (TwSqliteConnection *connection, gpointer data, GError **error)
{
  Job *job = data;
  const TwRecordTable *table = job->store->table;

  job->changed = job->task;
  return run_with (connection, table, tw_record_table_insert (table), job->task, error);
}

static gboolean
keep_changed (const TwTaskRecord *task, gpointer user_data)
{
  Job *job = user_data;

  job->changed = tw_record_copy (&tw_task_type, task);
  return TRUE;
}

/* Nothing comes between: one thread writes. */
static gboolean
run_change (TwSqliteConnection *connection, gpointer data, GError **error)
{
  Job *job = data;
  const TwRecordTable *table = job->store->table;
  Taking taking = { .store = job->store, .user_id = job->task->user_id, .row = keep_changed, .user_data = job };

  if (!read_task (connection, job->id, &taking, error))
    return FALSE;
  tw_record_apply (&tw_task_type, job->changed, job->task, job->clear);
  if (job->changed->version == G_MAXINT64)
    return internal (error);
  job->changed->version++;
  return run_with (connection, table, tw_record_table_update (table), job->changed, error)
         && (sqlite3_changes (tw_sqlite_handle (connection)) == 1 || internal (error));
}

static gboolean
run_remove (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const Job *job = data;
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "DELETE FROM tasks WHERE id = ?1 AND user_id = ?2", error);

  if (statement == NULL)
    return FALSE;
  bind_id (statement, 1, job->id);
  tw_sqlite_bind_text (statement, 2, job->task->user_id);
  if (tw_sqlite_step (connection, statement, error) < 0)
    return FALSE;
  return sqlite3_changes (tw_sqlite_handle (connection)) > 0 || not_found (error);
}

/* Hands a job for @task over, or tells @done at once that its id can't be anybody's. Each changes one row, by one
 * statement: see tw_sqlite_mutate_once(). */
static void
start (TwTaskStore *store, gint64 deadline_ms, TwSqliteMutation run, const TwTaskRecord *task, guint64 clear,
       TwTaskDone done, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  Job *job = g_new (Job, 1);

  *job = (Job) { .store = sqlite_store (store), .clear = clear, .done = done, .user_data = user_data };
  if (!tw_id_to_bytes (task->id, job->id))
    {
      not_found (&error);
      finish (job, error);
      return;
    }
  job->task = tw_record_copy (&tw_task_type, task);
  tw_sqlite_mutate_once (database (store), deadline_ms, run, finish, job);
}

static void
store_insert (TwTaskStore *store, gint64 deadline_ms, const TwTaskRecord *task, TwTaskDone done, gpointer user_data)
{
  start (store, deadline_ms, run_insert, task, 0, done, user_data);
}

static void
store_change (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, const TwTaskChange *change,
              TwTaskDone done, gpointer user_data)
{
  TwTaskRecord set = *change->set;

  set.id = id;
  set.user_id = user_id;
  start (store, deadline_ms, run_change, &set, change->clear, done, user_data);
}

static void
store_remove (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, TwTaskDone done,
              gpointer user_data)
{
  start (store, deadline_ms, run_remove, &(TwTaskRecord) { .id = id, .user_id = user_id }, 0, done, user_data);
}

static void
store_free (TwTaskStore *store)
{
  Store *sqlite = sqlite_store (store);

  tw_sqlite_close (sqlite->db);
  clear_queries (&sqlite->queries);
  tw_record_table_free (sqlite->table);
  g_free (sqlite);
}

static TwRecordTable *
look_at_table (TwSqlite *db, GError **error)
{
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, error);
  TwRecordTable *table = tw_record_table_new (&tw_task_type, connection, error);

  tw_sqlite_reader_return (db, connection);
  return table;
}

TwTaskStore *
tw_task_store_sqlite_open (const char *path, GError **error)
{
  static const TwTaskStoreClass klass = {
    .free = store_free,
    .check = store_check,
    .reads_begin = store_reads_begin,
    .reads_end = store_reads_end,
    .read = store_read,
    .insert = store_insert,
    .change = store_change,
    .remove = store_remove,
  };
  g_autoptr (TwSqlite) db = tw_sqlite_open (path, tw_task_tables_kind.application_id, tw_task_tables_migrations,
                                            tw_task_tables_kind.version, READERS, error);
  TwRecordTable *table = db != NULL ? look_at_table (db, error) : NULL;
  Store *store;

  if (table == NULL)
    return NULL;
  store = g_new0 (Store, 1);
  store->parent.klass = &klass;
  store->db = g_steal_pointer (&db);
  store->table = table;
  write_queries (&store->queries, tw_record_table_columns (table));
  return &store->parent;
}
