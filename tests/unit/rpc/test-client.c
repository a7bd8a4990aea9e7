/* SPDX-License-Identifier: Apache-2.0 */

#include "puppet.h"
#include "tw-client.h"
#include "tw-clock.h"
#include "tw-error.h"
#include "tw-reader.h"
#include "tw-writer.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

/* Long enough for whatever a loaded machine does; no test waits for it. */
#define LONG_MS 60000

static const TwClientLimits LIMITS = {
  .connections = 2,
  .max_in_flight = 1000,
  .connect_timeout_ms = LONG_MS,
  .retry_min_ms = 10,
  .retry_max_ms = 40,
  .breaker_failures = 1000,
  .reply_limits = { .max_message = 16 * 1024 * 1024, .max_depth = 16 },
};

/* How a call ended. */
typedef struct
{
  guint told;
  GError *error;
  TwMessageType type;
  GBytes *body;
} Outcome;

static void
outcome_clear (Outcome *outcome)
{
  g_clear_error (&outcome->error);
  g_clear_pointer (&outcome->body, g_bytes_unref);
  *outcome = (Outcome) { 0 };
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outcome, outcome_clear)

static void
note (const TwClientReply *reply, gpointer user_data)
{
  Outcome *outcome = user_data;

  outcome->told++;
  if (reply->error != NULL)
    {
      outcome->error = g_error_copy (reply->error);
      return;
    }
  outcome->type = reply->type;
  g_assert_cmpint (reply->protocol, ==, TW_PROTOCOL_BINARY);
  outcome->body = g_bytes_new (reply->body, reply->length);
}

static gint64
in_ms (gint64 ms)
{
  return tw_clock_monotonic_ms (tw_clock_system ()) + ms;
}

/* A struct with @number in field 1. */
static guint64
call_number (TwClient *client, gint32 number, gint64 deadline_ms, gboolean safe, Outcome *outcome)
{
  g_auto (TwBuffer) arguments = TW_BUFFER_INIT;
  TwWriter writer;
  guint64 handle;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &arguments);
  tw_writer_struct_begin (&writer);
  tw_writer_field (&writer, TW_WIRE_I32, 1);
  tw_writer_i32 (&writer, number);
  tw_writer_struct_end (&writer);
  handle = tw_client_call (client, "method", arguments.data, arguments.len, deadline_ms, safe, note, outcome);
  g_assert_cmpuint (handle, !=, 0);
  return handle;
}

static void
wait_told (const Outcome *outcome)
{
  while (outcome->told == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (outcome->told, ==, 1);
}

static void
wait_kept (const Puppet *puppet, guint n)
{
  while (puppet_n_kept (puppet) < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_number (const Outcome *outcome, gint32 number)
{
  gsize length;
  const guint8 *body;
  TwReader reader;
  TwWireType type;
  gint16 id;

  g_assert_no_error (outcome->error);
  g_assert_cmpuint (outcome->told, ==, 1);
  g_assert_cmpint (outcome->type, ==, TW_MESSAGE_REPLY);
  body = g_bytes_get_data (outcome->body, &length);
  tw_reader_init (&reader, TW_PROTOCOL_BINARY, body, length);
  tw_reader_struct_begin (&reader);
  g_assert_true (tw_reader_field (&reader, &type, &id));
  g_assert_cmpint (tw_reader_i32 (&reader), ==, number);
}

static TwClient *
new_client_of (guint16 port, guint16 other_port, const char *host, const TwClientLimits *limits)
{
  g_autofree char *copy = g_strdup (host);
  const TwAddress first = { copy, port }, second = { copy, other_port };
  const TwAddress *const addresses[] = { &first, &second };

  return tw_client_new (addresses, other_port == 0 ? 1 : 2, limits);
}

static TwClient *
new_client (const Puppet *puppet)
{
  return new_client_of (puppet_port (puppet), 0, "127.0.0.1", &LIMITS);
}

/* A port on which nobody listens. */
static guint16
dead_port (void)
{
  g_autoptr (Puppet) puppet = puppet_new (0);

  return puppet_port (puppet);
}

static void
test_answers_out_of_order (void)
{
  g_autoptr (Puppet) puppet = puppet_new (0);
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
  g_autoptr (Puppet) puppet = puppet_new (0);
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
  g_autoptr (Puppet) puppet = puppet_new (0);
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
  g_autoptr (Puppet) puppet = puppet_new (0);
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
  g_autoptr (Puppet) puppet = puppet_new (0);
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };

  call_number (client, 1, in_ms (-1), FALSE, &outcome);
  g_assert_cmpuint (outcome.told, ==, 0);
  wait_told (&outcome);
  g_assert_error (outcome.error, TW_ERROR, TW_ERROR_TIMEOUT);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 0);
}

static void
test_refused_connection (void)
{
  g_autoptr (TwClient) client = new_client_of (dead_port (), 0, "127.0.0.1", &LIMITS);

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
test_closed_in_a_call (void)
{
  g_autoptr (Puppet) puppet = puppet_new (0);
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };

  puppet_set_closing (puppet, 1);
  puppet_set_echo (puppet, TRUE);
  call_number (client, 1, in_ms (LONG_MS), FALSE, &outcome);
  wait_told (&outcome);
  g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 1);
}

