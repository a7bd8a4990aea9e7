/* SPDX-License-Identifier: Apache-2.0 */

/* Each mutation is a struct with copies of what it was given, which goes to a worker's thread and may outlast the wait
 * of whoever asked. Where that was told that its time was over, what the mutation writes into the struct is not
 * looked at. */

#include "tw-account-store-mongo.h"

#include "tw-account-documents.h"
#include "tw-account-purge-mongo.h"
#include "tw-account-reads-mongo.h"
#include "tw-account-revocations-mongo.h"
#include "tw-account-sessions-mongo.h"
#include "tw-attempts-mongo.h"

#include <stdatomic.h>

static const TwMongoIndex indexes[] = {
  { TW_ACCOUNT_COLLECTION, "email", "{\"email\": 1}", TRUE },
  { TW_KEY_COLLECTION, "key", "{\"key\": 1}", FALSE },
  { TW_FAILURE_COLLECTION, "account_origin_failedOn", "{\"account\": 1, \"origin\": 1, \"failedOn\": -1}", FALSE },
  { TW_FAILURE_COLLECTION, "account_strange_failedOn", "{\"account\": 1, \"strange\": 1, \"failedOn\": -1}", FALSE },
  { TW_FAILURE_COLLECTION, "failedOn", "{\"failedOn\": 1}", FALSE },
  { TW_ORIGIN_COLLECTION, "account_seenOn", "{\"account\": 1, \"seenOn\": -1}", FALSE },
  { TW_SESSION_COLLECTION, "expiresOn", "{\"expiresOn\": 1}", FALSE },
  { TW_TOKEN_COLLECTION, "expiresOn", "{\"expiresOn\": 1}", FALSE },
  { TW_USE_COLLECTION, "expiresOn", "{\"expiresOn\": 1}", FALSE },
  { TW_REVOCATION_COLLECTION, "after", "{\"after\": 1}", TRUE },
  { TW_REVOCATION_COLLECTION, "sessionId", "{\"sessionId\": 1}", TRUE },
  { TW_REVOCATION_COLLECTION, "expiresS", "{\"expiresS\": 1}", FALSE },
};

