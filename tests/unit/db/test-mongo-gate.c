/* SPDX-License-Identifier: Apache-2.0 */

/* The server comes, goes and comes back: who is let in meanwhile, and what the log hears of it. */

#include "tw-mongo-gate.h"

#include "mongo-fixture.h"
#include "tw-error.h"

#include <string.h>

static gboolean
find_something (TwMongoSession *session, gpointer job, GError **error)
{
  g_autoptr (TwBson) filter = bson_new ();
  g_autoptr (TwBson) found = NULL;

  return tw_mongo_find_one (session, THINGS, filter, NULL, &found, error);
}

static gboolean
change_something (TwMongoSession *session, gpointer job, GError **error)
{
  g_autoptr (TwBson) filter = mongo_fixture_bson ("{\"_id\": \"a\"}");
  g_autoptr (TwBson) update = mongo_fixture_bson ("{\"$inc\": {\"n\": 1}}");
  gint64 n;

  return tw_mongo_update (session, THINGS, filter, update, NULL, &n, error);
}

/* Sooner or later: on a busy machine what is asked first may take too long. */
static void
assert_works (TwMongo *mongo)
{
  g_autoptr (GError) error = NULL;

  do
    {
      g_clear_error (&error);
      mongo_fixture_assert_ready (mongo);
      if (mongo_fixture_run (mongo, find_something, NULL, &error))
        g_assert_true (tw_mongo_check (mongo, TW_DEADLINE_NONE, &error) || error != NULL);
    }
  while (g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE));
  g_assert_no_error (error);
}

static void
assert_unavailable (TwMongo *mongo, TwMongoFunc run)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mongo_fixture_run (mongo, run, NULL, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
}