/* Has the client's connection answer once, so that the service counts as well. */
static void
warm_up (TwClient *client, Puppet *puppet)
{
  g_auto (Outcome) outcome = { 0 };

  puppet_set_echo (puppet, TRUE);
  call_number (client, 0, in_ms (LONG_MS), FALSE, &outcome);
  wait_told (&outcome);
  assert_number (&outcome, 0);
}

static void
test_safe_call_is_sent_again (void)
{
  g_autoptr (Puppet) puppet = puppet_new (0);
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };

  warm_up (client, puppet);
  puppet_set_closing (puppet, 1);
  call_number (client, 7, in_ms (LONG_MS), TRUE, &outcome);
  wait_told (&outcome);
  assert_number (&outcome, 7);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 3);
  g_assert_cmpuint (puppet_n_accepted (puppet), ==, 2);
}

static void
test_safe_call_is_sent_again_once (void)
{
  g_autoptr (Puppet) puppet = puppet_new (0);
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };

  warm_up (client, puppet);
  puppet_set_closing (puppet, 5);
  call_number (client, 7, in_ms (LONG_MS), TRUE, &outcome);
  wait_told (&outcome);
  g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 3);
}

/* The connection was closed before anything was sent: that harms no call. */
static void
test_unsent_call_is_sent_elsewhere (void)
{
  g_autoptr (Puppet) puppet = puppet_new (0);
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };

  warm_up (client, puppet);
  puppet_hang_up (puppet);
  call_number (client, 7, in_ms (LONG_MS), FALSE, &outcome);
  wait_told (&outcome);
  assert_number (&outcome, 7);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 2);
}

static void
assert_answer_is_refused (const guint8 *bytes, gsize length)
{
  g_autoptr (Puppet) puppet = puppet_new (0);
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) first = { 0 }, second = { 0 };

  call_number (client, 1, in_ms (LONG_MS), TRUE, &first);
  call_number (client, 2, in_ms (LONG_MS), FALSE, &second);
  wait_kept (puppet, 2);
  puppet_send (puppet, 0, bytes, length);
  wait_told (&first);
  wait_told (&second);
  g_assert_error (first.error, TW_ERROR, TW_ERROR_INTERNAL);
  g_assert_error (second.error, TW_ERROR, TW_ERROR_INTERNAL);
  g_assert_cmpuint (puppet_n_calls (puppet), ==, 2);
}

static void
test_garbage_answer (void)
{
  assert_answer_is_refused ((const guint8 *) "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
  assert_answer_is_refused ((const guint8 *) "\0\0\0\0", 4);
}

/* Well-formed, and yet no reply to a framed binary call. */
static void
test_answer_in_another_encoding (void)
{
  static const struct
  {
    TwEncoding encoding;
    TwMessageType type;
  } cases[] = {
    { { TW_PROTOCOL_BINARY, FALSE }, TW_MESSAGE_REPLY },
    { { TW_PROTOCOL_COMPACT, TRUE }, TW_MESSAGE_REPLY },
    { { TW_PROTOCOL_BINARY, TRUE }, TW_MESSAGE_CALL },
    { { TW_PROTOCOL_BINARY, TRUE }, TW_MESSAGE_ONEWAY },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      TwWriter writer;

      tw_writer_init (&writer, cases[i].encoding.protocol, &bytes);
      tw_writer_message_begin (&writer, cases[i].encoding.framed, cases[i].type, "method", 6, 1);
      tw_writer_struct_begin (&writer);
      tw_writer_struct_end (&writer);
      tw_writer_message_end (&writer);
      assert_answer_is_refused (bytes.data, bytes.len);
    }
}

static void
test_application_exception (void)
{
  g_autoptr (Puppet) puppet = puppet_new (0);
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) outcome = { 0 };
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  g_autofree char *message = NULL;
  TwApplicationError code;
  const guint8 *body;
  gsize length;

  call_number (client, 1, in_ms (LONG_MS), FALSE, &outcome);
  wait_kept (puppet, 1);
  tw_writer_application_exception (&bytes, &(TwEncoding) { TW_PROTOCOL_BINARY, TRUE }, "method", 6,
                                   puppet_sequence_id (puppet, 0), TW_APPLICATION_UNKNOWN_METHOD, "No such thing");
  puppet_send (puppet, 0, bytes.data, bytes.len);
  wait_told (&outcome);
  g_assert_cmpint (outcome.type, ==, TW_MESSAGE_EXCEPTION);
  body = g_bytes_get_data (outcome.body, &length);
  tw_application_exception_read (TW_PROTOCOL_BINARY, body, length, &code, &message);
  g_assert_cmpint (code, ==, TW_APPLICATION_UNKNOWN_METHOD);
  g_assert_cmpstr (message, ==, "No such thing");
}

