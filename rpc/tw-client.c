/* SPDX-License-Identifier: Apache-2.0 */

/* One GSource is the whole client: it polls all sockets, and its prepare asks for the next deadline, so that a call
 * costs no wake-up of the loop and all calls of a turn are written at the next one. Callers' functions are called by
 * its dispatch alone, never by what a caller calls.
 *
 * Names are resolved by a thread (see tw-resolver.h), anew for each connection, since a service may move.
 */

#include "tw-client.h"

#include "tw-breaker.h"
#include "tw-client-calls.h"
#include "tw-client-endpoint.h"
#include "tw-clock.h"
#include "tw-writer.h"

#include <string.h>

#define READ_SIZE (64 * 1024)

const TwClientLimits TW_CLIENT_DEFAULT_LIMITS = {
  .connections = 4,
  .max_in_flight = 4096,
  .connect_timeout_ms = 1000,
  .retry_min_ms = 50,
  .retry_max_ms = 2000,
  .breaker_failures = 10,
  .reply_limits = { .max_message = 64 * 1024 * 1024, .max_depth = 16 },
};

struct _TwClient
{
  GSource *source;
  TwClientLimits limits;
  TwBreaker breaker;
  TwResolver *resolver; /* NULL if all addresses are literals */
  GPtrArray *endpoints; /* of TwClientEndpoint */
  guint turn;           /* the endpoint that is asked first */

  TwClientCalls calls;
  gboolean stirred;  /* something has changed for those that wait */
  gboolean in_batch; /* a function has been called in this turn */

  TwClientBatchFunc batch_func;
  gpointer batch_data;
  guint8 scratch[READ_SIZE];
};

typedef struct
{
  GSource source;
  TwClient *client;
} ClientSource;

static gint64
clock_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

/* Sending */

static void
count_failures (TwClient *client)
{
  for (guint n = tw_client_endpoints_take_failures (client->endpoints); n > 0; n--)
    tw_breaker_failed (&client->breaker);
}

/* Puts a call on a connection, or among those that wait for one; without hope for one it is over. */
static void
place_call (TwClient *client, TwClientCall *call, gint64 now_ms)
{
  TwClientConnection *connection = tw_client_endpoints_pick (client->endpoints, &client->turn, now_ms, call->is_probe);

  if (connection != NULL)
    {
      call->connection = connection;
      call->start = tw_client_connection_queue (connection, call->message.data, call->message.len);
      tw_client_call_move (call, &connection->calls);
    }
  else if (tw_client_endpoints_are_connecting (client->endpoints))
    {
      if (call->queue != &client->calls.waiting)
        tw_client_call_move (call, &client->calls.waiting);
    }
  else
    {
      count_failures (client);
      tw_client_call_refuse (&client->calls, call, TW_ERROR_UNAVAILABLE, "The service can't be reached");
    }
}

static void
place_waiting (TwClient *client, gint64 now_ms)
{
  for (guint n = client->calls.waiting.length; n > 0; n--)
    {
      TwClientCall *call = g_queue_peek_head (&client->calls.waiting);

      place_call (client, call, now_ms);
      if (call->queue == &client->calls.waiting)
        return;
    }
}

static void
write_message (TwClientCall *call, const char *method, const guint8 *arguments, gsize length)
{
  TwWriter writer;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &call->message);
  tw_writer_message_begin (&writer, TRUE, TW_MESSAGE_CALL, method, strlen (method), (gint32) (guint32) call->handle);
  tw_buffer_append (&call->message, arguments, length);
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
  if (g_hash_table_size (client->calls.by_sequence) > client->limits.max_in_flight)
    {
      tw_client_call_refuse (&client->calls, call, TW_ERROR_UNAVAILABLE, "Too many calls wait for the service");
      return FALSE;
    }
  answer = tw_breaker_ask (&client->breaker);
  if (answer == TW_BREAKER_REFUSES)
    {
      tw_client_call_refuse (&client->calls, call, TW_ERROR_UNAVAILABLE, "The service failed too often, for now");
      return FALSE;
    }
  call->is_probe = answer == TW_BREAKER_LETS_PROBE;
  return TRUE;
}

