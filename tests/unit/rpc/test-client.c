/* SPDX-License-Identifier: Apache-2.0 */

/* Calls of a client to one address that works: pipelining, deadlines, cancelling, bounds. */

#include "client-fixture.h"
#include "tw-writer.h"

static void
test_answers_out_of_order (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  Outcome outcomes[10] = { 0 };

  for (gint32 i = 0; i < 10; i++)
    call_number (client, i, in_ms (LONG_MS), FALSE, &outcomes[i]);
  g_assert_cmpuint (tw_client_in_flight (client), ==, 10);
  wait_kept (puppet, 10);
  for (guint i = 10; i > 0; i--)
    puppet_answer (puppet, i - 1);
  for (gint32 i = 0; i < 10; i++)
    {
      wait_told (&outcomes[i]);
      assert_number (&outcomes[i], i);
      outcome_clear (&outcomes[i]);
    }
  g_assert_cmpuint (tw_client_in_flight (client), ==, 0);
}

static void
test_one_turn_is_one_write (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  Outcome outcomes[50] = { 0 };

  puppet_set_echo (puppet, TRUE);
  for (guint round = 0; round < 2; round++)
    {
      for (gint32 i = 0; i < 20; i++)
        call_number (client, i, in_ms (LONG_MS), FALSE, &outcomes[i]);
      for (gint32 i = 0; i < 20; i++)
        {
          wait_told (&outcomes[i]);
          assert_number (&outcomes[i], i);
          outcome_clear (&outcomes[i]);
        }
    }
  g_assert_cmpuint (puppet_most_calls_in_a_read (puppet), ==, 20);
}

/* Many calls: more connections are made, all calls are answered. */
static void
test_many_calls (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_autofree Outcome *outcomes = g_new0 (Outcome, 500);

  puppet_set_echo (puppet, TRUE);
  for (guint round = 0; round < 3; round++)
    {
      for (gint32 i = 0; i < 500; i++)
        call_number (client, i, in_ms (LONG_MS), FALSE, &outcomes[i]);
      for (gint32 i = 0; i < 500; i++)
        {
          wait_told (&outcomes[i]);
          assert_number (&outcomes[i], i);
          outcome_clear (&outcomes[i]);
        }
    }
  g_assert_cmpuint (puppet_n_accepted (puppet), ==, LIMITS.connections);
}

static void
test_deadline (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) late = { 0 }, soon = { 0 }, next = { 0 };

  call_number (client, 1, in_ms (LONG_MS), FALSE, &late);
  wait_kept (puppet, 1);
  call_number (client, 2, in_ms (20), FALSE, &soon);
  wait_told (&soon);
  g_assert_error (soon.error, TW_ERROR, TW_ERROR_TIMEOUT);
  g_assert_cmpuint (late.told, ==, 0);

  /* Its answer comes after all, before that of the next call, and nobody minds. */
  wait_kept (puppet, 2);
  puppet_answer (puppet, 1);
  call_number (client, 3, in_ms (LONG_MS), FALSE, &next);
  wait_kept (puppet, 3);
  puppet_answer (puppet, 2);
  puppet_answer (puppet, 0);
  wait_told (&next);
  wait_told (&late);
  assert_number (&next, 3);
  assert_number (&late, 1);
  g_assert_cmpuint (soon.told, ==, 1);
}

static void
test_deadline_that_is_over (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };

  call_number (client, 1, in_ms (-1), FALSE, &outcome);
  g_assert_cmpuint (outcome.told, ==, 0);
  wait_told (&outcome);
  g_assert_error (outcome.error, TW_ERROR, TW_ERROR_TIMEOUT);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 0);
}

static void
test_cancel (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) gone = { 0 }, at_once = { 0 }, kept = { 0 };
  guint64 handle;

  handle = call_number (client, 1, in_ms (LONG_MS), FALSE, &gone);
  call_number (client, 2, in_ms (LONG_MS), FALSE, &kept);
  tw_client_cancel (client, call_number (client, 3, in_ms (LONG_MS), FALSE, &at_once));
  wait_kept (puppet, 2);
  tw_client_cancel (client, handle);
  g_assert_cmpuint (tw_client_in_flight (client), ==, 1);
  puppet_answer (puppet, 0);
  puppet_answer (puppet, 1);
  wait_told (&kept);
  assert_number (&kept, 2);
  g_assert_cmpuint (gone.told, ==, 0);
  g_assert_cmpuint (at_once.told, ==, 0);
  tw_client_cancel (client, handle);
  tw_client_cancel (client, 0);
}

static void
test_free_with_calls_in_flight (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  TwClient *client = new_client (puppet);
  Outcome outcomes[5] = { 0 };

  for (gint32 i = 0; i < 4; i++)
    call_number (client, i, in_ms (LONG_MS), TRUE, &outcomes[i]);
  wait_kept (puppet, 4);
  call_number (client, 4, in_ms (LONG_MS), TRUE, &outcomes[4]);
  tw_client_free (client);
  for (guint i = 0; i < 5; i++)
    {
      g_assert_cmpuint (outcomes[i].told, ==, 1);
      g_assert_error (outcomes[i].error, TW_ERROR, TW_ERROR_UNAVAILABLE);
      outcome_clear (&outcomes[i]);
    }
}

