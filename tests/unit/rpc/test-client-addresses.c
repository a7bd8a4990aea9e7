/* SPDX-License-Identifier: Apache-2.0 */

/* Where a client's services are: refused and silent addresses, several of them, names, and what the breaker does. */

#include "client-fixture.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

static void
test_refused_connection (void)
{
  g_autoptr (Puppet) away = new_puppet_away ();
  g_autoptr (TwClient) client = new_client (away);

  for (guint i = 0; i < 5; i++)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, 1, in_ms (LONG_MS), TRUE, &outcome);
      g_assert_cmpuint (outcome.told, ==, 0);
      wait_told (&outcome);
      g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
    }
}

/* A listener whose queue is full does not answer at all. */
static void
test_connect_timeout (void)
{
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t length = sizeof name;
  const int listener = socket (AF_INET, SOCK_STREAM, 0);
  TwClientLimits limits = LIMITS;
  g_autoptr (TwClient) client = NULL;
  g_auto (Outcome) outcome = { 0 };
  int fillers[4];

  g_assert_cmpint (bind (listener, (struct sockaddr *) &name, sizeof name), ==, 0);
  g_assert_cmpint (listen (listener, 0), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &name, &length), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    {
      fillers[i] = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      connect (fillers[i], (struct sockaddr *) &name, sizeof name);
    }

  limits.connect_timeout_ms = 30;
  client = new_client_of (ntohs (name.sin_port), 0, "127.0.0.1", &limits);
  call_number (client, 1, in_ms (LONG_MS), FALSE, &outcome);
  wait_told (&outcome);
  g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);

  for (guint i = 0; i < G_N_ELEMENTS (fillers); i++)
    close (fillers[i]);
  close (listener);
}

static void
test_restarted_service (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };

  warm_up (client, puppet, TRUE);
  puppet_set_away (puppet, TRUE);
  call_number (client, 1, in_ms (LONG_MS), TRUE, &outcome);
  wait_told (&outcome);
  g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);

  puppet_set_away (puppet, FALSE);
  call_until_answered (client, TW_ERROR_UNAVAILABLE);
}

static void
test_breaker (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;
  guint timeouts = 0;

  limits.breaker_failures = 3;
  limits.retry_min_ms = limits.retry_max_ms = LONG_MS;
  client = new_client_of (puppet_port (puppet), 0, "127.0.0.1", &limits);
  warm_up (client, puppet, FALSE);
  puppet_set_echo (puppet, FALSE);

  for (guint refused = 0; refused < 3;)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, 1, in_ms (10), FALSE, &outcome);
      wait_told (&outcome);
      if (g_error_matches (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE))
        refused++;
      else
        {
          g_assert_error (outcome.error, TW_ERROR, TW_ERROR_TIMEOUT);
          g_assert_cmpuint (refused, ==, 0);
          timeouts++;
        }
    }
  g_assert_cmpuint (timeouts, >=, limits.breaker_failures);
}

static void
test_breaker_recovers (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = new_puppet_away ();
  g_autoptr (TwClient) client = NULL;

  limits.breaker_failures = 1;
  client = new_client_of (puppet_port (puppet), 0, "127.0.0.1", &limits);
  for (guint i = 0; i < 3; i++)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, 1, in_ms (LONG_MS), FALSE, &outcome);
      wait_told (&outcome);
      g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
    }

  puppet_set_away (puppet, FALSE);
  puppet_set_echo (puppet, TRUE);
  call_until_answered (client, TW_ERROR_UNAVAILABLE);
  call_until_answered (client, TW_ERROR_INTERNAL);
}

/* What the breaker lets through is told as soon as it has failed, as what came before the breaker opened was. */
static void
assert_probes_are_told (const char *host, guint16 port, guint16 other_port)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (TwClient) client = NULL;

  limits.breaker_failures = 1;
  limits.retry_min_ms = limits.retry_max_ms = 1;
  client = new_client_of (port, other_port, host, &limits);
  for (guint tried = 0; tried < 10;)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, 1, in_ms (LONG_MS), FALSE, &outcome);
      wait_told (&outcome);
      g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
      tried += strstr (outcome.error->message, "can't be reached") != NULL;
    }
}

static void
test_probes_are_told (void)
{
  g_autoptr (Puppet) away = new_puppet_away (), other = new_puppet_away ();

  assert_probes_are_told ("127.0.0.1", puppet_port (away), 0);
  assert_probes_are_told ("127.0.0.1", puppet_port (away), puppet_port (other));
  assert_probes_are_told ("localhost", puppet_port (away), 0);
}

static void
test_two_addresses_one_dead (void)
{
  g_autoptr (Puppet) away = new_puppet_away (), puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client_of (puppet_port (away), puppet_port (puppet), "127.0.0.1", &LIMITS);

  puppet_set_echo (puppet, TRUE);
  for (gint32 i = 0; i < 200; i++)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, i, in_ms (LONG_MS), FALSE, &outcome);
      wait_told (&outcome);
      assert_number (&outcome, i);
    }
}

