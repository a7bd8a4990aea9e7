/* SPDX-License-Identifier: Apache-2.0 */

#include "client-fixture.h"

#include "tw-clock.h"
#include "tw-reader.h"
#include "tw-writer.h"

const TwClientLimits LIMITS = {
  .connections = 2,
  .max_on_connection = 1000,
  .single_connections = 4,
  .idle_timeout_ms = LONG_MS,
  .max_in_flight = 1000,
  .connect_timeout_ms = LONG_MS,
  .retry_min_ms = 10,
  .retry_max_ms = 40,
  .breaker_failures = 1000,
  .reply_limits = { .max_message = 16 * 1024 * 1024, .max_depth = 16 },
};

void
outcome_clear (Outcome *outcome)
{
  g_clear_error (&outcome->error);
  g_clear_pointer (&outcome->body, g_bytes_unref);
  *outcome = (Outcome) { 0 };
}

void
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

gint64
in_ms (gint64 ms)
{
  return tw_clock_monotonic_ms (tw_clock_system ()) + ms;
}

guint64
call_number_as (TwClient *client, gint32 number, TwClientRequest request, Outcome *outcome)
{
  g_auto (TwBuffer) arguments = TW_BUFFER_INIT;
  TwWriter writer;
  guint64 handle;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &arguments);
  tw_writer_struct_begin (&writer);
  tw_writer_field (&writer, TW_WIRE_I32, 1);
  tw_writer_i32 (&writer, number);
  tw_writer_struct_end (&writer);
  request.method = "method";
  request.arguments = arguments.data;
  request.length = arguments.len;
  handle = tw_client_call (client, &request, note, outcome);
  g_assert_cmpuint (handle, !=, 0);
  return handle;
}

guint64
call_number (TwClient *client, gint32 number, gint64 deadline_ms, gboolean safe, Outcome *outcome)
{
  return call_number_as (client, number, (TwClientRequest) { .safe = safe, .context.deadline_ms = deadline_ms }, outcome);
}

void
wait_told (const Outcome *outcome)
{
  while (outcome->told == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (outcome->told, ==, 1);
}

void
wait_kept (const Puppet *puppet, guint n)
{
  while (puppet_n_kept (puppet) < n)
    g_main_context_iteration (NULL, TRUE);
}

void
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

TwClient *
new_client_of_peer (guint16 port, guint16 other_port, const char *host, TwPeer peer, const TwClientLimits *limits)
{
  g_autofree char *copy = g_strdup (host);
  const TwAddress first = { copy, port }, second = { copy, other_port };
  const TwAddress *const addresses[] = { &first, &second };

  return tw_client_new (addresses, other_port == 0 ? 1 : 2, peer, limits);
}

TwClient *
new_client_of (guint16 port, guint16 other_port, const char *host, const TwClientLimits *limits)
{
  return new_client_of_peer (port, other_port, host, TW_PEER_SIDE_BY_SIDE, limits);
}

TwClient *
new_plain_client (const Puppet *puppet, const TwClientLimits *limits)
{
  return new_client_of_peer (puppet_port (puppet), 0, "127.0.0.1", TW_PEER_PLAIN, limits);
}

TwClient *
new_client (const Puppet *puppet)
{
  return new_client_of (puppet_port (puppet), 0, "127.0.0.1", &LIMITS);
}

Puppet *
new_puppet_away (void)
{
  Puppet *puppet = puppet_new ();

  puppet_set_away (puppet, TRUE);
  return puppet;
}

void
warm_up (TwClient *client, Puppet *puppet, gboolean safe)
{
  g_auto (Outcome) outcome = { 0 };

  puppet_set_echo (puppet, TRUE);
  call_number (client, 0, in_ms (LONG_MS), safe, &outcome);
  wait_told (&outcome);
  assert_number (&outcome, 0);
}

void
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