static void
assert_is_closed (TwMongo *mongo)
{
  g_autoptr (GError) error = NULL;

  /* Where whoever asked was told that the time is over, the operation may still be on its way to notice it. */
  while (tw_mongo_wait (mongo, 0, &error))
    g_usleep (10000);
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (tw_mongo_check (mongo, TW_DEADLINE_NONE, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
}

static void
test_opens_when_the_server_comes (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) mongo = NULL;
  g_autoptr (GError) error = NULL;

  forwarder_set (f->forwarder, FORWARDER_AWAY);
  mongo = mongo_fixture_open (f, TW_MONGO_SERVE);
  assert_is_closed (mongo);
  /* It says why as soon as it knows. */
  do
    {
      g_clear_error (&error);
      g_assert_false (tw_mongo_wait (mongo, 100, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
    }
  while (strstr (error->message, "127.0.0.1") == NULL);

  forwarder_set (f->forwarder, FORWARDER_THROUGH);
  assert_works (mongo);
}

static void
goes_and_comes_back (const MongoFixture *f, TwMongoFunc met_by, ForwarderMode meanwhile)
{
  g_autoptr (TwMongo) mongo = mongo_fixture_open_ready (f, TW_MONGO_SERVE);

  assert_works (mongo);
  for (guint i = 0; i < 2; i++)
    {
      forwarder_set (f->forwarder, meanwhile);
      assert_unavailable (mongo, met_by);
      assert_is_closed (mongo);
      forwarder_set (f->forwarder, FORWARDER_THROUGH);
      assert_works (mongo);
    }
}

static void
test_read_meets_a_cut (MongoFixture *f, gconstpointer data)
{
  goes_and_comes_back (f, find_something, FORWARDER_AWAY);
}

static void
test_write_meets_a_cut (MongoFixture *f, gconstpointer data)
{
  goes_and_comes_back (f, change_something, FORWARDER_AWAY);
}

static void
test_read_meets_silence (MongoFixture *f, gconstpointer data)
{
  goes_and_comes_back (f, find_something, FORWARDER_SILENT);
}

static void
test_write_meets_silence (MongoFixture *f, gconstpointer data)
{
  goes_and_comes_back (f, change_something, FORWARDER_SILENT);
}

/* Nobody asks for anything: the gate closes all the same. */
static void
test_silence_is_noticed (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) mongo = mongo_fixture_open_ready (f, TW_MONGO_SERVE);

  forwarder_set (f->forwarder, FORWARDER_SILENT);
  while (tw_mongo_wait (mongo, 0, NULL))
    g_usleep (10000);
  forwarder_set (f->forwarder, FORWARDER_THROUGH);
  assert_works (mongo);
}

/* What a server that answers says no to is no reason to close. */
static gboolean
ask_nonsense (TwMongoSession *session, gpointer job, GError **error)
{
  g_autoptr (TwBson) filter = bson_new ();
  g_autoptr (TwBson) update = mongo_fixture_bson ("{\"$nonsense\": {\"n\": 1}}");
  g_autoptr (TwBson) after = NULL;

  return tw_mongo_find_and_modify (session, THINGS, filter, update, &after, error);
}

static void
test_refusal_leaves_it_open (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) mongo = mongo_fixture_open_ready (f, TW_MONGO_SERVE);
  g_autoptr (GError) error = NULL;

  g_assert_false (mongo_fixture_run (mongo, ask_nonsense, NULL, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
  g_assert_true (tw_mongo_wait (mongo, 0, NULL));
}

/* Others go on meanwhile: the server answers them. On a machine that is busy it may not in time, but not each time. */
static void
test_slow_write_leaves_it_open (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) mongo = mongo_fixture_open_ready (f, TW_MONGO_SERVE);
  gboolean stays_open = FALSE;

  for (guint i = 0; i < 5 && !stays_open; i++)
    {
      mongo_fixture_assert_ready (mongo);
      forwarder_hold (f->forwarder, "update " THINGS);
      assert_unavailable (mongo, change_something);
      stays_open = tw_mongo_wait (mongo, 0, NULL) && mongo_fixture_run (mongo, find_something, NULL, NULL);
      forwarder_hold (f->forwarder, NULL);
    }
  g_assert_true (stays_open);
}

/* Whoever looks after it would sleep for an hour. */
static void
test_doubt_has_it_looked_after (void)
{
  g_autoptr (TwMongoGate) gate = tw_mongo_gate_new ("things");
  guint opening;

  tw_mongo_gate_open (gate);
  g_assert_true (tw_mongo_gate_is_open (gate, &opening));
  tw_mongo_gate_doubt (gate, opening);
  g_assert_true (tw_mongo_gate_pause (gate, TRUE, 3600 * 1000));
  g_assert_true (tw_mongo_gate_is_open (gate, &opening));
  /* What was begun before it was opened again says nothing. */
  tw_mongo_gate_doubt (gate, opening - 1);
  g_assert_true (tw_mongo_gate_pause (gate, TRUE, 1));
}

static void
test_stale_failure_does_not_close (void)
{
  g_autoptr (TwMongoGate) gate = tw_mongo_gate_new ("things");
  guint before, after;

  tw_mongo_gate_open (gate);
  g_assert_true (tw_mongo_gate_is_open (gate, &before));
  tw_mongo_gate_close (gate, before, TW_MONGO_AWAY, "gone");
  tw_mongo_gate_open (gate);
  tw_mongo_gate_close (gate, before, TW_MONGO_AWAY, "gone");
  g_assert_true (tw_mongo_gate_is_open (gate, &after));
  g_assert_cmpuint (before, !=, after);
}

static void
test_refused_for_good (void)
{
  g_autoptr (TwMongoGate) gate = tw_mongo_gate_new ("things");
  g_autoptr (GError) taken = g_error_new_literal (TW_ERROR, TW_ERROR_CONFLICT, "taken");
  g_autoptr (GError) error = NULL;

  tw_mongo_gate_refuse (gate, taken);
  g_assert_false (tw_mongo_gate_wait (gate, 1000000, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
}

/* Runs in a process of its own, whose log can be read. */
static void
test_said_once (void)
{
  g_autoptr (TwMongoGate) gate = NULL;
  guint opening;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, 0);
      g_test_trap_assert_passed ();
      g_test_trap_assert_stderr (
        "*refused first*can't be used yet: index first*ready*gone first*not allowed first*ready*");
      g_test_trap_assert_stderr_unmatched ("*again*");
      return;
    }
  gate = tw_mongo_gate_new ("things");
  tw_mongo_gate_stays_closed (gate, TW_MONGO_AWAY, "refused first");
  tw_mongo_gate_stays_closed (gate, TW_MONGO_AWAY, "refused again");
  tw_mongo_gate_stays_closed (gate, TW_MONGO_UNPREPARED, "index first");
  tw_mongo_gate_stays_closed (gate, TW_MONGO_AWAY, "refused again");
  tw_mongo_gate_stays_closed (gate, TW_MONGO_UNPREPARED, "index again");
  tw_mongo_gate_open (gate);
  g_assert_true (tw_mongo_gate_is_open (gate, &opening));
  tw_mongo_gate_close (gate, opening, TW_MONGO_AWAY, "gone first");
  tw_mongo_gate_close (gate, opening, TW_MONGO_AWAY, "gone again");
  tw_mongo_gate_denied (gate, "not allowed first");
  tw_mongo_gate_denied (gate, "not allowed again");
  tw_mongo_gate_open (gate);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  mongo_fixture_add_hasty ("/mongo/gate/opens-when-the-server-comes", test_opens_when_the_server_comes);
  mongo_fixture_add_hasty ("/mongo/gate/closes-when-the-server-goes/read-meets-a-cut", test_read_meets_a_cut);
  mongo_fixture_add_hasty ("/mongo/gate/closes-when-the-server-goes/write-meets-a-cut", test_write_meets_a_cut);
  mongo_fixture_add_hasty ("/mongo/gate/closes-when-the-server-goes/read-meets-silence", test_read_meets_silence);
  mongo_fixture_add_hasty ("/mongo/gate/closes-when-the-server-goes/write-meets-silence", test_write_meets_silence);
  mongo_fixture_add_hasty ("/mongo/gate/closes-when-the-server-goes/unasked", test_silence_is_noticed);
  mongo_fixture_add_hasty ("/mongo/gate/slow-write-leaves-it-open", test_slow_write_leaves_it_open);
  g_test_add_func ("/mongo/gate/doubt-has-it-looked-after", test_doubt_has_it_looked_after);
  mongo_fixture_add ("/mongo/gate/stays-open-when-the-server-says-no", test_refusal_leaves_it_open);
  g_test_add_func ("/mongo/gate/stale-failure-does-not-close", test_stale_failure_does_not_close);
  g_test_add_func ("/mongo/gate/refused-for-good", test_refused_for_good);
  g_test_add_func ("/mongo/gate/said-once", test_said_once);
  return g_test_run ();
}
