/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-reads-sqlite.h"

#include "tw-error.h"
#include "tw-id.h"

/* What is asked of the table, with its columns in it: they follow from the IDL. */
typedef struct
{
  char *nearby, *by_id;
  char *walks[TW_OPEN_ONLY + 1][2]; /* from the start, behind a position */
} Queries;

struct _TwTaskReadsSqlite
{
  TwSqlite *db;
  const TwRecordTable *table;
  Queries queries;
};

static gboolean
not_found (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Task not found");
  return FALSE;
}

#define ALL G_MAXUINT64

/* What becomes of the rows of a statement. */
typedef struct
{
  const TwTaskReadsSqlite *reads;
  const char *user_id; /* whose they are */
  const guint8 *id;    /* the one that is wanted; NULL: all */
  guint64 left;        /* as many of these, at least one, or ALL */
  gboolean (*row) (const TwTaskRecord *task, gpointer user_data);
  gpointer user_data;
  gboolean ended; /* no more are wanted */
} Taking;

static gboolean
take_task (sqlite3_value **columns, guint n_columns, gpointer user_data)
{
  Taking *taking = user_data;
  const TwRecordTable *table = taking->reads->table;
  TwRecordRowIds ids;
  TwTaskRecord task;

  if (taking->id != NULL && memcmp (tw_record_table_key (table, columns, n_columns), taking->id, TW_ID_BYTES) != 0)
    return TRUE;
  tw_record_table_read (table, columns, n_columns, taking->user_id, &ids, &task);
  taking->ended = !taking->row (&task, taking->user_data) || --taking->left == 0;
  return !taking->ended;
}

static gboolean
take_tasks (TwSqliteConnection *connection, sqlite3_stmt *statement, Taking *taking, GError **error)
{
  const TwSqliteRows rows = { take_task, taking };

  tw_sqlite_bind_text (statement, 2, taking->user_id);
  return tw_sqlite_take_rows (connection, statement, &rows, error);
}

static void
bind_id (sqlite3_stmt *statement, int index, const guint8 id[TW_ID_BYTES])
{
  sqlite3_bind_blob (statement, index, id, TW_ID_BYTES, SQLITE_STATIC);
}

/* A task's id begins with the second in which the task was created, and the table is in the order of creation: nearly
 * always the task is among the first few that its user created in that second. It is found there by one walk down one
 * tree. The index on ids is a second one, of other pages: it is for a user who was busier than that, and for ids that
 * were not made here. */
#define NEARBY "tasks WHERE user_id = ?2 AND created_ms BETWEEN ?3 AND ?3 + 999"
#define NEARBY_LIMIT 4
#define BY_ID "tasks WHERE id = ?3 AND user_id = ?2"

static gboolean
read_task (TwSqliteConnection *connection, const guint8 id[TW_ID_BYTES], Taking *taking, GError **error)
{
  const char *const queries[] = { taking->reads->queries.nearby, taking->reads->queries.by_id };

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

/* Without statistics SQLite would rather filter the table's own order: the index is named. A position is compared with
 * each row, which takes as long as reading it does: the first page has a statement of its own. */
#define PLAIN "tasks WHERE user_id = ?2"
#define BY_DONE "tasks INDEXED BY tasks_by_done WHERE user_id = ?2 AND done = "
#define BEHIND " AND (created_ms, id) < (?3, ?4)"
#define NEWEST_FIRST "created_ms DESC, id DESC"

static gboolean
write_query (TwSqlite *db, const TwSqliteRowsQuery *query, char **sql, GError **error)
{
  *sql = tw_sqlite_rows_query (db, query, error);
  return *sql != NULL;
}

static gboolean
write_queries (TwSqlite *db, Queries *queries, const TwRecordTable *table, GError **error)
{
  static const char *const walks[][2] = {
    [TW_DONE_ANY] = { PLAIN, PLAIN BEHIND },
    [TW_DONE_ONLY] = { BY_DONE "1", BY_DONE "1" BEHIND },
    [TW_OPEN_ONLY] = { BY_DONE "0", BY_DONE "0" BEHIND },
  };
  const char *take = tw_record_table_take (table), *columns = tw_record_table_columns (table);
  const TwSqliteRowsQuery nearby = { take, columns, NEARBY, "created_ms, id", NEARBY_LIMIT, TRUE };
  const TwSqliteRowsQuery by_id = { take, columns, BY_ID, "id", 1, TRUE };
  gboolean written = write_query (db, &nearby, &queries->nearby, error)
                     && write_query (db, &by_id, &queries->by_id, error);

  for (guint i = 0; written && i < G_N_ELEMENTS (walks) * 2; i++)
    {
      const TwSqliteRowsQuery walk = { take, columns, walks[i / 2][i % 2], NEWEST_FIRST, 0, FALSE };

      written = write_query (db, &walk, &queries->walks[i / 2][i % 2], error);
    }
  return written;
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
      = tw_sqlite_statement (connection, taking->reads->queries.walks[query->filter][after != NULL ? 1 : 0], error);

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
gboolean
tw_task_reads_sqlite_read (const TwTaskReadsSqlite *reads, gint64 deadline_ms, const TwTaskQuery *query,
                           const TwTaskReading *reading)
{
  Taking taking = { .reads = reads, .user_id = query->user_id,
                    .left = query->limit == 0 ? ALL : query->limit, .row = reading->row, .user_data = reading->state };
  g_autoptr (GError) error = NULL;

  if (!read_tasks (reads->db, deadline_ms, query, &taking, &error) && !reading->may_wait
      && g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE))
    return FALSE;
  reading->end (error, reading->state);
  return TRUE;
}

TwTaskReadsSqlite *
tw_task_reads_sqlite_new (TwSqlite *db, const TwRecordTable *table, GError **error)
{
  g_autoptr (TwTaskReadsSqlite) reads = g_new0 (TwTaskReadsSqlite, 1);

  reads->db = db;
  reads->table = table;
  return write_queries (db, &reads->queries, table, error) ? g_steal_pointer (&reads) : NULL;
}

void
tw_task_reads_sqlite_free (TwTaskReadsSqlite *reads)
{
  if (reads == NULL)
    return;
  clear_queries (&reads->queries);
  g_free (reads);
}
