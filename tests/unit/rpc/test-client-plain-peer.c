/* SPDX-License-Identifier: Apache-2.0 */

/* A service that answers the calls of a connection one after the other, as stock Thrift servers do: it gets one a
 * connection. */

#include "client-fixture.h"
#include "tw-context-field.h"

enum
{
  N = 10,
};

static void
test_slow_call_holds_up_none (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_plain_client (puppet, &LIMITS);
  g_auto (Outcome) slow = { 0 };

  call_number (client, 1, in_ms (LONG_MS), FALSE, &slow);
  wait_kept (puppet, 1);
  puppet_set_echo (puppet, TRUE);
  for (gint32 i = 0; i < N; i++)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, i, in_ms (LONG_MS), FALSE, &outcome);
      wait_told (&outcome);
      assert_number (&outcome, i);
    }
  g_assert_cmpuint (slow.told, ==, 0);
  g_assert_cmpuint (puppet_n_accepted (puppet), ==, 2);
  puppet_answer (puppet, 0);
  wait_told (&slow);
  assert_number (&slow, 1);
}

static void
wait_all_told (Outcome *outcomes, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      wait_told (&outcomes[i]);
      g_assert_error (outcomes[i].error, TW_ERROR, TW_ERROR_TIMEOUT);
      outcome_clear (&outcomes[i]);
    }
}

/* FALSE where the machine was busy for so long that their time was over before another one was answered. */
static gboolean
slow_calls_open_no_circuit (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;
  Outcome slow[3] = { 0 };
  g_auto (Outcome) other = { 0 }, next = { 0 };
  guint told = 0;

  limits.breaker_failures = G_N_ELEMENTS (slow);
  client = new_plain_client (puppet, &limits);
  for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
    call_number (client, (gint32) i, in_ms (1000), FALSE, &slow[i]);
  while (puppet_n_kept (puppet) < G_N_ELEMENTS (slow) && slow[0].told == 0)
    g_main_context_iteration (NULL, TRUE);
  puppet_set_echo (puppet, TRUE);
  call_number (client, 10, in_ms (LONG_MS), FALSE, &other);
  wait_told (&other);
  for (guint i = 0; i < G_N_ELEMENTS (slow); i++)
    told += slow[i].told;
  wait_all_told (slow, G_N_ELEMENTS (slow));
  if (told > 0)
    return FALSE;
  assert_number (&other, 10);
  call_number (client, 11, in_ms (LONG_MS), FALSE, &next);
  wait_told (&next);
  assert_number (&next, 11);
  return TRUE;
}

/* Others were answered meanwhile, so that the service is not taken for one that is away when they time out. */
static void
test_slow_calls_open_no_circuit (void)
{
  while (!slow_calls_open_no_circuit ())
    continue;
}

/* As many connections as there may be, and then they wait for one that is free, the first ones first. */
static void
test_connections_are_bounded (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_plain_client (puppet, &LIMITS);
  Outcome outcomes[N] = { 0 };

  for (gint32 i = 0; i < N; i++)
    call_number (client, i, in_ms (LONG_MS), FALSE, &outcomes[i]);
  wait_kept (puppet, LIMITS.single_connections);
  for (guint i = 0; i < N; i++)
    {
      wait_kept (puppet, MIN (N, LIMITS.single_connections + i));
      g_assert_cmpuint (puppet_n_kept (puppet), ==, MIN (N, LIMITS.single_connections + i));
      puppet_answer (puppet, i);
      wait_told (&outcomes[i]);
    }
  for (gint32 i = 0; i < N; i++)
    {
      wait_told (&outcomes[i]);
      assert_number (&outcomes[i], i);
      outcome_clear (&outcomes[i]);
    }
  g_assert_cmpuint (puppet_n_accepted (puppet), ==, LIMITS.single_connections);
}

static void
wait_connected (const Puppet *puppet, guint n)
{
  while (puppet_n_connected (puppet) != n)
    g_main_context_iteration (NULL, TRUE);
}

/* The late answer would be in the next call's way. */
static void
test_given_up_call_ends_its_connection (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;
  g_auto (Outcome) late = { 0 }, cancelled = { 0 }, next = { 0 };
  guint64 handle;
  guint before;

  limits.single_connections = 1;
  client = new_plain_client (puppet, &limits);
  /* On a busy machine its time may be over before it is sent. */
  for (gint64 ms = 20; puppet_n_kept (puppet) == 0; ms *= 2)
    {
      outcome_clear (&late);
      call_number (client, 1, in_ms (ms), FALSE, &late);
      wait_told (&late);
      g_assert_error (late.error, TW_ERROR, TW_ERROR_TIMEOUT);
    }
  before = puppet_n_accepted (puppet);
  handle = call_number (client, 2, in_ms (LONG_MS), FALSE, &cancelled);
  wait_kept (puppet, 2);
  wait_connected (puppet, 1);
  tw_client_cancel (client, handle);
  puppet_set_echo (puppet, TRUE);
  call_number (client, 3, in_ms (LONG_MS), FALSE, &next);
  wait_told (&next);
  assert_number (&next, 3);
  g_assert_cmpuint (cancelled.told, ==, 0);
  g_assert_cmpuint (puppet_n_accepted (puppet), ==, before + 2);
  wait_connected (puppet, 1);
}

