/* SPDX-License-Identifier: Apache-2.0 */

/* Mutations run on the one thread that writes (db/tw-sqlite.h), so that reading first and writing then is a
 * compare-and-swap. */

#include "tw-account-store-sqlite.h"

#include "tw-account-change.h"
#include "tw-account-tables.h"
#include "tw-attempts-sqlite.h"
#include "tw-error.h"
#include "tw-sqlite.h"

#include <string.h>

#define N_READERS 4

typedef struct
{
  TwAccountStore parent;
  TwSqlite *db;
} SqliteStore;

static TwSqlite *
database (TwAccountStore *store)
{
  return ((SqliteStore *) store)->db;
}

static void
store_free (TwAccountStore *store)
{
  tw_sqlite_close (database (store));
  g_free (store);
}

static gboolean
run_open (TwSqliteConnection *connection, TwAccountChange *change, GError **error)
{
  return (change->account == NULL || tw_account_tables_insert_account (connection, change->account, error))
         && tw_account_tables_insert_session (connection, &change->session, &change->token, error)
         && tw_account_tables_purge (connection, change->now_ms, error);
}

static gboolean
run_replace (TwSqliteConnection *connection, TwAccountChange *change, GError **error)
{
  const TwSessionRecord *session = &change->session;

  return tw_account_tables_replace_signup_session (connection, session->user_id, change->session_id, session->id, error)
         && tw_account_tables_insert_session (connection, session, &change->token, error)
         && tw_account_tables_end_session (connection, session->user_id, change->session_id, change->now_ms, error)
         && tw_account_tables_purge (connection, change->now_ms, error);
}

static gboolean
run_rehash (TwSqliteConnection *connection, TwAccountChange *change, GError **error)
{
  return tw_account_tables_replace_hash (connection, change->id, change->old_hash, change->new_hash, error);
}

static gboolean
run_rotate (TwSqliteConnection *connection, TwAccountChange *change, GError **error)
{
  const TwPresentedToken *presented = &change->presented;
  const TwSessionRecord *session = &change->rotated_session;
  TwPresentedRow row;
  gboolean found;

  change->rotation = TW_ROTATE_REFUSED;
  if (!tw_account_tables_find_token (connection, presented, change->now_ms, &found, &row, error))
    return FALSE;
  if (!found)
    return TRUE;
  change->rotated_session = row.session;
  switch (tw_session_tokens_find (&row.tokens, presented, &change->token, row.old_used))
    {
    case TW_TOKEN_LAST:
      change->rotation = TW_ROTATED;
      return tw_account_tables_replace_token (connection, session, presented->hash, &change->token, error)
             && tw_account_tables_purge (connection, change->now_ms, error);
    case TW_TOKEN_BEFORE:
      change->rotation = TW_ROTATED;
      return TRUE;
    case TW_TOKEN_OLDER:
    default:
      change->rotation = TW_ROTATE_REUSED;
      return tw_account_tables_end_session (connection, session->user_id, session->id, change->now_ms, error)
             && tw_account_tables_purge (connection, change->now_ms, error);
    }
}

static gboolean
run_end (TwSqliteConnection *connection, TwAccountChange *change, GError **error)
{
  return tw_account_tables_end_session (connection, change->id, change->session_id, change->now_ms, error)
         && tw_account_tables_purge (connection, change->now_ms, error);
}

static gboolean
run_failed (TwSqliteConnection *connection, TwAccountChange *change, GError **error)
{
  return tw_attempts_sqlite_add_failure (connection, &change->attempt, change->strange, change->now_ms, error)
         && tw_account_tables_purge (connection, change->now_ms, error);
}

static gboolean
run_entered (TwSqliteConnection *connection, TwAccountChange *change, GError **error)
{
  return tw_attempts_sqlite_add_origin (connection, &change->attempt, change->now_ms, error);
}

static gboolean
change_run (TwSqliteConnection *connection, gpointer change, GError **error)
{
  static gboolean (*const runs[TW_ACCOUNT_N_KINDS]) (TwSqliteConnection *, TwAccountChange *, GError **) = {
    [TW_ACCOUNT_OPEN] = run_open,     [TW_ACCOUNT_REPLACE] = run_replace, [TW_ACCOUNT_REHASH] = run_rehash,
    [TW_ACCOUNT_ROTATE] = run_rotate, [TW_ACCOUNT_END] = run_end,         [TW_ACCOUNT_FAILED] = run_failed,
    [TW_ACCOUNT_ENTERED] = run_entered,
  };

  return runs[((const TwAccountChange *) change)->kind] (connection, change, error);
}

static void
change_done (gpointer change, const GError *error)
{
  tw_account_change_done (change, error);
  tw_account_change_free (change);
}

static void
store_change (TwAccountStore *store, gint64 deadline_ms, TwAccountChange *change)
{
  tw_sqlite_mutate (database (store), deadline_ms, change_run, change_done, change);
}

static gboolean
store_attempts (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms, guint n_origin,
                guint n_strange, TwAttempts *attempts, GError **error)
{
  return tw_attempts_sqlite_find (database (store), deadline_ms, attempt, now_ms, n_origin, n_strange, attempts, error);
}

static gboolean
find_key (TwAccountStore *store, gint64 deadline_ms, TwAccountKey *key, gboolean *found, GError **error)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (database (store), deadline_ms, error);
  gboolean ok = reader != NULL && tw_account_tables_find_key (reader, key, found, error);

  tw_sqlite_reader_return (database (store), reader);
  return ok;
}

