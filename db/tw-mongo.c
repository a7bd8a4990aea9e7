/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo.h"

#include "tw-error.h"
#include "tw-mongo-call.h"
#include "tw-mongo-gate.h"
#include "tw-mongo-holders.h"
#include "tw-mongo-operations.h"
#include "tw-mongo-session-private.h"
#include "tw-mongo-uri.h"
#include "tw-mongo-watch.h"

struct _TwMongo
{
  TwMongoUri *uri;
  mongoc_client_pool_t *clients;
  TwMongoGate *gate;
  TwMongoHolders *holders;
  TwMongoOperations *operations;
  TwMongoWatch *watch;
};

static mongoc_client_pool_t *
make_clients (const TwMongoUri *uri, GError **error)
{
  bson_error_t why;
  mongoc_client_pool_t *clients = mongoc_client_pool_new_with_error (uri, &why);

  if (clients == NULL)
    g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "the connection string of the database: %s", why.message);
  else
    mongoc_client_pool_set_error_api (clients, MONGOC_ERROR_API_VERSION_2);
  return clients;
}

TwMongo *
tw_mongo_open (const char *uri, const TwMongoSpec *spec, TwMongoRole role, gint64 deadline_ms, GError **error)
{
  const char *program = g_get_prgname () != NULL ? g_get_prgname () : spec->data;
  g_autoptr (TwMongoUri) parsed = tw_mongo_uri_new (uri, program, deadline_ms, error);
  TwMongoWatched watched = { .spec = spec, .role = role, .deadline_ms = deadline_ms };
  TwMongo *mongo;

  if (parsed == NULL || (watched.clients = make_clients (parsed, error)) == NULL)
    return NULL;
  mongo = g_new0 (TwMongo, 1);
  mongo->uri = g_steal_pointer (&parsed);
  mongo->clients = watched.clients;
  mongo->gate = watched.gate = tw_mongo_gate_new (spec->data);
  mongo->holders = watched.holders = tw_mongo_holders_new (spec->data, role, mongoc_uri_get_appname (mongo->uri));
  watched.database = mongoc_uri_get_database (mongo->uri);
  if (watched.database == NULL)
    watched.database = spec->database;
  watched.max_time_ms = tw_mongo_uri_max_time_ms (mongo->uri, deadline_ms);
  mongo->operations = tw_mongo_operations_new (mongo->clients, watched.database, watched.max_time_ms, deadline_ms,
                                               tw_mongo_uri_threads (mongo->uri), mongo->gate);
  mongo->watch = tw_mongo_watch_new (&watched);
  return mongo;
}

gboolean
tw_mongo_wait (TwMongo *mongo, gint64 patience_ms, GError **error)
{
  return tw_mongo_gate_wait (mongo->gate, patience_ms, error);
}

void
tw_mongo_run (TwMongo *mongo, gint64 deadline_ms, TwMongoKind kind, TwMongoFunc run, TwMongoDone done, gpointer job,
              GDestroyNotify free_job)
{
  tw_mongo_operations_run (mongo->operations, deadline_ms, kind, run, done, job, free_job);
}

static gboolean
ask (TwMongoSession *session, gpointer job, GError **error)
{
  return tw_mongo_ask (session, error);
}

gboolean
tw_mongo_check (TwMongo *mongo, gint64 deadline_ms, GError **error)
{
  gpointer nothing = NULL;

  return tw_mongo_call (mongo, deadline_ms, TW_MONGO_READING, ask, &nothing, g_free, error);
}

static gboolean
finish_filling (TwMongoSession *session, gpointer job, GError **error)
{
  const TwMongoHolders *const *holders = job;

  return tw_mongo_holders_finish (*holders, session, error);
}

gboolean
tw_mongo_fill_done (TwMongo *mongo, GError **error)
{
  g_autofree gpointer job = g_memdup2 (&mongo->holders, sizeof mongo->holders);

  return tw_mongo_call (mongo, TW_DEADLINE_NONE, TW_MONGO_CHANGING, finish_filling, &job, g_free, error);
}

void
tw_mongo_close (TwMongo *mongo)
{
  tw_mongo_operations_free (mongo->operations);
  tw_mongo_watch_free (mongo->watch);
  tw_mongo_holders_free (mongo->holders);
  tw_mongo_gate_free (mongo->gate);
  mongoc_client_pool_destroy (mongo->clients);
  mongoc_uri_destroy (mongo->uri);
  g_free (mongo);
}
