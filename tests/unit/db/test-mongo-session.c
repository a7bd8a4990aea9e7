/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mongo-session.h"

#include "mongo-fixture.h"
#include "tw-error.h"
#include "tw-store-error.h"

#include <string.h>

typedef struct
{
  MongoFixture base;
  TwMongo *mongo;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  mongo_fixture_set_up (&f->base, data);
  f->mongo = mongo_fixture_open_ready (&f->base, TW_MONGO_SERVE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  tw_mongo_close (f->mongo);
  mongo_fixture_tear_down (&f->base, data);
}

/* What to do, in words of JSON, and what came of it. */
typedef struct
{
  const char *filter, *update, *options;
  gint64 n;
  bson_t *document;
  gboolean unknown;
} Work;

static gboolean
insert (TwMongoSession *session, gpointer job, GError **error)
{
  Work *work = job;
  g_autoptr (TwBson) document = mongo_fixture_bson (work->update);
  gboolean well = tw_mongo_insert (session, THINGS, document, error);

  work->unknown = tw_mongo_session_unknown (session);
  return well;
}

static gboolean
update (TwMongoSession *session, gpointer job, GError **error)
{
  Work *work = job;
  g_autoptr (TwBson) filter = mongo_fixture_bson (work->filter);
  g_autoptr (TwBson) change = mongo_fixture_bson (work->update);
  g_autoptr (TwBson) options = work->options != NULL ? mongo_fixture_bson (work->options) : NULL;
  gboolean well = tw_mongo_update (session, THINGS, filter, change, options, &work->n, error);

  work->unknown = tw_mongo_session_unknown (session);
  return well;
}

static gboolean delete (TwMongoSession *session, gpointer job, GError **error)
{
  Work *work = job;
  g_autoptr (TwBson) filter = mongo_fixture_bson (work->filter);

  return tw_mongo_delete (session, THINGS, filter, &work->n, error);
}

static gboolean
delete_one (TwMongoSession *session, gpointer job, GError **error)
{
  Work *work = job;
  g_autoptr (TwBson) filter = mongo_fixture_bson (work->filter);

  return tw_mongo_delete_one (session, THINGS, filter, &work->n, error);
}

static gboolean
find_one (TwMongoSession *session, gpointer job, GError **error)
{
  Work *work = job;
  g_autoptr (TwBson) filter = mongo_fixture_bson (work->filter);
  g_autoptr (TwBson) options = work->options != NULL ? mongo_fixture_bson (work->options) : NULL;

  return tw_mongo_find_one (session, THINGS, filter, options, &work->document, error);
}

static gboolean
find_and_modify (TwMongoSession *session, gpointer job, GError **error)
{
  Work *work = job;
  g_autoptr (TwBson) filter = mongo_fixture_bson (work->filter);
  g_autoptr (TwBson) change = mongo_fixture_bson (work->update);
  gboolean well = tw_mongo_find_and_modify (session, THINGS, filter, change, &work->document, error);

  work->unknown = tw_mongo_session_unknown (session);
  return well;
}

static void
assert_done (const Fixture *f, TwMongoFunc run, Work *work)
{
  g_autoptr (GError) error = NULL;

  mongo_fixture_run (f->mongo, run, work, &error);
  g_assert_no_error (error);
  g_assert_false (work->unknown);
}

static void
assert_fails (const Fixture *f, TwMongoFunc run, Work *work, TwErrorCode code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mongo_fixture_run (f->mongo, run, work, &error));
  g_assert_error (error, TW_ERROR, (int) code);
  if (code == TW_ERROR_UNAVAILABLE)
    g_assert_cmpstr (error->message, ==, TW_STORE_UNAVAILABLE);
}

static void
assert_document (Work *work, const char *key, gint64 value)
{
  bson_iter_t iter;

  g_assert_nonnull (work->document);
  g_assert_true (bson_iter_init_find (&iter, work->document, key));
  g_assert_cmpint (bson_iter_as_int64 (&iter), ==, value);
  g_clear_pointer (&work->document, bson_destroy);
}

#define ANNA "{\"_id\": \"a\", \"email\": \"anna@example.org\", \"n\": 1}"
#define BERT "{\"_id\": \"b\", \"email\": \"bert@example.org\", \"n\": 2}"

