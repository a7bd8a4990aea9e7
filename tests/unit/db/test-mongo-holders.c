/* SPDX-License-Identifier: Apache-2.0 */

/* Serving and copying the same data exclude each other, also where one of them was killed. */

#include "tw-mongo.h"

#include "mongo-fixture.h"
#include "tw-error.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOLDERS "taskwire"

static void
assert_taken (TwMongo *mongo)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (tw_mongo_wait (mongo, 60000, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, g_get_host_name ()));
  g_assert_nonnull (strstr (error->message, " s ago"));
}

/* Waits until it has said why it does not open. */
static void
assert_waits_for_a_copy (TwMongo *mongo)
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tw_mongo_wait (mongo, 100, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
      if (strstr (error->message, "unfinished copy") != NULL)
        return;
    }
}

static void
test_services_share (MongoFixture *f, gconstpointer data)
{
  TwMongo *one = mongo_fixture_open_ready (f, TW_MONGO_SERVE);
  TwMongo *two = mongo_fixture_open_ready (f, TW_MONGO_SERVE);

  g_assert_cmpint (mongo_fixture_count (f, HOLDERS, "{\"data\": \"things\"}"), ==, 2);
  tw_mongo_close (one);
  g_assert_cmpint (mongo_fixture_count (f, HOLDERS, "{\"data\": \"things\"}"), ==, 1);
  tw_mongo_close (two);
  g_assert_cmpint (mongo_fixture_count (f, HOLDERS, "{}"), ==, 0);
}

static void
test_no_copy_into_what_is_served (MongoFixture *f, gconstpointer data)
{
  TwMongo *service = mongo_fixture_open_ready (f, TW_MONGO_SERVE);
  TwMongo *copy = mongo_fixture_open (f, TW_MONGO_FILL);

  assert_taken (copy);
  tw_mongo_close (copy);
  g_assert_cmpint (mongo_fixture_count (f, HOLDERS, "{\"_id\": \"copy-things\"}"), ==, 0);
  g_assert_true (tw_mongo_check (service, TW_DEADLINE_NONE, NULL));
  tw_mongo_close (service);

  copy = mongo_fixture_open_ready (f, TW_MONGO_FILL);
  tw_mongo_close (copy);
}

static void
test_other_data_does_not_matter (MongoFixture *f, gconstpointer data)
{
  static const TwMongoSpec others = { .data = "others", .database = "others-db" };
  g_autoptr (TwMongo) service = mongo_fixture_open_ready (f, TW_MONGO_SERVE);
  g_autoptr (TwMongo) copy = tw_mongo_open (f->uri, &others, TW_MONGO_FILL, TW_MONGO_PATIENT_DEADLINE_MS, NULL);

  g_assert_nonnull (copy);
  mongo_fixture_assert_ready (copy);
  g_assert_true (tw_mongo_check (service, TW_DEADLINE_NONE, NULL));
}

/* A copy that was broken off, gone on with by another process, and finished: then the service opens by itself. */
static void
test_nothing_is_served_before_it_is_complete (MongoFixture *f, gconstpointer data)
{
  TwMongo *copy = mongo_fixture_open_ready (f, TW_MONGO_FILL);
  g_autoptr (TwMongo) service = mongo_fixture_open (f, TW_MONGO_SERVE);
  g_autoptr (GError) error = NULL;

  assert_waits_for_a_copy (service);
  tw_mongo_close (copy);
  assert_waits_for_a_copy (service);

  copy = mongo_fixture_open_ready (f, TW_MONGO_FILL);
  tw_mongo_fill_done (copy, &error);
  g_assert_no_error (error);
  tw_mongo_close (copy);
  mongo_fixture_assert_ready (service);
}

/* A copy that is refused must not take away the mark of one that was broken off before. */
static void
test_mark_of_an_earlier_copy_stays (MongoFixture *f, gconstpointer data)
{
  TwMongo *copy = mongo_fixture_open_ready (f, TW_MONGO_FILL);
  g_autofree char *fresh = NULL;

  tw_mongo_close (copy);
  fresh = g_strdup_printf ("{\"_id\": \"x\", \"data\": \"things\", \"host\": \"%s\", \"seen\": {\"$date\": "
                           "{\"$numberLong\": \"%" G_GINT64_FORMAT "\"}}}",
                           g_get_host_name (), g_get_real_time () / 1000);
  mongo_fixture_put (f, HOLDERS, fresh);
  copy = mongo_fixture_open (f, TW_MONGO_FILL);
  assert_taken (copy);
  tw_mongo_close (copy);
  g_assert_cmpint (mongo_fixture_count (f, HOLDERS, "{\"_id\": \"copy-things\"}"), ==, 1);
}