/* One that takes every call and answers none costs a few calls their time, and one more now and then. */
static void
test_two_addresses_one_silent (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) silent = puppet_new (), puppet = puppet_new ();
  g_autoptr (TwClient) client = NULL;

  limits.retry_max_ms = LONG_MS;
  client = new_client_of (puppet_port (silent), puppet_port (puppet), "127.0.0.1", &limits);
  puppet_set_echo (puppet, TRUE);
  while (puppet_n_kept (silent) < 3)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, 1, in_ms (20), FALSE, &outcome);
      wait_told (&outcome);
    }

  for (gint32 i = 0; i < 50; i++)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, i, in_ms (LONG_MS), FALSE, &outcome);
      wait_told (&outcome);
      assert_number (&outcome, i);
    }
}

/* It is asked again, and once it answers it has its share again. */
static void
test_silent_address_comes_back (void)
{
  g_autoptr (Puppet) silent = puppet_new (), puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client_of (puppet_port (silent), puppet_port (puppet), "127.0.0.1", &LIMITS);
  guint timeouts = 0;

  puppet_set_echo (puppet, TRUE);
  while (timeouts < 5)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, 1, in_ms (20), FALSE, &outcome);
      wait_told (&outcome);
      timeouts += outcome.error != NULL;
    }

  puppet_set_echo (silent, TRUE);
  for (guint before = puppet_n_calls (silent); puppet_n_calls (silent) < before + 20;)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, 2, in_ms (LONG_MS), FALSE, &outcome);
      wait_told (&outcome);
      assert_number (&outcome, 2);
    }
}

static void
test_two_addresses_in_turn (void)
{
  g_autoptr (Puppet) one = puppet_new (), other = puppet_new ();
  g_autoptr (TwClient) client = new_client_of (puppet_port (one), puppet_port (other), "127.0.0.1", &LIMITS);

  puppet_set_echo (one, TRUE);
  puppet_set_echo (other, TRUE);
  while (puppet_n_calls (one) < 10 || puppet_n_calls (other) < 10)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, 1, in_ms (LONG_MS), FALSE, &outcome);
      wait_told (&outcome);
      assert_number (&outcome, 1);
    }

  /* One goes away: the other one does it all. */
  puppet_set_away (one, TRUE);
  for (gint32 i = 0; i < 50; i++)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, i, in_ms (LONG_MS), TRUE, &outcome);
      wait_told (&outcome);
      assert_number (&outcome, i);
    }
}

static void
test_name_is_resolved (void)
{
  g_autoptr (Puppet) puppet = puppet_new ();
  g_autoptr (TwClient) client = new_client_of (puppet_port (puppet), 0, "localhost", &LIMITS);

  puppet_set_echo (puppet, TRUE);
  call_until_answered (client, TW_ERROR_INTERNAL);
}

static void
test_name_that_is_none (void)
{
  g_autoptr (TwClient) client = new_client_of (1, 0, "no such host", &LIMITS);
  g_auto (Outcome) outcome = { 0 };

  call_number (client, 1, in_ms (LONG_MS), FALSE, &outcome);
  wait_told (&outcome);
  g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
}

static void
test_free_while_resolving (void)
{
  TwClient *client = new_client_of (1, 0, "localhost", &LIMITS);
  g_auto (Outcome) outcome = { 0 };

  call_number (client, 1, in_ms (LONG_MS), FALSE, &outcome);
  tw_client_free (client);
  g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/refused-connection-is-unavailable", test_refused_connection);
  g_test_add_func ("/client/connect-timeout-is-unavailable", test_connect_timeout);
  g_test_add_func ("/client/restarted-service-is-found-again", test_restarted_service);
  g_test_add_func ("/client/breaker-opens-after-timeouts", test_breaker);
  g_test_add_func ("/client/breaker-recovers", test_breaker_recovers);
  g_test_add_func ("/client/probes-of-a-service-that-is-away-are-told", test_probes_are_told);
  g_test_add_func ("/client/two-addresses-one-dead", test_two_addresses_one_dead);
  g_test_add_func ("/client/two-addresses-one-silent", test_two_addresses_one_silent);
  g_test_add_func ("/client/silent-address-comes-back", test_silent_address_comes_back);
  g_test_add_func ("/client/two-addresses-in-turn", test_two_addresses_in_turn);
  g_test_add_func ("/client/name-is-resolved", test_name_is_resolved);
  g_test_add_func ("/client/name-that-is-none-is-unavailable", test_name_that_is_none);
  g_test_add_func ("/client/free-while-resolving", test_free_while_resolving);
  return g_test_run ();
}