static void
test_insert_and_find (Fixture *f, gconstpointer data)
{
  Work anna = { .update = ANNA }, bert = { .update = BERT };
  Work one = { .filter = "{\"_id\": \"b\"}" }, none = { .filter = "{\"_id\": \"c\"}" };
  Work last = { .filter = "{}", .options = "{\"sort\": {\"n\": -1}}" };

  assert_done (f, insert, &anna);
  assert_done (f, insert, &bert);
  assert_done (f, find_one, &one);
  assert_document (&one, "n", 2);
  assert_done (f, find_one, &last);
  assert_document (&last, "n", 2);
  assert_done (f, find_one, &none);
  g_assert_null (none.document);
}

typedef struct
{
  guint stop_after;
  GString *seen;
} Walk;

static gboolean
note_row (const bson_t *document, gpointer user_data)
{
  Walk *walk = user_data;
  bson_iter_t id;

  g_assert_true (bson_iter_init_find (&id, document, "_id"));
  g_string_append (walk->seen, bson_iter_utf8 (&id, NULL));
  return --walk->stop_after > 0;
}

static gboolean
walk_things (TwMongoSession *session, gpointer job, GError **error)
{
  g_autoptr (TwBson) all = bson_new ();
  g_autoptr (TwBson) options = mongo_fixture_bson ("{\"sort\": {\"n\": 1}, \"batchSize\": 2}");

  return tw_mongo_find (session, THINGS, all, options, note_row, job, error);
}

static void
test_find_walks (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) seen = g_string_new (NULL);
  Walk all = { .stop_after = 100, .seen = seen }, three = { .stop_after = 3, .seen = seen };
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 7; i++)
    {
      g_autofree char *json = g_strdup_printf ("{\"_id\": \"%c\", \"email\": \"%d\", \"n\": %d}", 'g' - i, i, 7 - i);

      mongo_fixture_put (&f->base, THINGS, json);
    }
  g_assert_true (mongo_fixture_run (f->mongo, walk_things, &all, &error));
  g_assert_cmpstr (seen->str, ==, "abcdefg");
  g_string_truncate (seen, 0);
  g_assert_true (mongo_fixture_run (f->mongo, walk_things, &three, &error));
  g_assert_cmpstr (seen->str, ==, "abc");
}

static void
test_update_and_delete (Fixture *f, gconstpointer data)
{
  Work change = { .filter = "{\"_id\": \"a\"}", .update = "{\"$set\": {\"n\": 5}}" };
  Work same = change, other = { .filter = "{\"_id\": \"x\"}", .update = "{\"$set\": {\"n\": 5}}" };
  Work upsert = { .filter = "{\"_id\": \"c\"}",
                  .update = "{\"$set\": {\"email\": \"c\"}}",
                  .options = "{\"upsert\": true}" };
  Work gone = { .filter = "{\"email\": {\"$gt\": \"\"}}" }, first = gone;

  mongo_fixture_put (&f->base, THINGS, ANNA);
  mongo_fixture_put (&f->base, THINGS, BERT);
  assert_done (f, update, &change);
  g_assert_cmpint (change.n, ==, 1);
  assert_done (f, update, &same);
  g_assert_cmpint (same.n, ==, 1);
  assert_done (f, update, &other);
  g_assert_cmpint (other.n, ==, 0);
  assert_done (f, update, &upsert);
  g_assert_cmpint (upsert.n, ==, 0);
  assert_done (f, delete_one, &first);
  g_assert_cmpint (first.n, ==, 1);
  assert_done (f, delete, &gone);
  g_assert_cmpint (gone.n, ==, 2);
  assert_done (f, delete, &gone);
  g_assert_cmpint (gone.n, ==, 0);
}

static void
test_find_and_modify (Fixture *f, gconstpointer data)
{
  Work one = { .filter = "{\"_id\": \"a\"}", .update = "{\"$inc\": {\"n\": 1}}" };
  Work none = { .filter = "{\"_id\": \"x\"}", .update = "{\"$inc\": {\"n\": 1}}" };

  mongo_fixture_put (&f->base, THINGS, ANNA);
  assert_done (f, find_and_modify, &one);
  assert_document (&one, "n", 2);
  assert_done (f, find_and_modify, &none);
  g_assert_null (none.document);
}

static void
test_taken_key (Fixture *f, gconstpointer data)
{
  Work anna = { .update = ANNA }, email = { .update = "{\"_id\": \"z\", \"email\": \"anna@example.org\"}" };

  assert_done (f, insert, &anna);
  assert_fails (f, insert, &anna, TW_ERROR_CONFLICT);
  assert_fails (f, insert, &email, TW_ERROR_CONFLICT);
  g_assert_false (email.unknown);
}

