/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-call-pool.h"

#include "tw-call-private.h"
#include "tw-clock.h"
#include "tw-latch.h"

static const TwStruct no_fields = { .name = "nothing" };
static const TwMethod method = { .name = "method", .arguments = &no_fields, .result = &no_fields };

/* A pool of one thread, which stands still in a call of its own until it is let go. */
typedef struct
{
  TwMailbox *mailbox;
  TwCallPool *pool;
  TwLatch held, release;
  GPtrArray *answered;
  guint last_delivery; /* answers that came together */
  guint begun, ended, n_run;
  gboolean loop_answers;
} Fixture;

static void
take_answers (gpointer *calls, guint n, gpointer data)
{
  Fixture *f = data;

  f->last_delivery = n;
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (f->answered, calls[i]);
}

static gboolean
begin (gboolean may_wait, gpointer data)
{
  Fixture *f = data;

  if (!may_wait && !f->loop_answers)
    return FALSE;
  g_assert_cmpuint (f->begun, ==, f->ended);
  f->begun++;
  return TRUE;
}

static void
end (gpointer data)
{
  Fixture *f = data;

  f->ended++;
}

static gboolean
hold (TwCall *call, gboolean may_wait, gpointer data)
{
  Fixture *f = data;

  if (!may_wait)
    return FALSE;

  tw_latch_open (&f->held);
  tw_latch_wait (&f->release);
  tw_call_reply (call);
  return TRUE;
}

static gboolean
answer (TwCall *call, gboolean may_wait, gpointer data)
{
  Fixture *f = data;

  f->n_run++;
  tw_call_reply (call);
  return TRUE;
}

static TwCall *
make_call (Fixture *f)
{
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REQUEST_LIMITS);
  const TwCallSetup setup = { .max_reply = 1000, .max_ms = 60000, .answers = f->mailbox };
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
    tw_call_pool_collect (f->pool, make_call (f), answer, f);
}

static void
set_up (Fixture *f, guint max_batch, guint max_queued, gint64 max_wait_ms)
{
  const TwCallPoolSpec spec = { "test", 1, max_batch, max_batch, max_queued, max_wait_ms, begin, end, f };

  *f = (Fixture) { .answered = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_call_free) };
  tw_latch_init (&f->held);
  tw_latch_init (&f->release);
  f->mailbox = tw_mailbox_new (NULL, take_answers, f, NULL);
  f->pool = tw_call_pool_new (&spec);
  tw_call_pool_collect (f->pool, make_call (f), hold, f);
  tw_call_pool_flush (f->pool);
  tw_latch_wait (&f->held);
}

