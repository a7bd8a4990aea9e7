/* SPDX-License-Identifier: Apache-2.0 */

#include "mongo-fixture.h"

#include "tw-mongo-call.h"
#include "tw-mongo-place.h"

static const TwMongoIndex indexes[] = {
  { THINGS, "user", "{\"userId\": 1, \"createdOn\": -1}", FALSE, NULL },
  { THINGS, "email", "{\"email\": 1}", TRUE, NULL },
};

const TwMongoSpec mongo_fixture_spec = {
  .data = THINGS,
  .database = "things-db",
  .indexes = indexes,
  .n_indexes = G_N_ELEMENTS (indexes),
};

static void
set_up (MongoFixture *fixture, char *place, gint64 deadline_ms)
{
  mongoc_uri_t *uri;
  const mongoc_host_list_t *host;
  g_autoptr (GString) through = NULL;
  g_autofree char *address = NULL;

  fixture->deadline_ms = deadline_ms;
  fixture->place = place;
  fixture->client = tw_mongo_place_client (fixture->place);
  uri = mongoc_uri_new (fixture->place);
  host = mongoc_uri_get_hosts (uri);
  fixture->database = g_strdup (mongoc_uri_get_database (uri));
  fixture->forwarder = forwarder_new (host->port, FORWARDER_THROUGH);
  address = g_strdup_printf ("127.0.0.1:%u", forwarder_port (fixture->forwarder));
  through = g_string_new (fixture->place);
  g_assert_cmpuint (g_string_replace (through, host->host_and_port, address, 1), ==, 1);
  fixture->uri = g_strdup (through->str);
  mongoc_uri_destroy (uri);
}

void
mongo_fixture_set_up (MongoFixture *fixture, gconstpointer data)
{
  set_up (fixture, tw_mongo_place_new (), TW_MONGO_PATIENT_DEADLINE_MS);
}

static void
set_up_hasty (MongoFixture *fixture, gconstpointer data)
{
  set_up (fixture, tw_mongo_hasty_place_new (), TW_MONGO_DEADLINE_MS);
}

void
mongo_fixture_tear_down (MongoFixture *fixture, gconstpointer data)
{
  forwarder_free (fixture->forwarder);
  mongoc_client_destroy (fixture->client);
  tw_mongo_place_clear (&fixture->place);
  g_free (fixture->uri);
  g_free (fixture->database);
}

TwMongo *
mongo_fixture_open (const MongoFixture *fixture, TwMongoRole role)
{
  g_autoptr (GError) error = NULL;
  TwMongo *mongo = tw_mongo_open (fixture->uri, &mongo_fixture_spec, role, fixture->deadline_ms, &error);

  g_assert_no_error (error);
  return mongo;
}

TwMongo *
mongo_fixture_open_ready (const MongoFixture *fixture, TwMongoRole role)
{
  TwMongo *mongo = mongo_fixture_open (fixture, role);

  mongo_fixture_assert_ready (mongo);
  return mongo;
}

void
mongo_fixture_assert_ready (TwMongo *mongo)
{
  g_autoptr (GError) error = NULL;

  tw_mongo_wait (mongo, 60000, &error);
  g_assert_no_error (error);
}

bson_t *
mongo_fixture_bson (const char *json)
{
  bson_error_t why;
  bson_t *bson = bson_new_from_json ((const uint8_t *) json, -1, &why);

  if (bson == NULL)
    g_error ("%s: %s", json, why.message);
  return bson;
}

static mongoc_collection_t *
collection_of (const MongoFixture *fixture, const char *name)
{
  return mongoc_client_get_collection (fixture->client, fixture->database, name);
}

gint64
mongo_fixture_count (const MongoFixture *fixture, const char *collection, const char *json)
{
  g_autoptr (TwMongoCollection) of = collection_of (fixture, collection);
  g_autoptr (TwBson) filter = mongo_fixture_bson (json);
  bson_error_t why;
  gint64 n = mongoc_collection_count_documents (of, filter, NULL, NULL, NULL, &why);

  if (n < 0)
    g_error ("%s", why.message);
  return n;
}

void
mongo_fixture_put (const MongoFixture *fixture, const char *collection, const char *json)
{
  g_autoptr (TwMongoCollection) into = collection_of (fixture, collection);
  g_autoptr (TwBson) document = mongo_fixture_bson (json);
  bson_error_t why;

  if (!mongoc_collection_insert_one (into, document, NULL, NULL, &why))
    g_error ("%s", why.message);
}

void
mongo_fixture_remove (const MongoFixture *fixture, const char *collection, const char *json)
{
  g_autoptr (TwMongoCollection) from = collection_of (fixture, collection);
  g_autoptr (TwBson) filter = mongo_fixture_bson (json);
  bson_error_t why;

  if (!mongoc_collection_delete_many (from, filter, NULL, NULL, &why))
    g_error ("%s", why.message);
}

/* The caller's job lives until the operation has come to its end, as those of tests do. */
static void
leave_alone (gpointer job)
{
}

gboolean
mongo_fixture_run (TwMongo *mongo, TwMongoFunc run, gpointer job, GError **error)
{
  return tw_mongo_call (mongo, TW_DEADLINE_NONE, TW_MONGO_CHANGING, run, &job, leave_alone, error);
}

void
mongo_fixture_add (const char *name, void (*test) (MongoFixture *fixture, gconstpointer data))
{
  g_test_add (name, MongoFixture, NULL, mongo_fixture_set_up, test, mongo_fixture_tear_down);
}

void
mongo_fixture_add_hasty (const char *name, void (*test) (MongoFixture *fixture, gconstpointer data))
{
  g_test_add (name, MongoFixture, NULL, set_up_hasty, test, mongo_fixture_tear_down);
}
