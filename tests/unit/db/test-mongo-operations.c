/* SPDX-License-Identifier: Apache-2.0 */

/* Workers, their queue and the deadline: what whoever asks is told, how often, and when a job may go. */

#include "tw-mongo.h"

#include "mongo-fixture.h"
#include "tw-clock.h"
#include "tw-error.h"
#include "tw-latch.h"
#include "tw-store-error.h"

#include <pthread.h>
#include <stdatomic.h>

/* An operation, and what became of it. */
typedef struct
{
  TwLatch release; /* awaited by a function that blocks */
  TwLatch begun, answered, freed;
  _Atomic guint runs, answers, frees;
  gint64 answered_us;
  GError *error;
  pthread_t answered_by;
} Job;

static void
job_init (Job *job)
{
  *job = (Job) { 0 };
  tw_latch_init (&job->release);
  tw_latch_init (&job->begun);
  tw_latch_init (&job->answered);
  tw_latch_init (&job->freed);
}

static gboolean
run_at_once (TwMongoSession *session, gpointer data, GError **error)
{
  Job *job = data;

  atomic_fetch_add (&job->runs, 1);
  return TRUE;
}

static gboolean
run_until_released (TwMongoSession *session, gpointer data, GError **error)
{
  Job *job = data;

  atomic_fetch_add (&job->runs, 1);
  tw_latch_open (&job->begun);
  tw_latch_wait (&job->release);
  g_assert_cmpint (tw_mongo_session_left_ms (session), >=, 0);
  return TRUE;
}

static void
job_answered (gpointer data, const GError *error)
{
  Job *job = data;

  atomic_fetch_add (&job->answers, 1);
  job->answered_by = pthread_self ();
  job->answered_us = g_get_monotonic_time ();
  job->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&job->answered);
}

static void
job_freed (gpointer data)
{
  Job *job = data;

  atomic_fetch_add (&job->frees, 1);
  tw_latch_open (&job->freed);
}

static void
assert_unavailable (Job *job, const char *message)
{
  g_assert_error (job->error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_cmpstr (job->error->message, ==, message);
  g_clear_error (&job->error);
}

static TwMongo *
open_with (const MongoFixture *f, const char *options)
{
  /* libmongoc takes an option once. */
  g_autoptr (GRegex) others = g_regex_new ("\\?.*", 0, 0, NULL);
  g_autofree char *uri = g_regex_replace (others, f->uri, -1, 0, options, 0, NULL);
  g_autoptr (GError) error = NULL;
  TwMongo *mongo = tw_mongo_open (uri, &mongo_fixture_spec, TW_MONGO_SERVE, f->deadline_ms, &error);

  g_assert_no_error (error);
  mongo_fixture_assert_ready (mongo);
  return mongo;
}

/* One worker: what comes behind the first has to wait for it. */
static TwMongo *
open_narrow (const MongoFixture *f)
{
  return open_with (f, "?maxPoolSize=1");
}

/* Has @first take the worker, and @second wait behind it. */
static void
run_two (TwMongo *mongo, Job *first, Job *second)
{
  job_init (first);
  job_init (second);
  tw_mongo_run (mongo, TW_DEADLINE_NONE, TW_MONGO_READING, run_until_released, job_answered, first, job_freed);
  tw_mongo_run (mongo, TW_DEADLINE_NONE, TW_MONGO_READING, run_at_once, job_answered, second, job_freed);
}

/* Its operation is answered when its time is over, before one that came earlier and has all the time. */
static void
test_asker_has_less_time (MongoFixture *f, gconstpointer data)
{
  TwMongo *mongo = open_narrow (f);
  gint64 until_ms = tw_clock_monotonic_ms (tw_clock_system ()) + 500;
  Job stuck, hurried;

  job_init (&stuck);
  job_init (&hurried);
  tw_mongo_run (mongo, TW_DEADLINE_NONE, TW_MONGO_READING, run_until_released, job_answered, &stuck, job_freed);
  tw_mongo_run (mongo, until_ms, TW_MONGO_READING, run_at_once, job_answered, &hurried, job_freed);

  tw_latch_wait (&hurried.answered);
  assert_unavailable (&hurried, TW_STORE_UNAVAILABLE);
  tw_latch_wait (&stuck.answered);
  g_assert_cmpint (hurried.answered_us / 1000, >=, until_ms);
  g_assert_cmpint (hurried.answered_us, <=, stuck.answered_us);
  assert_unavailable (&stuck, TW_STORE_UNAVAILABLE);
  tw_latch_open (&stuck.release);
  tw_mongo_close (mongo);
  g_assert_cmpuint (hurried.runs, ==, 0);
}

static void
test_deadline (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) mongo = open_narrow (f);
  Job stuck, behind;

  run_two (mongo, &stuck, &behind);

  tw_latch_wait (&stuck.answered);
  assert_unavailable (&stuck, TW_STORE_UNAVAILABLE);
  g_assert_cmpuint (atomic_load (&stuck.frees), ==, 0);
  tw_latch_wait (&behind.answered);
  assert_unavailable (&behind, TW_STORE_UNAVAILABLE);

  tw_latch_open (&stuck.release);
  tw_latch_wait (&stuck.freed);
  tw_latch_wait (&behind.freed);
  g_assert_cmpuint (atomic_load (&stuck.answers), ==, 1);
  g_assert_cmpuint (atomic_load (&behind.answers), ==, 1);
  g_assert_cmpuint (atomic_load (&behind.runs), ==, 0);
  mongo_fixture_assert_ready (mongo);
}

