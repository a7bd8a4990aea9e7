/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-tables.h"

#include "tw-error.h"
#include "tw-record-statement.h"
#include "tw-stored.h"

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

  /* Tables and columns are called as their records are (idl/accounts-store.thrift). */
  "ALTER TABLE refresh_tokens RENAME TO tokens;"
  "ALTER TABLE failures RENAME COLUMN at_ms TO failed_ms;"
  "ALTER TABLE origins ADD COLUMN origin BLOB;"
  "UPDATE origins SET origin = substr (key, 17);",
};

const TwSqliteKind tw_account_tables_kind = {
  .application_id = 0x54774163, /* "TwAc" */
  .version = G_N_ELEMENTS (tw_account_tables_migrations),
};

TwStoredAccountRecord *
tw_account_tables_find (TwSqliteConnection *connection, const char *sql, const char *key, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, sql, error);
  gpointer account;

  if (statement == NULL)
    return NULL;
  tw_sqlite_bind_text (statement, 1, key);
  if (!tw_record_statement_next (&tw_stored_account_type, connection, statement, &account, error))
    return NULL;
  if (account == NULL)
    g_set_error_literal (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Account not found");
  return account;
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
  const TwStoredSessionRecord stored = tw_stored_session_of (session, token);

  return tw_record_statement_insert (&tw_stored_session_type, connection, &stored, error);
}

static gboolean
find_session (TwSqliteConnection *connection, const char *id, gint64 now_ms, gboolean *found, TwPresentedRow *row,
              GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "SELECT " TW_STORED_SESSION_SELECTED " FROM sessions WHERE id = ?1 AND expires_ms > ?2", error);
  g_autofree gpointer stored = NULL;

  if (statement == NULL)
    return FALSE;
  tw_sqlite_bind_text (statement, 1, id);
  sqlite3_bind_int64 (statement, 2, now_ms);
  if (!tw_record_statement_next (&tw_stored_session_type, connection, statement, &stored, error))
    return FALSE;
  *found = stored != NULL;
  return stored == NULL || tw_stored_session_read (stored, &row->session, &row->tokens, error);
}

static void
bind_hash (sqlite3_stmt *statement, int place, const guint8 *hash)
{
  sqlite3_bind_blob (statement, place, hash, TW_REFRESH_HASH_SIZE, SQLITE_STATIC);
}

/* A token of the first version says which session by being in the database. */
static gboolean
find_old_token (TwSqliteConnection *connection, const guint8 *hash, gint64 now_ms, gpointer *token,
                GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "SELECT " TW_STORED_TOKEN_SELECTED " FROM tokens WHERE hash = ?1 AND expires_ms > ?2", error);

  if (statement == NULL)
    return FALSE;
  bind_hash (statement, 1, hash);
  sqlite3_bind_int64 (statement, 2, now_ms);
  return tw_record_statement_next (&tw_stored_token_type, connection, statement, token, error);
}

gboolean
tw_account_tables_find_token (TwSqliteConnection *connection, const TwPresentedToken *presented, gint64 now_ms,
                              gboolean *found, TwPresentedRow *row, GError **error)
{
  g_autofree gpointer read = NULL;
  const TwStoredTokenRecord *old;

  *found = FALSE;
  row->old_used = FALSE;
  if (presented->session_id[0] != '\0')
    return find_session (connection, presented->session_id, now_ms, found, row, error);
  if (!find_old_token (connection, presented->hash, now_ms, &read, error))
    return FALSE;
  old = read;
  if (old == NULL)
    return TRUE;
  row->old_used = old->used;
  return find_session (connection, old->session_id, now_ms, found, row, error);
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
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (
      connection, "SELECT " TW_STORED_KEY_SELECTED " FROM keys WHERE name = '" TW_ACCOUNT_KEY_NAME "'", error);
  g_autofree gpointer stored = NULL;

  if (statement == NULL || !tw_record_statement_next (&tw_stored_key_type, connection, statement, &stored, error))
    return FALSE;
  *found = stored != NULL;
  return stored == NULL || tw_stored_key_read (stored, key, error);
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

gboolean
tw_account_tables_newest_position (TwSqliteConnection *connection, gint64 *newest, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "SELECT COALESCE (MAX (position), 0) FROM revocations", error);

  if (statement == NULL || tw_sqlite_step (connection, statement, error) != SQLITE_ROW)
    return FALSE;
  *newest = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

/* The contract's rule for positions: upwards, and not below the time. */
static gboolean
insert_revocation (TwSqliteConnection *connection, const char *session_id, gint64 now_ms, GError **error)
{
  TwStoredRevocationRecord stored;
  gint64 newest;

  if (!tw_account_tables_newest_position (connection, &newest, error))
    return FALSE;
  stored = tw_stored_revocation_of (MAX (now_ms, newest + 1), session_id, now_ms);
  return tw_record_statement_insert (&tw_stored_revocation_type, connection, &stored, error);
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
  static const char tokens[] = "DELETE FROM tokens WHERE hash IN"
                               " (SELECT hash FROM tokens WHERE expires_ms <= ?1 ORDER BY expires_ms LIMIT 8)";
  static const char sessions[] = "DELETE FROM sessions WHERE id IN"
                                 " (SELECT id FROM sessions WHERE expires_ms <= ?1 ORDER BY expires_ms LIMIT 8)";
  static const char revocations[]
      = "DELETE FROM revocations WHERE position IN"
        " (SELECT position FROM revocations WHERE expires_s <= ?1 ORDER BY expires_s LIMIT 8)";
  static const char failures[] = "DELETE FROM failures WHERE id IN"
                                 " (SELECT id FROM failures WHERE failed_ms <= ?1 ORDER BY failed_ms LIMIT 8)";

  return purge_until (connection, tokens, now_ms, error)
         && purge_until (connection, sessions, now_ms - TW_ACCESS_TOKEN_MAX_S * G_GINT64_CONSTANT (1000), error)
         && purge_until (connection, revocations, now_ms / 1000, error)
         && purge_until (connection, failures, now_ms - TW_FAILURE_MS, error);
}
