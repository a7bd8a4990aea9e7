/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-walks-sqlite.h"

#include "tw-task-order.h"

/* A statement is a path, the conditions of a walk on it, and its order. A position is compared with each row, which
 * takes as long as reading it does: what begins at the start has a statement of its own. */
typedef enum
{
  NEWEST,
  NEWEST_BEHIND,
  OLDEST,
  OLDEST_BEHIND,
  KEYS_FROM,
  KEYS_BEHIND,
  KEYS_BACK,
  TIES,
  UNSET,
  UNSET_BEHIND,
} Shape;

#define SHAPES (UNSET_BEHIND + 1)
#define BY_CREATED OLDEST_BEHIND /* the last of these */

#define NEWEST_FIRST "created_ms DESC, id DESC"
#define BEHIND " AND (created_ms, id) < (?3, ?4)"

typedef struct
{
  const char *conditions, *order; /* KEY stands for the column */
} Words;

static const Words words[SHAPES] = {
  [NEWEST] = { "", NEWEST_FIRST },
  [NEWEST_BEHIND] = { BEHIND, NEWEST_FIRST },
  [OLDEST] = { "", "created_ms, id" },
  [OLDEST_BEHIND] = { " AND (created_ms, id) > (?3, ?4)", "created_ms, id" },
  [KEYS_FROM] = { " AND KEY >= ?5 AND KEY < ?6", "KEY, " NEWEST_FIRST },
  [KEYS_BEHIND] = { " AND KEY > ?5 AND KEY < ?6", "KEY, " NEWEST_FIRST },
  [KEYS_BACK] = { " AND KEY >= ?5 AND KEY < ?6", "KEY DESC, created_ms, id" },
  [TIES] = { " AND KEY = ?5" BEHIND, NEWEST_FIRST },
  [UNSET] = { "", NEWEST_FIRST },
  [UNSET_BEHIND] = { BEHIND, NEWEST_FIRST },
};

static const char *const columns[TW_TASK_KEYS] = {
  [TW_TASK_BY_CREATED] = "created",
  [TW_TASK_BY_DUE] = "due",
  [TW_TASK_BY_PRIORITY] = "priority",
  [TW_TASK_BY_NAME] = "name_folded",
  [TW_TASK_BY_POSITION] = "position",
};

/* Without statistics SQLite would rather filter the table's own order: the index is named. Whose a list is, its tasks
 * are: that condition holds for all of them, and is for the case that it does not. */
#define LIST "list_id = ?7 AND user_id = ?2"

static const char *const paths[TW_TASK_PATHS] = {
  [TW_TASK_PATH_ALL] = "user_id = ?2",
  [TW_TASK_PATH_OPEN] = "user_id = ?2 AND done = 0",
  [TW_TASK_PATH_DONE] = "user_id = ?2 AND done = 1",
  [TW_TASK_PATH_LIST_OPEN] = LIST " AND done = 0",
  [TW_TASK_PATH_LIST_DONE] = LIST " AND done = 1",
};

static const char *
index_of (TwTaskPath path, TwTaskKey key)
{
  static const char *const of_all[TW_TASK_KEYS]
      = { "tasks_by_done", "tasks_by_due", "tasks_by_priority", "tasks_by_name", "tasks_by_position" };
  static const char *const of_list[TW_TASK_KEYS] = { "tasks_by_list", "tasks_by_list_due", "tasks_by_list_priority",
                                                     "tasks_by_list_name", "tasks_by_list_position" };

  return path == TW_TASK_PATH_ALL ? NULL : path < TW_TASK_PATH_LIST_OPEN ? of_all[key] : of_list[key];
}

struct _TwTaskWalksSqlite
{
  char *statements[TW_TASK_PATHS][TW_TASK_KEYS][SHAPES];
};

static gboolean
is_needed (TwTaskPath path, TwTaskKey key, Shape shape)
{
  if (!tw_task_order_has_index (key))
    return FALSE;
  if (key == TW_TASK_BY_CREATED || shape <= BY_CREATED)
    return key == TW_TASK_BY_CREATED && shape <= BY_CREATED;
  return path != TW_TASK_PATH_ALL || shape >= UNSET;
}

