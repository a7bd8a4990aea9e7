/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-tables.h"

const TwSqliteMigration tw_account_tables_migrations[TW_ACCOUNT_TABLES_VERSION] = {
  "CREATE TABLE accounts ("
  "  id TEXT PRIMARY KEY,"
  "  email TEXT NOT NULL UNIQUE,"
  "  name TEXT,"
  "  password_hash TEXT NOT NULL,"
  "  created_ms INTEGER NOT NULL) STRICT;"

  /* Open until expires_ms, which each rotation moves on, but never past ends_ms. */
  "CREATE TABLE sessions ("
  "  id TEXT PRIMARY KEY,"
  "  user_id TEXT NOT NULL REFERENCES accounts (id),"
  "  created_ms INTEGER NOT NULL,"
  "  ends_ms INTEGER NOT NULL,"
  "  expires_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE INDEX sessions_by_expiry ON sessions (expires_ms);"

  /* session_id refers to a session that may have ended. */
  "CREATE TABLE refresh_tokens ("
  "  hash BLOB PRIMARY KEY,"
  "  session_id TEXT NOT NULL,"
  "  used INTEGER NOT NULL DEFAULT 0,"
  "  expires_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_ms);"

  "CREATE TABLE revocations ("
  "  position INTEGER PRIMARY KEY,"
  "  session_id TEXT NOT NULL,"
  "  expires_s INTEGER NOT NULL) STRICT;"
  "CREATE INDEX revocations_by_expiry ON revocations (expires_s);",
};

static void
bind_hash (sqlite3_stmt *statement, int place, const guint8 *hash)
{
  sqlite3_bind_blob (statement, place, hash, TW_REFRESH_HASH_SIZE, SQLITE_STATIC);
}

static void
column_id (sqlite3_stmt *statement, int column, char id[TW_ID_SIZE])
{
  g_strlcpy (id, (const char *) sqlite3_column_text (statement, column), TW_ID_SIZE);
}

gboolean
tw_account_tables_insert_account (TwSqliteConnection *connection, const TwAccountRecord *account, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection,
                             "INSERT INTO accounts (id, email, name, password_hash, created_ms)"
                             " VALUES (?1, ?2, ?3, ?4, ?5)",
                             error);

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, account->id);
  tw_sqlite_bind_text (statement, 2, account->email);
  tw_sqlite_bind_text (statement, 3, account->name);
  tw_sqlite_bind_text (statement, 4, account->password_hash);
  sqlite3_bind_int64 (statement, 5, account->created_ms);
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}

gboolean
tw_account_tables_replace_hash (TwSqliteConnection *connection, const char *id, const char *old_hash,
                                const char *new_hash, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "UPDATE accounts SET password_hash = ?3 WHERE id = ?1 AND password_hash = ?2", error);

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, id);
  tw_sqlite_bind_text (statement, 2, old_hash);
  tw_sqlite_bind_text (statement, 3, new_hash);
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}

static gboolean
insert_token (TwSqliteConnection *connection, const TwSessionRecord *session, const TwRefreshRecord *token,
              GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "INSERT INTO refresh_tokens (hash, session_id, expires_ms) VALUES (?1, ?2, ?3)", error);

  if (statement == NULL)
    return FALSE;
  bind_hash (statement, 1, token->hash);
  tw_sqlite_bind_text (statement, 2, session->id);
  sqlite3_bind_int64 (statement, 3, MIN (token->expires_ms, session->ends_ms));
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}

gboolean
tw_account_tables_insert_session (TwSqliteConnection *connection, const TwSessionRecord *session,
                                  const TwRefreshRecord *token, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection,
                             "INSERT INTO sessions (id, user_id, created_ms, ends_ms, expires_ms)"
                             " VALUES (?1, ?2, ?3, ?4, ?5)",
                             error);

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, session->id);
  tw_sqlite_bind_text (statement, 2, session->user_id);
  sqlite3_bind_int64 (statement, 3, session->created_ms);
  sqlite3_bind_int64 (statement, 4, session->ends_ms);
  sqlite3_bind_int64 (statement, 5, MIN (token->expires_ms, session->ends_ms));
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE
         && insert_token (connection, session, token, error);
}