static void
test_lost_answer_of_insert (Fixture *f, gconstpointer data)
{
  Work anna = { .update = ANNA };

  forwarder_lose_answer (f->base.forwarder, "insert");
  assert_done (f, insert, &anna);
  g_assert_true (forwarder_has_lost (f->base.forwarder));
  g_assert_cmpint (mongo_fixture_count (&f->base, THINGS, "{}"), ==, 1);
  g_assert_true (tw_mongo_wait (f->mongo, 0, NULL));
}

/* The first attempt was refused, nobody heard it, and the second one finds what refused it: that was not us. */
static void
test_lost_refusal_of_insert (Fixture *f, gconstpointer data)
{
  Work anna = { .update = ANNA };

  mongo_fixture_put (&f->base, THINGS, "{\"_id\": \"a\", \"email\": \"anna@example.org\", \"n\": 7}");
  forwarder_lose_answer (f->base.forwarder, "insert");
  assert_fails (f, insert, &anna, TW_ERROR_CONFLICT);
  g_assert_true (forwarder_has_lost (f->base.forwarder));
}

static void
test_lost_refusal_by_another_key (Fixture *f, gconstpointer data)
{
  Work anna = { .update = ANNA };

  mongo_fixture_put (&f->base, THINGS, "{\"_id\": \"z\", \"email\": \"anna@example.org\"}");
  forwarder_lose_answer (f->base.forwarder, "insert");
  assert_fails (f, insert, &anna, TW_ERROR_CONFLICT);
}

/* Whether they happened can't be known: they are not sent again. */
static void
test_lost_answers_of_changes (Fixture *f, gconstpointer data)
{
  Work change = { .filter = "{\"_id\": \"a\"}", .update = "{\"$inc\": {\"n\": 1}}" };
  Work modify = change;

  mongo_fixture_put (&f->base, THINGS, ANNA);
  forwarder_lose_answer (f->base.forwarder, "update");
  assert_fails (f, update, &change, TW_ERROR_UNAVAILABLE);
  g_assert_true (change.unknown);
  g_assert_true (forwarder_has_lost (f->base.forwarder));

  mongo_fixture_assert_ready (f->mongo);
  forwarder_lose_answer (f->base.forwarder, "findAndModify");
  assert_fails (f, find_and_modify, &modify, TW_ERROR_UNAVAILABLE);
  g_assert_true (modify.unknown);
  g_assert_true (forwarder_has_lost (f->base.forwarder));
  g_assert_cmpint (mongo_fixture_count (&f->base, THINGS, "{\"n\": 3}"), ==, 1);
}

static void
test_lost_answer_of_find (Fixture *f, gconstpointer data)
{
  Work one = { .filter = "{\"_id\": \"a\"}" };

  mongo_fixture_put (&f->base, THINGS, ANNA);
  forwarder_lose_answer (f->base.forwarder, "find");
  assert_done (f, find_one, &one);
  assert_document (&one, "n", 1);
  g_assert_true (forwarder_has_lost (f->base.forwarder));
}

static void
test_server_says_no (Fixture *f, gconstpointer data)
{
  Work nonsense = { .filter = "{}", .update = "{\"$nonsense\": {\"n\": 1}}" };

  assert_fails (f, find_and_modify, &nonsense, TW_ERROR_INTERNAL);
  g_assert_false (nonsense.unknown);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*test) (Fixture *, gconstpointer);
  } tests[] = {
    { "/mongo/session/insert-and-find", test_insert_and_find },
    { "/mongo/session/find-walks-in-order-until-told-to-stop", test_find_walks },
    { "/mongo/session/update-and-delete", test_update_and_delete },
    { "/mongo/session/find-and-modify", test_find_and_modify },
    { "/mongo/session/taken-key-is-conflict", test_taken_key },
    { "/mongo/session/server-says-no", test_server_says_no },
    { "/mongo/session/lost-answer/insert-makes-one-document", test_lost_answer_of_insert },
    { "/mongo/session/lost-answer/another-document-is-conflict", test_lost_refusal_of_insert },
    { "/mongo/session/lost-answer/another-key-is-conflict", test_lost_refusal_by_another_key },
    { "/mongo/session/lost-answer/changes-are-in-doubt", test_lost_answers_of_changes },
    { "/mongo/session/lost-answer/find-is-sent-again", test_lost_answer_of_find },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].test, tear_down);
  return g_test_run ();
}
