/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-reads-sqlite.h"

#include "tw-error.h"
#include "tw-id.h"
#include "tw-task-filter.h"
#include "tw-task-names-sqlite.h"
#include "tw-task-order.h"
#include "tw-task-page.h"
#include "tw-task-runs-sqlite.h"
#include "tw-task-sources.h"

struct _TwTaskReadsSqlite
{
  TwSqlite *db;
  const TwRecordTable *table;
  char *nearby, *by_id;
  TwTaskWalksSqlite *walks;
  TwTaskNamesSqlite *names;
};

/* A task's id begins with the second in which the task was created, and the table is in the order of creation: nearly
 * always the task is among the first few that its user created in that second. It is found there by one walk down one
 * tree. The index on ids is a second one, of other pages: it is for a user who was busier than that, and for ids that
 * were not made here. */
#define NEARBY "tasks WHERE user_id = ?2 AND created_ms BETWEEN ?3 AND ?3 + 999"
#define NEARBY_LIMIT 4
#define BY_ID "tasks WHERE id = ?3 AND user_id = ?2"

static gboolean
read_task (const TwTaskReadsSqlite *reads, TwSqliteConnection *connection, const guint8 id[TW_ID_BYTES],
           TwTaskRows *rows, GError **error)
{
  const char *const queries[] = { reads->nearby, reads->by_id };

  rows->table = reads->table;
  rows->id = id;
  rows->left = 1;
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, queries[i], error);

      if (statement == NULL)
        return FALSE;
      if (i == 0)
        sqlite3_bind_int64 (statement, 3, tw_id_second (id) * 1000);
      else
        sqlite3_bind_blob (statement, 3, id, TW_ID_BYTES, SQLITE_STATIC);
      if (!tw_task_rows_take (rows, connection, statement, error))
        return FALSE;
      if (rows->ended)
        return TRUE;
    }
  return tw_task_not_found (error);
}

/* Lists */

static gboolean
run (TwSqliteConnection *connection, const char *sql, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, sql, error);

  return statement != NULL && tw_sqlite_step (connection, statement, error) >= 0;
}

/* Newest first, of one state of done or of both: one walk, of which each row is shown. */
static gboolean
is_plain (const TwTaskQuery *query)
{
  return query->order.key == TW_TASK_BY_CREATED && query->filter.list == TW_LIST_ANY && query->n_others == 0
         && !tw_task_filter_looks (&query->filter);
}

typedef struct
{
  const TwTaskReading *reading;
  guint64 left;
} Shown;

static gboolean
show (const TwTaskRecord *task, gpointer data)
{
  Shown *shown = data;

  return shown->reading->row (task, shown->reading->state) && --shown->left > 0;
}

/* Where there are more tasks than these, names are indexed for whoever asks for that order. */
#define FEW_NAMES 64

/* One page's. */
typedef struct
{
  const TwTaskReadsSqlite *reads;
  TwSqliteConnection *connection;
  gboolean may_wait;
} Reader;

/* A TwTaskSourceFunc. Where all may have to be looked at, that is work for a thread that may wait. */
static gboolean
read_source (gpointer data, const TwTaskQuery *query, TwTaskRowFunc row, gpointer user_data, GError **error)
{
  const Reader *reader = data;
  const TwTaskReadsSqlite *reads = reader->reads;
  TwTaskRunsSqlite runs = { reads->walks, reads->table, reader->connection, query, .seen = 0 };
  const gboolean by_name = query->order.key == TW_TASK_BY_NAME;
  TwTaskWalks walks = { tw_task_runs_sqlite_walk, &runs, .has_names = FALSE };

  if (by_name && !tw_task_names_sqlite_are_there (reader->connection, query->user_id, &walks.has_names, error))
    return FALSE;
  if (!reader->may_wait
      && ((by_name && !walks.has_names) || tw_task_filter_looks (&query->filter) || !tw_task_order_has_index (query->order.key)))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, "All tasks have to be looked at");
      return FALSE;
    }
  if (!tw_task_page_read (query, &walks, row, user_data, error))
    return FALSE;
  if (by_name && !walks.has_names && runs.seen > FEW_NAMES)
    tw_task_names_sqlite_make (reads->names, query->user_id);
  return TRUE;
}