static guint
count_runs (const Job *jobs, guint n)
{
  guint runs = 0;

  for (guint i = 0; i < n; i++)
    runs += atomic_load (&jobs[i].runs);
  return runs;
}

/* As many of the one kind as may run, and more, stand still: the other kind goes on, and they when there is room. */
static void
kind_leaves_room (const MongoFixture *f, TwMongoKind stuck_kind, TwMongoKind other_kind)
{
  enum
  {
    STUCK = 10
  };
  g_autoptr (TwMongo) mongo = open_with (f, "?maxPoolSize=8");
  Job stuck[STUCK], others[3];

  for (guint i = 0; i < STUCK; i++)
    {
      job_init (&stuck[i]);
      tw_mongo_run (mongo, TW_DEADLINE_NONE, stuck_kind, run_until_released, job_answered, &stuck[i], job_freed);
    }
  while (count_runs (stuck, STUCK) < 6)
    g_usleep (1000);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      job_init (&others[i]);
      tw_mongo_run (mongo, TW_DEADLINE_NONE, other_kind, run_at_once, job_answered, &others[i], job_freed);
      tw_latch_wait (&others[i].freed);
      g_assert_no_error (others[i].error);
    }
  for (guint i = 0; i < STUCK; i++)
    tw_latch_open (&stuck[i].release);
  for (guint i = 0; i < STUCK; i++)
    {
      tw_latch_wait (&stuck[i].freed);
      g_assert_no_error (stuck[i].error);
      g_assert_cmpuint (atomic_load (&stuck[i].runs), ==, 1);
    }
}

static void
test_changes_that_hang_leave_room_for_reads (MongoFixture *f, gconstpointer data)
{
  kind_leaves_room (f, TW_MONGO_CHANGING, TW_MONGO_READING);
}

static void
test_reads_that_hang_leave_room_for_changes (MongoFixture *f, gconstpointer data)
{
  kind_leaves_room (f, TW_MONGO_READING, TW_MONGO_CHANGING);
}

static void
test_over_is_not_begun (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) mongo = mongo_fixture_open_ready (f, TW_MONGO_SERVE);
  Job late;

  job_init (&late);
  tw_mongo_run (mongo, tw_clock_monotonic_ms (tw_clock_system ()), TW_MONGO_CHANGING, run_at_once, job_answered, &late,
                job_freed);
  tw_latch_wait (&late.freed);
  g_assert_error (late.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_clear_error (&late.error);
  g_assert_cmpuint (atomic_load (&late.runs), ==, 0);
}

static void
test_waited_too_long_is_not_begun (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) mongo = open_narrow (f);
  Job slow, behind;

  run_two (mongo, &slow, &behind);
  g_usleep (1100 * 1000);
  tw_latch_open (&slow.release);
  tw_latch_wait (&slow.freed);
  g_clear_error (&slow.error);
  tw_latch_wait (&behind.freed);
  /* That the store is busy, or on a machine that is, that the time is over. */
  g_assert_error (behind.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_clear_error (&behind.error);
  g_assert_cmpuint (atomic_load (&behind.runs), ==, 0);
}

