/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-client-endpoint.h"

#include "tw-clock.h"
#include "tw-error.h"
#include "tw-log.h"

/* Calls in flight on a connection from which on another one is worth its cost, where one can have several. */
#define BUSY_CALLS 32

/* Calls that time out in a row, without any answer in between, until their address counts as silent. */
#define SILENT_AFTER 3

TwClientEndpoint *
tw_client_endpoint_new (const TwAddress *address, GArray *literal, TwPeer peer, const TwClientLimits *limits,
                        GSource *source, TwResolver *resolver, TwClientChangedFunc changed, gpointer changed_data)
{
  TwClientEndpoint *endpoint = g_new0 (TwClientEndpoint, 1);

  endpoint->address = g_new0 (TwAddress, 1);
  endpoint->address->host = g_strdup (address->host);
  endpoint->address->port = address->port;
  endpoint->label = tw_address_to_string (address);
  endpoint->side_by_side = (peer & TW_PEER_SIDE_BY_SIDE) != 0;
  endpoint->limits = limits;
  endpoint->source = source;
  endpoint->resolver = resolver;
  endpoint->literal = literal;
  endpoint->changed = changed;
  endpoint->changed_data = changed_data;
  for (guint kind = 0; kind < TW_N_CALL_KINDS; kind++)
    endpoint->lanes[kind].connections
        = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_client_connection_free);
  return endpoint;
}

void
tw_client_endpoint_free (TwClientEndpoint *endpoint)
{
  for (guint kind = 0; kind < TW_N_CALL_KINDS; kind++)
    g_ptr_array_unref (endpoint->lanes[kind].connections);
  g_clear_pointer (&endpoint->literal, g_array_unref);
  tw_address_free (endpoint->address);
  g_free (endpoint->label);
  g_free (endpoint);
}

/* Leaves the address out for a while: twice as long as the last time, and by chance up to half of that less, so that
 * clients that lost a service together do not come back together. */
static void
leave_out (TwClientEndpoint *endpoint, gint64 now_ms, const GError *why)
{
  const guint longest = endpoint->limits->retry_max_ms;
  guint pause;

  if (endpoint->pause_ms == 0)
    tw_log_warning ("%s fails: %s", endpoint->label, why->message);

  pause = endpoint->pause_ms == 0 ? endpoint->limits->retry_min_ms : endpoint->pause_ms;
  endpoint->left_out_until_ms = now_ms + pause - g_random_int_range (0, (gint32) (pause / 2 + 1));
  endpoint->pause_ms = MAX (1, pause > longest / 2 ? longest : pause * 2);
}

void
tw_client_endpoint_answered (TwClientEndpoint *endpoint, const TwClientConnection *connection)
{
  endpoint->lanes[connection->kind].timeouts = 0;
  if (connection->answered || endpoint->pause_ms == 0)
    return;
  tw_log_info ("%s answers again", endpoint->label);
  endpoint->pause_ms = 0;
  endpoint->left_out_until_ms = 0;
}

void
tw_client_endpoint_drop (TwClientEndpoint *endpoint, TwCallKind kind, guint index, gboolean had_calls, gint64 now_ms,
                         const GError *why)
{
  TwClientLane *lane = &endpoint->lanes[kind];
  const TwClientConnection *connection = g_ptr_array_index (lane->connections, index);
  const gboolean was_good = connection->answered || (connection->open && now_ms > connection->connect_until_ms);

  /* What was good, and is closed as idle or because the service starts anew, is made again as soon as it is needed;
   * only if that fails is the address left out. */
  if (was_good && why->code == TW_ERROR_UNAVAILABLE)
    lane->failures += had_calls;
  else
    {
      leave_out (endpoint, now_ms, why);
      lane->failures++;
    }
  g_ptr_array_remove_index (lane->connections, index);
}

/* Begins to connect those of the lane that wait for the name. */
static void
begin_resolved (TwClientEndpoint *endpoint, TwCallKind kind, GArray *names)
{
  const GPtrArray *connections = endpoint->lanes[kind].connections;
  const gint64 now_ms = tw_clock_monotonic_ms (tw_clock_system ());

  for (guint i = connections->len; i > 0; i--)
    {
      TwClientConnection *connection = g_ptr_array_index (connections, i - 1);
      g_autoptr (GError) error = NULL;

      if (connection->fd >= 0)
        continue;
      if (names == NULL)
        error = g_error_new_literal (TW_ERROR, TW_ERROR_UNAVAILABLE, "The service's name can't be resolved");
      else
        tw_client_connection_begin (connection, g_array_ref (names), now_ms, &error);
      if (error != NULL)
        tw_client_endpoint_drop (endpoint, kind, i - 1, FALSE, now_ms, error);
    }
}

