/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-store-sqlite.h"

#include "tw-commits-sqlite.h"
#include "tw-error.h"
#include "tw-random.h"
#include "tw-record-table.h"
#include "tw-sqlite.h"
#include "tw-task-reads-sqlite.h"
#include "tw-task-tables.h"

typedef struct
{
  TwTaskStore parent;
  TwSqlite *db;
  TwRecordTable *table;
  TwTaskReadsSqlite *reads;
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

static gboolean
store_read (TwTaskStore *store, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading)
{
  return tw_task_reads_sqlite_read (sqlite_store (store)->reads, deadline_ms, query, reading);
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

  if (!tw_task_reads_sqlite_one (job->store->reads, connection, job->task->user_id, job->id, keep_changed, job, error))
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
  sqlite3_bind_blob (statement, 1, job->id, TW_ID_BYTES, SQLITE_STATIC);
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
  tw_commits_sqlite_free (store->commits);
  tw_task_reads_sqlite_free (sqlite->reads);
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
  static const TwRecordType *const types[] = { &tw_task_type };
  g_autoptr (TwSqlite) db = tw_sqlite_open (path, tw_task_tables_kind.application_id, tw_task_tables_migrations,
                                            tw_task_tables_kind.version, READERS, error);
  g_autoptr (TwRecordTable) table = db != NULL ? look_at_table (db, error) : NULL;
  TwCommits *commits = table != NULL ? tw_commits_sqlite_new (db, types, G_N_ELEMENTS (types), error) : NULL;
  Store *store;

  if (commits == NULL)
    return NULL;
  store = g_new0 (Store, 1);
  store->parent.klass = &klass;
  store->parent.commits = commits;
  store->db = g_steal_pointer (&db);
  store->table = g_steal_pointer (&table);
  store->reads = tw_task_reads_sqlite_new (store->db, store->table);
  return &store->parent;
}
