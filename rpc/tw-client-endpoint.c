/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-client-endpoint.h"

#include "tw-clock.h"
#include "tw-error.h"
#include "tw-log.h"

/* Calls in flight on a connection from which on another one is worth its cost. */
#define BUSY_CALLS 32

/* Calls that time out in a row, without any answer in between, until their address counts as silent. */
#define SILENT_AFTER 3

TwClientEndpoint *
tw_client_endpoint_new (const TwAddress *address, GArray *literal, const TwClientLimits *limits, GSource *source,
                        TwResolver *resolver, TwClientStirFunc stir, gpointer stir_data)
{
  TwClientEndpoint *endpoint = g_new0 (TwClientEndpoint, 1);

  endpoint->address = g_new0 (TwAddress, 1);
  endpoint->address->host = g_strdup (address->host);
  endpoint->address->port = address->port;
  endpoint->label = tw_address_to_string (address);
  endpoint->limits = limits;
  endpoint->source = source;
  endpoint->resolver = resolver;
  endpoint->literal = literal;
  endpoint->stir = stir;
  endpoint->stir_data = stir_data;
  endpoint->connections = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_client_connection_free);
  return endpoint;
}

void
tw_client_endpoint_free (TwClientEndpoint *endpoint)
{
  g_ptr_array_unref (endpoint->connections);
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
  endpoint->failures++;
}

void
tw_client_endpoint_answered (TwClientEndpoint *endpoint, gboolean first)
{
  endpoint->timeouts = 0;
  if (!first || endpoint->pause_ms == 0)
    return;
  tw_log_info ("%s answers again", endpoint->label);
  endpoint->pause_ms = 0;
  endpoint->left_out_until_ms = 0;
}

void
tw_client_endpoint_drop (TwClientEndpoint *endpoint, guint index, gboolean had_calls, gint64 now_ms,
                         const GError *why)
{
  const TwClientConnection *connection = g_ptr_array_index (endpoint->connections, index);
  const gboolean was_good = connection->answered || (connection->open && now_ms > connection->connect_until_ms);

  /* What was good, and is closed as idle or because the service starts anew, is made again as soon as it is needed;
   * only if that fails is the address left out. */
  if (was_good && why->code == TW_ERROR_UNAVAILABLE)
    endpoint->failures += had_calls;
  else
    leave_out (endpoint, now_ms, why);
  g_ptr_array_remove_index (endpoint->connections, index);
}

static void
resolved (GArray *names, gpointer user_data)
{
  TwClientEndpoint *endpoint = user_data;
  const gint64 now_ms = tw_clock_monotonic_ms (tw_clock_system ());

  for (guint i = 0; i < endpoint->connections->len; i++)
    {
      TwClientConnection *connection = g_ptr_array_index (endpoint->connections, i);
      g_autoptr (GError) error = NULL;

      if (connection->fd >= 0)
        continue;
      if (names == NULL)
        error = g_error_new_literal (TW_ERROR, TW_ERROR_UNAVAILABLE, "The service's name can't be resolved");
      else
        tw_client_connection_begin (connection, g_steal_pointer (&names), now_ms, &error);
      if (error != NULL)
        tw_client_endpoint_drop (endpoint, i, FALSE, now_ms, error);
      break;
    }
  g_clear_pointer (&names, g_array_unref);
  endpoint->stir (endpoint->stir_data);
}

/* Adds a connection and begins to make it. */
static void
connect_one (TwClientEndpoint *endpoint, gint64 now_ms)
{
  TwClientConnection *connection;
  g_autoptr (GError) error = NULL;

  connection = tw_client_connection_new (endpoint->source, &endpoint->limits->reply_limits,
                                         endpoint->limits->connect_timeout_ms);
  g_ptr_array_add (endpoint->connections, connection);
  if (endpoint->literal == NULL)
    tw_resolver_look_up (endpoint->resolver, endpoint->address, resolved, endpoint);
  else if (!tw_client_connection_begin (connection, g_array_ref (endpoint->literal), now_ms, &error))
    tw_client_endpoint_drop (endpoint, endpoint->connections->len - 1, FALSE, now_ms, error);
}

