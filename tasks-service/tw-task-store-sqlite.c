/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-store-sqlite.h"

#include "tw-error.h"
#include "tw-random.h"
#include "tw-sqlite.h"
#include "tw-task-tables.h"

/* Rows come in this order everywhere. The name is the table's last column: SQLite reads a row's head to its end for it,
 * and then has what it needs for the others; from the front it would take the head up again for each. */
#define TAKE_TASK "take_row (?1, name, id, created_ms, updated_ms, version, done)"

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

/* For reads that wait for the disk, those that work meanwhile, lists of all tasks and checks. One that was never used is
 * small. */
#define READERS 32

#define ALL G_MAXUINT64

/* What becomes of the rows of a statement. */
typedef struct
{
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
  const guint8 *bytes = sqlite3_value_blob (columns[1]);
  char id[TW_ID_SIZE];
  TwTaskRecord task;

  if (taking->id != NULL && memcmp (bytes, taking->id, TW_ID_BYTES) != 0)
    return TRUE;
  tw_id_from_bytes (bytes, id);
  task = (TwTaskRecord) {
    .id = id,
    .user_id = (char *) (guintptr) taking->user_id,
    .created_ms = sqlite3_value_int64 (columns[2]),
    .updated_ms = sqlite3_value_int64 (columns[3]),
    .version = sqlite3_value_int64 (columns[4]),
    .done = sqlite3_value_int (columns[5]) != 0,
    .name = (char *) (guintptr) sqlite3_value_text (columns[0]),
  };
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
  "SELECT " TAKE_TASK " FROM tasks WHERE user_id = ?2 AND created_ms BETWEEN ?3 AND ?3 + 999"                          \
  " ORDER BY created_ms, id LIMIT 4"
#define BY_ID "SELECT " TAKE_TASK " FROM tasks WHERE id = ?3 AND user_id = ?2"

static gboolean
read_task (TwSqliteConnection *connection, const guint8 id[TW_ID_BYTES], Taking *taking, GError **error)
{
  static const char *const queries[] = { NEARBY, BY_ID };

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
 * TAKE_TASK is settled by the index, and so is the order: the test of plans holds SQLite to that. */
#define PLAIN "SELECT 1 FROM tasks WHERE user_id = ?2"
#define BY_DONE "SELECT 1 FROM tasks INDEXED BY tasks_by_done WHERE user_id = ?2 AND done = "
#define BEHIND " AND (created_ms, id) < (?3, ?4)"
#define NEWEST_FIRST " AND " TAKE_TASK " ORDER BY created_ms DESC, id DESC"

static const char *const walks[][2] = {
  [TW_DONE_ANY] = { PLAIN NEWEST_FIRST, PLAIN BEHIND NEWEST_FIRST },
  [TW_DONE_ONLY] = { BY_DONE "1" NEWEST_FIRST, BY_DONE "1" BEHIND NEWEST_FIRST },
  [TW_OPEN_ONLY] = { BY_DONE "0" NEWEST_FIRST, BY_DONE "0" BEHIND NEWEST_FIRST },
};

/* @id: the position's, where there is one. */
static gboolean
read_list (TwSqliteConnection *connection, const TwTaskQuery *query, const guint8 id[TW_ID_BYTES], Taking *taking,
           GError **error)
{
  const TwTaskPosition *after = query->after;
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, walks[query->filter][after != NULL ? 1 : 0], error);

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
  Taking taking = { .user_id = query->user_id, .left = query->limit == 0 ? ALL : query->limit, .row = reading->row,
                    .user_data = reading->state };
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
  TwTaskRecord task; /* insert: what to insert; else only its id and user are set; they point to texts */
  guint8 id[TW_ID_BYTES];
  TwTaskChange change;   /* its name points to texts */
  TwTaskRecord *changed; /* as it is after the change */
  TwTaskDone done;
  gpointer user_data;
  char texts[];
} Job;

static void
finish_insert (gpointer data, const GError *error)
{
  Job *job = data;

  job->done (error == NULL ? &job->task : NULL, error, job->user_data);
  g_free (job);
}

static void
finish_change (gpointer data, const GError *error)
{
  Job *job = data;

  job->done (error == NULL ? job->changed : NULL, error, job->user_data);
  tw_task_record_free (job->changed);
  g_free (job);
}

static void
finish_remove (gpointer data, const GError *error)
{
  Job *job = data;

  job->done (NULL, error, job->user_data);
  g_free (job);
}

static gboolean
run_insert (TwSqliteConnection *connection, gpointer data, GError **error)
{
  const Job *job = data;
  const TwTaskRecord *task = &job->task;
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection,
      "INSERT INTO tasks (id, created_ms, updated_ms, version, done, name, user_id)"
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
      error);

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

static gboolean
keep_changed (const TwTaskRecord *task, gpointer user_data)
{
  Job *job = user_data;

  job->changed = tw_task_record_copy (task);
  return TRUE;
}

/* The row after the change comes back from the same statement, so nothing can come between. */
static gboolean
run_change (TwSqliteConnection *connection, gpointer data, GError **error)
{
  Job *job = data;
  const TwTaskChange *change = &job->change;
  Taking taking = { .user_id = job->task.user_id, .left = ALL, .row = keep_changed, .user_data = job };
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection,
      "UPDATE tasks SET name = coalesce (?3, name), done = coalesce (?4, done), updated_ms = ?5, version = version + 1"
      " WHERE id = ?6 AND user_id = ?2 RETURNING " TAKE_TASK, error);

  if (statement == NULL)
    return FALSE;
  if (change->name != NULL)
    tw_sqlite_bind_text (statement, 3, change->name);
  if (change->has_done)
    sqlite3_bind_int (statement, 4, change->done ? 1 : 0);
  sqlite3_bind_int64 (statement, 5, change->now_ms);
  bind_id (statement, 6, job->id);
  if (!take_tasks (connection, statement, &taking, error))
    return FALSE;
  return job->changed != NULL || not_found (error);
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
  tw_sqlite_bind_text (statement, 2, job->task.user_id);
  if (tw_sqlite_step (connection, statement, error) < 0)
    return FALSE;
  return sqlite3_changes (tw_sqlite_handle (connection)) > 0 || not_found (error);
}

