/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-call-pool.h"

#include "tw-call-private.h"
#include "tw-clock.h"
#include "tw-latch.h"

#include <stdatomic.h>

static const TwStruct no_fields = { .name = "nothing" };
static const TwMethod method = { .name = "method", .arguments = &no_fields, .result = &no_fields };

/* What a pool does with its calls. Some of them stand still in a thread until they are let go; so does, where it is
 * said, the thread that doesn't wait, before its first batch. */
typedef struct
{
  TwMailbox *mailbox;
  TwCallPool *pool;
  GPtrArray *answered;
  guint last_delivery; /* answers that came together */

  gboolean loop_answers;
  gboolean hold_quick;
  TwLatch quick_held, quick_release;

  _Atomic guint batches, ended; /* of the thread that doesn't wait */
  _Atomic guint n_run;
} Fixture;

/* A call that stands still. */
typedef struct
{
  TwLatch held, release;
} Held;

static void
take_answers (gpointer *calls, guint n, gpointer data)
{
  Fixture *f = data;

  f->last_delivery = n;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (f->answered, calls[i]);
}

static gboolean
begin (gboolean on_loop, gpointer data)
{
  Fixture *f = data;

  if (on_loop)
    return f->loop_answers;
  if (f->hold_quick && atomic_load (&f->batches) == 0)
    {
      tw_latch_open (&f->quick_held);
      tw_latch_wait (&f->quick_release);
    }
  atomic_fetch_add (&f->batches, 1);
  return TRUE;
}

static void
end (gpointer data)
{
  Fixture *f = data;

  atomic_fetch_add (&f->ended, 1);
}

static gboolean
hold (TwCall *call, gboolean may_wait, gpointer data)
{
  Held *held = data;

  if (!may_wait)
    return FALSE;
  tw_latch_open (&held->held);
  tw_latch_wait (&held->release);
  tw_call_reply (call);
  return TRUE;
}

static gboolean
answer (TwCall *call, gboolean may_wait, gpointer data)
{
  Fixture *f = data;

  atomic_fetch_add (&f->n_run, 1);
  tw_call_reply (call);
  return TRUE;
}

static gboolean
answer_from_a_thread (TwCall *call, gboolean may_wait, gpointer data)
{
  return may_wait && answer (call, may_wait, data);
}

static TwCall *
make_call (Fixture *f, guint max_ms)
{
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REQUEST_LIMITS);
  const TwCallSetup setup = { .max_reply = 1000, .max_ms = max_ms, .answers = f->mailbox };
  TwWriter writer;
  TwMessage message;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &bytes);
  tw_writer_message_begin (&writer, TRUE, TW_MESSAGE_CALL, "method", 6, 42);
  tw_writer_struct_begin (&writer);
  tw_writer_struct_end (&writer);
  tw_writer_message_end (&writer);
  g_assert_cmpint (tw_scanner_scan (scanner, bytes.data, bytes.len, &message, NULL), ==, TW_SCAN_COMPLETE);
  return tw_call_new (bytes.data, &message, &method, &setup, tw_clock_monotonic_ms (tw_clock_system ()));
}

static void
collect (Fixture *f, guint n)
{
  for (guint i = 0; i < n; i++)
    tw_call_pool_collect (f->pool, make_call (f, 60000), answer, f);
}

static void
collect_waiting (Fixture *f, guint n)
{
  for (guint i = 0; i < n; i++)
    tw_call_pool_collect (f->pool, make_call (f, 60000), answer_from_a_thread, f);
}

static void
collect_held (Fixture *f, Held *held)
{
  tw_latch_init (&held->held);
  tw_latch_init (&held->release);
  tw_call_pool_collect (f->pool, make_call (f, 60000), hold, held);
}

/* The loop answers one call of a turn; batches are of four. */
static void
set_up (Fixture *f, guint threads, guint max_queued, gint64 max_wait_ms)
{
  *f = (Fixture) { .answered = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_call_free), .loop_answers = TRUE };
  tw_latch_init (&f->quick_held);
  tw_latch_init (&f->quick_release);
  f->mailbox = tw_mailbox_new (NULL, take_answers, f, NULL);
  f->pool = tw_call_pool_new (&(TwCallPoolSpec) {
    .name = "test",
    .threads = threads,
    .max_queued = max_queued,
    .max_wait_ms = max_wait_ms,
    .begin = begin,
    .end = end,
    .user_data = f,
    .max_at_once = 1,
    .quick_threads = 1,
    .max_batch = 4,
  });
}

