/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-drop-sqlite.h"

#include "tw-commit.h"

#include <string.h>

/* Rows at a time, and the rest of an entry: it holds up all who write. */
#define MAX_ROWS 500

/* The seq of the last row that is to go; 0: none is. */
static gboolean
find_end (TwSqliteConnection *connection, gint64 keep_from_ms, gint64 now_ms, gint64 *end, gint64 *next_ms,
          GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "SELECT seq, number, previous, time_ms FROM log ORDER BY seq", error);
  gint64 before_seq = 0, before_number = 0;
  int result = SQLITE_ROW;

  *end = 0;
  *next_ms = now_ms;
  for (guint rows = 0; statement != NULL; rows++)
    {
      gint64 seq, number, time_ms;

      result = tw_sqlite_step (connection, statement, error);
      if (result != SQLITE_ROW)
        break;
      seq = sqlite3_column_int64 (statement, 0);
      number = sqlite3_column_int64 (statement, 1);
      time_ms = sqlite3_column_int64 (statement, 3);
      /* A part that is not its entry's first is as old as that. */
      if (rows >= MAX_ROWS && (number != before_number || sqlite3_column_int64 (statement, 2) != before_seq))
        {
          *next_ms = time_ms;
          break;
        }
      if (time_ms < keep_from_ms)
        *end = seq;
      else if (time_ms <= now_ms)
        {
          *next_ms = time_ms;
          break;
        }
      before_seq = seq;
      before_number = number;
    }
  return statement != NULL && result >= 0;
}

/* The newest of a partition's that is to go. */
typedef struct
{
  gint64 number;
  guint8 mark[TW_COMMIT_MARK_BYTES];
} Last;

static void
note_last (GHashTable *lasts, const char *partition, gint64 number, gconstpointer mark)
{
  Last *last = g_hash_table_lookup (lasts, partition);

  if (last == NULL)
    {
      last = g_new (Last, 1);
      g_hash_table_insert (lasts, g_strdup (partition), last);
    }
  last->number = number;
  memcpy (last->mark, mark, sizeof last->mark);
}

/* By partition. */
static GHashTable *
find_lasts (TwSqliteConnection *connection, gint64 end, GError **error)
{
  g_autoptr (GHashTable) lasts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "SELECT user_id, number, mark FROM log WHERE seq <= ?1 ORDER BY seq", error);
  int result;

  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, end);
  while ((result = tw_sqlite_step (connection, statement, error)) == SQLITE_ROW)
    note_last (lasts, (const char *) sqlite3_column_text (statement, 0), sqlite3_column_int64 (statement, 1),
               sqlite3_column_blob (statement, 2));
  return result == SQLITE_DONE ? g_steal_pointer (&lasts) : NULL;
}

static gboolean
write_last (TwSqliteConnection *connection, const char *partition, const Last *last, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "UPDATE log_heads SET dropped = ?2, dropped_mark = ?3 WHERE user_id = ?1", error);

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, partition);
  sqlite3_bind_int64 (statement, 2, last->number);
  sqlite3_bind_blob (statement, 3, last->mark, sizeof last->mark, SQLITE_STATIC);
  return tw_sqlite_step (connection, statement, error) >= 0;
}

static gboolean
write_lasts (TwSqliteConnection *connection, gint64 end, GError **error)
{
  g_autoptr (GHashTable) lasts = find_lasts (connection, end, error);
  GHashTableIter iter;
  gpointer partition, last;

  if (lasts == NULL)
    return FALSE;
  g_hash_table_iter_init (&iter, lasts);
  while (g_hash_table_iter_next (&iter, &partition, &last))
    if (!write_last (connection, partition, last, error))
      return FALSE;
  return TRUE;
}

/* Runs @sql, a literal, with @end. */
static gboolean
run_with (TwSqliteConnection *connection, const char *sql, gint64 end, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, sql, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, end);
  return tw_sqlite_step (connection, statement, error) >= 0;
}

/* The heads know of all that goes: nobody looks for them in the log any more. */
gboolean
tw_commit_drop_sqlite (TwSqliteConnection *connection, TwCommitHeadsSqlite *heads, gint64 keep_from_ms, gint64 now_ms,
                       gint64 *next_ms, GError **error)
{
  gint64 end;

  if (!find_end (connection, keep_from_ms, now_ms, &end, next_ms, error))
    return FALSE;
  if (end == 0)
    return TRUE;
  if (tw_commit_heads_sqlite_write (heads, connection, error)
      && write_lasts (connection, end, error)
      && run_with (connection, "DELETE FROM log WHERE seq <= ?1", end, error)
      && run_with (connection, "UPDATE log_state SET dropped_to = ?1", end, error))
    return TRUE;
  tw_commit_heads_sqlite_forget (heads);
  return FALSE;
}