static char *
add_text (char **at, const char *text)
{
  char *copy = *at;

  *at = g_stpcpy (copy, text) + 1;
  return copy;
}

/* A job for the task of @user_id that @id names, with room for @name, which may be NULL; NULL, with @done called, where
 * the id can't be anybody's. */
static Job *
job_new (const char *user_id, const char *id, const char *name, TwTaskDone done, gpointer user_data, char **copied_name)
{
  g_autoptr (GError) error = NULL;
  guint8 bytes[TW_ID_BYTES];
  Job *job;
  char *at;

  if (!tw_id_to_bytes (id, bytes))
    {
      not_found (&error);
      done (NULL, error, user_data);
      return NULL;
    }
  job = g_malloc (sizeof *job + TW_ID_SIZE + strlen (user_id) + 1 + (name != NULL ? strlen (name) + 1 : 0));
  *job = (Job) { .done = done, .user_data = user_data };
  memcpy (job->id, bytes, sizeof bytes);
  at = job->texts;
  job->task.id = add_text (&at, id);
  job->task.user_id = add_text (&at, user_id);
  *copied_name = name != NULL ? add_text (&at, name) : NULL;
  return job;
}

/* Each of the following is one statement: see tw_sqlite_mutate_once(). */

static void
store_insert (TwTaskStore *store, gint64 deadline_ms, const TwTaskRecord *task, TwTaskDone done, gpointer user_data)
{
  char *name;
  Job *job = job_new (task->user_id, task->id, task->name, done, user_data, &name);

  if (job == NULL)
    return;
  job->task.name = name;
  job->task.created_ms = task->created_ms;
  job->task.updated_ms = task->updated_ms;
  job->task.version = task->version;
  job->task.done = task->done;
  tw_sqlite_mutate_once (database (store), deadline_ms, run_insert, finish_insert, job);
}

static void
store_change (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, const TwTaskChange *change,
              TwTaskDone done, gpointer user_data)
{
  char *name;
  Job *job = job_new (user_id, id, change->name, done, user_data, &name);

  if (job == NULL)
    return;
  job->change = *change;
  job->change.name = name;
  tw_sqlite_mutate_once (database (store), deadline_ms, run_change, finish_change, job);
}

static void
store_remove (TwTaskStore *store, gint64 deadline_ms, const char *user_id, const char *id, TwTaskDone done,
              gpointer user_data)
{
  char *name;
  Job *job = job_new (user_id, id, NULL, done, user_data, &name);

  if (job != NULL)
    tw_sqlite_mutate_once (database (store), deadline_ms, run_remove, finish_remove, job);
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
    .reads_begin = store_reads_begin,
    .reads_end = store_reads_end,
    .read = store_read,
    .insert = store_insert,
    .change = store_change,
    .remove = store_remove,
  };
  TwSqlite *db = tw_sqlite_open (path, TW_TASK_TABLES_APPLICATION_ID, tw_task_tables_migrations, TW_TASK_TABLES_VERSION,
                                 READERS, error);
  Store *store;

  if (db == NULL)
    return NULL;
  store = g_new0 (Store, 1);
  store->parent.klass = &klass;
  store->db = db;
  return &store->parent;
}