/* Has the only thread that may wait stand still in @held. */
static void
hold_the_thread (Fixture *f, Held *held)
{
  collect_held (f, held);
  tw_call_pool_flush (f->pool);
  tw_latch_wait (&held->held);
}

static void
deliver (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
wait_for_answers (Fixture *f, guint n)
{
  while (f->answered->len < n)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f->answered->len, ==, n);
}

/* Has the pool do all that it was given. */
static void
finish (Fixture *f)
{
  tw_call_pool_free (f->pool);
  deliver ();
}

static void
tear_down (Fixture *f)
{
  tw_mailbox_free (f->mailbox);
  g_ptr_array_unref (f->answered);
}

static guint
count_refused (const Fixture *f)
{
  guint n = 0;

  for (guint i = 0; i < f->answered->len; i++)
    {
      const TwCall *call = f->answered->pdata[i];

      n += (call->reply.data[7] == TW_MESSAGE_EXCEPTION) ? 1 : 0;
    }
  return n;
}

static void
test_the_loop_answers_what_does_not_wait (void)
{
  Fixture f;

  set_up (&f, 1, 100, 60000);
  collect (&f, 1);
  tw_call_pool_flush (f.pool);
  g_assert_cmpuint (f.answered->len, ==, 1);
  /* But no more than it is told: the others another thread. */
  collect (&f, 3);
  tw_call_pool_flush (f.pool);
  g_assert_cmpuint (f.answered->len, ==, 2);
  wait_for_answers (&f, 4);
  g_assert_cmpuint (count_refused (&f), ==, 0);
  finish (&f);
  tear_down (&f);
}

static void
test_batches (void)
{
  Fixture f;

  set_up (&f, 1, 100, 60000);
  f.hold_quick = TRUE;
  collect (&f, 2);
  tw_call_pool_flush (f.pool);
  tw_latch_wait (&f.quick_held);
  collect (&f, 7);
  tw_call_pool_flush (f.pool);
  tw_latch_open (&f.quick_release);
  finish (&f);
  g_assert_cmpuint (f.answered->len, ==, 9);
  g_assert_cmpuint (atomic_load (&f.n_run), ==, 9);
  g_assert_cmpuint (count_refused (&f), ==, 0);
  /* the one that held the thread, four and two; and the loop's two */
  g_assert_cmpuint (atomic_load (&f.batches), ==, 3);
  g_assert_cmpuint (atomic_load (&f.ended), ==, 5);
  tear_down (&f);
}

static void
test_answers_of_a_batch_come_together (void)
{
  Fixture f;

  set_up (&f, 1, 100, 60000);
  collect (&f, 5);
  tw_call_pool_flush (f.pool);
  wait_for_answers (&f, 5);
  g_assert_cmpuint (f.last_delivery, ==, 4);
  finish (&f);
  tear_down (&f);
}

static void
test_nothing_runs_before_the_flush (void)
{
  Fixture f;

  set_up (&f, 1, 100, 60000);
  collect (&f, 3);
  g_usleep (20000);
  deliver ();
  g_assert_cmpuint (f.answered->len, ==, 0);
  tw_call_pool_flush (f.pool);
  finish (&f);
  g_assert_cmpuint (f.answered->len, ==, 3);
  tear_down (&f);
}

/* While one waits for a disk, those behind it are answered: at once, or by threads that are idle. */
static void
test_one_that_waits_holds_up_nobody (void)
{
  Fixture f;
  Held held;

  set_up (&f, 2, 100, 60000);
  collect_held (&f, &held);
  collect (&f, 3);
  collect_waiting (&f, 3);
  collect (&f, 1);
  tw_call_pool_flush (f.pool);
  wait_for_answers (&f, 7);
  collect_waiting (&f, 2);
  tw_call_pool_flush (f.pool);
  wait_for_answers (&f, 9);
  tw_latch_wait (&held.held);
  tw_latch_open (&held.release);
  wait_for_answers (&f, 10);
  g_assert_cmpuint (count_refused (&f), ==, 0);
  finish (&f);
  tear_down (&f);
}

/* It is in the middle of a batch, whose other answers don't wait for its own. */
static void
test_one_that_waits_leaves_its_batch (void)
{
  Fixture f;
  Held held;

  set_up (&f, 1, 100, 60000);
  collect (&f, 3);
  collect_held (&f, &held);
  collect (&f, 1);
  tw_call_pool_flush (f.pool);
  wait_for_answers (&f, 4);
  tw_latch_wait (&held.held);
  tw_latch_open (&held.release);
  wait_for_answers (&f, 5);
  finish (&f);
  tear_down (&f);
}

