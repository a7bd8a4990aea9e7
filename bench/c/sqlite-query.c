/* SPDX-License-Identifier: Apache-2.0 */

/* sqlite-query DATABASE SECONDS: how fast SQLite alone answers what is behind GET /v1/tasks?limit=20 and GET
 * /v1/tasks/ID, on one thread, with the statements of the peers. Every column of every row is read. Prints one line of
 * JSON. */

#include "sqlite-loop.h"
#include "tw-output.h"

#include <string.h>

#define COLUMNS "id, created_ms, updated_ms, version, done, name"
#define ID_BYTES 12
#define PAGE 20

typedef struct
{
  guint8 id[ID_BYTES];
  const char *user_id;
} Task;

typedef struct
{
  GPtrArray *users;
  GArray *tasks;
  sqlite3_stmt *page, *by_id;
  guint64 sum; /* of all that was read, so that nothing can be left out */
} Queries;

static void
read_row (Queries *queries, sqlite3_stmt *statement)
{
  const guint8 *id = sqlite3_column_blob (statement, 0);
  const unsigned char *name = sqlite3_column_text (statement, 5);

  queries->sum += id[ID_BYTES - 1] + name[0] + (guint64) sqlite3_column_int64 (statement, 1)
                  + (guint64) sqlite3_column_int64 (statement, 2) + (guint64) sqlite3_column_int64 (statement, 3)
                  + (guint64) sqlite3_column_int (statement, 4);
}

static void
read_page (guint64 round, gpointer user_data)
{
  Queries *queries = user_data;
  const char *user = g_ptr_array_index (queries->users, round % queries->users->len);

  sqlite3_bind_text (queries->page, 1, user, -1, SQLITE_STATIC);
  sqlite3_bind_int (queries->page, 2, PAGE + 1);
  while (sqlite_loop_step (queries->page))
    read_row (queries, queries->page);
}

static void
read_task (guint64 round, gpointer user_data)
{
  Queries *queries = user_data;
  const Task *task = &g_array_index (queries->tasks, Task, round % queries->tasks->len);

  sqlite3_bind_blob (queries->by_id, 1, task->id, ID_BYTES, SQLITE_STATIC);
  sqlite3_bind_text (queries->by_id, 2, task->user_id, -1, SQLITE_STATIC);
  while (sqlite_loop_step (queries->by_id))
    read_row (queries, queries->by_id);
}

/* Some tasks of every user, in an order that is not the table's. */
static GArray *
pick_tasks (sqlite3 *db, GPtrArray *users)
{
  sqlite3_stmt *statement = sqlite_loop_prepare (db, "SELECT id FROM tasks WHERE user_id = ?1 LIMIT 200");
  GArray *tasks = g_array_new (FALSE, FALSE, sizeof (Task));
  g_autoptr (GRand) random = g_rand_new_with_seed (1);

  for (guint i = 0; i < users->len; i++)
    {
      Task task = { .user_id = g_ptr_array_index (users, i) };

      sqlite3_bind_text (statement, 1, task.user_id, -1, SQLITE_STATIC);
      while (sqlite_loop_step (statement))
        {
          memcpy (task.id, sqlite3_column_blob (statement, 0), ID_BYTES);
          g_array_append_val (tasks, task);
        }
    }
  sqlite3_finalize (statement);
  for (guint i = tasks->len - 1; i > 0; i--)
    {
      Task *one = &g_array_index (tasks, Task, i);
      Task *other = &g_array_index (tasks, Task, g_rand_int_range (random, 0, (gint32) i + 1));
      Task kept = *one;

      *one = *other;
      *other = kept;
    }
  return tasks;
}

int
main (int argc, char **argv)
{
  Queries queries = { 0 };
  g_autoptr (GString) line = g_string_new ("{\"program\": \"sqlite-query\", ");
  double seconds;
  sqlite3 *db;

  tw_output_init ();
  g_set_prgname ("sqlite-query");
  if (argc != 3)
    {
      g_printerr ("usage: sqlite-query DATABASE SECONDS\n");
      return 1;
    }
  seconds = sqlite_loop_seconds (argv[2]) / 2;
  db = sqlite_loop_open (argv[1], "NORMAL");
  queries.users = sqlite_loop_users (db);
  queries.tasks = pick_tasks (db, queries.users);
  queries.page = sqlite_loop_prepare (
      db, "SELECT " COLUMNS " FROM tasks WHERE user_id = ?1 ORDER BY created_ms DESC, id DESC LIMIT ?2");
  queries.by_id = sqlite_loop_prepare (db, "SELECT " COLUMNS " FROM tasks WHERE id = ?1 AND user_id = ?2");

  sqlite_loop_run (line, "page", seconds, read_page, &queries);
  g_string_append (line, ", ");
  sqlite_loop_run (line, "by_id", seconds, read_task, &queries);
  g_string_append_printf (line, ", \"sum\": %" G_GUINT64_FORMAT "}\n", queries.sum);

  sqlite3_finalize (queries.page);
  sqlite3_finalize (queries.by_id);
  sqlite3_close (db);
  g_array_unref (queries.tasks);
  g_ptr_array_unref (queries.users);
  return tw_output_print_and_end ("sqlite-query", line->str);
}
