/* SPDX-License-Identifier: Apache-2.0 */

/* One GSource is the whole client: it polls all sockets, and its prepare asks for the next deadline, so that a call
 * costs no wake-up of the loop and all calls of a turn are written at the next one. Callers' functions are called by
 * its dispatch alone, never by what a caller calls. */

#include "tw-client-source.h"

#include "tw-client-private.h"

typedef struct
{
  GSource source;
  TwClient *client;
} ClientSource;

/* Answers */

static void
tell (TwClient *client, const TwClientCall *call, const TwClientReply *reply)
{
  client->in_batch = TRUE;
  call->func (reply, call->user_data);
}

void
tw_client_tell_those_that_are_over (TwClient *client)
{
  /* Calls that these functions make, and that are over at once, have their turn later: the loop must go round. */
  for (guint n = client->calls.over.length; n > 0 && client->calls.over.length > 0; n--)
    {
      g_autoptr (TwClientCall) call = tw_client_call_take (&client->calls, g_queue_peek_head (&client->calls.over));

      tell (client, call, &(TwClientReply) { .error = call->error });
    }
}

typedef struct
{
  TwClient *client;
  TwClientEndpoint *endpoint;
  TwClientConnection *connection;
} Reading;

static gboolean
take_reply (const TwMessage *message, gpointer user_data, GError **error)
{
  const Reading *reading = user_data;
  TwClient *client = reading->client;
  const guint64 sequence = (guint32) message->sequence_id;
  TwClientCall *call;

  if ((message->type != TW_MESSAGE_REPLY && message->type != TW_MESSAGE_EXCEPTION) || !message->encoding.framed
      || message->encoding.protocol != TW_PROTOCOL_BINARY)
    {
      g_set_error_literal (error, TW_ERROR, TW_ERROR_INTERNAL,
                           "The service's answer is no reply, or not in the encoding of the call");
      return FALSE;
    }
  tw_breaker_succeeded (&client->breakers[reading->connection->kind]);
  client->made_before_answer[reading->connection->kind] = client->calls.last_handle;
  tw_client_endpoint_answered (reading->endpoint, reading->connection);

  /* The answer to a call that was cancelled or whose time is over finds nothing. */
  call = tw_client_calls_find (&client->calls, sequence);
  if (call != NULL && call->connection == reading->connection)
    {
      g_autoptr (TwClientCall) answered = tw_client_call_take (&client->calls, call);

      tell (client, answered,
            &(TwClientReply) { .type = message->type,
                               .protocol = message->encoding.protocol,
                               .body = message->body,
                               .length = message->body_length });
    }
  return TRUE;
}

/* What goes wrong */

/* Closes a connection. Calls of which no byte was sent, and safe ones once, are sent again elsewhere. */
static void
drop_connection (TwClient *client, TwClientEndpoint *endpoint, TwCallKind kind, guint index, gint64 now_ms,
                 const GError *why)
{
  TwClientConnection *connection = g_ptr_array_index (endpoint->lanes[kind].connections, index);
  const gboolean had_calls = connection->calls.length > 0;

  while (connection->calls.length > 0)
    {
      TwClientCall *call = g_queue_peek_head (&connection->calls);
      const gboolean unsent = call->start >= connection->sent;

      call->connection = NULL;
      if (why->code == TW_ERROR_UNAVAILABLE && (unsent || call->retry_safe))
        {
          call->retry_safe = call->retry_safe && unsent;
          tw_client_call_move (call, &client->calls.of_kind[kind].waiting);
        }
      else
        {
          tw_client_call_end (&client->calls, call, g_error_copy (why));
        }
    }
  tw_client_endpoint_drop (endpoint, kind, index, had_calls, now_ms, why);
  tw_client_count_failures (client);
  client->changed = TRUE;
}

static void
expire (TwClient *client, gint64 now_ms)
{
  while (client->calls.by_deadline.head != NULL)
    {
      TwClientCall *call = client->calls.by_deadline.head->data;

      if (call->deadline_ms > now_ms)
        return;
      /* Where later calls may have been answered it is this one that takes long, and not the service that is away. */
      if (call->handle > client->made_before_answer[call->kind])
        tw_breaker_failed (&client->breakers[call->kind]);
      if (call->connection != NULL)
        tw_client_endpoints_timed_out (client->endpoints, call->connection, now_ms);
      tw_client_give_up (client, call);
      tw_client_call_refuse (&client->calls, call, TW_ERROR_TIMEOUT, "The service did not answer in time");
    }
}

/* The source */

typedef gboolean (*StepFunc) (TwClient *client, TwClientEndpoint *endpoint, TwClientConnection *connection,
                              gint64 now_ms, GError **error);

static void
for_each_of_lane (TwClient *client, TwClientEndpoint *endpoint, TwCallKind kind, gint64 now_ms, StepFunc step)
{
  const GPtrArray *connections = endpoint->lanes[kind].connections;

  for (guint i = connections->len; i > 0; i--)
    {
      g_autoptr (GError) error = NULL;

      if (!step (client, endpoint, g_ptr_array_index (connections, i - 1), now_ms, &error))
        drop_connection (client, endpoint, kind, i - 1, now_ms, error);
    }
}