/* Where nothing can be answered without waiting, each has a thread for itself. */
static void
test_nothing_without_waiting (void)
{
  Fixture f;
  Held held;

  set_up (&f, 2, 100, 60000);
  f.loop_answers = FALSE;
  collect_held (&f, &held);
  collect (&f, 5);
  tw_call_pool_flush (f.pool);
  wait_for_answers (&f, 5);
  g_assert_cmpuint (atomic_load (&f.batches), ==, 0);
  tw_latch_wait (&held.held);
  tw_latch_open (&held.release);
  finish (&f);
  g_assert_cmpuint (f.answered->len, ==, 6);
  tear_down (&f);
}

static void
test_too_many_are_refused_at_once (void)
{
  Fixture f;
  Held held;

  set_up (&f, 1, 2, 60000);
  f.loop_answers = FALSE;
  hold_the_thread (&f, &held);
  collect (&f, 5);
  tw_call_pool_flush (f.pool);
  g_assert_cmpuint (f.answered->len, ==, 3);
  g_assert_cmpuint (count_refused (&f), ==, 3);
  tw_latch_open (&held.release);
  finish (&f);
  g_assert_cmpuint (f.answered->len, ==, 6);
  g_assert_cmpuint (atomic_load (&f.n_run), ==, 2);
  tear_down (&f);
}

static void
test_whoever_waited_too_long_is_refused (void)
{
  Fixture f;
  Held held;
  TwCall *late[3];

  set_up (&f, 1, 100, 30000);
  hold_the_thread (&f, &held);
  for (guint i = 0; i < G_N_ELEMENTS (late); i++)
    {
      late[i] = make_call (&f, 60000);
      tw_call_pool_collect (f.pool, late[i], answer_from_a_thread, &f);
    }
  tw_call_pool_flush (f.pool);
  for (guint i = 0; i < G_N_ELEMENTS (late); i++)
    late[i]->queued_ms -= 30001;
  tw_latch_open (&held.release);
  finish (&f);
  g_assert_cmpuint (atomic_load (&f.n_run), ==, 0);
  g_assert_cmpuint (f.answered->len, ==, 4);
  g_assert_cmpuint (count_refused (&f), ==, 3);
  tear_down (&f);
}

/* Its own deadline, before the pool's patience ends, in either kind of thread. */
static void
test_what_is_over_is_not_begun (void)
{
  Fixture f;
  Held held;

  set_up (&f, 1, 100, 60000);
  f.hold_quick = TRUE;
  hold_the_thread (&f, &held);
  collect (&f, 2);
  tw_call_pool_flush (f.pool);
  tw_latch_wait (&f.quick_held);
  tw_call_pool_collect (f.pool, make_call (&f, 30), answer_from_a_thread, &f);
  tw_call_pool_collect (f.pool, make_call (&f, 30), answer, &f);
  collect_waiting (&f, 1);
  tw_call_pool_flush (f.pool);
  g_usleep (100000);
  tw_latch_open (&f.quick_release);
  tw_latch_open (&held.release);
  finish (&f);
  g_assert_cmpuint (f.answered->len, ==, 6);
  g_assert_cmpuint (count_refused (&f), ==, 2);
  g_assert_cmpuint (atomic_load (&f.n_run), ==, 3);
  tear_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call-pool/the-loop-answers-what-does-not-wait", test_the_loop_answers_what_does_not_wait);
  g_test_add_func ("/call-pool/a-thread-takes-a-batch", test_batches);
  g_test_add_func ("/call-pool/answers-of-a-batch-come-together", test_answers_of_a_batch_come_together);
  g_test_add_func ("/call-pool/nothing-runs-before-the-flush", test_nothing_runs_before_the_flush);
  g_test_add_func ("/call-pool/one-that-waits-holds-up-nobody", test_one_that_waits_holds_up_nobody);
  g_test_add_func ("/call-pool/one-that-waits-leaves-its-batch", test_one_that_waits_leaves_its_batch);
  g_test_add_func ("/call-pool/nothing-without-waiting", test_nothing_without_waiting);
  g_test_add_func ("/call-pool/too-many-are-refused-at-once", test_too_many_are_refused_at_once);
  g_test_add_func ("/call-pool/whoever-waited-too-long-is-refused", test_whoever_waited_too_long_is_refused);
  g_test_add_func ("/call-pool/what-is-over-is-not-begun", test_what_is_over_is_not_begun);
  return g_test_run ();
}
