/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-attempts-sqlite.h"

#include "tw-record-statement.h"
#include "tw-stored.h"

static void
bind_hash (sqlite3_stmt *statement, int place, const guint8 *hash)
{
  sqlite3_bind_blob (statement, place, hash, TW_ATTEMPT_HASH_SIZE, SQLITE_STATIC);
}

/* What an origin of an account is known by: both. */
static void
bind_origin (sqlite3_stmt *statement, int place, const TwAttempt *attempt)
{
  sqlite3_bind_blob (statement, place, attempt, sizeof *attempt, SQLITE_STATIC);
}

/* The number in the first row, 0 where there is none. */
static gboolean
read_number (TwSqliteConnection *connection, sqlite3_stmt *statement, gint64 *number, GError **error)
{
  int result = tw_sqlite_step (connection, statement, error);

  *number = result == SQLITE_ROW ? sqlite3_column_int64 (statement, 0) : 0;
  return result >= 0;
}

static gboolean
find_seen (TwSqliteConnection *connection, const TwAttempt *attempt, gint64 *seen_ms, GError **error)
{
  g_autoptr (TwSqliteStatement) statement =
    tw_sqlite_statement (connection, "SELECT seen_ms FROM origins WHERE key = ?1", error);

  if (statement == NULL)
    return FALSE;
  bind_origin (statement, 1, attempt);
  return read_number (connection, statement, seen_ms, error);
}

/* When the @n-th last of the failures that @sql chooses was: ?1 is the account, ?2 the origin, ?3 the time since when,
 * ?4 how many later ones to leave out. */
static gboolean
find_nth (TwSqliteConnection *connection, const char *sql, const TwAttempt *attempt, gint64 since_ms, guint n,
          gint64 *at_ms, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, sql, error);

  if (statement == NULL)
    return FALSE;
  bind_hash (statement, 1, attempt->account);
  bind_hash (statement, 2, attempt->origin);
  sqlite3_bind_int64 (statement, 3, since_ms);
  sqlite3_bind_int64 (statement, 4, n - 1);
  return read_number (connection, statement, at_ms, error);
}

gboolean
tw_attempts_sqlite_find (TwSqlite *db, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms, guint n_origin,
                         guint n_strange, TwAttempts *attempts, GError **error)
{
  static const char from_origin[] = "SELECT failed_ms FROM failures WHERE account = ?1 AND origin = ?2 AND failed_ms > ?3"
                                    " ORDER BY failed_ms DESC LIMIT 1 OFFSET ?4";
  static const char from_strange[] = "SELECT failed_ms FROM failures WHERE account = ?1 AND strange = 1 AND failed_ms > ?3"
                                     " ORDER BY failed_ms DESC LIMIT 1 OFFSET ?4";
  const gint64 since_ms = now_ms - TW_FAILURE_MS;
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (db, deadline_ms, error);
  gboolean ok = reader != NULL && find_seen (reader, attempt, &attempts->seen_ms, error)
                && find_nth (reader, from_origin, attempt, since_ms, n_origin, &attempts->from_origin_ms, error)
                && find_nth (reader, from_strange, attempt, since_ms, n_strange, &attempts->from_strange_ms, error);

  tw_sqlite_reader_return (db, reader);
  return ok;
}

gboolean
tw_attempts_sqlite_add_failure (TwSqliteConnection *connection, const TwAttempt *attempt, gboolean strange,
                                gint64 now_ms, GError **error)
{
  TwStoredFailureRecord stored;
  char id[TW_ID_SIZE];

  tw_id_new (now_ms, id);
  stored = tw_stored_failure_of (id, attempt, strange, now_ms);
  return tw_record_statement_insert (&tw_stored_failure_type, connection, &stored, error);
}

static gboolean
put_origin (TwSqliteConnection *connection, const TwAttempt *attempt, gint64 now_ms, GError **error)
{
  const TwStoredOriginRecord stored = tw_stored_origin_of (attempt, now_ms);
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "UPDATE origins SET seen_ms = ?2 WHERE key = ?1", error);

  if (statement == NULL)
    return FALSE;
  bind_origin (statement, 1, attempt);
  sqlite3_bind_int64 (statement, 2, now_ms);
  if (tw_sqlite_step (connection, statement, error) != SQLITE_DONE)
    return FALSE;
  return sqlite3_changes (tw_sqlite_handle (connection)) > 0
         || tw_record_statement_insert (&tw_stored_origin_type, connection, &stored, error);
}

gboolean
tw_attempts_sqlite_add_origin (TwSqliteConnection *connection, const TwAttempt *attempt, gint64 now_ms, GError **error)
{
  g_autoptr (TwSqliteStatement) statement =
    tw_sqlite_statement (connection,
                         "DELETE FROM origins WHERE key IN (SELECT key FROM origins WHERE account = ?1"
                         " ORDER BY seen_ms DESC, key LIMIT -1 OFFSET ?2)",
                         error);

  if (statement == NULL || !put_origin (connection, attempt, now_ms, error))
    return FALSE;
  bind_hash (statement, 1, attempt->account);
  sqlite3_bind_int (statement, 2, TW_KNOWN_ORIGINS_MAX);
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}