gboolean
tw_account_tables_find_token (TwSqliteConnection *connection, const guint8 *hash, gint64 now_ms, TwTokenState *state,
                              TwSessionRecord *session, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection,
                             "SELECT t.used, s.id, s.user_id, s.created_ms, s.ends_ms"
                             " FROM refresh_tokens AS t JOIN sessions AS s ON s.id = t.session_id"
                             " WHERE t.hash = ?1 AND t.expires_ms > ?2 AND s.expires_ms > ?2",
                             error);
  int result;

  if (statement == NULL)
    return FALSE;
  bind_hash (statement, 1, hash);
  sqlite3_bind_int64 (statement, 2, now_ms);
  result = tw_sqlite_step (connection, statement, error);
  *state = TW_TOKEN_NONE;
  if (result == SQLITE_ROW)
    {
      *state = sqlite3_column_int (statement, 0) == 0 ? TW_TOKEN_GOOD : TW_TOKEN_USED;
      column_id (statement, 1, session->id);
      column_id (statement, 2, session->user_id);
      session->created_ms = sqlite3_column_int64 (statement, 3);
      session->ends_ms = sqlite3_column_int64 (statement, 4);
    }
  return result >= 0;
}

static gboolean
use_token (TwSqliteConnection *connection, const guint8 *hash, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "UPDATE refresh_tokens SET used = 1 WHERE hash = ?1", error);

  if (statement == NULL)
    return FALSE;
  bind_hash (statement, 1, hash);
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}

static gboolean
prolong_session (TwSqliteConnection *connection, const TwSessionRecord *session, const TwRefreshRecord *token,
                 GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "UPDATE sessions SET expires_ms = ?2 WHERE id = ?1", error);

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, session->id);
  sqlite3_bind_int64 (statement, 2, MIN (token->expires_ms, session->ends_ms));
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}

gboolean
tw_account_tables_replace_token (TwSqliteConnection *connection, const TwSessionRecord *session, const guint8 *hash,
                                 const TwRefreshRecord *next, GError **error)
{
  return use_token (connection, hash, error)
         && insert_token (connection, session, next, error)
         && prolong_session (connection, session, next, error);
}

/* *@n: how many there were, 0 or 1. */
static gboolean
delete_session (TwSqliteConnection *connection, const char *user_id, const char *session_id, int *n, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "DELETE FROM sessions WHERE id = ?1 AND user_id = ?2", error);

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, session_id);
  tw_sqlite_bind_text (statement, 2, user_id);
  if (tw_sqlite_step (connection, statement, error) != SQLITE_DONE)
    return FALSE;
  *n = sqlite3_changes (tw_sqlite_handle (connection));
  return TRUE;
}

/* The contract's rule for positions: upwards, and not below the time. The entry itself lasts a second more than it
 * must, so that rounding takes nothing away. */
static gboolean
insert_revocation (TwSqliteConnection *connection, const char *session_id, gint64 now_ms, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection,
                             "INSERT INTO revocations (position, session_id, expires_s)"
                             " SELECT MAX (?1, COALESCE (MAX (position), 0) + 1), ?2, ?3 FROM revocations",
                             error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, now_ms);
  tw_sqlite_bind_text (statement, 2, session_id);
  sqlite3_bind_int64 (statement, 3, now_ms / 1000 + 1 + TW_ACCESS_TOKEN_MAX_S);
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}

gboolean
tw_account_tables_end_session (TwSqliteConnection *connection, const char *user_id, const char *session_id,
                               gint64 now_ms, GError **error)
{
  int n;

  if (!delete_session (connection, user_id, session_id, &n, error))
    return FALSE;
  return n == 0 || insert_revocation (connection, session_id, now_ms, error);
}

/* Runs @sql, whose ?1 is the time until which rows are past. */
static gboolean
purge_until (TwSqliteConnection *connection, const char *sql, gint64 until, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, sql, error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, until);
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}

gboolean
tw_account_tables_purge (TwSqliteConnection *connection, gint64 now_ms, GError **error)
{
  static const char tokens[] = "DELETE FROM refresh_tokens WHERE hash IN"
                               " (SELECT hash FROM refresh_tokens WHERE expires_ms <= ?1 ORDER BY expires_ms LIMIT 8)";
  static const char sessions[] = "DELETE FROM sessions WHERE id IN"
                                 " (SELECT id FROM sessions WHERE expires_ms <= ?1 ORDER BY expires_ms LIMIT 8)";
  static const char revocations[]
      = "DELETE FROM revocations WHERE position IN"
        " (SELECT position FROM revocations WHERE expires_s <= ?1 ORDER BY expires_s LIMIT 8)";

  return purge_until (connection, tokens, now_ms, error)
         && purge_until (connection, sessions, now_ms - TW_ACCESS_TOKEN_MAX_S * G_GINT64_CONSTANT (1000), error)
         && purge_until (connection, revocations, now_ms / 1000, error);
}
