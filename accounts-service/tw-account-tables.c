/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-tables.h"

#include "tw-error.h"

#include <string.h>

const TwSqliteMigration tw_account_tables_migrations[] = {
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

  /* Hashes: of the token that was given out last, and of the one before. A session that the first version opened has
   * neither until it is refreshed; its tokens are in refresh_tokens, to which nothing is added any more. */
  "ALTER TABLE sessions ADD COLUMN token BLOB;"
  "ALTER TABLE sessions ADD COLUMN token_before BLOB;"

  "CREATE TABLE keys ("
  "  name TEXT PRIMARY KEY,"
  "  key BLOB NOT NULL) STRICT, WITHOUT ROWID;",

  /* Attempts to sign in that failed: the account that was asked for and where from, as keyed hashes. */
  "CREATE TABLE failures ("
  "  id TEXT PRIMARY KEY,"
  "  account BLOB NOT NULL,"
  "  origin BLOB NOT NULL,"
  "  strange INTEGER NOT NULL,"
  "  at_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE INDEX failures_by_origin ON failures (account, origin, at_ms);"
  "CREATE INDEX failures_by_strange ON failures (account, at_ms) WHERE strange = 1;"
  "CREATE INDEX failures_by_time ON failures (at_ms);"

  /* From where somebody has signed in; the key is account and origin. */
  "CREATE TABLE origins ("
  "  key BLOB PRIMARY KEY,"
  "  account BLOB NOT NULL,"
  "  seen_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
  "CREATE INDEX origins_by_account ON origins (account, seen_ms);",

  /* Of accounts that were made with an Idempotency-Key: hashes of it and of the request, and the session that the last
   * answer under it has opened. */
  "ALTER TABLE accounts ADD COLUMN signup_key BLOB;"
  "ALTER TABLE accounts ADD COLUMN signup_session TEXT;",
};

const TwSqliteKind tw_account_tables_kind = {
  .application_id = 0x54774163, /* "TwAc" */
  .version = G_N_ELEMENTS (tw_account_tables_migrations),
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
                             "INSERT INTO accounts"
                             " (id, email, name, password_hash, created_ms, signup_key, signup_session)"
                             " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                             error);

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, account->id);
  tw_sqlite_bind_text (statement, 2, account->email);
  tw_sqlite_bind_text (statement, 3, account->name);
  tw_sqlite_bind_text (statement, 4, account->password_hash);
  sqlite3_bind_int64 (statement, 5, account->created_ms);
  if (account->has_signup_key)
    {
      sqlite3_bind_blob (statement, 6, &account->signup_key, sizeof account->signup_key, SQLITE_STATIC);
      tw_sqlite_bind_text (statement, 7, account->signup_session);
    }
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}

gboolean
tw_account_tables_replace_signup_session (TwSqliteConnection *connection, const char *id, const char *old_session,
                                          const char *session, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "UPDATE accounts SET signup_session = ?3 WHERE id = ?1 AND signup_session = ?2", error);

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, id);
  tw_sqlite_bind_text (statement, 2, old_session);
  tw_sqlite_bind_text (statement, 3, session);
  if (tw_sqlite_step (connection, statement, error) != SQLITE_DONE)
    return FALSE;
  if (sqlite3_changes (tw_sqlite_handle (connection)) == 1)
    return TRUE;
  g_set_error_literal (error, TW_ERROR, TW_ERROR_CONFLICT, "Another answer has opened a session since");
  return FALSE;
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

gboolean
tw_account_tables_insert_session (TwSqliteConnection *connection, const TwSessionRecord *session,
                                  const TwRefreshRecord *token, GError **error)
{
  g_autoptr (TwSqliteStatement) statement =
    tw_sqlite_statement (connection,
                         "INSERT INTO sessions (id, user_id, created_ms, ends_ms, expires_ms, token)"
                         " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                         error);

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, session->id);
  tw_sqlite_bind_text (statement, 2, session->user_id);
  sqlite3_bind_int64 (statement, 3, session->created_ms);
  sqlite3_bind_int64 (statement, 4, session->ends_ms);
  sqlite3_bind_int64 (statement, 5, MIN (token->expires_ms, session->ends_ms));
  bind_hash (statement, 6, token->hash);
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}

/* FALSE where there is none. */
static gboolean
column_hash (sqlite3_stmt *statement, int column, guint8 hash[TW_REFRESH_HASH_SIZE])
{
  if (sqlite3_column_bytes (statement, column) != TW_REFRESH_HASH_SIZE)
    return FALSE;
  memcpy (hash, sqlite3_column_blob (statement, column), TW_REFRESH_HASH_SIZE);
  return TRUE;
}

