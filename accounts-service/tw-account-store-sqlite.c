/* SPDX-License-Identifier: Apache-2.0 */

/* Mutations run on the one thread that writes (db/tw-sqlite.h), so that reading first and writing then is a
 * compare-and-swap. Each is a struct with copies of what it was given, which lives from the call to its callback. */

#include "tw-account-store-sqlite.h"

#include "tw-account-tables.h"
#include "tw-attempts-sqlite.h"
#include "tw-error.h"
#include "tw-sqlite.h"

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

/* Signing up and signing in: a session with its first token, and before them the account where it is new. */
typedef struct
{
  TwAccountRecord *account; /* or NULL */
  TwSessionRecord session;
  TwRefreshRecord token;
  TwAccountStoreDone done;
  gpointer user_data;
} Opening;

static gboolean
opening_run (TwSqliteConnection *connection, gpointer mutation, GError **error)
{
  const Opening *opening = mutation;

  return (opening->account == NULL || tw_account_tables_insert_account (connection, opening->account, error))
         && tw_account_tables_insert_session (connection, &opening->session, &opening->token, error)
         && tw_account_tables_purge (connection, opening->session.created_ms, error);
}

static void
opening_done (gpointer mutation, const GError *error)
{
  Opening *opening = mutation;

  opening->done (error, opening->user_data);
  tw_account_record_free (opening->account);
  g_free (opening);
}

static void
store_insert (TwAccountStore *store, gint64 deadline_ms, const TwAccountRecord *account, const TwSessionRecord *session,
              const TwRefreshRecord *token, TwAccountStoreDone done, gpointer user_data)
{
  Opening *opening = g_new (Opening, 1);

  *opening = (Opening) {
    .account = account != NULL ? tw_account_record_copy (account) : NULL,
    .session = *session,
    .token = *token,
    .done = done,
    .user_data = user_data,
  };
  tw_sqlite_mutate (database (store), deadline_ms, opening_run, opening_done, opening);
}

static void
store_open_session (TwAccountStore *store, gint64 deadline_ms, const TwSessionRecord *session,
                    const TwRefreshRecord *token, TwAccountStoreDone done, gpointer user_data)
{
  store_insert (store, deadline_ms, NULL, session, token, done, user_data);
}

typedef struct
{
  char *id;
  char *old_hash;
  char *new_hash;
  TwAccountStoreDone done;
  gpointer user_data;
} Rehash;

static gboolean
rehash_run (TwSqliteConnection *connection, gpointer mutation, GError **error)
{
  const Rehash *rehash = mutation;

  return tw_account_tables_replace_hash (connection, rehash->id, rehash->old_hash, rehash->new_hash, error);
}

static void
rehash_done (gpointer mutation, const GError *error)
{
  Rehash *rehash = mutation;

  rehash->done (error, rehash->user_data);
  g_free (rehash->id);
  g_free (rehash->old_hash);
  g_free (rehash->new_hash);
  g_free (rehash);
}

static void
store_replace_hash (TwAccountStore *store, gint64 deadline_ms, const char *id, const char *old_hash,
                    const char *new_hash, TwAccountStoreDone done, gpointer user_data)
{
  Rehash *rehash = g_new (Rehash, 1);

  *rehash = (Rehash) {
    .id = g_strdup (id),
    .old_hash = g_strdup (old_hash),
    .new_hash = g_strdup (new_hash),
    .done = done,
    .user_data = user_data,
  };
  tw_sqlite_mutate (database (store), deadline_ms, rehash_run, rehash_done, rehash);
}

typedef struct
{
  TwPresentedToken presented;
  TwRefreshRecord next;
  gint64 now_ms;
  TwRotation outcome;
  TwPresentedRow row; /* unless it was refused */
  TwAccountStoreRotated done;
  gpointer user_data;
} Exchange;

static gboolean
exchange_run (TwSqliteConnection *connection, gpointer mutation, GError **error)
{
  Exchange *exchange = mutation;
  const TwPresentedToken *presented = &exchange->presented;
  const TwSessionRecord *session = &exchange->row.session;
  gboolean found;

  exchange->outcome = TW_ROTATE_REFUSED;
  if (!tw_account_tables_find_token (connection, presented, exchange->now_ms, &found, &exchange->row, error))
    return FALSE;
  if (!found)
    return TRUE;
  switch (tw_session_tokens_find (&exchange->row.tokens, presented, &exchange->next, exchange->row.old_used))
    {
    case TW_TOKEN_LAST:
      exchange->outcome = TW_ROTATED;
      return tw_account_tables_replace_token (connection, session, presented->hash, &exchange->next, error)
             && tw_account_tables_purge (connection, exchange->now_ms, error);
    case TW_TOKEN_BEFORE:
      exchange->outcome = TW_ROTATED;
      return TRUE;
    case TW_TOKEN_OLDER:
    default:
      exchange->outcome = TW_ROTATE_REUSED;
      return tw_account_tables_end_session (connection, session->user_id, session->id, exchange->now_ms, error)
             && tw_account_tables_purge (connection, exchange->now_ms, error);
    }
}

