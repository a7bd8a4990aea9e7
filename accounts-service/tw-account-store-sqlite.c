/* SPDX-License-Identifier: Apache-2.0 */

/* Mutations run on the one thread that writes (db/tw-sqlite.h), so that reading first and writing then is a
 * compare-and-swap. */

#include "tw-account-store-sqlite.h"

#include "tw-account-change.h"
#include "tw-account-tables.h"
#include "tw-attempts-sqlite.h"
#include "tw-error.h"
#include "tw-record-statement.h"
#include "tw-sqlite.h"
#include "tw-stored.h"

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
  return (change->account == NULL || tw_record_statement_insert (&tw_stored_account_type, connection, change->account, error))
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
  const TwStoredKeyRecord stored = tw_stored_key_of (key);
  g_autoptr (GError) failure = NULL;

  /* Somebody was faster: that one is the key. */
  if (tw_record_statement_insert (&tw_stored_key_type, connection, &stored, &failure)
      || g_error_matches (failure, TW_ERROR, TW_ERROR_CONFLICT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
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

static TwStoredAccountRecord *
read_account (TwAccountStore *store, gint64 deadline_ms, const char *sql, const char *key, GError **error)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (database (store), deadline_ms, error);
  TwStoredAccountRecord *record = tw_account_tables_find (reader, sql, key, error);

  tw_sqlite_reader_return (database (store), reader);
  return record;
}

static TwStoredAccountRecord *
store_get (TwAccountStore *store, gint64 deadline_ms, const char *id, GError **error)
{
  return read_account (store, deadline_ms, TW_ACCOUNT_TABLES_SELECT "WHERE id = ?1", id, error);
}

static TwStoredAccountRecord *
store_find (TwAccountStore *store, gint64 deadline_ms, const char *email, GError **error)
{
  return read_account (store, deadline_ms, TW_ACCOUNT_TABLES_SELECT "WHERE email = ?1", email, error);
}

static gboolean
read_revocations (TwSqliteConnection *connection, gint64 since, gint64 now_ms, guint limit, TwRevocationFunc row,
                  gpointer user_data, gint64 *position, GError **error)
{
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection,
                             "SELECT " TW_STORED_REVOCATION_SELECTED " FROM revocations"
                             " WHERE position > ?1 AND expires_s > ?2 ORDER BY position LIMIT ?3",
                             error);
  const TwStoredRevocationRecord *stored;
  gpointer read = NULL;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, since);
  sqlite3_bind_int64 (statement, 2, now_ms / 1000);
  sqlite3_bind_int64 (statement, 3, limit);
  while (tw_record_statement_next (&tw_stored_revocation_type, connection, statement, &read, error))
    {
      if (read == NULL)
        return TRUE;
      stored = read;
      *position = stored->position;
      row (stored->session_id, stored->expires_s, user_data);
      g_free (read);
    }
  return FALSE;
}

static gboolean
store_revocations (TwAccountStore *store, gint64 deadline_ms, gint64 since, gint64 now_ms, guint limit,
                   TwRevocationFunc row, gpointer user_data, gint64 *position, GError **error)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (database (store), deadline_ms, error);
  gint64 newest;
  gboolean ok;

  *position = since;
  ok = tw_account_tables_newest_position (reader, &newest, error)
       && read_revocations (reader, since > newest ? 0 : since, now_ms, limit, row, user_data, position, error);
  tw_sqlite_reader_return (database (store), reader);
  return ok;
}

static gboolean
store_check (TwAccountStore *store, gint64 deadline_ms, GError **error)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (database (store), deadline_ms, error);
  gint64 newest;
  gboolean ok = tw_account_tables_newest_position (reader, &newest, error);

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
