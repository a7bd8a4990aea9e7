/* SPDX-License-Identifier: Apache-2.0 */

/* Calls that write and are stuck, in a disk that stands still, stop no call that reads. */

#include "client-fixture.h"

#define READS TRUE
#define WRITES FALSE

static void
assert_reads_work (TwClient *client, Puppet *puppet)
{
  g_auto (Outcome) outcome = { 0 };

  puppet_set_echo (puppet, TRUE);
  call_number (client, 7, in_ms (LONG_MS), READS, &outcome);
  wait_told (&outcome);
  assert_number (&outcome, 7);
  puppet_set_echo (puppet, FALSE);
}

/* Fills all that there is for calls that write; reads have connections and a bound of their own. */
static void
assert_stuck_writes_stop_no_reads (TwClient *client, Puppet *puppet, const TwClientLimits *limits, guint n_sent)
{
  const guint n = limits->max_in_flight;
  g_autofree Outcome *stuck = g_new0 (Outcome, n);
  g_auto (Outcome) refused = { 0 };

  for (guint i = 0; i < n; i++)
    call_number (client, (gint32) i, in_ms (LONG_MS), WRITES, &stuck[i]);
  wait_kept (puppet, n_sent);
  call_number (client, 1, in_ms (LONG_MS), WRITES, &refused);
  wait_told (&refused);
  g_assert_error (refused.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  assert_reads_work (client, puppet);
  g_assert_cmpuint (puppet_n_kept (puppet), ==, n_sent);

  /* The others follow as these are answered. */
  puppet_set_echo (puppet, TRUE);
  for (guint i = 0; i < n_sent; i++)
    puppet_answer (puppet, i);
  for (guint i = 0; i < n; i++)
    {
      wait_told (&stuck[i]);
      assert_number (&stuck[i], (gint32) i);
      outcome_clear (&stuck[i]);
    }
}

static void
test_side_by_side (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;

  limits.connections = 2;
  limits.max_on_connection = 50;
  limits.max_in_flight = 150;
  client = new_client_of (puppet_port (puppet), 0, "127.0.0.1", &limits);
  assert_stuck_writes_stop_no_reads (client, puppet, &limits, 100);
}

static void
test_plain_peer (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;

  limits.single_connections = 3;
  limits.max_in_flight = 8;
  client = new_plain_client (puppet, &limits);
  assert_stuck_writes_stop_no_reads (client, puppet, &limits, 3);
}

/* Nor does the circuit open for reads, or their address count as silent, because writes are not answered. */
static void
test_circuits (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;

  limits.breaker_failures = 3;
  limits.retry_min_ms = limits.retry_max_ms = LONG_MS;
  client = new_client_of (puppet_port (puppet), 0, "127.0.0.1", &limits);
  assert_reads_work (client, puppet);
  for (guint refused = 0; refused < 7;)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, 1, in_ms (10), WRITES, &outcome);
      wait_told (&outcome);
      refused += g_error_matches (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
      if (refused == 0)
        g_assert_error (outcome.error, TW_ERROR, TW_ERROR_TIMEOUT);
      else
        g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
      assert_reads_work (client, puppet);
    }
}

/* What is over makes room for what comes, although it is not answered. */
static void
test_over_frees_its_place (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;

  limits.connections = 1;
  limits.max_on_connection = 4;
  limits.max_in_flight = 4;
  client = new_client_of (puppet_port (puppet), 0, "127.0.0.1", &limits);
  /* On a connection that is there they are sent even if their time is over by then. */
  warm_up (client, puppet, WRITES);
  puppet_set_echo (puppet, FALSE);
  for (guint round = 1; round <= 5; round++)
    {
      Outcome outcomes[4] = { 0 };

      for (gint32 i = 0; i < 4; i++)
        call_number (client, i, in_ms (20), WRITES, &outcomes[i]);
      wait_kept (puppet, round * 4);
      for (guint i = 0; i < 4; i++)
        {
          wait_told (&outcomes[i]);
          g_assert_error (outcomes[i].error, TW_ERROR, TW_ERROR_TIMEOUT);
          outcome_clear (&outcomes[i]);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/kinds/stuck-writes-stop-no-reads", test_side_by_side);
  g_test_add_func ("/client/kinds/stuck-writes-stop-no-reads-of-a-plain-peer", test_plain_peer);
  g_test_add_func ("/client/kinds/writes-that-time-out-open-no-circuit-of-reads", test_circuits);
  g_test_add_func ("/client/kinds/what-is-over-frees-its-place", test_over_frees_its_place);
  return g_test_run ();
}