/* A number may stand for none. That of a place is none of these. */
static void
append_whether_set (GString *from, TwTaskKey key, Shape shape)
{
  const TwRecordSort *sort = &tw_page_request_question.sorts[key];

  if (shape >= UNSET && !sort->has_none)
    g_string_append (from, " AND KEY IS NULL");
  else if (shape >= UNSET)
    g_string_append_printf (from, " AND (KEY IS NULL OR KEY = %" G_GINT64_FORMAT ")", sort->none);
  else if (shape > BY_CREATED && shape != TIES && sort->has_none)
    g_string_append_printf (from, " AND KEY <> %" G_GINT64_FORMAT, sort->none);
}

/* What the index settles is taken from inside of the step. That a key is not there it does not settle. */
static char *
write_statement (TwSqlite *db, const TwRecordTable *table, TwTaskPath path, TwTaskKey key, Shape shape, GError **error)
{
  const char *index = index_of (path, shape >= UNSET ? TW_TASK_BY_CREATED : key);
  g_autoptr (GString) from = g_string_new ("tasks");
  g_autoptr (GString) order = g_string_new (words[shape].order);

  if (index != NULL)
    g_string_append_printf (from, " INDEXED BY %s", index);
  g_string_append_printf (from, " WHERE %s%s", paths[path], words[shape].conditions);
  append_whether_set (from, key, shape);
  g_string_replace (from, "KEY", columns[key], 0);
  g_string_replace (order, "KEY", columns[key], 0);
  return tw_sqlite_rows_query (db,
                               &(TwSqliteRowsQuery) { tw_record_table_take (table), tw_record_table_columns (table),
                                                      from->str, order->str, 0, .by_step = shape >= UNSET },
                               error);
}

TwTaskWalksSqlite *
tw_task_walks_sqlite_new (TwSqlite *db, const TwRecordTable *table, GError **error)
{
  g_autoptr (TwTaskWalksSqlite) walks = g_new0 (TwTaskWalksSqlite, 1);

  for (guint path = 0; path < TW_TASK_PATHS; path++)
    for (guint key = 0; key < TW_TASK_KEYS; key++)
      for (guint shape = 0; shape < SHAPES; shape++)
        {
          if (!is_needed (path, key, shape))
            continue;
          walks->statements[path][key][shape] = write_statement (db, table, path, key, shape, error);
          if (walks->statements[path][key][shape] == NULL)
            return NULL;
        }
  return g_steal_pointer (&walks);
}

void
tw_task_walks_sqlite_free (TwTaskWalksSqlite *walks)
{
  if (walks == NULL)
    return;
  for (guint path = 0; path < TW_TASK_PATHS; path++)
    for (guint key = 0; key < TW_TASK_KEYS; key++)
      for (guint shape = 0; shape < SHAPES; shape++)
        g_free (walks->statements[path][key][shape]);
  g_free (walks);
}

static Shape
shape_of (const TwTaskWalk *walk)
{
  switch (walk->kind)
    {
    case TW_TASK_WALK_OLDEST:
      return walk->behind != NULL ? OLDEST_BEHIND : OLDEST;
    case TW_TASK_WALK_KEYS:
      return walk->low_is_out ? KEYS_BEHIND : KEYS_FROM;
    case TW_TASK_WALK_KEYS_BACK:
      return KEYS_BACK;
    case TW_TASK_WALK_TIES:
      return TIES;
    case TW_TASK_WALK_UNSET:
      return walk->behind != NULL ? UNSET_BEHIND : UNSET;
    case TW_TASK_WALK_ANYHOW:
    case TW_TASK_WALK_NEWEST:
    default:
      return walk->behind != NULL ? NEWEST_BEHIND : NEWEST;
    }
}

const char *
tw_task_walks_sqlite_get (const TwTaskWalksSqlite *walks, const TwTaskWalk *walk, TwTaskPath path)
{
  const Shape shape = shape_of (walk);

  return walks->statements[path][shape <= BY_CREATED ? TW_TASK_BY_CREATED : walk->key][shape];
}
