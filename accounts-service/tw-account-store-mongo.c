/* SPDX-License-Identifier: Apache-2.0 */

/* A change goes to a worker's thread and may outlast the wait of whoever asked. */

#include "tw-account-store-mongo.h"

#include "tw-account-change.h"
#include "tw-stored-records.h"
#include "tw-account-purge-mongo.h"
#include "tw-account-reads-mongo.h"
#include "tw-account-revocations-mongo.h"
#include "tw-account-sessions-mongo.h"
#include "tw-attempts-mongo.h"

#include <stdatomic.h>

static const TwMongoIndex indexes[] = {
  { TW_STORED_ACCOUNT_COLLECTION, "email", "{\"email\": 1}", TRUE, NULL },
  { TW_STORED_KEY_COLLECTION, "key", "{\"key\": 1}", FALSE, NULL },
  { TW_STORED_FAILURE_COLLECTION, "account_origin_failedOn", "{\"account\": 1, \"origin\": 1, \"failedOn\": -1}", FALSE, NULL },
  { TW_STORED_FAILURE_COLLECTION, "account_strange_failedOn", "{\"account\": 1, \"strange\": 1, \"failedOn\": -1}", FALSE, NULL },
  { TW_STORED_FAILURE_COLLECTION, "failedOn", "{\"failedOn\": 1}", FALSE, NULL },
  { TW_STORED_ORIGIN_COLLECTION, "account_seenOn", "{\"account\": 1, \"seenOn\": -1}", FALSE, NULL },
  { TW_STORED_SESSION_COLLECTION, "expiresOn", "{\"expiresOn\": 1}", FALSE, NULL },
  { TW_STORED_TOKEN_COLLECTION, "expiresOn", "{\"expiresOn\": 1}", FALSE, NULL },
  { TW_USE_COLLECTION, "expiresOn", "{\"expiresOn\": 1}", FALSE, NULL },
  { TW_STORED_REVOCATION_COLLECTION, "after", "{\"after\": 1}", TRUE, NULL },
  { TW_STORED_REVOCATION_COLLECTION, "sessionId", "{\"sessionId\": 1}", TRUE, NULL },
  { TW_STORED_REVOCATION_COLLECTION, "expiresS", "{\"expiresS\": 1}", FALSE, NULL },
};

const TwMongoSpec tw_account_store_mongo_spec = {
  .data = "accounts",
  .database = "accounts-db",
  .indexes = indexes,
  .n_indexes = G_N_ELEMENTS (indexes),
  .records = tw_accounts_store_records,
  .n_records = TW_ACCOUNTS_STORE_RECORDS,
};

typedef struct
{
  TwAccountStore parent;
  TwMongo *mongo;
  TwAccountTurn turn; /* to end a session */
  atomic_flag purging;
} MongoStore;

static MongoStore *
mongo_store (TwAccountStore *store)
{
  return (MongoStore *) store;
}

static void
store_free (TwAccountStore *store)
{
  tw_mongo_close (mongo_store (store)->mongo);
  tw_account_turn_clear (&mongo_store (store)->turn);
  g_free (store);
}

static gboolean
store_check (TwAccountStore *store, gint64 deadline_ms, GError **error)
{
  return tw_mongo_check (mongo_store (store)->mongo, deadline_ms, error);
}

/* Purging is an operation of its own, one at a time, that nobody waits for. */
typedef struct
{
  MongoStore *store;
  gint64 now_ms;
} Purge;

static gboolean
purge_run (TwMongoSession *session, gpointer job, GError **error)
{
  const Purge *purge = job;

  return tw_account_purge_mongo (session, purge->now_ms, error);
}

static void
purge_done (gpointer job, const GError *error)
{
}

static void
purge_free (gpointer job)
{
  Purge *purge = job;

  atomic_flag_clear (&purge->store->purging);
  g_free (purge);
}

/* At the end of a mutation that added something, while it still runs: the database is not closed before that has
 * ended. */
static void
start_purge (const TwAccountChange *change)
{
  MongoStore *store = mongo_store (change->store);
  Purge *purge;

  if (atomic_flag_test_and_set (&store->purging))
    return;
  purge = g_new (Purge, 1);
  *purge = (Purge) { .store = store, .now_ms = change->now_ms };
  tw_mongo_run (store->mongo, TW_DEADLINE_NONE, TW_MONGO_CHANGING, purge_run, purge_done, purge, purge_free);
}

static gboolean
run_open (TwMongoSession *session, TwAccountChange *change, GError **error)
{
  if (!tw_account_sessions_mongo_open (session, change->account, &change->session, &change->token, error))
    return FALSE;
  start_purge (change);
  return TRUE;
}

static gboolean
run_replace (TwMongoSession *session, TwAccountChange *change, GError **error)
{
  if (!tw_account_sessions_mongo_replace (session, &mongo_store (change->store)->turn, change->session_id,
                                          &change->session, &change->token, error))
    return FALSE;
  start_purge (change);
  return TRUE;
}