static void
test_odd_application_exception (void)
{
  const guint8 odd[] = { 11, 0, 1, 0, 0, 0, 1, 0xff, 3, 0, 9, 1, 8, 0, 2, 0, 0, 0, 99, 0 };
  g_autofree char *message = NULL, *none = NULL;
  TwApplicationError code;

  tw_application_exception_read (TW_PROTOCOL_BINARY, odd, sizeof odd, &code, &message);
  g_assert_cmpint (code, ==, TW_APPLICATION_UNKNOWN);
  g_assert_cmpstr (message, ==, "\xef\xbf\xbd");

  tw_application_exception_read (TW_PROTOCOL_COMPACT, (const guint8 *) "", 1, &code, &none);
  g_assert_cmpint (code, ==, TW_APPLICATION_UNKNOWN);
  g_assert_cmpstr (none, ==, "");
}

/* Calls until one is answered; all that fail before must be of @code. */
static void
call_until_answered (TwClient *client, TwErrorCode code)
{
  for (;;)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, 5, in_ms (LONG_MS), FALSE, &outcome);
      wait_told (&outcome);
      if (outcome.error == NULL)
        {
          assert_number (&outcome, 5);
          return;
        }
      g_assert_error (outcome.error, TW_ERROR, (gint) code);
    }
}

static void
test_restarted_service (void)
{
  g_autoptr (Puppet) first = puppet_new (0), second = NULL;
  g_autoptr (TwClient) client = new_client (first);
  g_auto (Outcome) outcome = { 0 };
  const guint16 port = puppet_port (first);

  warm_up (client, first);
  g_clear_pointer (&first, puppet_free);
  call_number (client, 1, in_ms (LONG_MS), TRUE, &outcome);
  wait_told (&outcome);
  g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);

  second = puppet_new (port);
  puppet_set_echo (second, TRUE);
  call_until_answered (client, TW_ERROR_UNAVAILABLE);
}

static void
test_breaker (void)
{
  TwClientLimits limits = LIMITS;
  g_autoptr (Puppet) puppet = puppet_new (0);
  g_autoptr (TwClient) client = NULL;
  guint timeouts = 0;

  limits.breaker_failures = 3;
  limits.retry_min_ms = limits.retry_max_ms = LONG_MS;
  client = new_client_of (puppet_port (puppet), 0, "127.0.0.1", &limits);
  warm_up (client, puppet);
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
  g_autoptr (Puppet) puppet = NULL;
  g_autoptr (TwClient) client = NULL;
  const guint16 port = dead_port ();

  limits.breaker_failures = 1;
  client = new_client_of (port, 0, "127.0.0.1", &limits);
  for (guint i = 0; i < 3; i++)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, 1, in_ms (LONG_MS), FALSE, &outcome);
      wait_told (&outcome);
      g_assert_error (outcome.error, TW_ERROR, TW_ERROR_UNAVAILABLE);
    }

  puppet = puppet_new (port);
  puppet_set_echo (puppet, TRUE);
  call_until_answered (client, TW_ERROR_UNAVAILABLE);
  call_until_answered (client, TW_ERROR_INTERNAL);
}

static void
test_two_addresses_one_dead (void)
{
  g_autoptr (Puppet) puppet = puppet_new (0);
  g_autoptr (TwClient) client = new_client_of (dead_port (), puppet_port (puppet), "127.0.0.1", &LIMITS);

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
  g_autoptr (Puppet) silent = puppet_new (0), puppet = puppet_new (0);
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
  g_autoptr (Puppet) silent = puppet_new (0), puppet = puppet_new (0);
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
  g_autoptr (Puppet) one = puppet_new (0), other = puppet_new (0);
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
  puppet_free (g_steal_pointer (&one));
  for (gint32 i = 0; i < 50; i++)
    {
      g_auto (Outcome) outcome = { 0 };

      call_number (client, i, in_ms (LONG_MS), TRUE, &outcome);
      wait_told (&outcome);
      assert_number (&outcome, i);
    }
}