static gboolean
read_sources (const TwTaskReadsSqlite *reads, TwSqliteConnection *connection, const TwTaskQuery *query,
              const TwTaskReading *reading, GError **error)
{
  Reader reader = { reads, connection, reading->may_wait };

  if (query->n_others == 0)
    return read_source (&reader, query, reading->row, reading->state, error);
  return tw_task_sources_read (query, 1, read_source, &reader, reading->row, reading->state, error);
}

/* What may be several walks is of one moment. */
static gboolean
read_list (const TwTaskReadsSqlite *reads, TwSqliteConnection *connection, const TwTaskQuery *query,
           const TwTaskReading *reading, GError **error)
{
  TwTaskRunsSqlite runs = { reads->walks, reads->table, connection, query, .raw = reading->raw != NULL ? reading : NULL };
  gboolean begins, well;

  if (is_plain (query))
    return tw_task_runs_sqlite_walk (
      &runs,
      &(TwTaskWalk) { query->order.backwards ? TW_TASK_WALK_OLDEST : TW_TASK_WALK_NEWEST, .behind = query->after }, show,
      &(Shown) { reading, query->limit == 0 ? G_MAXUINT64 : query->limit }, error);
  begins = connection != NULL && sqlite3_get_autocommit (tw_sqlite_handle (connection)) != 0;
  if (begins && !run (connection, "BEGIN", error))
    return FALSE;
  well = read_sources (reads, connection, query, reading, error);
  if (begins)
    run (connection, "COMMIT", NULL);
  return well;
}

static gboolean
read_tasks (const TwTaskReadsSqlite *reads, gint64 deadline_ms, const TwTaskQuery *query, const TwTaskReading *reading,
            GError **error)
{
  guint8 id[TW_ID_BYTES];
  TwTaskRows rows = { .user_id = query->user_id, .row = reading->row, .user_data = reading->state };
  TwSqliteConnection *connection;
  gboolean was_read;

  if (query->id != NULL && !tw_id_to_bytes (query->id, id))
    return tw_task_not_found (error);
  if (query->id == NULL && query->after != NULL && !tw_id_is_valid (query->after->id))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "the position is not a task's");
      return FALSE;
    }
  connection = tw_sqlite_reader_borrow (reads->db, deadline_ms, error);
  was_read = query->id != NULL ? read_task (reads, connection, id, &rows, error)
                               : read_list (reads, connection, query, reading, error);
  tw_sqlite_reader_return (reads->db, connection);
  return was_read;
}

/* What can't be had without waiting is told in the same way as what can't be had. */
gboolean
tw_task_reads_sqlite_read (const TwTaskReadsSqlite *reads, gint64 deadline_ms, const TwTaskQuery *query,
                           const TwTaskReading *reading)
{
  g_autoptr (GError) error = NULL;

  if (!read_tasks (reads, deadline_ms, query, reading, &error) && !reading->may_wait
      && g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE))
    return FALSE;
  reading->end (error, reading->state);
  return TRUE;
}

TwTaskReadsSqlite *
tw_task_reads_sqlite_new (TwSqlite *db, const TwRecordTable *table, GError **error)
{
  const char *take = tw_record_table_take (table), *columns = tw_record_table_columns (table);
  const TwSqliteRowsQuery nearby = { take, columns, NEARBY, "created_ms, id", NEARBY_LIMIT, TRUE };
  const TwSqliteRowsQuery by_id = { take, columns, BY_ID, "id", 1, TRUE };
  g_autoptr (TwTaskReadsSqlite) reads = g_new0 (TwTaskReadsSqlite, 1);

  reads->db = db;
  reads->table = table;
  reads->names = tw_task_names_sqlite_new (db);
  reads->nearby = tw_sqlite_rows_query (db, &nearby, error);
  reads->by_id = reads->nearby != NULL ? tw_sqlite_rows_query (db, &by_id, error) : NULL;
  reads->walks = reads->by_id != NULL ? tw_task_walks_sqlite_new (db, table, error) : NULL;
  return reads->walks != NULL ? g_steal_pointer (&reads) : NULL;
}

void
tw_task_reads_sqlite_free (TwTaskReadsSqlite *reads)
{
  if (reads == NULL)
    return;
  tw_task_walks_sqlite_free (reads->walks);
  tw_task_names_sqlite_free (reads->names);
  g_free (reads->nearby);
  g_free (reads->by_id);
  g_free (reads);
}