static gboolean
run_rehash (TwMongoSession *session, TwAccountChange *change, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (change->id), "passwordHash", BCON_UTF8 (change->old_hash));
  g_autoptr (TwBson) update = BCON_NEW ("$set", "{", "passwordHash", BCON_UTF8 (change->new_hash), "}");
  gint64 n;

  return tw_mongo_update (session, TW_STORED_ACCOUNT_COLLECTION, filter, update, NULL, &n, error);
}

static gboolean
run_rotate (TwMongoSession *session, TwAccountChange *change, GError **error)
{
  if (!tw_account_sessions_mongo_rotate (session, &mongo_store (change->store)->turn, &change->presented,
                                         &change->token, change->now_ms, &change->rotation, &change->rotated_session,
                                         error))
    return FALSE;
  if (change->rotation != TW_ROTATE_REFUSED)
    start_purge (change);
  return TRUE;
}

static gboolean
run_end (TwMongoSession *session, TwAccountChange *change, GError **error)
{
  gboolean ended;

  if (!tw_account_revocations_mongo_end (session, &mongo_store (change->store)->turn, change->id, change->session_id,
                                         change->now_ms, &ended, error))
    return FALSE;
  if (ended)
    start_purge (change);
  return TRUE;
}

static gboolean
run_failed (TwMongoSession *session, TwAccountChange *change, GError **error)
{
  return tw_attempts_mongo_add_failure (session, &change->attempt, change->strange, change->now_ms, error);
}

static gboolean
run_entered (TwMongoSession *session, TwAccountChange *change, GError **error)
{
  return tw_attempts_mongo_add_origin (session, &change->attempt, change->now_ms, error);
}

static gboolean
change_run (TwMongoSession *session, gpointer change, GError **error)
{
  static gboolean (*const runs[TW_ACCOUNT_N_KINDS]) (TwMongoSession *, TwAccountChange *, GError **) = {
    [TW_ACCOUNT_OPEN] = run_open,     [TW_ACCOUNT_REPLACE] = run_replace, [TW_ACCOUNT_REHASH] = run_rehash,
    [TW_ACCOUNT_ROTATE] = run_rotate, [TW_ACCOUNT_END] = run_end,         [TW_ACCOUNT_FAILED] = run_failed,
    [TW_ACCOUNT_ENTERED] = run_entered,
  };

  return runs[((const TwAccountChange *) change)->kind] (session, change, error);
}

static void
change_done (gpointer change, const GError *error)
{
  tw_account_change_done (change, error);
}

static void
change_free (gpointer change)
{
  tw_account_change_free (change);
}

static void
store_change (TwAccountStore *store, gint64 deadline_ms, TwAccountChange *change)
{
  tw_mongo_run (mongo_store (store)->mongo, deadline_ms, TW_MONGO_CHANGING, change_run, change_done, change,
                change_free);
}

static gboolean
store_key (TwAccountStore *store, gint64 deadline_ms, TwAccountKey *key, GError **error)
{
  return tw_account_reads_mongo_key (mongo_store (store)->mongo, deadline_ms, key, error);
}

static TwStoredAccountRecord *
store_get (TwAccountStore *store, gint64 deadline_ms, const char *id, GError **error)
{
  return tw_account_reads_mongo_account (mongo_store (store)->mongo, deadline_ms, "_id", id, error);
}

static TwStoredAccountRecord *
store_find (TwAccountStore *store, gint64 deadline_ms, const char *email, GError **error)
{
  return tw_account_reads_mongo_account (mongo_store (store)->mongo, deadline_ms, "email", email, error);
}

static gboolean
store_attempts (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms, guint n_origin,
                guint n_strange, TwAttempts *attempts, GError **error)
{
  return tw_attempts_mongo_find (mongo_store (store)->mongo, deadline_ms, attempt, now_ms, n_origin, n_strange,
                                 attempts, error);
}

static gboolean
store_revocations (TwAccountStore *store, gint64 deadline_ms, gint64 since, gint64 now_ms, guint limit,
                   TwRevocationFunc row, gpointer user_data, gint64 *position, GError **error)
{
  return tw_account_reads_mongo_revocations (mongo_store (store)->mongo, deadline_ms, since, now_ms, limit, row,
                                             user_data, position, error);
}

static const TwAccountStoreClass mongo_class = {
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
tw_account_store_mongo_open (const char *uri, gint64 deadline_ms, GError **error)
{
  TwMongo *mongo = tw_mongo_open (uri, &tw_account_store_mongo_spec, TW_MONGO_SERVE, deadline_ms, error);
  MongoStore *store;

  if (mongo == NULL)
    return NULL;
  store = g_new (MongoStore, 1);
  *store = (MongoStore) { .parent.klass = &mongo_class, .mongo = mongo, .purging = ATOMIC_FLAG_INIT };
  tw_account_turn_init (&store->turn);
  return &store->parent;
}