static gboolean
is_connecting (const TwClientEndpoint *endpoint)
{
  for (guint i = 0; i < endpoint->connections->len; i++)
    {
      const TwClientConnection *connection = g_ptr_array_index (endpoint->connections, i);

      if (!connection->open)
        return TRUE;
    }
  return FALSE;
}

/* The first open connection that is neither busy nor silent, so that calls travel together; else that with the fewest
 * calls. NULL where none is open. */
static TwClientConnection *
pick (TwClientEndpoint *endpoint, gint64 now_ms, gboolean at_once)
{
  TwClientConnection *best = NULL;

  for (guint i = 0; i < endpoint->connections->len; i++)
    {
      TwClientConnection *connection = g_ptr_array_index (endpoint->connections, i);

      if (connection->open && (best == NULL || connection->calls.length < best->calls.length))
        best = connection;
      if (best != NULL && best->calls.length < BUSY_CALLS && !best->silent)
        break;
    }

  if ((best == NULL || best->calls.length >= BUSY_CALLS) && endpoint->connections->len < endpoint->limits->connections
      && (at_once || now_ms >= endpoint->left_out_until_ms) && !is_connecting (endpoint))
    connect_one (endpoint, now_ms);
  return best;
}

void
tw_client_endpoints_timed_out (GPtrArray *endpoints, TwClientConnection *connection, gint64 now_ms)
{
  for (guint i = 0; i < endpoints->len; i++)
    {
      TwClientEndpoint *endpoint = g_ptr_array_index (endpoints, i);

      if (!g_ptr_array_find (endpoint->connections, connection, NULL))
        continue;
      connection->silent = TRUE;
      if (++endpoint->timeouts == SILENT_AFTER)
        {
          tw_log_warning ("%s does not answer", endpoint->label);
          endpoint->silent_until_ms = now_ms + endpoint->limits->retry_max_ms;
        }
      return;
    }
}

static gboolean
is_silent (const TwClientEndpoint *endpoint, gint64 now_ms)
{
  return endpoint->timeouts >= SILENT_AFTER && now_ms < endpoint->silent_until_ms;
}

TwClientConnection *
tw_client_endpoints_pick (GPtrArray *endpoints, guint *turn, gint64 now_ms, gboolean at_once)
{
  TwClientConnection *best = NULL;
  TwClientEndpoint *of_best = NULL;
  guint next = *turn;

  for (guint i = 0; i < endpoints->len; i++)
    {
      const guint at = (*turn + i) % endpoints->len;
      TwClientEndpoint *endpoint = g_ptr_array_index (endpoints, at);
      TwClientConnection *found = pick (endpoint, now_ms, at_once);

      if (found != NULL && (best == NULL || (is_silent (of_best, now_ms) && !is_silent (endpoint, now_ms))))
        {
          best = found;
          of_best = endpoint;
          next = at + 1;
        }
    }
  /* One call asks a silent address whether it is there again; those behind it go elsewhere until that is known. */
  if (best != NULL && of_best->timeouts >= SILENT_AFTER)
    of_best->silent_until_ms = now_ms + of_best->limits->retry_max_ms;
  *turn = next % endpoints->len;
  return best;
}

gboolean
tw_client_endpoints_are_connecting (GPtrArray *endpoints)
{
  for (guint i = 0; i < endpoints->len; i++)
    if (is_connecting (g_ptr_array_index (endpoints, i)))
      return TRUE;
  return FALSE;
}

guint
tw_client_endpoints_take_failures (GPtrArray *endpoints)
{
  guint failures = 0;

  for (guint i = 0; i < endpoints->len; i++)
    {
      TwClientEndpoint *endpoint = g_ptr_array_index (endpoints, i);

      failures += endpoint->failures;
      endpoint->failures = 0;
    }
  return failures;
}
