/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-back-sqlite.h"

#include "tw-error.h"
#include "tw-random.h"

#include <string.h>

#define SHOW "SELECT " TW_COMMIT_LOG_SHOWN ", user_id, previous FROM log WHERE seq = ?1"
#define PARTITION TW_COMMIT_LOG_N_SHOWN
#define PREVIOUS (TW_COMMIT_LOG_N_SHOWN + 1)

static void
read_bytes (sqlite3_stmt *statement, int column, gpointer bytes, gsize n)
{
  if (sqlite3_column_bytes (statement, column) == (int) n)
    memcpy (bytes, sqlite3_column_blob (statement, column), n);
}

/* All of it of one moment: where there is no transaction yet, it takes one. */
static gboolean
begin (TwSqliteConnection *connection, gboolean *has_begun, GError **error)
{
  *has_begun = sqlite3_get_autocommit (tw_sqlite_handle (connection)) != 0;
  return !*has_begun || tw_sqlite_run (connection, "BEGIN", error);
}

static void
end (TwSqliteConnection *connection, gboolean has_begun)
{
  if (has_begun && sqlite3_get_autocommit (tw_sqlite_handle (connection)) == 0)
    tw_sqlite_run (connection, "COMMIT", NULL);
}

/* A way, as far as it has come. */
typedef struct
{
  TwSqliteConnection *connection;
  const TwCommitKinds *kinds;
  TwCommitBack *back;
  TwCommitEntryFunc func;
  gpointer user_data;
  gint64 seq;      /* of the next row; 0: there is none */
  gint64 showing;  /* the number of the entry that was shown last */
  gboolean wanted; /* more of them */
  gboolean ended;
} Way;

static void
end_way (Way *way, TwCommitBackEnd how)
{
  way->back->end = how;
  way->ended = TRUE;
}

/* At a row that is not there any more, or that there never was: the way may lead no further than that. */
static void
end_at_nothing (Way *way, gint64 number)
{
  TwCommitBack *back = way->back;
  const gboolean was_dropped = number <= back->log.dropped;

  if (was_dropped && back->until == back->log.dropped)
    memcpy (back->until_mark, back->log.dropped_mark, sizeof back->until_mark);
  end_way (way, was_dropped && (back->until < 0 || back->until == back->log.dropped) ? TW_COMMIT_BACK_DONE
                                                                                    : TW_COMMIT_BACK_LOST);
}

/* Whether the row is one of this log, in which numbers descend by one. */
static gboolean
fits (const Way *way, sqlite3_stmt *statement, gint64 number)
{
  const char *partition = (const char *) sqlite3_column_text (statement, PARTITION);
  const gint64 place = way->back->place.number;

  if (g_strcmp0 (partition, way->back->partition) != 0)
    return FALSE;
  return way->showing > 0 ? number == way->showing || number == way->showing - 1 : place == 0 || number == place;
}

static gboolean
take_row (Way *way, sqlite3_stmt *statement, GError **error)
{
  TwCommitBack *back = way->back;
  const gint64 number = sqlite3_column_int64 (statement, 0);
  TwCommitEntry entry;

  if (!fits (way, statement, number))
    end_way (way, TW_COMMIT_BACK_LOST);
  else if (number == back->until)
    {
      read_bytes (statement, 1, back->until_mark, sizeof back->until_mark);
      end_way (way, TW_COMMIT_BACK_DONE);
    }
  else if (!way->wanted)
    {
      back->place = (TwCommitPlace) { number, way->seq };
      end_way (way, TW_COMMIT_BACK_MORE);
    }
  else
    {
      if (!tw_commit_log_sqlite_read_entry (way->kinds, statement, back->partition, &entry, error))
        return FALSE;
      entry.row = way->seq;
      way->showing = number;
      way->wanted = way->func (&entry, way->user_data);
      way->seq = sqlite3_column_int64 (statement, PREVIOUS);
    }
  return TRUE;
}

static gboolean
go_on (Way *way, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = NULL;
  int result;

  if (way->seq == 0)
    {
      end_at_nothing (way, 0);
      return TRUE;
    }
  statement = tw_sqlite_statement (way->connection, SHOW, error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, way->seq);
  result = tw_sqlite_step (way->connection, statement, error);
  if (result == SQLITE_ROW)
    return take_row (way, statement, error);
  if (result == SQLITE_DONE)
    end_at_nothing (way, way->showing > 0 ? way->showing - 1 : way->back->place.number);
  return result == SQLITE_DONE;
}