static void
test_queue_has_a_bound (MongoFixture *f, gconstpointer data)
{
  enum
  {
    WAITING = 4096
  };
  g_autoptr (TwMongo) mongo = open_narrow (f);
  g_autofree Job *waiting = g_new (Job, WAITING);
  Job stuck, refused;

  job_init (&stuck);
  job_init (&refused);
  tw_mongo_run (mongo, TW_DEADLINE_NONE, TW_MONGO_READING, run_until_released, job_answered, &stuck, NULL);
  tw_latch_wait (&stuck.begun);
  for (guint i = 0; i < WAITING; i++)
    {
      job_init (&waiting[i]);
      tw_mongo_run (mongo, TW_DEADLINE_NONE, TW_MONGO_READING, run_at_once, job_answered, &waiting[i], NULL);
    }
  tw_mongo_run (mongo, TW_DEADLINE_NONE, TW_MONGO_READING, run_at_once, job_answered, &refused, NULL);
  assert_unavailable (&refused, TW_STORE_BUSY);
  g_assert_true (pthread_equal (refused.answered_by, pthread_self ()));

  tw_latch_open (&stuck.release);
  for (guint i = 0; i < WAITING; i++)
    {
      tw_latch_wait (&waiting[i].answered);
      g_clear_error (&waiting[i].error);
    }
  tw_latch_wait (&stuck.answered);
  g_clear_error (&stuck.error);
  g_assert_cmpuint (count_runs (waiting, WAITING), >, 0);
}

static void
test_closed_gate_answers_at_once (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) mongo = NULL;
  Job job;

  forwarder_set (f->forwarder, FORWARDER_AWAY);
  mongo = mongo_fixture_open (f, TW_MONGO_SERVE);
  job_init (&job);
  tw_mongo_run (mongo, TW_DEADLINE_NONE, TW_MONGO_READING, run_at_once, job_answered, &job, job_freed);
  g_assert_true (pthread_equal (job.answered_by, pthread_self ()));
  assert_unavailable (&job, TW_STORE_UNAVAILABLE);
  g_assert_cmpuint (atomic_load (&job.answers), ==, 1);
  g_assert_cmpuint (atomic_load (&job.frees), ==, 1);
  g_assert_cmpuint (atomic_load (&job.runs), ==, 0);
}

static gboolean
fail_silently (TwMongoSession *session, gpointer job, GError **error)
{
  return FALSE;
}