guint64
tw_client_call (TwClient *client, const char *method, const guint8 *arguments, gsize length, gint64 deadline_ms,
                gboolean retry_safe, TwClientFunc func, gpointer user_data)
{
  const gint64 now_ms = clock_ms ();
  TwClientCall *call = tw_client_calls_add (&client->calls, func, user_data, deadline_ms);

  call->retry_safe = retry_safe;
  if (admit (client, call, now_ms))
    {
      write_message (call, method, arguments, length);
      tw_client_call_start_deadline (&client->calls, call);
      place_call (client, call, now_ms);
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
    tw_breaker_abandoned (&client->breaker);
  tw_client_call_free (tw_client_call_take (&client->calls, call));
}

guint
tw_client_in_flight (const TwClient *client)
{
  return g_hash_table_size (client->calls.by_sequence);
}

/* Answers */

static void
tell (TwClient *client, const TwClientCall *call, const TwClientReply *reply)
{
  client->in_batch = TRUE;
  call->func (reply, call->user_data);
}

static void
tell_those_that_are_over (TwClient *client)
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
  tw_breaker_succeeded (&client->breaker);
  tw_client_endpoint_answered (reading->endpoint, !reading->connection->answered);

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
drop_connection (TwClient *client, TwClientEndpoint *endpoint, guint index, gint64 now_ms, const GError *why)
{
  TwClientConnection *connection = g_ptr_array_index (endpoint->connections, index);
  const gboolean had_calls = connection->calls.length > 0;

  while (connection->calls.length > 0)
    {
      TwClientCall *call = g_queue_peek_head (&connection->calls);
      const gboolean unsent = call->start >= connection->sent;

      call->connection = NULL;
      if (why->code == TW_ERROR_UNAVAILABLE && (unsent || call->retry_safe))
        {
          call->retry_safe = call->retry_safe && unsent;
          tw_client_call_move (call, &client->calls.waiting);
        }
      else
        {
          tw_client_call_end (&client->calls, call, g_error_copy (why));
        }
    }
  tw_client_endpoint_drop (endpoint, index, had_calls, now_ms, why);
  count_failures (client);
  client->stirred = TRUE;
}

static void
expire (TwClient *client, gint64 now_ms)
{
  while (client->calls.by_deadline.head != NULL)
    {
      TwClientCall *call = client->calls.by_deadline.head->data;

      if (call->deadline_ms > now_ms)
        return;
      tw_breaker_failed (&client->breaker);
      if (call->connection != NULL)
        tw_client_endpoints_timed_out (client->endpoints, call->connection, now_ms);
      tw_client_call_refuse (&client->calls, call, TW_ERROR_TIMEOUT, "The service did not answer in time");
    }
}

/* The source */

/* Goes through the connections; @step does one thing for each, and one that fails is dropped. New ones may be added
 * meanwhile, by calls that answered ones lead to. */
static void
for_each_connection (TwClient *client, gint64 now_ms,
                     gboolean (*step) (TwClient *client, TwClientEndpoint *endpoint, TwClientConnection *connection,
                                       gint64 now_ms, GError **error))
{
  for (guint i = 0; i < client->endpoints->len; i++)
    {
      TwClientEndpoint *endpoint = g_ptr_array_index (client->endpoints, i);

      for (guint j = endpoint->connections->len; j > 0; j--)
        {
          g_autoptr (GError) error = NULL;

          if (!step (client, endpoint, g_ptr_array_index (endpoint->connections, j - 1), now_ms, &error))
            drop_connection (client, endpoint, j - 1, now_ms, error);
        }
    }
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

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  TwClient *client = ((ClientSource *) source)->client;
  const gint64 now_ms = clock_ms ();

  client->stirred = FALSE;
  for_each_connection (client, now_ms, step_in);
  count_failures (client);
  expire (client, now_ms);
  place_waiting (client, now_ms);
  tell_those_that_are_over (client);
  if (client->in_batch && client->batch_func != NULL)
    client->batch_func (client->batch_data);
  client->in_batch = FALSE;
  for_each_connection (client, now_ms, step_out);
  return G_SOURCE_CONTINUE;
}

/* When something is due of itself, in @next_ms; TRUE if something is due now. */
static gboolean
is_due (TwClient *client, gint64 *next_ms)
{
  gboolean due = client->stirred || client->calls.over.length > 0;

  *next_ms = G_MAXINT64;
  if (client->calls.by_deadline.head != NULL)
    *next_ms = ((const TwClientCall *) client->calls.by_deadline.head->data)->deadline_ms;
  for (guint i = 0; i < client->endpoints->len; i++)
    {
      const TwClientEndpoint *endpoint = g_ptr_array_index (client->endpoints, i);

      for (guint j = 0; j < endpoint->connections->len; j++)
        {
          const TwClientConnection *connection = g_ptr_array_index (endpoint->connections, j);

          due = due || tw_client_connection_wants_to_write (connection)
                || (connection->open && client->calls.waiting.length > 0);
          if (!connection->open && connection->fd >= 0)
            *next_ms = MIN (*next_ms, connection->connect_until_ms);
        }
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
    *timeout_ms = (gint) CLAMP (next_ms - clock_ms (), 0, G_MAXINT);
  return *timeout_ms == 0;
}

static gboolean
check (GSource *source)
{
  gint64 next_ms;

  return is_due (((ClientSource *) source)->client, &next_ms) || next_ms <= clock_ms ();
}

/* A turn that finds a socket ready is dispatched whatever check says. */
static GSourceFuncs source_funcs = { .prepare = prepare, .check = check, .dispatch = dispatch };

static void
stir (gpointer user_data)
{
  TwClient *client = user_data;

  client->stirred = TRUE;
}

TwClient *
tw_client_new (const TwAddress *const *addresses, guint n, const TwClientLimits *limits)
{
  TwClient *client = g_new0 (TwClient, 1);

  client->limits = *limits;
  tw_breaker_init (&client->breaker, tw_clock_system (), limits->breaker_failures, limits->retry_min_ms,
                   limits->retry_max_ms);
  tw_client_calls_init (&client->calls);
  client->source = g_source_new (&source_funcs, sizeof (ClientSource));
  ((ClientSource *) client->source)->client = client;
  client->endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_client_endpoint_free);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GArray) literal = tw_resolver_literal (addresses[i]);

      if (literal == NULL && client->resolver == NULL)
        client->resolver = tw_resolver_new (n);
      g_ptr_array_add (client->endpoints,
                       tw_client_endpoint_new (addresses[i], g_steal_pointer (&literal), &client->limits,
                                               client->source, client->resolver, stir, client));
    }
  g_source_set_name (client->source, "tw-client");
  g_source_attach (client->source, g_main_context_get_thread_default ());
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
      tell_those_that_are_over (client);
    }
  g_clear_pointer (&client->resolver, tw_resolver_free);
  g_ptr_array_unref (client->endpoints);
  g_source_destroy (client->source);
  g_source_unref (client->source);
  tw_client_calls_clear (&client->calls);
  g_free (client);
}