const TwMongoSpec tw_account_store_mongo_spec = {
  .data = "accounts",
  .database = "accounts-db",
  .indexes = indexes,
  .n_indexes = G_N_ELEMENTS (indexes),
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
start_purge (MongoStore *store, gint64 now_ms)
{
  Purge *purge;

  if (atomic_flag_test_and_set (&store->purging))
    return;
  purge = g_new (Purge, 1);
  *purge = (Purge) { .store = store, .now_ms = now_ms };
  tw_mongo_run (store->mongo, TW_DEADLINE_NONE, TW_MONGO_CHANGING, purge_run, purge_done, purge, purge_free);
}

/* Signing up and signing in. */
typedef struct
{
  MongoStore *store;
  TwAccountRecord *account; /* or NULL */
  TwSessionRecord session;
  TwRefreshRecord token;
  TwAccountStoreDone done;
  gpointer user_data;
} Opening;

static gboolean
opening_run (TwMongoSession *session, gpointer job, GError **error)
{
  const Opening *opening = job;

  if (!tw_account_sessions_mongo_open (session, opening->account, &opening->session, &opening->token, error))
    return FALSE;
  start_purge (opening->store, opening->session.created_ms);
  return TRUE;
}

static void
opening_done (gpointer job, const GError *error)
{
  const Opening *opening = job;

  opening->done (error, opening->user_data);
}

static void
opening_free (gpointer job)
{
  Opening *opening = job;

  tw_account_record_free (opening->account);
  g_free (opening);
}

static void
store_insert (TwAccountStore *store, gint64 deadline_ms, const TwAccountRecord *account, const TwSessionRecord *session,
              const TwRefreshRecord *token, TwAccountStoreDone done, gpointer user_data)
{
  Opening *opening = g_new (Opening, 1);

  *opening = (Opening) {
    .store = mongo_store (store),
    .account = account != NULL ? tw_account_record_copy (account) : NULL,
    .session = *session,
    .token = *token,
    .done = done,
    .user_data = user_data,
  };
  tw_mongo_run (mongo_store (store)->mongo, deadline_ms, TW_MONGO_CHANGING, opening_run, opening_done, opening,
                opening_free);
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
rehash_run (TwMongoSession *session, gpointer job, GError **error)
{
  const Rehash *rehash = job;
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (rehash->id), "passwordHash", BCON_UTF8 (rehash->old_hash));
  g_autoptr (TwBson) update = BCON_NEW ("$set", "{", "passwordHash", BCON_UTF8 (rehash->new_hash), "}");
  gint64 n;

  return tw_mongo_update (session, TW_ACCOUNT_COLLECTION, filter, update, NULL, &n, error);
}

static void
rehash_done (gpointer job, const GError *error)
{
  const Rehash *rehash = job;

  rehash->done (error, rehash->user_data);
}

static void
rehash_free (gpointer job)
{
  Rehash *rehash = job;

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
  tw_mongo_run (mongo_store (store)->mongo, deadline_ms, TW_MONGO_CHANGING, rehash_run, rehash_done, rehash,
                rehash_free);
}

typedef struct
{
  MongoStore *store;
  TwPresentedToken presented;
  TwRefreshRecord next;
  gint64 now_ms;
  TwAccountStoreRotated done;
  gpointer user_data;

  TwRotation outcome;      /* what follows is the operation's */
  TwSessionRecord session; /* unless it was refused */
} Exchange;

static gboolean
exchange_run (TwMongoSession *session, gpointer job, GError **error)
{
  Exchange *exchange = job;

  if (!tw_account_sessions_mongo_rotate (session, &exchange->store->turn, &exchange->presented, &exchange->next,
                                         exchange->now_ms, &exchange->outcome, &exchange->session, error))
    return FALSE;
  if (exchange->outcome != TW_ROTATE_REFUSED)
    start_purge (exchange->store, exchange->now_ms);
  return TRUE;
}

static void
exchange_done (gpointer job, const GError *error)
{
  const Exchange *exchange = job;

  if (error != NULL)
    exchange->done (TW_ROTATE_REFUSED, NULL, error, exchange->user_data);
  else
    exchange->done (exchange->outcome, exchange->outcome != TW_ROTATE_REFUSED ? &exchange->session : NULL, NULL,
                    exchange->user_data);
}

static void
store_rotate (TwAccountStore *store, gint64 deadline_ms, const TwPresentedToken *presented, const TwRefreshRecord *next,
              gint64 now_ms, TwAccountStoreRotated done, gpointer user_data)
{
  Exchange *exchange = g_new (Exchange, 1);

  *exchange = (Exchange) {
    .store = mongo_store (store),
    .presented = *presented,
    .next = *next,
    .now_ms = now_ms,
    .done = done,
    .user_data = user_data,
  };
  tw_mongo_run (mongo_store (store)->mongo, deadline_ms, TW_MONGO_CHANGING, exchange_run, exchange_done, exchange,
                g_free);
}

typedef struct
{
  MongoStore *store;
  char *user_id;
  char *session_id;
  gint64 now_ms;
  TwAccountStoreDone done;
  gpointer user_data;
} Ending;

static gboolean
ending_run (TwMongoSession *session, gpointer job, GError **error)
{
  const Ending *ending = job;
  gboolean ended;

  if (!tw_account_revocations_mongo_end (session, &ending->store->turn, ending->user_id, ending->session_id,
                                         ending->now_ms, &ended, error))
    return FALSE;
  if (ended)
    start_purge (ending->store, ending->now_ms);
  return TRUE;
}

static void
ending_done (gpointer job, const GError *error)
{
  const Ending *ending = job;

  ending->done (error, ending->user_data);
}

static void
ending_free (gpointer job)
{
  Ending *ending = job;

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
    .store = mongo_store (store),
    .user_id = g_strdup (user_id),
    .session_id = g_strdup (session_id),
    .now_ms = now_ms,
    .done = done,
    .user_data = user_data,
  };
  tw_mongo_run (mongo_store (store)->mongo, deadline_ms, TW_MONGO_CHANGING, ending_run, ending_done, ending,
                ending_free);
}

static gboolean
store_key (TwAccountStore *store, gint64 deadline_ms, TwAccountKey *key, GError **error)
{
  return tw_account_reads_mongo_key (mongo_store (store)->mongo, deadline_ms, key, error);
}

static TwAccountRecord *
store_get (TwAccountStore *store, gint64 deadline_ms, const char *id, GError **error)
{
  return tw_account_reads_mongo_account (mongo_store (store)->mongo, deadline_ms, "_id", id, error);
}

static TwAccountRecord *
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

static void
store_add_failure (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gboolean strange, gint64 now_ms,
                   TwAccountStoreDone done, gpointer user_data)
{
  tw_attempts_mongo_add_failure (mongo_store (store)->mongo, deadline_ms, attempt, strange, now_ms, done, user_data);
}

static void
store_add_origin (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms,
                  TwAccountStoreDone done, gpointer user_data)
{
  tw_attempts_mongo_add_origin (mongo_store (store)->mongo, deadline_ms, attempt, now_ms, done, user_data);
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