static void
test_failure_without_an_error (MongoFixture *f, gconstpointer data)
{
  g_autoptr (TwMongo) mongo = mongo_fixture_open_ready (f, TW_MONGO_SERVE);
  g_autoptr (GError) error = NULL;

  g_assert_false (mongo_fixture_run (mongo, fail_silently, NULL, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
}

static gboolean
put_thing (TwMongoSession *session, gpointer data, GError **error)
{
  Job *job = data;
  g_autofree char *id = g_strdup_printf ("%p", data);
  g_autoptr (TwBson) document = BCON_NEW ("_id", BCON_UTF8 (id), "email", BCON_UTF8 (id));

  atomic_fetch_add (&job->runs, 1);
  return tw_mongo_insert (session, THINGS, document, error);
}

/* Closing under load: each is answered once, and what was told to be well is there. */
static void
close_under_load (MongoFixture *f, ForwarderMode meanwhile)
{
  enum
  {
    N = 500
  };
  TwMongo *mongo = mongo_fixture_open_ready (f, TW_MONGO_SERVE);
  g_autofree Job *jobs = g_new (Job, N);
  gint64 well = 0;

  for (guint i = 0; i < N; i++)
    {
      job_init (&jobs[i]);
      tw_mongo_run (mongo, TW_DEADLINE_NONE, TW_MONGO_READING, put_thing, job_answered, &jobs[i], job_freed);
      if (i == N / 2)
        forwarder_set (f->forwarder, meanwhile);
    }
  tw_mongo_close (mongo);
  for (guint i = 0; i < N; i++)
    {
      g_assert_cmpuint (atomic_load (&jobs[i].answers), ==, 1);
      g_assert_cmpuint (atomic_load (&jobs[i].frees), ==, 1);
      if (jobs[i].error == NULL)
        well++;
      else
        {
          /* Which of the two messages depends on how long it had waited. */
          g_assert_error (jobs[i].error, TW_ERROR, TW_ERROR_UNAVAILABLE);
          g_clear_error (&jobs[i].error);
        }
    }
  g_assert_cmpint (mongo_fixture_count (f, THINGS, "{}"), >=, well);
  if (meanwhile == FORWARDER_THROUGH)
    g_assert_cmpint (well, >, 0);
}

static void
test_close_under_load (MongoFixture *f, gconstpointer data)
{
  close_under_load (f, FORWARDER_THROUGH);
}

static void
test_close_while_silent (MongoFixture *f, gconstpointer data)
{
  close_under_load (f, FORWARDER_SILENT);
}

static void
test_close_while_away (MongoFixture *f, gconstpointer data)
{
  close_under_load (f, FORWARDER_AWAY);
}

/* One whose asker is told that the time is over, and which is followed by another when it is freed. */
typedef struct
{
  Job job;
  Job next;
  TwLatch told; /* awaited by its function */
  TwMongo *mongo;
} Followed;

static void
followed_answered (gpointer data, const GError *error)
{
  Followed *followed = data;

  tw_latch_open (&followed->told);
  job_answered (&followed->job, error);
  tw_latch_wait (&followed->job.release);
}

static gboolean
run_followed (TwMongoSession *session, gpointer data, GError **error)
{
  Followed *followed = data;

  tw_latch_wait (&followed->told);
  return TRUE;
}

static void
followed_freed (gpointer data)
{
  Followed *followed = data;

  job_freed (&followed->job);
  tw_mongo_run (followed->mongo, TW_DEADLINE_NONE, TW_MONGO_READING, run_at_once, job_answered, &followed->next,
                job_freed);
}

static void *
run_close (void *data)
{
  tw_mongo_close (data);
  return NULL;
}

/* The workers have nothing more to do when the thread of the deadlines lets go. */
static void
test_close_waits_for_what_follows (MongoFixture *f, gconstpointer data)
{
  const gint64 until_ms = tw_clock_monotonic_ms (tw_clock_system ()) + 100;
  Followed followed = { .mongo = open_narrow (f) };
  pthread_t closing;

  job_init (&followed.job);
  job_init (&followed.next);
  tw_latch_init (&followed.told);
  tw_mongo_run (followed.mongo, until_ms, TW_MONGO_READING, run_followed, followed_answered, &followed, followed_freed);
  tw_latch_wait (&followed.job.answered);
  g_assert_cmpint (pthread_create (&closing, NULL, run_close, followed.mongo), ==, 0);
  /* What is closed too early is by then. */
  g_usleep (100 * 1000);
  tw_latch_open (&followed.job.release);
  pthread_join (closing, NULL);
  g_assert_error (followed.job.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_clear_error (&followed.job.error);
  g_clear_error (&followed.next.error);
  g_assert_cmpuint (followed.job.frees, ==, 1);
  g_assert_cmpuint (followed.next.answers, ==, 1);
  g_assert_cmpuint (followed.next.frees, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  mongo_fixture_add_hasty ("/mongo/operations/answered-once-at-the-deadline", test_deadline);
  mongo_fixture_add_hasty ("/mongo/operations/asker-has-less-time", test_asker_has_less_time);
  mongo_fixture_add_hasty ("/mongo/operations/over-is-not-begun", test_over_is_not_begun);
  mongo_fixture_add ("/mongo/operations/changes-that-hang-leave-room-for-reads",
                     test_changes_that_hang_leave_room_for_reads);
  mongo_fixture_add ("/mongo/operations/reads-that-hang-leave-room-for-changes",
                     test_reads_that_hang_leave_room_for_changes);
  mongo_fixture_add_hasty ("/mongo/operations/waited-too-long-is-not-begun", test_waited_too_long_is_not_begun);
  mongo_fixture_add ("/mongo/operations/queue-has-a-bound", test_queue_has_a_bound);
  mongo_fixture_add_hasty ("/mongo/operations/closed-gate-answers-at-once", test_closed_gate_answers_at_once);
  mongo_fixture_add ("/mongo/operations/failure-without-an-error-is-internal", test_failure_without_an_error);
  mongo_fixture_add ("/mongo/operations/close-under-load", test_close_under_load);
  mongo_fixture_add ("/mongo/operations/close-waits-for-what-follows", test_close_waits_for_what_follows);
  mongo_fixture_add_hasty ("/mongo/operations/close-while-the-server-is-silent", test_close_while_silent);
  mongo_fixture_add_hasty ("/mongo/operations/close-while-the-server-is-away", test_close_while_away);
  return g_test_run ();
}
