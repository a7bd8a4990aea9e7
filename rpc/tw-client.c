/* SPDX-License-Identifier: Apache-2.0 */

/* Takes calls, finds each a connection, and keeps what is in flight within bounds; what comes back is the source's (see
 * tw-client-source.h).
 *
 * Names are resolved by a thread (see tw-resolver.h), anew for each connection, since a service may move.
 */

#include "tw-client.h"

#include "tw-client-private.h"
#include "tw-client-source.h"
#include "tw-context-field.h"
#include "tw-source.h"
#include "tw-writer.h"

#include <string.h>

const TwClientLimits TW_CLIENT_DEFAULT_LIMITS = {
  .connections = 4,
  .max_on_connection = 256,
  .single_connections = 32,
  .idle_timeout_ms = 10 * 1000,
  .max_in_flight = 4096,
  .connect_timeout_ms = 1000,
  .retry_min_ms = 50,
  .retry_max_ms = 2000,
  .breaker_failures = 10,
  .reply_limits = { .max_message = 64 * 1024 * 1024, .max_depth = 16 },
};

/* Sending */

void
tw_client_count_failures (TwClient *client)
{
  for (guint kind = 0; kind < TW_N_CALL_KINDS; kind++)
    for (guint n = tw_client_endpoints_take_failures (client->endpoints, kind); n > 0; n--)
      tw_breaker_failed (&client->breakers[kind]);
}

/* What is left of a call's time when it is sent is less than what was left when it was made. */
static void
tell_remaining (TwClientCall *call, gint64 now_ms)
{
  if (call->remaining_at != 0)
    tw_context_field_set_remaining (call->message.data + call->remaining_at, call->deadline_ms, now_ms);
}

/* Puts a call on a connection, or among those that wait for one; without hope for one it is over. */
static void
place_call (TwClient *client, TwClientCall *call, gint64 now_ms)
{
  GQueue *waiting = &client->calls.of_kind[call->kind].waiting;
  TwClientConnection *connection
      = tw_client_endpoints_pick (client->endpoints, call->kind, &client->turns[call->kind],
                                  MAX (1, waiting->length), now_ms, call->insists);

  /* Once: a service that refuses at once would be tried without a pause until the call's time is over. */
  call->insists = FALSE;
  if (connection != NULL)
    {
      tell_remaining (call, now_ms);
      call->connection = connection;
      call->start = tw_client_connection_queue (connection, call->message.data, call->message.len);
      connection->idle_since_ms = 0;
      tw_client_call_move (call, &connection->calls);
    }
  else if (tw_client_endpoints_have_any (client->endpoints, call->kind))
    {
      if (call->queue != waiting)
        tw_client_call_move (call, waiting);
    }
  else
    {
      tw_client_count_failures (client);
      if (call->is_probe) /* and nothing failed meanwhile: another one may follow */
        tw_breaker_abandoned (&client->breakers[call->kind]);
      tw_client_call_refuse (&client->calls, call, TW_ERROR_UNAVAILABLE, "The service can't be reached");
    }
}

static void
place_waiting_of (TwClient *client, GQueue *waiting, gint64 now_ms)
{
  for (guint n = waiting->length; n > 0; n--)
    {
      TwClientCall *call = g_queue_peek_head (waiting);

      place_call (client, call, now_ms);
      if (call->queue == waiting)
        return;
    }
}

void
tw_client_place_waiting (TwClient *client, gint64 now_ms)
{
  for (guint kind = 0; kind < TW_N_CALL_KINDS; kind++)
    place_waiting_of (client, &client->calls.of_kind[kind].waiting, now_ms);
}

/* Those that wait already come first. */
static void
place_new (TwClient *client, TwClientCall *call, gint64 now_ms)
{
  GQueue *waiting = &client->calls.of_kind[call->kind].waiting;

  if (waiting->length == 0)
    {
      place_call (client, call, now_ms);
      return;
    }
  tw_client_call_move (call, waiting);
  place_waiting_of (client, waiting, now_ms);
}

void
tw_client_give_up (TwClient *client, const TwClientCall *call)
{
  if ((client->peer & TW_PEER_SIDE_BY_SIDE) != 0 || call->connection == NULL)
    return;
  call->connection->spent = TRUE;
  client->changed = TRUE;
}

TwPeer
tw_peer_of (const TwService *service)
{
  return (service->side_by_side ? TW_PEER_SIDE_BY_SIDE : TW_PEER_PLAIN)
         | (service->takes_context ? TW_PEER_TAKES_CONTEXT : TW_PEER_PLAIN);
}

