/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-store-sqlite.h"

#include "tw-error.h"
#include "tw-random.h"
#include "tw-sqlite.h"
#include "tw-task-tables.h"

/* Rows come in this order everywhere. */
#define COLUMNS "id, created_ms, updated_ms, version, done, name"
#define KEYSET " AND (created_ms, id) < (?2, ?3) ORDER BY created_ms DESC, id DESC LIMIT ?4"

typedef struct
{
  TwTaskStore parent;
  TwSqlite *db;
} Store;

static TwSqlite *
database (TwTaskStore *store)
{
  return ((Store *) store)->db;
}

static gboolean
not_found (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Task not found");
  return FALSE;
}

/* A view of the row under @statement: valid until its next step. */
static TwTaskRecord
view_row (sqlite3_stmt *statement, char *user_id, char id[TW_ID_SIZE])
{
  tw_id_from_bytes (sqlite3_column_blob (statement, 0), id);
  return (TwTaskRecord) {
    .id = id,
    .user_id = user_id,
    .created_ms = sqlite3_column_int64 (statement, 1),
    .updated_ms = sqlite3_column_int64 (statement, 2),
    .version = sqlite3_column_int64 (statement, 3),
    .done = sqlite3_column_int (statement, 4) != 0,
    .name = (char *) (guintptr) sqlite3_column_text (statement, 5),
  };
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
store_check (TwTaskStore *store, GError **error)
{
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (database (store));
  gboolean well = read_check (connection, error);

  tw_sqlite_reader_return (database (store), connection);
  return well;
}

static TwTaskRecord *
read_task (TwSqliteConnection *connection, char *user_id, const guint8 id[TW_ID_BYTES], GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "SELECT " COLUMNS " FROM tasks WHERE id = ?1 AND user_id = ?2", error);
  char text[TW_ID_SIZE];
  TwTaskRecord row;

  if (statement == NULL)
    return NULL;
  bind_id (statement, 1, id);
  tw_sqlite_bind_text (statement, 2, user_id);
  switch (tw_sqlite_step (connection, statement, error))
    {
    case SQLITE_ROW:
      row = view_row (statement, user_id, text);
      return tw_task_record_copy (&row);
    case SQLITE_DONE:
      not_found (error);
      return NULL;
    default:
      return NULL;
    }
}

static TwTaskRecord *
store_get (TwTaskStore *store, const char *user_id, const char *id, GError **error)
{
  g_autofree char *user = g_strdup (user_id);
  guint8 bytes[TW_ID_BYTES];
  TwSqliteConnection *connection;
  TwTaskRecord *task;

  if (!tw_id_to_bytes (id, bytes))
    {
      not_found (error);
      return NULL;
    }
  connection = tw_sqlite_reader_borrow (database (store));
  task = read_task (connection, user, bytes, error);
  tw_sqlite_reader_return (database (store), connection);
  return task;
}

/* What list() was asked for, in the form that a statement needs. */
typedef struct
{
  char *user_id;
  TwDoneFilter filter;
  gint64 before_ms;
  guint8 before_id[TW_ID_BYTES];
  gint64 limit; /* -1: none */
  TwTaskRowFunc row;
  gpointer user_data;
} Walk;

/* Without statistics SQLite would rather filter the table's own order: the index is named. */
static sqlite3_stmt *
walk_statement (TwSqliteConnection *connection, const Walk *walk, GError **error)
{
  const char *sql = "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1" KEYSET;

  if (walk->filter == TW_DONE_ONLY)
    sql = "SELECT " COLUMNS " FROM tasks INDEXED BY tasks_by_done WHERE user_id = ?1 AND done = 1" KEYSET;
  else if (walk->filter == TW_OPEN_ONLY)
    sql = "SELECT " COLUMNS " FROM tasks INDEXED BY tasks_by_done WHERE user_id = ?1 AND done = 0" KEYSET;
  return tw_sqlite_statement (connection, sql, error);
}

static gboolean
run_walk (TwSqliteConnection *connection, const Walk *walk, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = walk_statement (connection, walk, error);
  gboolean go_on = TRUE;
  int result = SQLITE_DONE;

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, walk->user_id);
  sqlite3_bind_int64 (statement, 2, walk->before_ms);
  bind_id (statement, 3, walk->before_id);
  sqlite3_bind_int64 (statement, 4, walk->limit);
  while (go_on && (result = tw_sqlite_step (connection, statement, error)) == SQLITE_ROW)
    {
      char id[TW_ID_SIZE];
      TwTaskRecord row = view_row (statement, walk->user_id, id);

      go_on = walk->row (&row, walk->user_data);
    }
  return result >= 0;
}

static gboolean
store_list (TwTaskStore *store, const char *user_id, TwDoneFilter filter, const TwTaskPosition *after, guint limit,
            TwTaskRowFunc row, gpointer user_data, GError **error)
{
  g_autofree char *user = g_strdup (user_id);
  Walk walk = { .user_id = user, .filter = filter, .before_ms = G_MAXINT64, .limit = limit == 0 ? -1 : (gint64) limit,
                .row = row, .user_data = user_data };
  TwSqliteConnection *connection;
  gboolean walked;

  if (after != NULL)
    {
      walk.before_ms = after->created_ms;
      if (!tw_id_to_bytes (after->id, walk.before_id))
        {
          g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "the position is not a task's");
          return FALSE;
        }
    }
  connection = tw_sqlite_reader_borrow (database (store));
  walked = run_walk (connection, &walk, error);
  tw_sqlite_reader_return (database (store), connection);
  return walked;
}

