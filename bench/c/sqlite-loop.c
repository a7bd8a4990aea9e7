/* SPDX-License-Identifier: Apache-2.0 */

#include "sqlite-loop.h"

#include <stdlib.h>

/* Between two looks at the clock. */
#define ROUNDS_AT_ONCE 64

static void
die (const char *what, const char *why)
{
  g_printerr ("%s: %s: %s\n", g_get_prgname (), what, why);
  exit (1);
}

sqlite3 *
sqlite_loop_open (const char *path, const char *synchronous)
{
  /* The kernel's pages, mapped: reading costs no calls, as with a cache that everything fits into. */
  g_autofree char *setup = g_strdup_printf ("PRAGMA synchronous = %s; PRAGMA mmap_size = 1073741824;", synchronous);
  sqlite3 *db;

  if (g_strcmp0 (synchronous, "NORMAL") != 0 && g_strcmp0 (synchronous, "FULL") != 0)
    die (synchronous, "neither NORMAL nor FULL");
  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK
      || sqlite3_exec (db, setup, NULL, NULL, NULL) != SQLITE_OK)
    die (path, sqlite3_errmsg (db));
  return db;
}

sqlite3_stmt *
sqlite_loop_prepare (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement;

  if (sqlite3_prepare_v3 (db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    die (sql, sqlite3_errmsg (db));
  return statement;
}

gboolean
sqlite_loop_step (sqlite3_stmt *statement)
{
  switch (sqlite3_step (statement))
    {
    case SQLITE_ROW:
      return TRUE;
    case SQLITE_DONE:
      sqlite3_reset (statement);
      return FALSE;
    default:
      die (sqlite3_sql (statement), sqlite3_errmsg (sqlite3_db_handle (statement)));
      return FALSE;
    }
}

GPtrArray *
sqlite_loop_users (sqlite3 *db)
{
  sqlite3_stmt *statement = sqlite_loop_prepare (db, "SELECT DISTINCT user_id FROM tasks");
  GPtrArray *users = g_ptr_array_new_with_free_func (g_free);

  while (sqlite_loop_step (statement))
    g_ptr_array_add (users, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  sqlite3_finalize (statement);
  if (users->len == 0)
    die (sqlite3_db_filename (db, "main"), "there are no tasks");
  return users;
}

double
sqlite_loop_seconds (const char *text)
{
  char *end;
  double seconds = g_ascii_strtod (text, &end);

  if (*end != '\0' || !(seconds > 0 && seconds < 3600))
    die (text, "not a number of seconds");
  return seconds;
}

void
sqlite_loop_run (GString *line, const char *name, double seconds,
                 void (*once) (guint64 round, gpointer user_data), gpointer user_data)
{
  Measure start = measure_start (), took;
  guint64 n = 0;

  do
    {
      for (guint i = 0; i < ROUNDS_AT_ONCE; i++)
        once (n++, user_data);
      took = measure_since (&start);
    }
  while ((double) took.wall_ns < seconds * 1e9);
  measure_append (line, name, n, &took);
}