static void
test_one_copy_at_a_time (MongoFixture *f, gconstpointer data)
{
  TwMongo *one = mongo_fixture_open_ready (f, TW_MONGO_FILL);
  TwMongo *two = mongo_fixture_open (f, TW_MONGO_FILL);
  g_autoptr (GError) error = NULL;

  assert_taken (two);
  tw_mongo_close (two);
  g_assert_cmpint (mongo_fixture_count (f, HOLDERS, "{\"_id\": \"copy-things\"}"), ==, 1);
  g_assert_cmpint (mongo_fixture_count (f, HOLDERS, "{\"copying\": \"things\"}"), ==, 1);
  g_assert_true (tw_mongo_fill_done (one, &error));
  g_assert_no_error (error);
  tw_mongo_close (one);
  g_assert_cmpint (mongo_fixture_count (f, HOLDERS, "{}"), ==, 0);
}

/* The entry of a copy that was seen a moment ago, by @pid on @host. */
static void
put_copy (MongoFixture *f, const char *host, gint pid)
{
  g_autofree char *copy = g_strdup_printf (
    "{\"_id\": \"x\", \"copying\": \"things\", \"host\": \"%s\", \"pid\": %d, "
    "\"seen\": {\"$date\": {\"$numberLong\": \"%" G_GINT64_FORMAT "\"}}}",
    host, pid, g_get_real_time () / 1000);

  mongo_fixture_put (f, HOLDERS, copy);
}

/* One that was killed here is known to be dead, and is gone on with at once; of another machine's nobody knows. */
static void
test_killed_copy_is_gone_on_with (MongoFixture *f, gconstpointer data)
{
  GPid child = fork ();
  TwMongo *copy;

  if (child == 0)
    _exit (0);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  put_copy (f, g_get_host_name (), child);
  copy = mongo_fixture_open_ready (f, TW_MONGO_FILL);
  g_assert_cmpint (mongo_fixture_count (f, HOLDERS, "{\"_id\": \"x\"}"), ==, 0);
  tw_mongo_close (copy);

  put_copy (f, "elsewhere", child);
  copy = mongo_fixture_open (f, TW_MONGO_FILL);
  g_assert_false (tw_mongo_wait (copy, 60000, NULL));
  tw_mongo_close (copy);
}

/* A copy that was stopped for so long that it was taken for dead must not say that it has finished. */
static void
test_copy_that_was_taken_over_does_not_finish (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) copy = mongo_fixture_open_ready (f, TW_MONGO_FILL);
  g_autoptr (GError) error = NULL;

  mongo_fixture_remove (f, HOLDERS, "{\"copying\": \"things\"}");
  g_assert_false (tw_mongo_fill_done (copy, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  g_assert_cmpint (mongo_fixture_count (f, HOLDERS, "{\"_id\": \"copy-things\"}"), ==, 1);
  while (tw_mongo_wait (copy, 0, NULL))
    g_usleep (10000);
}

static void
test_dead_service_is_forgotten (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) copy = NULL;
  g_autofree char *stale = g_strdup_printf (
    "{\"_id\": \"x\", \"data\": \"things\", \"seen\": {\"$date\": {\"$numberLong\": \"%" G_GINT64_FORMAT "\"}}}",
    g_get_real_time () / 1000 - 16000);

  mongo_fixture_put (f, HOLDERS, stale);
  copy = mongo_fixture_open_ready (f, TW_MONGO_FILL);
}