/* Goes through the connections; @step does one thing for each, and one that fails is dropped. New ones may be added
 * meanwhile, by calls that answered ones lead to. */
static void
for_each_connection (TwClient *client, gint64 now_ms, StepFunc step)
{
  for (guint i = 0; i < client->endpoints->len; i++)
    for (guint kind = 0; kind < TW_N_CALL_KINDS; kind++)
      for_each_of_lane (client, g_ptr_array_index (client->endpoints, i), kind, now_ms, step);
}

static gboolean
step_in (TwClient *client, TwClientEndpoint *endpoint, TwClientConnection *connection, gint64 now_ms, GError **error)
{
  Reading reading = { client, endpoint, connection };

  return tw_client_connection_go_on (connection, now_ms, error)
         && tw_client_connection_read (connection, client->scratch, sizeof client->scratch, take_reply, &reading,
                                       error);
}

static gboolean
step_out (TwClient *client, TwClientEndpoint *endpoint, TwClientConnection *connection, gint64 now_ms, GError **error)
{
  return !tw_client_connection_wants_to_write (connection) || tw_client_connection_write (connection, error);
}

void
tw_client_flush (TwClient *client)
{
  for_each_connection (client, tw_client_clock_ms (), step_out);
}

static void
tidy (TwClient *client, gint64 now_ms)
{
  for (guint i = 0; i < client->endpoints->len; i++)
    tw_client_endpoint_tidy (g_ptr_array_index (client->endpoints, i), now_ms);
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  TwClient *client = ((ClientSource *) source)->client;
  const gint64 now_ms = tw_client_clock_ms ();

  client->changed = FALSE;
  for_each_connection (client, now_ms, step_in);
  tw_client_count_failures (client);
  expire (client, now_ms);
  tidy (client, now_ms);
  tw_client_place_waiting (client, now_ms);
  tw_client_tell_those_that_are_over (client);
  if (client->in_batch && client->batch_func != NULL)
    client->batch_func (client->batch_data);
  client->in_batch = FALSE;
  for_each_connection (client, now_ms, step_out);
  return G_SOURCE_CONTINUE;
}

static gboolean
lane_is_due (const TwClient *client, const TwClientEndpoint *endpoint, TwCallKind kind, gint64 *next_ms)
{
  const GPtrArray *connections = endpoint->lanes[kind].connections;
  const gboolean some_wait = client->calls.of_kind[kind].waiting.length > 0;
  gboolean due = FALSE;

  if (some_wait && endpoint->left_out_until_ms != 0)
    *next_ms = MIN (*next_ms, endpoint->left_out_until_ms);
  for (guint i = 0; i < connections->len; i++)
    {
      const TwClientConnection *connection = g_ptr_array_index (connections, i);

      due = due || tw_client_connection_wants_to_write (connection)
            || (some_wait && tw_client_endpoint_has_room (endpoint, connection));
      if (!connection->open && connection->fd >= 0)
        *next_ms = MIN (*next_ms, connection->connect_until_ms);
    }
  return due;
}

/* When something is due of itself, in @next_ms; TRUE if something is due now. */
static gboolean
is_due (const TwClient *client, gint64 *next_ms)
{
  gboolean due = client->changed || client->calls.over.length > 0;

  *next_ms = G_MAXINT64;
  if (client->calls.by_deadline.head != NULL)
    *next_ms = ((const TwClientCall *) client->calls.by_deadline.head->data)->deadline_ms;
  for (guint i = 0; i < client->endpoints->len; i++)
    {
      const TwClientEndpoint *endpoint = g_ptr_array_index (client->endpoints, i);

      for (guint kind = 0; kind < TW_N_CALL_KINDS; kind++)
        due = lane_is_due (client, endpoint, kind, next_ms) || due;
      *next_ms = MIN (*next_ms, tw_client_endpoint_tidy_at_ms (endpoint));
    }
  return due;
}

static gboolean
prepare (GSource *source, gint *timeout_ms)
{
  gint64 next_ms;

  *timeout_ms = -1;
  if (is_due (((ClientSource *) source)->client, &next_ms))
    return TRUE;
  if (next_ms != G_MAXINT64)
    *timeout_ms = (gint) CLAMP (next_ms - tw_client_clock_ms (), 0, G_MAXINT);
  return *timeout_ms == 0;
}

static gboolean
check (GSource *source)
{
  gint64 next_ms;

  return is_due (((ClientSource *) source)->client, &next_ms) || next_ms <= tw_client_clock_ms ();
}

/* A turn that finds a socket ready is dispatched whatever check says. */
static GSourceFuncs source_funcs = { .prepare = prepare, .check = check, .dispatch = dispatch };

GSource *
tw_client_source_new (TwClient *client)
{
  GSource *source = g_source_new (&source_funcs, sizeof (ClientSource));

  ((ClientSource *) source)->client = client;
  g_source_set_name (source, "tw-client");
  return source;
}