static gboolean
walk (Way *way, GError **error)
{
  TwCommitBack *back = way->back;

  if (!tw_commit_log_sqlite_find_head (way->connection, back->partition, &back->log, &way->seq, error))
    return FALSE;
  if (back->until > back->log.newest || (back->until >= 0 && back->until < back->log.dropped))
    end_way (way, TW_COMMIT_BACK_LOST);
  else if (back->place.number != 0)
    way->seq = back->place.row;
  else if (back->log.newest == back->log.dropped) /* the head may say of a row that it is there */
    {
      way->seq = 0;
      end_at_nothing (way, back->log.newest);
    }
  while (!way->ended)
    if (!go_on (way, error))
      return FALSE;
  return TRUE;
}

gboolean
tw_commit_back_sqlite_read (TwSqliteConnection *connection, const TwCommitKinds *kinds, TwCommitBack *back,
                            TwCommitEntryFunc entry, gpointer user_data, GError **error)
{
  Way way = { connection, kinds, back, entry, user_data, .wanted = TRUE };
  gboolean has_begun, was_read;

  if (!begin (connection, &has_begun, error))
    return FALSE;
  was_read = walk (&way, error);
  end (connection, has_begun);
  return was_read;
}

/* The store */

gboolean
tw_commit_back_sqlite_find_store (TwSqliteConnection *connection, TwCommitStore *store, gboolean *found,
                                  GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, "SELECT id, key FROM log_store", error);
  int result;

  if (statement == NULL)
    return FALSE;
  result = tw_sqlite_step (connection, statement, error);
  *found = result == SQLITE_ROW;
  if (!*found)
    return result >= 0;
  read_bytes (statement, 0, store->id, sizeof store->id);
  read_bytes (statement, 1, store->key, sizeof store->key);
  return TRUE;
}

gboolean
tw_commit_back_sqlite_make_store (TwSqliteConnection *connection, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
    connection, "INSERT INTO log_store (id, key) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM log_store)", error);
  TwCommitStore store;

  if (statement == NULL)
    return FALSE;
  tw_random_bytes (store.id, sizeof store.id);
  tw_random_bytes (store.key, sizeof store.key);
  sqlite3_bind_blob (statement, 1, store.id, sizeof store.id, SQLITE_STATIC);
  sqlite3_bind_blob (statement, 2, store.key, sizeof store.key, SQLITE_STATIC);
  return tw_sqlite_step (connection, statement, error) >= 0;
}

/* Several logs at once */

/* What the table of heads does not know yet is looked at once, for all. */
static gboolean
look_ahead (TwSqliteConnection *connection, GHashTable *places, TwCommitLog *logs, gint64 *seqs, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
    connection, "SELECT user_id, number, seq FROM log WHERE seq > (SELECT heads_to FROM log_state) ORDER BY seq", error);
  int result;

  if (statement == NULL)
    return FALSE;
  while ((result = tw_sqlite_step (connection, statement, error)) == SQLITE_ROW)
    {
      gpointer place;

      if (!g_hash_table_lookup_extended (places, sqlite3_column_text (statement, 0), NULL, &place))
        continue;
      logs[GPOINTER_TO_UINT (place)].newest = sqlite3_column_int64 (statement, 1);
      seqs[GPOINTER_TO_UINT (place)] = sqlite3_column_int64 (statement, 2);
    }
  return result >= 0;
}

static gboolean
look_at_mark (TwSqliteConnection *connection, gint64 seq, TwCommitLog *log, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = NULL;
  int result;

  if (log->newest == log->dropped)
    {
      memcpy (log->newest_mark, log->dropped_mark, sizeof log->newest_mark);
      return TRUE;
    }
  statement = tw_sqlite_statement (connection, "SELECT mark FROM log WHERE seq = ?1", error);
  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, seq);
  result = tw_sqlite_step (connection, statement, error);
  if (result == SQLITE_ROW)
    read_bytes (statement, 0, log->newest_mark, sizeof log->newest_mark);
  return result >= 0;
}

static gboolean
look (TwSqliteConnection *connection, const char *const *partitions, guint n, TwCommitLog *logs, TwCommitStore *store,
      GError **error)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree gint64 *seqs = g_new0 (gint64, n);
  gboolean found;

  if (!tw_commit_back_sqlite_find_store (connection, store, &found, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_hash_table_insert (places, (gpointer) (guintptr) partitions[i], GUINT_TO_POINTER (i));
      if (!tw_commit_log_sqlite_read_head (connection, partitions[i], &logs[i], &seqs[i], error))
        return FALSE;
    }
  if (!look_ahead (connection, places, logs, seqs, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      logs[i].newest_row = seqs[i];
      if (!look_at_mark (connection, seqs[i], &logs[i], error))
        return FALSE;
    }
  return TRUE;
}

gboolean
tw_commit_back_sqlite_look (TwSqliteConnection *connection, const char *const *partitions, guint n, TwCommitLog *logs,
                            TwCommitStore *store, GError **error)
{
  gboolean has_begun, was_read;

  if (!begin (connection, &has_begun, error))
    return FALSE;
  was_read = look (connection, partitions, n, logs, store, error);
  end (connection, has_begun);
  return was_read;
}