static void
test_waiting_call_is_over_unsent (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;
  g_auto (Outcome) slow = { 0 }, waits = { 0 }, next = { 0 };

  limits.single_connections = 1;
  limits.max_in_flight = 2;
  client = new_plain_client (puppet, &limits);
  call_number (client, 1, in_ms (LONG_MS), FALSE, &slow);
  wait_kept (puppet, 1);
  call_number (client, 2, in_ms (20), FALSE, &waits);
  wait_told (&waits);
  g_assert_error (waits.error, TW_ERROR, TW_ERROR_TIMEOUT);
  call_number (client, 3, in_ms (LONG_MS), FALSE, &next); /* has the place of the one that waited */
  puppet_answer (puppet, 0);
  wait_told (&slow);
  wait_kept (puppet, 2);
  puppet_answer (puppet, 1);
  wait_told (&next);
  assert_number (&next, 3);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 2);
}

static void
test_idle_connections_are_closed (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;
  Outcome outcomes[4] = { 0 };

  limits.idle_timeout_ms = 20;
  client = new_plain_client (puppet, &limits);
  for (gint32 i = 0; i < 4; i++)
    call_number (client, i, in_ms (LONG_MS), FALSE, &outcomes[i]);
  wait_kept (puppet, 4);
  g_assert_cmpuint (puppet_n_connected (puppet), ==, 4);
  for (guint i = 0; i < 4; i++)
    puppet_answer (puppet, i);
  for (guint i = 0; i < 4; i++)
    {
      wait_told (&outcomes[i]);
      outcome_clear (&outcomes[i]);
    }
  wait_connected (puppet, 1);
  puppet_set_echo (puppet, TRUE);
  call_number (client, 5, in_ms (LONG_MS), FALSE, &outcomes[0]);
  wait_told (&outcomes[0]);
  assert_number (&outcomes[0], 5);
  outcome_clear (&outcomes[0]);
  g_assert_cmpuint (puppet_n_accepted (puppet), ==, 4);
}

/* Those that wait when the address is left out get their connection when its pause is over, without anything else that
 * happens. */
static void
test_waits_out_a_pause (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;
  g_auto (Outcome) slow = { 0 }, breaks = { 0 }, waits = { 0 };

  limits.single_connections = 2;
  client = new_plain_client (puppet, &limits);
  call_number (client, 1, in_ms (LONG_MS), FALSE, &slow);
  wait_kept (puppet, 1);
  puppet_set_closing (puppet, 1);
  call_number (client, 2, in_ms (LONG_MS), FALSE, &breaks);
  wait_told (&breaks);
  g_assert_error (breaks.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  puppet_set_echo (puppet, TRUE);
  call_number (client, 3, in_ms (LONG_MS), FALSE, &waits);
  wait_told (&waits);
  assert_number (&waits, 3);
  g_assert_cmpuint (slow.told, ==, 0);
  puppet_answer (puppet, 0);
  wait_told (&slow);
}

static gint32
remaining_ms (const Puppet *puppet, guint index)
{
  gsize length;
  const guint8 *arguments = puppet_arguments (puppet, index, &length);
  TwContextField field;

  tw_context_field_read (TW_PROTOCOL_BINARY, arguments, length, &field);
  g_assert_true (field.has_remaining);
  return field.remaining_ms;
}

/* A service that is asked late is told how little time is left. */
static void
test_waiting_call_tells_what_is_left (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;
  g_auto (Outcome) first = { 0 }, second = { 0 };

  limits.single_connections = 1;
  client = new_client_of_peer (puppet_port (puppet), 0, "127.0.0.1", TW_PEER_TAKES_CONTEXT, &limits);
  call_number (client, 1, in_ms (LONG_MS), FALSE, &first);
  call_number (client, 2, in_ms (LONG_MS), FALSE, &second);
  wait_kept (puppet, 1);
  g_usleep (50 * 1000);
  puppet_answer (puppet, 0);
  wait_told (&first);
  wait_kept (puppet, 2);
  g_assert_cmpint (remaining_ms (puppet, 0), <=, LONG_MS);
  g_assert_cmpint (remaining_ms (puppet, 1), >, 0);
  g_assert_cmpint (remaining_ms (puppet, 1), <=, LONG_MS - 50);
  puppet_answer (puppet, 1);
  wait_told (&second);
}

static void
test_names_are_resolved_for_many (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  const TwAddress address = { (char[]){ "localhost" }, puppet_port (puppet) };
  const TwAddress *const addresses[] = { &address };
  g_autoptr (TwClient) client = tw_client_new (addresses, 1, TW_PEER_PLAIN, &LIMITS);
  Outcome outcomes[N] = { 0 };

  puppet_set_echo (puppet, TRUE);
  for (gint32 i = 0; i < N; i++)
    call_number (client, i, in_ms (LONG_MS), FALSE, &outcomes[i]);
  for (gint32 i = 0; i < N; i++)
    {
      wait_told (&outcomes[i]);
      assert_number (&outcomes[i], i);
      outcome_clear (&outcomes[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/plain-peer/a-slow-call-holds-up-none", test_slow_call_holds_up_none);
  g_test_add_func ("/client/plain-peer/slow-calls-open-no-circuit", test_slow_calls_open_no_circuit);
  g_test_add_func ("/client/plain-peer/connections-are-bounded-and-calls-wait", test_connections_are_bounded);
  g_test_add_func ("/client/plain-peer/a-call-given-up-ends-its-connection", test_given_up_call_ends_its_connection);
  g_test_add_func ("/client/plain-peer/a-call-that-waits-is-over-unsent", test_waiting_call_is_over_unsent);
  g_test_add_func ("/client/plain-peer/idle-connections-are-closed", test_idle_connections_are_closed);
  g_test_add_func ("/client/plain-peer/waits-out-an-address-pause", test_waits_out_a_pause);
  g_test_add_func ("/client/plain-peer/a-call-that-waits-tells-what-time-is-left", test_waiting_call_tells_what_is_left);
  g_test_add_func ("/client/plain-peer/names-are-resolved-for-many", test_names_are_resolved_for_many);
  return g_test_run ();
}