static gboolean
insert_key (TwSqliteConnection *connection, gpointer key, GError **error)
{
  return tw_account_tables_insert_key (connection, key, error);
}

static gboolean
store_key (TwAccountStore *store, gint64 deadline_ms, TwAccountKey *key, GError **error)
{
  gboolean found;

  if (!find_key (store, deadline_ms, key, &found, error))
    return FALSE;
  if (found)
    return TRUE;
  tw_account_key_new (key);
  return tw_sqlite_mutate_wait (database (store), deadline_ms, insert_key, key, error)
         && find_key (store, deadline_ms, key, &found, error);
}

static TwAccountRecord *
read_row (TwSqliteConnection *connection, const char *sql, const char *key, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, sql, error);
  TwAccountRecord *record;
  int result;

  if (statement == NULL)
    return NULL;
  tw_sqlite_bind_text (statement, 1, key);
  result = tw_sqlite_step (connection, statement, error);
  if (result == SQLITE_DONE)
    g_set_error_literal (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Account not found");
  if (result != SQLITE_ROW)
    return NULL;
  record = g_new (TwAccountRecord, 1);
  *record = (TwAccountRecord) {
    .id = g_strdup ((const char *) sqlite3_column_text (statement, 0)),
    .email = g_strdup ((const char *) sqlite3_column_text (statement, 1)),
    .name = g_strdup ((const char *) sqlite3_column_text (statement, 2)),
    .password_hash = g_strdup ((const char *) sqlite3_column_text (statement, 3)),
    .created_ms = sqlite3_column_int64 (statement, 4),
    .has_signup_key = sqlite3_column_bytes (statement, 5) == sizeof record->signup_key,
  };
  if (record->has_signup_key)
    {
      memcpy (&record->signup_key, sqlite3_column_blob (statement, 5), sizeof record->signup_key);
      g_strlcpy (record->signup_session, (const char *) sqlite3_column_text (statement, 6), TW_ID_SIZE);
    }
  return record;
}

static TwAccountRecord *
read_account (TwAccountStore *store, gint64 deadline_ms, const char *sql, const char *key, GError **error)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (database (store), deadline_ms, error);
  TwAccountRecord *record = read_row (reader, sql, key, error);

  tw_sqlite_reader_return (database (store), reader);
  return record;
}

#define SELECT "SELECT id, email, name, password_hash, created_ms, signup_key, signup_session FROM accounts "

static TwAccountRecord *
store_get (TwAccountStore *store, gint64 deadline_ms, const char *id, GError **error)
{
  return read_account (store, deadline_ms, SELECT "WHERE id = ?1", id, error);
}

static TwAccountRecord *
store_find (TwAccountStore *store, gint64 deadline_ms, const char *email, GError **error)
{
  return read_account (store, deadline_ms, SELECT "WHERE email = ?1", email, error);
}

static gboolean
read_newest_position (TwSqliteConnection *connection, gint64 *newest, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection, "SELECT COALESCE (MAX (position), 0) FROM revocations", error);

  if (statement == NULL || tw_sqlite_step (connection, statement, error) != SQLITE_ROW)
    return FALSE;
  *newest = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

static gboolean
read_revocations (TwSqliteConnection *connection, gint64 since, gint64 now_ms, guint limit, TwRevocationFunc row,
                  gpointer user_data, gint64 *position, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection,
                             "SELECT position, session_id, expires_s FROM revocations"
                             " WHERE position > ?1 AND expires_s > ?2 ORDER BY position LIMIT ?3",
                             error);
  int result;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, since);
  sqlite3_bind_int64 (statement, 2, now_ms / 1000);
  sqlite3_bind_int64 (statement, 3, limit);
  while ((result = tw_sqlite_step (connection, statement, error)) == SQLITE_ROW)
    {
      *position = sqlite3_column_int64 (statement, 0);
      row ((const char *) sqlite3_column_text (statement, 1), sqlite3_column_int64 (statement, 2), user_data);
    }
  return result == SQLITE_DONE;
}

static gboolean
store_revocations (TwAccountStore *store, gint64 deadline_ms, gint64 since, gint64 now_ms, guint limit,
                   TwRevocationFunc row, gpointer user_data, gint64 *position, GError **error)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (database (store), deadline_ms, error);
  gint64 newest;
  gboolean ok;

  *position = since;
  ok = read_newest_position (reader, &newest, error)
       && read_revocations (reader, since > newest ? 0 : since, now_ms, limit, row, user_data, position, error);
  tw_sqlite_reader_return (database (store), reader);
  return ok;
}

static gboolean
store_check (TwAccountStore *store, gint64 deadline_ms, GError **error)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (database (store), deadline_ms, error);
  gint64 newest;
  gboolean ok = read_newest_position (reader, &newest, error);

  tw_sqlite_reader_return (database (store), reader);
  return ok;
}

static const TwAccountStoreClass sqlite_class = {
  .free = store_free,
  .check = store_check,
  .key = store_key,
  .get = store_get,
  .find = store_find,
  .change = store_change,
  .attempts = store_attempts,
  .revocations = store_revocations,
};

TwAccountStore *
tw_account_store_sqlite_new (const char *path, GError **error)
{
  SqliteStore *store;
  TwSqlite *db = tw_sqlite_open (path, tw_account_tables_kind.application_id, tw_account_tables_migrations,
                                 tw_account_tables_kind.version, N_READERS, error);

  if (db == NULL)
    return NULL;
  store = g_new (SqliteStore, 1);
  *store = (SqliteStore) { .parent.klass = &sqlite_class, .db = db };
  return &store->parent;
}
