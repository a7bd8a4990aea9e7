/* SPDX-License-Identifier: Apache-2.0 */

/* A database of a test's own, behind a forwarder, and what tests do with it. */

#pragma once

#include "forwarder.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

typedef struct
{
  char *place; /* the database itself */
  Forwarder *forwarder;
  char *uri;               /* the same one, through the forwarder */
  gint64 deadline_ms;      /* that it is opened with */
  mongoc_client_t *client; /* of the database itself */
  char *database;
} MongoFixture;

/* As functions of g_test_add(). The forwarder lets everything through, and a database that is slow has its time. */
void mongo_fixture_set_up (MongoFixture *fixture, gconstpointer data);
void mongo_fixture_tear_down (MongoFixture *fixture, gconstpointer data);

/* Adds a test with this fixture. */
void mongo_fixture_add (const char *name, void (*test) (MongoFixture *fixture, gconstpointer data));

/* The same where times matter: they are those of a service. */
void mongo_fixture_add_hasty (const char *name, void (*test) (MongoFixture *fixture, gconstpointer data));

/* Things: a collection of users' things, with an e-mail address that is unique. */
extern const TwMongoSpec mongo_fixture_spec;
#define THINGS "things"

/* Opened, and not ready yet. */
TwMongo *mongo_fixture_open (const MongoFixture *fixture, TwMongoRole role);

/* Opened and ready. */
TwMongo *mongo_fixture_open_ready (const MongoFixture *fixture, TwMongoRole role);

void mongo_fixture_assert_ready (TwMongo *mongo);

/* How many documents of @collection fit @json, asked past everything. */
gint64 mongo_fixture_count (const MongoFixture *fixture, const char *collection, const char *json);

/* Inserts @json past everything. */
void mongo_fixture_put (const MongoFixture *fixture, const char *collection, const char *json);

/* Deletes every document of @collection that fits @json, past everything. */
void mongo_fixture_remove (const MongoFixture *fixture, const char *collection, const char *json);

/* Runs an operation on @job and waits for its end. */
gboolean mongo_fixture_run (TwMongo *mongo, TwMongoFunc run, gpointer job, GError **error);

bson_t *mongo_fixture_bson (const char *json);

G_END_DECLS