static void
test_bound_in_flight (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;
  Outcome outcomes[4] = { 0 };

  limits.max_in_flight = 3;
  client = new_client_of (puppet_port (puppet), 0, "127.0.0.1", &limits);
  for (gint32 i = 0; i < 4; i++)
    call_number (client, i, in_ms (LONG_MS), FALSE, &outcomes[i]);
  wait_told (&outcomes[3]);
  g_assert_error (outcomes[3].error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  wait_kept (puppet, 3);
  for (guint i = 0; i < 3; i++)
    puppet_answer (puppet, i);
  for (gint32 i = 0; i < 3; i++)
    {
      wait_told (&outcomes[i]);
      assert_number (&outcomes[i], i);
    }
  for (guint i = 0; i < 4; i++)
    outcome_clear (&outcomes[i]);
}

static void
call_string (TwClient *client, const char *string, gsize length, Outcome *outcome)
{
  g_auto (TwBuffer) arguments = TW_BUFFER_INIT;
  TwWriter writer;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &arguments);
  tw_writer_struct_begin (&writer);
  tw_writer_field (&writer, TW_WIRE_STRING, 1);
  tw_writer_string (&writer, string, length);
  tw_writer_struct_end (&writer);
  tw_client_call (client,
                  &(TwClientRequest) {
                    .method = "method",
                    .arguments = arguments.data,
                    .length = arguments.len,
                    .context.deadline_ms = in_ms (LONG_MS),
                  },
                  note, outcome);
}

/* More than a socket takes at once, both ways. */
static void
test_large_messages (void)
{
  const gsize length = 8 * 1024 * 1024;
  g_autofree char *string = g_strnfill (length, 'x');
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  Outcome outcomes[3] = { 0 };

  puppet_set_echo (puppet, TRUE);
  for (guint i = 0; i < 3; i++)
    call_string (client, string, length - i, &outcomes[i]);
  for (guint i = 0; i < 3; i++)
    {
      wait_told (&outcomes[i]);
      g_assert_no_error (outcomes[i].error);
      g_assert_cmpuint (g_bytes_get_size (outcomes[i].body), ==, length - i + 8);
      outcome_clear (&outcomes[i]);
    }
}

typedef struct
{
  TwClient *client;
  Outcome outcome;
  guint64 victim;
} Nested;

static void
call_again (const TwClientReply *reply, gpointer user_data)
{
  Nested *nested = user_data;

  tw_client_cancel (nested->client, nested->victim);
  call_number (nested->client, 9, in_ms (LONG_MS), FALSE, &nested->outcome);
}

/* A function may call and cancel. */
static void
test_call_from_a_callback (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) victim = { 0 };
  Nested nested = { .client = client };

  tw_client_call (client,
                  &(TwClientRequest) {
                    .method = "method",
                    .arguments = (const guint8 *) "",
                    .length = 1,
                    .context.deadline_ms = in_ms (LONG_MS),
                  },
                  call_again, &nested);
  nested.victim = call_number (client, 1, in_ms (LONG_MS), FALSE, &victim);
  wait_kept (puppet, 2);
  puppet_answer (puppet, 0);
  puppet_answer (puppet, 1);
  wait_kept (puppet, 3);
  puppet_answer (puppet, 2);
  wait_told (&nested.outcome);
  assert_number (&nested.outcome, 9);
  g_assert_cmpuint (victim.told, ==, 0);
  outcome_clear (&nested.outcome);
}

static void
count_batch (gpointer user_data)
{
  ++*(guint *) user_data;
}

static void
test_batch (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  Outcome outcomes[5] = { 0 };
  guint batches = 0;

  tw_client_set_batch_func (client, count_batch, &batches);
  for (gint32 i = 0; i < 5; i++)
    call_number (client, i, in_ms (LONG_MS), FALSE, &outcomes[i]);
  wait_kept (puppet, 5);
  g_assert_cmpuint (batches, ==, 0);
  puppet_answer_together (puppet, 5);
  for (guint i = 0; i < 5; i++)
    {
      wait_told (&outcomes[i]);
      outcome_clear (&outcomes[i]);
    }
  g_assert_cmpuint (batches, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/answers-may-come-out-of-order", test_answers_out_of_order);
  g_test_add_func ("/client/one-turn-is-one-write", test_one_turn_is_one_write);
  g_test_add_func ("/client/many-calls-on-few-connections", test_many_calls);
  g_test_add_func ("/client/deadline-ends-a-call-and-its-late-answer-is-dropped", test_deadline);
  g_test_add_func ("/client/deadline-that-is-over-sends-nothing", test_deadline_that_is_over);
  g_test_add_func ("/client/cancelled-call-is-not-told", test_cancel);
  g_test_add_func ("/client/free-tells-calls-in-flight", test_free_with_calls_in_flight);
  g_test_add_func ("/client/calls-in-flight-are-bounded", test_bound_in_flight);
  g_test_add_func ("/client/large-messages", test_large_messages);
  g_test_add_func ("/client/call-from-a-callback", test_call_from_a_callback);
  g_test_add_func ("/client/batch-function-once-a-turn", test_batch);
  return g_test_run ();
}