static void
exchange_done (gpointer mutation, const GError *error)
{
  Exchange *exchange = mutation;

  if (error != NULL)
    exchange->outcome = TW_ROTATE_REFUSED;
  exchange->done (exchange->outcome, exchange->outcome != TW_ROTATE_REFUSED ? &exchange->row.session : NULL, error,
                  exchange->user_data);
  g_free (exchange);
}

static void
store_rotate (TwAccountStore *store, gint64 deadline_ms, const TwPresentedToken *presented, const TwRefreshRecord *next,
              gint64 now_ms, TwAccountStoreRotated done, gpointer user_data)
{
  Exchange *exchange = g_new (Exchange, 1);

  *exchange = (Exchange) {
    .presented = *presented,
    .next = *next,
    .now_ms = now_ms,
    .done = done,
    .user_data = user_data,
  };
  tw_sqlite_mutate (database (store), deadline_ms, exchange_run, exchange_done, exchange);
}

typedef struct
{
  char *user_id;
  char *session_id;
  gint64 now_ms;
  TwAccountStoreDone done;
  gpointer user_data;
} Ending;

static gboolean
ending_run (TwSqliteConnection *connection, gpointer mutation, GError **error)
{
  const Ending *ending = mutation;

  return tw_account_tables_end_session (connection, ending->user_id, ending->session_id, ending->now_ms, error)
         && tw_account_tables_purge (connection, ending->now_ms, error);
}

static void
ending_done (gpointer mutation, const GError *error)
{
  Ending *ending = mutation;

  ending->done (error, ending->user_data);
  g_free (ending->user_id);
  g_free (ending->session_id);
  g_free (ending);
}

static void
store_end_session (TwAccountStore *store, gint64 deadline_ms, const char *user_id, const char *session_id,
                   gint64 now_ms, TwAccountStoreDone done, gpointer user_data)
{
  Ending *ending = g_new (Ending, 1);

  *ending = (Ending) {
    .user_id = g_strdup (user_id),
    .session_id = g_strdup (session_id),
    .now_ms = now_ms,
    .done = done,
    .user_data = user_data,
  };
  tw_sqlite_mutate (database (store), deadline_ms, ending_run, ending_done, ending);
}

static gboolean
store_attempts (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms, guint n_origin,
                guint n_strange, TwAttempts *attempts, GError **error)
{
  return tw_attempts_sqlite_find (database (store), deadline_ms, attempt, now_ms, n_origin, n_strange, attempts, error);
}

static void
store_add_failure (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gboolean strange, gint64 now_ms,
                   TwAccountStoreDone done, gpointer user_data)
{
  tw_attempts_sqlite_add_failure (database (store), deadline_ms, attempt, strange, now_ms, done, user_data);
}

static void
store_add_origin (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms,
                  TwAccountStoreDone done, gpointer user_data)
{
  tw_attempts_sqlite_add_origin (database (store), deadline_ms, attempt, now_ms, done, user_data);
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
read_account (TwSqliteConnection *connection, const char *sql, const char *key, GError **error)
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
  };
  return record;
}

static TwAccountRecord *
store_get (TwAccountStore *store, gint64 deadline_ms, const char *id, GError **error)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (database (store), deadline_ms, error);
  TwAccountRecord *record = read_account (
      reader, "SELECT id, email, name, password_hash, created_ms FROM accounts WHERE id = ?1", id, error);

  tw_sqlite_reader_return (database (store), reader);
  return record;
}

static TwAccountRecord *
store_find (TwAccountStore *store, gint64 deadline_ms, const char *email, GError **error)
{
  TwSqliteConnection *reader = tw_sqlite_reader_borrow (database (store), deadline_ms, error);
  TwAccountRecord *record = read_account (
      reader, "SELECT id, email, name, password_hash, created_ms FROM accounts WHERE email = ?1", email, error);

  tw_sqlite_reader_return (database (store), reader);
  return record;
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
  .insert = store_insert,
  .open_session = store_open_session,
  .replace_hash = store_replace_hash,
  .rotate = store_rotate,
  .end_session = store_end_session,
  .attempts = store_attempts,
  .add_failure = store_add_failure,
  .add_origin = store_add_origin,
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