static void
column_tokens (sqlite3_stmt *statement, int column, TwSessionTokens *tokens)
{
  tokens->n = 0;
  if (column_hash (statement, column, tokens->last))
    tokens->n = column_hash (statement, column + 1, tokens->before) ? 2 : 1;
}

gboolean
tw_account_tables_find_token (TwSqliteConnection *connection, const TwPresentedToken *presented, gint64 now_ms,
                              gboolean *found, TwPresentedRow *row, GError **error)
{
  static const char by_session[] = "SELECT 0, id, user_id, created_ms, ends_ms, token, token_before FROM sessions"
                                   " WHERE id = ?1 AND expires_ms > ?2";
  static const char by_hash[] = "SELECT t.used, s.id, s.user_id, s.created_ms, s.ends_ms, s.token, s.token_before"
                                " FROM refresh_tokens AS t JOIN sessions AS s ON s.id = t.session_id"
                                " WHERE t.hash = ?1 AND t.expires_ms > ?2 AND s.expires_ms > ?2";
  gboolean named = presented->session_id[0] != '\0';
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, named ? by_session : by_hash, error);
  int result;

  if (statement == NULL)
    return FALSE;
  if (named)
    tw_sqlite_bind_text (statement, 1, presented->session_id);
  else
    bind_hash (statement, 1, presented->hash);
  sqlite3_bind_int64 (statement, 2, now_ms);
  result = tw_sqlite_step (connection, statement, error);
  *found = result == SQLITE_ROW;
  if (*found)
    {
      row->old_used = sqlite3_column_int (statement, 0) != 0;
      column_id (statement, 1, row->session.id);
      column_id (statement, 2, row->session.user_id);
      row->session.created_ms = sqlite3_column_int64 (statement, 3);
      row->session.ends_ms = sqlite3_column_int64 (statement, 4);
      column_tokens (statement, 5, &row->tokens);
    }
  return result >= 0;
}

gboolean
tw_account_tables_replace_token (TwSqliteConnection *connection, const TwSessionRecord *session, const guint8 *hash,
                                 const TwRefreshRecord *next, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
    connection, "UPDATE sessions SET token = ?2, token_before = ?3, expires_ms = ?4 WHERE id = ?1", error);

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, session->id);
  bind_hash (statement, 2, next->hash);
  bind_hash (statement, 3, hash);
  sqlite3_bind_int64 (statement, 4, MIN (next->expires_ms, session->ends_ms));
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}

gboolean
tw_account_tables_find_key (TwSqliteConnection *connection, TwAccountKey *key, gboolean *found, GError **error)
{
  g_autoptr (TwSqliteStatement) statement =
    tw_sqlite_statement (connection, "SELECT key FROM keys WHERE name = '" TW_ACCOUNT_KEY_NAME "'", error);
  int result;

  if (statement == NULL)
    return FALSE;
  result = tw_sqlite_step (connection, statement, error);
  *found = result == SQLITE_ROW;
  if (!*found)
    return result == SQLITE_DONE;
  if (sqlite3_column_bytes (statement, 0) == sizeof key->bytes)
    {
      memcpy (key->bytes, sqlite3_column_blob (statement, 0), sizeof key->bytes);
      return TRUE;
    }
  g_set_error_literal (error, TW_ERROR, TW_ERROR_INTERNAL, "The database has a key that is none");
  return FALSE;
}

gboolean
tw_account_tables_insert_key (TwSqliteConnection *connection, const TwAccountKey *key, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
    connection, "INSERT OR IGNORE INTO keys (name, key) VALUES ('" TW_ACCOUNT_KEY_NAME "', ?1)", error);

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_blob (statement, 1, key->bytes, sizeof key->bytes, SQLITE_STATIC);
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
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
  static const char failures[] = "DELETE FROM failures WHERE id IN"
                                 " (SELECT id FROM failures WHERE at_ms <= ?1 ORDER BY at_ms LIMIT 8)";

  return purge_until (connection, tokens, now_ms, error)
         && purge_until (connection, sessions, now_ms - TW_ACCESS_TOKEN_MAX_S * G_GINT64_CONSTANT (1000), error)
         && purge_until (connection, revocations, now_ms / 1000, error)
         && purge_until (connection, failures, now_ms - TW_FAILURE_MS, error);
}