static void
test_cancel (void)
{
  g_autoptr (Puppet) puppet = puppet_new (0);
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
  g_autoptr (Puppet) puppet = puppet_new (0);
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
  g_autoptr (Puppet) puppet = puppet_new (0);
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
test_name_is_resolved (void)
{
  g_autoptr (Puppet) puppet = puppet_new (0);
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
  tw_client_call (client, "method", arguments.data, arguments.len, in_ms (LONG_MS), FALSE, note, outcome);
}

/* More than a socket takes at once, both ways. */
static void
test_large_messages (void)
{
  const gsize length = 8 * 1024 * 1024;
  g_autofree char *string = g_strnfill (length, 'x');
  g_autoptr (Puppet) puppet = puppet_new (0);
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
  g_autoptr (Puppet) puppet = puppet_new (0);
  g_autoptr (TwClient) client = new_client (puppet);
  g_auto (Outcome) victim = { 0 };
  Nested nested = { .client = client };

  tw_client_call (client, "method", (const guint8 *) "", 1, in_ms (LONG_MS), FALSE, call_again, &nested);
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
  g_autoptr (Puppet) puppet = puppet_new (0);
  g_autoptr (TwClient) client = new_client (puppet);
  Outcome outcomes[5] = { 0 };
  guint batches = 0;

  tw_client_set_batch_func (client, count_batch, &batches);
  for (gint32 i = 0; i < 5; i++)
    call_number (client, i, in_ms (LONG_MS), FALSE, &outcomes[i]);
  wait_kept (puppet, 5);
  g_assert_cmpuint (batches, ==, 0);
  for (guint i = 0; i < 5; i++)
    puppet_answer (puppet, i);
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
  g_test_add_func ("/client/refused-connection-is-unavailable", test_refused_connection);
  g_test_add_func ("/client/connect-timeout-is-unavailable", test_connect_timeout);
  g_test_add_func ("/client/closed-in-a-call-is-unavailable", test_closed_in_a_call);
  g_test_add_func ("/client/safe-call-is-sent-again", test_safe_call_is_sent_again);
  g_test_add_func ("/client/safe-call-is-sent-again-only-once", test_safe_call_is_sent_again_once);
  g_test_add_func ("/client/unsent-call-is-sent-elsewhere", test_unsent_call_is_sent_elsewhere);
  g_test_add_func ("/client/garbage-answer-is-internal", test_garbage_answer);
  g_test_add_func ("/client/answer-in-another-encoding-is-internal", test_answer_in_another_encoding);
  g_test_add_func ("/client/application-exception-is-a-reply", test_application_exception);
  g_test_add_func ("/client/odd-application-exception-is-read", test_odd_application_exception);
  g_test_add_func ("/client/restarted-service-is-found-again", test_restarted_service);
  g_test_add_func ("/client/breaker-opens-after-timeouts", test_breaker);
  g_test_add_func ("/client/breaker-recovers", test_breaker_recovers);
  g_test_add_func ("/client/two-addresses-one-dead", test_two_addresses_one_dead);
  g_test_add_func ("/client/two-addresses-one-silent", test_two_addresses_one_silent);
  g_test_add_func ("/client/silent-address-comes-back", test_silent_address_comes_back);
  g_test_add_func ("/client/two-addresses-in-turn", test_two_addresses_in_turn);
  g_test_add_func ("/client/cancelled-call-is-not-told", test_cancel);
  g_test_add_func ("/client/free-tells-calls-in-flight", test_free_with_calls_in_flight);
  g_test_add_func ("/client/calls-in-flight-are-bounded", test_bound_in_flight);
  g_test_add_func ("/client/name-is-resolved", test_name_is_resolved);
  g_test_add_func ("/client/name-that-is-none-is-unavailable", test_name_that_is_none);
  g_test_add_func ("/client/free-while-resolving", test_free_while_resolving);
  g_test_add_func ("/client/large-messages", test_large_messages);
  g_test_add_func ("/client/call-from-a-callback", test_call_from_a_callback);
  g_test_add_func ("/client/batch-function-once-a-turn", test_batch);
  return g_test_run ();
}
