/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-runs-sqlite.h"

#include "tw-task-filter.h"
#include "tw-task-merge.h"

#include <math.h>
#include <string.h>

/* Open tasks and done ones. */
#define MOST_RUNS 2

typedef struct
{
  TwSqliteConnection *connection;
  TwSqliteStatement *statement;
  guint8 id[TW_ID_BYTES];      /* of the place behind which it begins */
  guint8 list_id[TW_ID_BYTES];
  TwTaskRows rows;
} Run;

/* Where it has no bound the walk goes from the first key to the last: text is less than any blob
 * (https://sqlite.org/datatype3.html#sort_order). */
static void
bind_key (sqlite3_stmt *statement, int place, TwTaskKey key, const TwTaskPosition *bound)
{
  const gboolean is_high = place == TW_TASK_AT_HIGH;

  if (bound == NULL && key != TW_TASK_BY_NAME)
    sqlite3_bind_double (statement, place, is_high ? INFINITY : -INFINITY);
  else if (bound == NULL && is_high)
    sqlite3_bind_zeroblob (statement, place, 0);
  else if (key == TW_TASK_BY_NAME)
    tw_sqlite_bind_text (statement, place, bound != NULL ? bound->text : "");
  else if (key == TW_TASK_BY_POSITION)
    sqlite3_bind_double (statement, place, bound->real);
  else
    sqlite3_bind_int64 (statement, place, bound->number);
}

/* Ties begin where nothing comes before. */
static void
bind_place (Run *run, const TwTaskPosition *behind)
{
  if (behind == NULL || !tw_id_to_bytes (behind->id, run->id))
    memset (run->id, 0xff, sizeof run->id);
  sqlite3_bind_int64 (run->statement, TW_TASK_AT_CREATED, behind != NULL ? behind->created_ms : G_MAXINT64);
  sqlite3_bind_blob (run->statement, TW_TASK_AT_ID, run->id, TW_ID_BYTES, SQLITE_STATIC);
}

/* What can't be a list's id is NULL, which nothing is equal to. */
static void
bind_list (Run *run, const char *list_id)
{
  if (tw_id_to_bytes (list_id, run->list_id))
    sqlite3_bind_blob (run->statement, TW_TASK_AT_LIST, run->list_id, TW_ID_BYTES, SQLITE_STATIC);
}

static gboolean
begin_run (Run *run, const TwTaskRunsSqlite *runs, const TwTaskWalk *walk, TwTaskPath path, GError **error)
{
  run->connection = runs->connection;
  run->rows = (TwTaskRows) { .table = runs->table, .user_id = runs->query->user_id, .raw = runs->raw,
                              .left = G_MAXUINT64 };
  run->statement = tw_sqlite_statement (run->connection, tw_task_walks_sqlite_get (runs->walks, walk, path), error);
  if (run->statement == NULL)
    return FALSE;
  if (walk->behind != NULL || walk->kind == TW_TASK_WALK_TIES)
    bind_place (run, walk->behind);
  if (walk->kind == TW_TASK_WALK_KEYS || walk->kind == TW_TASK_WALK_KEYS_BACK)
    bind_key (run->statement, TW_TASK_AT_HIGH, walk->key, walk->high);
  if (walk->kind == TW_TASK_WALK_KEYS || walk->kind == TW_TASK_WALK_KEYS_BACK || walk->kind == TW_TASK_WALK_TIES)
    bind_key (run->statement, TW_TASK_AT_LOW, walk->key, walk->low);
  if (path >= TW_TASK_PATH_LIST_OPEN)
    bind_list (run, runs->query->filter.list_id);
  return TRUE;
}

/* A TwTaskRunFunc. */
static gboolean
show_run (gpointer data, TwTaskRowFunc row, gpointer user_data, GError **error)
{
  Run *run = data;

  run->rows.row = row;
  run->rows.user_data = user_data;
  run->rows.ended = FALSE;
  return tw_task_rows_take (&run->rows, run->connection, run->statement, error);
}

static gboolean
do_runs (Run *runs, guint n, const TwTaskWalk *walk, TwTaskRowFunc row, gpointer user_data, GError **error)
{
  gboolean well = TRUE;

  if (n > 1 && walk->kind != TW_TASK_WALK_ANYHOW)
    return tw_task_merge (walk, show_run, runs, sizeof *runs, n, row, user_data, error);
  for (guint i = 0; well && i < n && (i == 0 || !runs[i - 1].rows.ended); i++)
    well = show_run (&runs[i], row, user_data, error);
  return well;
}

/* Rows that have to be looked at anyway are looked at along the table: what is done, or is not, is a walk down it for
 * each row of an index. */
static guint
find_paths (const TwTaskQuery *query, const TwTaskWalk *walk, TwTaskPath paths[MOST_RUNS])
{
  const TwTaskFilter *filter = &query->filter;
  const TwTaskPath open = filter->list == TW_LIST_ONE ? TW_TASK_PATH_LIST_OPEN : TW_TASK_PATH_OPEN;
  const gboolean by_key
      = walk->kind == TW_TASK_WALK_KEYS || walk->kind == TW_TASK_WALK_KEYS_BACK || walk->kind == TW_TASK_WALK_TIES;
  guint n = 0;

  if (filter->list != TW_LIST_ONE && !by_key
      && (filter->done == TW_DONE_ANY || walk->kind == TW_TASK_WALK_ANYHOW || tw_task_filter_looks (filter)))
    {
      paths[n++] = TW_TASK_PATH_ALL;
      return n;
    }
  if (filter->done != TW_DONE_ONLY)
    paths[n++] = open;
  if (filter->done != TW_OPEN_ONLY)
    paths[n++] = open + 1;
  return n;
}

gboolean
tw_task_runs_sqlite_walk (gpointer data, const TwTaskWalk *walk, TwTaskRowFunc row, gpointer user_data, GError **error)
{
  TwTaskRunsSqlite *runs = data;
  TwTaskPath paths[MOST_RUNS];
  const guint n = find_paths (runs->query, walk, paths);
  Run run[MOST_RUNS] = { { .rows.left = G_MAXUINT64 }, { .rows.left = G_MAXUINT64 } };
  gboolean well = TRUE;

  for (guint i = 0; well && i < n; i++)
    well = begin_run (&run[i], runs, walk, paths[i], error);
  well = well && do_runs (run, n, walk, row, user_data, error);
  for (guint i = 0; i < n; i++)
    {
      runs->seen += G_MAXUINT64 - run[i].rows.left;
      tw_sqlite_statement_done (run[i].statement);
    }
  return well;
}