/* Services that are killed, day after day, leave no heap of entries. */
static void
test_dead_service_leaves_nothing (MongoFixture *f, gconstpointer data)
{
  TwMongo *service;

  for (guint i = 0; i < 3; i++)
    {
      gint64 age_ms = i == 0 ? 16000 : 3700000;
      g_autofree char *stale = g_strdup_printf (
        "{\"_id\": \"x%u\", \"data\": \"things\", \"seen\": {\"$date\": {\"$numberLong\": \"%" G_GINT64_FORMAT
        "\"}}}",
        i, g_get_real_time () / 1000 - age_ms);

      mongo_fixture_put (f, HOLDERS, stale);
    }
  service = mongo_fixture_open_ready (f, TW_MONGO_SERVE);
  g_assert_cmpint (mongo_fixture_count (f, HOLDERS, "{\"data\": \"things\"}"), ==, 2);
  tw_mongo_close (service);
}

/* A service that was stopped for so long that it was taken for dead. */
static void
test_service_gives_way (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) service = mongo_fixture_open_ready (f, TW_MONGO_SERVE);

  mongo_fixture_put (f, HOLDERS, "{\"_id\": \"copy-things\", \"by\": \"x\", \"host\": \"elsewhere\"}");
  while (tw_mongo_wait (service, 0, NULL))
    g_usleep (10000);
  assert_waits_for_a_copy (service);
  g_assert_cmpint (mongo_fixture_count (f, HOLDERS, "{\"data\": \"things\"}"), ==, 0);
}

/* Both at once, many times over: never both. */
static void
test_never_both (MongoFixture *f, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    {
      TwMongo *copy = mongo_fixture_open (f, TW_MONGO_FILL);
      TwMongo *service = mongo_fixture_open (f, TW_MONGO_SERVE);
      g_autoptr (GError) refused = NULL;
      g_autoptr (GError) held_off = NULL;

      if (tw_mongo_wait (copy, 60000, &refused))
        {
          g_assert_false (tw_mongo_wait (service, 0, &held_off));
          g_assert_true (tw_mongo_fill_done (copy, NULL));
        }
      else
        {
          g_assert_error (refused, TW_ERROR, TW_ERROR_CONFLICT);
          mongo_fixture_assert_ready (service);
        }
      tw_mongo_close (service);
      tw_mongo_close (copy);
    }
}

static void
test_reading_leaves_no_trace (MongoFixture *f, gconstpointer data)
{
  TwMongo *reader = mongo_fixture_open_ready (f, TW_MONGO_READ);
  mongoc_database_t *database = mongoc_client_get_database (f->client, f->database);
  bson_error_t why;
  char **names;

  g_assert_true (tw_mongo_check (reader, TW_DEADLINE_NONE, NULL));
  tw_mongo_close (reader);
  names = mongoc_database_get_collection_names_with_opts (database, NULL, &why);
  g_assert_nonnull (names);
  g_assert_null (names[0]);
  bson_strfreev (names);
  mongoc_database_destroy (database);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  mongo_fixture_add ("/mongo/holders/services-share", test_services_share);
  mongo_fixture_add ("/mongo/holders/no-copy-into-what-is-served", test_no_copy_into_what_is_served);
  mongo_fixture_add ("/mongo/holders/other-data-does-not-matter", test_other_data_does_not_matter);
  mongo_fixture_add ("/mongo/holders/nothing-is-served-before-it-is-complete",
                     test_nothing_is_served_before_it_is_complete);
  mongo_fixture_add ("/mongo/holders/mark-of-an-earlier-copy-stays", test_mark_of_an_earlier_copy_stays);
  mongo_fixture_add ("/mongo/holders/one-copy-at-a-time", test_one_copy_at_a_time);
  mongo_fixture_add ("/mongo/holders/killed-copy-is-gone-on-with", test_killed_copy_is_gone_on_with);
  mongo_fixture_add ("/mongo/holders/copy-that-was-taken-over-does-not-finish",
                     test_copy_that_was_taken_over_does_not_finish);
  mongo_fixture_add ("/mongo/holders/dead-service-is-forgotten", test_dead_service_is_forgotten);
  mongo_fixture_add ("/mongo/holders/dead-service-leaves-nothing", test_dead_service_leaves_nothing);
  mongo_fixture_add ("/mongo/holders/service-gives-way-to-a-copy", test_service_gives_way);
  mongo_fixture_add ("/mongo/holders/never-both", test_never_both);
  mongo_fixture_add ("/mongo/holders/reading-leaves-no-trace", test_reading_leaves_no_trace);
  return g_test_run ();
}