/* One change on its way to the writer's thread and back. */
typedef struct
{
  TwTaskRecord *task; /* insert: what to insert; else the id and user, and after a change the rest too */
  guint8 id[TW_ID_BYTES];
  TwTaskChange change;
  char *new_name; /* what change.name points to */
  TwTaskDone done;
  gpointer user_data;
} Job;

static void
job_free (Job *job)
{
  tw_task_record_free (job->task);
  g_free (job->new_name);
  g_free (job);
}

static void
finish_with_task (gpointer data, const GError *error)
{
  Job *job = data;

  job->done (error == NULL ? job->task : NULL, error, job->user_data);
  job_free (job);
}

static void
finish_without_task (gpointer data, const GError *error)
{
  Job *job = data;

  job->done (NULL, error, job->user_data);
  job_free (job);
}

static gboolean
run_insert (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const Job *job = data;
  const TwTaskRecord *task = job->task;
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "INSERT INTO tasks (" COLUMNS ", user_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", error);

  if (statement == NULL)
    return FALSE;
  bind_id (statement, 1, job->id);
  sqlite3_bind_int64 (statement, 2, task->created_ms);
  sqlite3_bind_int64 (statement, 3, task->updated_ms);
  sqlite3_bind_int64 (statement, 4, task->version);
  sqlite3_bind_int (statement, 5, task->done ? 1 : 0);
  tw_sqlite_bind_text (statement, 6, task->name);
  tw_sqlite_bind_text (statement, 7, task->user_id);
  return tw_sqlite_step (connection, statement, error) >= 0;
}

/* The row after the change comes back from the same statement, so nothing can come between. */
static gboolean
run_change (TwSqliteConnection *connection, gpointer data, GError **error)
{
  Job *job = data;
  const TwTaskChange *change = &job->change;
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection,
      "UPDATE tasks SET name = coalesce (?3, name), done = coalesce (?4, done), updated_ms = ?5, version = version + 1"
      " WHERE id = ?1 AND user_id = ?2 RETURNING " COLUMNS, error);
  g_autoptr (TwTaskRecord) asked = NULL;
  char id[TW_ID_SIZE];
  TwTaskRecord row;
  int result;

  if (statement == NULL)
    return FALSE;
  bind_id (statement, 1, job->id);
  tw_sqlite_bind_text (statement, 2, job->task->user_id);
  if (change->name != NULL)
    tw_sqlite_bind_text (statement, 3, change->name);
  if (change->has_done)
    sqlite3_bind_int (statement, 4, change->done ? 1 : 0);
  sqlite3_bind_int64 (statement, 5, change->now_ms);
  result = tw_sqlite_step (connection, statement, error);
  if (result != SQLITE_ROW)
    return result == SQLITE_DONE ? not_found (error) : FALSE;
  asked = g_steal_pointer (&job->task);
  row = view_row (statement, asked->user_id, id);
  job->task = tw_task_record_copy (&row);
  return tw_sqlite_step (connection, statement, error) >= 0;
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

/* A job for the task that @task names; NULL, with @done called, where its id can't be anybody's. */
static Job *
job_new (const TwTaskRecord *task, TwTaskDone done, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  guint8 id[TW_ID_BYTES];
  Job *job;

  if (!tw_id_to_bytes (task->id, id))
    {
      not_found (&error);
      done (NULL, error, user_data);
      return NULL;
    }
  job = g_new0 (Job, 1);
  memcpy (job->id, id, sizeof id);
  job->task = tw_task_record_copy (task);
  job->done = done;
  job->user_data = user_data;
  return job;
}

static void
store_insert (TwTaskStore *store, const TwTaskRecord *task, TwTaskDone done, gpointer user_data)
{
  Job *job = job_new (task, done, user_data);

  if (job != NULL)
    tw_sqlite_mutate (database (store), run_insert, finish_with_task, job);
}

static void
store_change (TwTaskStore *store, const char *user_id, const char *id, const TwTaskChange *change, TwTaskDone done,
              gpointer user_data)
{
  const TwTaskRecord task = { .id = (char *) (guintptr) id, .user_id = (char *) (guintptr) user_id };
  Job *job = job_new (&task, done, user_data);

  if (job == NULL)
    return;
  job->new_name = g_strdup (change->name);
  job->change = *change;
  job->change.name = job->new_name;
  tw_sqlite_mutate (database (store), run_change, finish_with_task, job);
}

static void
store_remove (TwTaskStore *store, const char *user_id, const char *id, TwTaskDone done, gpointer user_data)
{
  const TwTaskRecord task = { .id = (char *) (guintptr) id, .user_id = (char *) (guintptr) user_id };
  Job *job = job_new (&task, done, user_data);

  if (job != NULL)
    tw_sqlite_mutate (database (store), run_remove, finish_without_task, job);
}

static void
store_free (TwTaskStore *store)
{
  tw_sqlite_close (database (store));
  g_free (store);
}

TwTaskStore *
tw_task_store_sqlite_open (const char *path, GError **error)
{
  static const TwTaskStoreClass klass = {
    .free = store_free,
    .check = store_check,
    .get = store_get,
    .list = store_list,
    .insert = store_insert,
    .change = store_change,
    .remove = store_remove,
  };
  /* A read is work for a processor, not a wait: more readers than processors would only wait for those. */
  guint readers = CLAMP (g_get_num_processors (), 2, 16);
  TwSqlite *db = tw_sqlite_open (path, TW_TASK_TABLES_APPLICATION_ID, tw_task_tables_migrations, TW_TASK_TABLES_VERSION,
                                 readers, error);
  Store *store;

  if (db == NULL)
    return NULL;
  store = g_new0 (Store, 1);
  store->parent.klass = &klass;
  store->db = db;
  return &store->parent;
}