static void
resolved (GArray *names, gpointer user_data)
{
  TwClientEndpoint *endpoint = user_data;

  endpoint->resolving = FALSE;
  for (guint kind = 0; kind < TW_N_CALL_KINDS; kind++)
    begin_resolved (endpoint, kind, names);
  g_clear_pointer (&names, g_array_unref);
  endpoint->changed (endpoint->changed_data);
}

/* One answer is for all that wait for the name by then. */
static void
look_up (TwClientEndpoint *endpoint)
{
  if (endpoint->resolving)
    return;
  endpoint->resolving = TRUE;
  tw_resolver_look_up (endpoint->resolver, endpoint->address, resolved, endpoint);
}

/* Adds a connection and begins to make it. */
static void
connect_one (TwClientEndpoint *endpoint, TwCallKind kind, gint64 now_ms)
{
  GPtrArray *connections = endpoint->lanes[kind].connections;
  TwClientConnection *connection;
  g_autoptr (GError) error = NULL;

  connection = tw_client_connection_new (endpoint->source, &endpoint->limits->reply_limits,
                                         endpoint->limits->connect_timeout_ms);
  connection->kind = kind;
  g_ptr_array_add (connections, connection);
  if (endpoint->literal == NULL)
    look_up (endpoint);
  else if (!tw_client_connection_begin (connection, g_array_ref (endpoint->literal), now_ms, &error))
    tw_client_endpoint_drop (endpoint, kind, connections->len - 1, FALSE, now_ms, error);
}

static guint
count_connecting (const TwClientLane *lane)
{
  guint n = 0;

  for (guint i = 0; i < lane->connections->len; i++)
    {
      const TwClientConnection *connection = g_ptr_array_index (lane->connections, i);

      n += !connection->open;
    }
  return n;
}

gboolean
tw_client_endpoint_has_room (const TwClientEndpoint *endpoint, const TwClientConnection *connection)
{
  const guint most = endpoint->side_by_side ? endpoint->limits->max_on_connection : 1;

  return connection->open && !connection->spent && connection->calls.length < most;
}

/* Whether the lane, whose connections are busy, may have one more. */
static gboolean
may_connect (const TwClientEndpoint *endpoint, const TwClientLane *lane, guint n_waiting, gint64 now_ms,
             gboolean at_once)
{
  const TwClientLimits *limits = endpoint->limits;

  if (!at_once && now_ms < endpoint->left_out_until_ms)
    return FALSE;
  if (endpoint->side_by_side)
    return lane->connections->len < limits->connections && count_connecting (lane) == 0;
  return lane->connections->len < limits->single_connections && count_connecting (lane) < n_waiting;
}

/* The first connection with room that is neither busy nor silent, so that calls travel together; else that with the
 * fewest calls. NULL where none has room. */
static TwClientConnection *
pick (TwClientEndpoint *endpoint, TwCallKind kind, guint n_waiting, gint64 now_ms, gboolean at_once)
{
  const TwClientLane *lane = &endpoint->lanes[kind];
  TwClientConnection *best = NULL;

  for (guint i = 0; i < lane->connections->len; i++)
    {
      TwClientConnection *connection = g_ptr_array_index (lane->connections, i);

      if (tw_client_endpoint_has_room (endpoint, connection)
          && (best == NULL || connection->calls.length < best->calls.length))
        best = connection;
      if (best != NULL && best->calls.length < BUSY_CALLS && !best->silent)
        break;
    }

  if ((best == NULL || best->calls.length >= BUSY_CALLS) && may_connect (endpoint, lane, n_waiting, now_ms, at_once))
    connect_one (endpoint, kind, now_ms);
  return best;
}

void
tw_client_endpoints_timed_out (GPtrArray *endpoints, TwClientConnection *connection, gint64 now_ms)
{
  for (guint i = 0; i < endpoints->len; i++)
    {
      TwClientEndpoint *endpoint = g_ptr_array_index (endpoints, i);
      TwClientLane *lane = &endpoint->lanes[connection->kind];

      if (!g_ptr_array_find (lane->connections, connection, NULL))
        continue;
      connection->silent = TRUE;
      if (++lane->timeouts == SILENT_AFTER)
        {
          tw_log_warning ("%s does not answer calls that %s", endpoint->label,
                          connection->kind == TW_CALL_READS ? "read" : "write");
          lane->silent_until_ms = now_ms + endpoint->limits->retry_max_ms;
        }
      return;
    }
}

