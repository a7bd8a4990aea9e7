/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo-indexes.h"

#include "mongo-fixture.h"
#include "tw-error.h"

#include <string.h>

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The names of the indexes of things, in order. */
static char *
index_names (const MongoFixture *f)
{
  g_autoptr (TwMongoCollection) things = mongoc_client_get_collection (f->client, f->database, THINGS);
  g_autoptr (TwMongoCursor) cursor = mongoc_collection_find_indexes_with_opts (things, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const bson_t *index;
  bson_iter_t name;

  while (mongoc_cursor_next (cursor, &index))
    if (bson_iter_init_find (&name, index, "name"))
      g_ptr_array_add (names, g_strdup (bson_iter_utf8 (&name, NULL)));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return g_strjoinv (" ", (char **) names->pdata);
}

static gboolean
is_there (const MongoFixture *f, const char *collection)
{
  mongoc_database_t *database = mongoc_client_get_database (f->client, f->database);
  const gboolean there = mongoc_database_has_collection (database, collection, NULL);

  mongoc_database_destroy (database);
  return there;
}

static void
make_index (const MongoFixture *f, const char *json)
{
  g_autoptr (TwBson) command = mongo_fixture_bson (json);
  bson_error_t why;

  if (!mongoc_client_write_command_with_opts (f->client, f->database, command, NULL, NULL, &why))
    g_error ("%s", why.message);
}

static void
test_several_at_once (MongoFixture *f, gconstpointer data)
{
  TwMongo *mongos[4];
  g_autofree char *names = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (mongos); i++)
    mongos[i] = mongo_fixture_open (f, TW_MONGO_SERVE);
  for (guint i = 0; i < G_N_ELEMENTS (mongos); i++)
    mongo_fixture_assert_ready (mongos[i]);
  for (guint i = 0; i < G_N_ELEMENTS (mongos); i++)
    tw_mongo_close (mongos[i]);
  names = index_names (f);
  g_assert_cmpstr (names, ==, "_id_ email user");
}

/* Records that nobody lists have none. */
static void
test_records_that_are_listed_have_one (MongoFixture *f, gconstpointer data)
{
  static const TwRecordField fields[] = {
    { .name = "id", .role = TW_RECORD_KEY },
    { .name = "ownerId", .role = TW_RECORD_OWNER },
  };
  static const TwRecordType listed
      = { .name = "Thing", .collection = THINGS, .n_fields = 2, .fields = fields, .is_listed = TRUE };
  static const TwRecordType unlisted = { .name = "Other", .collection = "others", .n_fields = 2, .fields = fields };
  static const TwRecordType *const records[] = { &listed, &unlisted };
  static const TwMongoSpec spec = { .data = THINGS, .database = "things-db", .records = records, .n_records = 2 };
  g_autoptr (GError) error = NULL;
  TwMongo *mongo = tw_mongo_open (f->uri, &spec, TW_MONGO_SERVE, f->deadline_ms, &error);
  g_autofree char *names = NULL;

  g_assert_no_error (error);
  mongo_fixture_assert_ready (mongo);
  tw_mongo_close (mongo);
  names = index_names (f);
  g_assert_cmpstr (names, ==, "_id_ " THINGS "_by_owner");
  g_assert_false (is_there (f, "others"));
}

/* Somebody made them before, by other names. */
static void
test_another_name_will_do (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) mongo = NULL;
  g_autofree char *names = NULL;

  make_index (f, "{\"createIndexes\": \"things\", \"indexes\": [{\"key\": {\"userId\": 1, \"createdOn\": -1}, "
                 "\"name\": \"theirs\"}]}");
  mongo = mongo_fixture_open_ready (f, TW_MONGO_SERVE);
  names = index_names (f);
  g_assert_cmpstr (names, ==, "_id_ email theirs");
}

static void
assert_stays_closed (TwMongo *mongo, const char *reason)
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tw_mongo_wait (mongo, 100, &error));
      g_test_message ("%s", error->message);
      g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
      g_assert_null (strstr (error->message, "anna@example.org"));
      if (strstr (error->message, reason) != NULL)
        return;
    }
}

static void
test_duplicates_keep_it_closed (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongoCollection) things = mongoc_client_get_collection (f->client, f->database, THINGS);
  g_autoptr (TwBson) second = mongo_fixture_bson ("{\"_id\": 2}");
  g_autoptr (TwMongo) mongo = NULL;

  mongo_fixture_put (f, THINGS, "{\"_id\": 1, \"email\": \"anna@example.org\"}");
  mongo_fixture_put (f, THINGS, "{\"_id\": 2, \"email\": \"anna@example.org\"}");
  mongo = mongo_fixture_open (f, TW_MONGO_SERVE);
  assert_stays_closed (mongo, "index email of things");
  g_assert_true (mongoc_collection_delete_one (things, second, NULL, NULL, NULL));
  mongo_fixture_assert_ready (mongo);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  mongo_fixture_add ("/mongo/indexes/several-at-once", test_several_at_once);
  mongo_fixture_add ("/mongo/indexes/records-that-are-listed-have-one", test_records_that_are_listed_have_one);
  mongo_fixture_add ("/mongo/indexes/another-name-will-do", test_another_name_will_do);
  mongo_fixture_add ("/mongo/indexes/duplicates-keep-it-closed-until-mended", test_duplicates_keep_it_closed);
  return g_test_run ();
}