static void
deliver (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Lets the thread do all that it was given. */
static void
finish (Fixture *f)
{
  tw_latch_open (&f->release);
  g_clear_pointer (&f->pool, tw_call_pool_free);
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
test_batches (void)
{
  Fixture f;

  set_up (&f, 4, 100, 60000);
  collect (&f, 6);
  tw_call_pool_flush (f.pool);
  finish (&f);
  deliver ();
  g_assert_cmpuint (f.n_run, ==, 6);
  g_assert_cmpuint (f.answered->len, ==, 7);
  g_assert_cmpuint (count_refused (&f), ==, 0);
  /* the one that held the thread, four and two */
  g_assert_cmpuint (f.begun, ==, 3);
  g_assert_cmpuint (f.ended, ==, 3);
  tear_down (&f);
}

static void
test_answers_of_a_batch_come_together (void)
{
  Fixture f;

  set_up (&f, 4, 100, 60000);
  tw_latch_open (&f.release);
  while (f.answered->len < 1)
    g_main_context_iteration (NULL, TRUE);
  collect (&f, 4);
  tw_call_pool_flush (f.pool);
  while (f.answered->len < 5)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (f.last_delivery, ==, 4);
  tw_call_pool_free (f.pool);
  tear_down (&f);
}

static void
test_nothing_runs_before_the_flush (void)
{
  Fixture f;

  set_up (&f, 4, 100, 60000);
  tw_latch_open (&f.release);
  while (f.answered->len < 1)
    g_main_context_iteration (NULL, TRUE);
  collect (&f, 3);
  g_usleep (20000);
  deliver ();
  g_assert_cmpuint (f.answered->len, ==, 1);
  tw_call_pool_flush (f.pool);
  tw_call_pool_free (f.pool);
  deliver ();
  g_assert_cmpuint (f.answered->len, ==, 4);
  tear_down (&f);
}

static void
test_too_many_are_refused_at_once (void)
{
  Fixture f;

  set_up (&f, 4, 2, 60000);
  collect (&f, 5);
  tw_call_pool_flush (f.pool);
  deliver ();
  g_assert_cmpuint (f.answered->len, ==, 3);
  g_assert_cmpuint (count_refused (&f), ==, 3);
  finish (&f);
  deliver ();
  g_assert_cmpuint (f.answered->len, ==, 6);
  g_assert_cmpuint (f.n_run, ==, 2);
  tear_down (&f);
}

static void
test_whoever_waited_too_long_is_refused (void)
{
  Fixture f;

  set_up (&f, 4, 100, 30);
  collect (&f, 3);
  tw_call_pool_flush (f.pool);
  g_usleep (100000);
  finish (&f);
  deliver ();
  g_assert_cmpuint (f.n_run, ==, 0);
  g_assert_cmpuint (f.answered->len, ==, 4);
  g_assert_cmpuint (count_refused (&f), ==, 3);
  tear_down (&f);
}

static gboolean
answer_from_a_thread (TwCall *call, gboolean may_wait, gpointer data)
{
  return may_wait && answer (call, may_wait, data);
}

/* Once the thread is free again. */
static void
let_loop_answer (Fixture *f)
{
  tw_latch_open (&f->release);
  while (f->answered->len < 1)
    g_main_context_iteration (NULL, TRUE);
  tw_call_pool_free (f->pool);
  f->loop_answers = TRUE;
  f->pool = tw_call_pool_new (&(TwCallPoolSpec) { "test", 1, 4, 4, 100, 60000, begin, end, f });
}

static void
test_the_loop_answers_what_does_not_wait (void)
{
  Fixture f;

  set_up (&f, 4, 100, 60000);
  let_loop_answer (&f);
  collect (&f, 2);
  tw_call_pool_collect (f.pool, make_call (&f), answer_from_a_thread, &f);
  collect (&f, 1);
  tw_call_pool_flush (f.pool);
  /* Two at once, and the others when the loop comes round. */
  g_assert_cmpuint (f.answered->len, ==, 3);
  g_assert_cmpuint (f.last_delivery, ==, 2);
  tw_call_pool_free (f.pool);
  deliver ();
  g_assert_cmpuint (f.answered->len, ==, 5);
  g_assert_cmpuint (count_refused (&f), ==, 0);
  tear_down (&f);
}

static void
test_the_loop_answers_no_more_than_a_batch (void)
{
  Fixture f;

  set_up (&f, 4, 100, 60000);
  let_loop_answer (&f);
  collect (&f, 6);
  tw_call_pool_flush (f.pool);
  g_assert_cmpuint (f.answered->len, ==, 5);
  tw_call_pool_free (f.pool);
  deliver ();
  g_assert_cmpuint (f.answered->len, ==, 7);
  tear_down (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/call-pool/a-thread-takes-a-batch", test_batches);
  g_test_add_func ("/call-pool/answers-of-a-batch-come-together", test_answers_of_a_batch_come_together);
  g_test_add_func ("/call-pool/nothing-runs-before-the-flush", test_nothing_runs_before_the_flush);
  g_test_add_func ("/call-pool/too-many-are-refused-at-once", test_too_many_are_refused_at_once);
  g_test_add_func ("/call-pool/whoever-waited-too-long-is-refused", test_whoever_waited_too_long_is_refused);
  g_test_add_func ("/call-pool/the-loop-answers-what-does-not-wait", test_the_loop_answers_what_does_not_wait);
  g_test_add_func ("/call-pool/the-loop-answers-no-more-than-a-batch", test_the_loop_answers_no_more_than_a_batch);
  return g_test_run ();
}