static gboolean
is_silent (const TwClientLane *lane, gint64 now_ms)
{
  return lane->timeouts >= SILENT_AFTER && now_ms < lane->silent_until_ms;
}

TwClientConnection *
tw_client_endpoints_pick (GPtrArray *endpoints, TwCallKind kind, guint *turn, guint n_waiting, gint64 now_ms,
                          gboolean at_once)
{
  TwClientConnection *best = NULL;
  TwClientEndpoint *of_best = NULL;
  guint next = *turn;

  for (guint i = 0; i < endpoints->len; i++)
    {
      const guint at = (*turn + i) % endpoints->len;
      TwClientEndpoint *endpoint = g_ptr_array_index (endpoints, at);
      TwClientConnection *found = pick (endpoint, kind, n_waiting, now_ms, at_once);

      if (found != NULL
          && (best == NULL
              || (is_silent (&of_best->lanes[kind], now_ms) && !is_silent (&endpoint->lanes[kind], now_ms))))
        {
          best = found;
          of_best = endpoint;
          next = at + 1;
        }
    }
  /* One call asks a silent address whether it is there again; those behind it go elsewhere until that is known. */
  if (best != NULL && of_best->lanes[kind].timeouts >= SILENT_AFTER)
    of_best->lanes[kind].silent_until_ms = now_ms + of_best->limits->retry_max_ms;
  *turn = next % endpoints->len;
  return best;
}

gboolean
tw_client_endpoints_have_any (GPtrArray *endpoints, TwCallKind kind)
{
  for (guint i = 0; i < endpoints->len; i++)
    {
      const TwClientEndpoint *endpoint = g_ptr_array_index (endpoints, i);

      if (endpoint->lanes[kind].connections->len > 0)
        return TRUE;
    }
  return FALSE;
}

guint
tw_client_endpoints_take_failures (GPtrArray *endpoints, TwCallKind kind)
{
  guint failures = 0;

  for (guint i = 0; i < endpoints->len; i++)
    {
      TwClientEndpoint *endpoint = g_ptr_array_index (endpoints, i);

      failures += endpoint->lanes[kind].failures;
      endpoint->lanes[kind].failures = 0;
    }
  return failures;
}

/* Closing connections that have not failed */

/* Only those beyond the first one are closed for being idle. */
static gboolean
is_surplus (guint index, const TwClientConnection *connection)
{
  return index > 0 && connection->open && connection->calls.length == 0;
}

static void
tidy_lane (const TwClientEndpoint *endpoint, const TwClientLane *lane, gint64 now_ms)
{
  const gint64 idle_before_ms = now_ms - endpoint->limits->idle_timeout_ms;

  for (guint i = lane->connections->len; i > 0; i--)
    {
      TwClientConnection *connection = g_ptr_array_index (lane->connections, i - 1);

      if (is_surplus (i - 1, connection) && connection->idle_since_ms == 0)
        connection->idle_since_ms = now_ms;
      if (connection->spent || (is_surplus (i - 1, connection) && connection->idle_since_ms <= idle_before_ms))
        g_ptr_array_remove_index (lane->connections, i - 1);
    }
}

void
tw_client_endpoint_tidy (TwClientEndpoint *endpoint, gint64 now_ms)
{
  if (endpoint->left_out_until_ms <= now_ms)
    endpoint->left_out_until_ms = 0;
  for (guint kind = 0; kind < TW_N_CALL_KINDS && !endpoint->side_by_side; kind++)
    tidy_lane (endpoint, &endpoint->lanes[kind], now_ms);
}

gint64
tw_client_endpoint_tidy_at_ms (const TwClientEndpoint *endpoint)
{
  gint64 at_ms = G_MAXINT64;

  for (guint kind = 0; kind < TW_N_CALL_KINDS; kind++)
    for (guint i = 1; i < endpoint->lanes[kind].connections->len; i++)
      {
        const TwClientConnection *connection = g_ptr_array_index (endpoint->lanes[kind].connections, i);

        if (connection->idle_since_ms != 0)
          at_ms = MIN (at_ms, connection->idle_since_ms + endpoint->limits->idle_timeout_ms);
      }
  return at_ms;
}