static void
write_message (const TwClient *client, TwClientCall *call, const TwClientRequest *request, gint64 now_ms)
{
  TwWriter writer;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &call->message);
  tw_writer_message_begin (&writer, TRUE, TW_MESSAGE_CALL, request->method, strlen (request->method),
                           (gint32) (guint32) call->handle);
  if ((client->peer & TW_PEER_TAKES_CONTEXT) != 0)
    {
      tw_writer_struct_begin (&writer);
      call->remaining_at = tw_context_field_write (&writer, &request->context, now_ms);
    }
  tw_buffer_append (&call->message, request->arguments, request->length);
  tw_writer_message_end (&writer);
}

/* Whether the call may go on its way; if not it is over. */
static gboolean
admit (TwClient *client, TwClientCall *call, gint64 now_ms)
{
  TwBreakerAnswer answer;

  if (call->deadline_ms <= now_ms)
    {
      tw_client_call_refuse (&client->calls, call, TW_ERROR_TIMEOUT, "The service did not answer in time");
      return FALSE;
    }
  if (client->calls.of_kind[call->kind].n > client->limits.max_in_flight)
    {
      tw_client_call_refuse (&client->calls, call, TW_ERROR_UNAVAILABLE, "Too many calls wait for the service");
      return FALSE;
    }
  answer = tw_breaker_ask (&client->breakers[call->kind]);
  if (answer == TW_BREAKER_REFUSES)
    {
      tw_client_call_refuse (&client->calls, call, TW_ERROR_UNAVAILABLE, "The service failed too often, for now");
      return FALSE;
    }
  call->is_probe = call->insists = answer == TW_BREAKER_LETS_PROBE;
  return TRUE;
}

guint64
tw_client_call (TwClient *client, const TwClientRequest *request, TwClientFunc func, gpointer user_data)
{
  const gint64 now_ms = tw_client_clock_ms ();
  TwClientCall *call = tw_client_calls_add (&client->calls, tw_call_kind (request->safe), func, user_data,
                                            request->context.deadline_ms);

  call->retry_safe = call->retry_safe || request->repeatable;
  if (admit (client, call, now_ms))
    {
      write_message (client, call, request, now_ms);
      tw_client_call_start_deadline (&client->calls, call);
      place_new (client, call, now_ms);
    }
  return call->handle;
}

void
tw_client_cancel (TwClient *client, guint64 handle)
{
  TwClientCall *call = tw_client_calls_find (&client->calls, handle);

  if (call == NULL || call->handle != handle)
    return;
  if (call->is_probe && call->queue != &client->calls.over)
    tw_breaker_abandoned (&client->breakers[call->kind]);
  tw_client_give_up (client, call);
  tw_client_call_free (tw_client_call_take (&client->calls, call));
}

guint
tw_client_in_flight (const TwClient *client)
{
  return g_hash_table_size (client->calls.by_sequence);
}

static void
changed (gpointer user_data)
{
  TwClient *client = user_data;

  client->changed = TRUE;
}

TwClient *
tw_client_new (const TwAddress *const *addresses, guint n, TwPeer peer, const TwClientLimits *limits)
{
  TwClient *client = g_new0 (TwClient, 1);

  client->peer = peer;
  client->limits = *limits;
  for (guint kind = 0; kind < TW_N_CALL_KINDS; kind++)
    tw_breaker_init (&client->breakers[kind], tw_clock_system (), limits->breaker_failures, limits->retry_min_ms,
                     limits->retry_max_ms);
  tw_client_calls_init (&client->calls);
  client->source = tw_client_source_new (client);
  client->endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_client_endpoint_free);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GArray) literal = tw_resolver_literal (addresses[i]);

      if (literal == NULL && client->resolver == NULL)
        client->resolver = tw_resolver_new (n);
      g_ptr_array_add (client->endpoints,
                       tw_client_endpoint_new (addresses[i], g_steal_pointer (&literal), peer, &client->limits,
                                               client->source, client->resolver, changed, client));
    }
  tw_source_attach (client->source, g_main_context_get_thread_default ());
  return client;
}

void
tw_client_set_batch_func (TwClient *client, TwClientBatchFunc func, gpointer user_data)
{
  client->batch_func = func;
  client->batch_data = user_data;
}

void
tw_client_free (TwClient *client)
{
  while (g_hash_table_size (client->calls.by_sequence) > 0)
    {
      GHashTableIter iter;
      gpointer call;

      g_hash_table_iter_init (&iter, client->calls.by_sequence);
      while (g_hash_table_iter_next (&iter, NULL, &call))
        tw_client_call_refuse (&client->calls, call, TW_ERROR_UNAVAILABLE, "The client ends");
      tw_client_tell_those_that_are_over (client);
    }
  g_clear_pointer (&client->resolver, tw_resolver_free);
  g_ptr_array_unref (client->endpoints);
  g_source_destroy (client->source);
  g_source_unref (client->source);
  tw_client_calls_clear (&client->calls);
  g_free (client);
}
