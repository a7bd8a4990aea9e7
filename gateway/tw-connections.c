/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-connections.h"

#include "tw-clock.h"

#include <sys/socket.h>

#define SWEEP_MS 1000

struct _TwConnections
{
  gint64 first_ms;
  GSource *sweep;
  GQueue open; /* of Connection */
};

typedef struct
{
  GList link;
  int fd;
  gint64 deadline_ms;
} Connection;

static void
end (Connection *connection)
{
  connection->deadline_ms = TW_CONNECTION_NO_DEADLINE;
  shutdown (connection->fd, SHUT_RDWR);
}

static gboolean
sweep (gpointer data)
{
  TwConnections *connections = data;
  gint64 now = tw_clock_monotonic_ms (tw_clock_system ());

  for (GList *at = connections->open.head; at != NULL; at = at->next)
    if (((Connection *) at->data)->deadline_ms <= now)
      end (at->data);
  return G_SOURCE_CONTINUE;
}

TwConnections *
tw_connections_new (gint64 first_ms)
{
  TwConnections *connections = g_new0 (TwConnections, 1);

  connections->first_ms = first_ms;
  connections->sweep = g_timeout_source_new (SWEEP_MS);
  g_source_set_callback (connections->sweep, sweep, connections, NULL);
  g_source_attach (connections->sweep, g_main_context_get_thread_default ());
  return connections;
}

void
tw_connections_free (TwConnections *connections)
{
  g_source_destroy (connections->sweep);
  g_source_unref (connections->sweep);
  g_free (connections);
}

void
tw_connections_notify (void *data, struct MHD_Connection *mhd, void **context,
                       enum MHD_ConnectionNotificationCode code)
{
  TwConnections *connections = data;
  Connection *connection = *context;

  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    {
      connection = g_new0 (Connection, 1);
      connection->link.data = connection;
      connection->fd = MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
      connection->deadline_ms = tw_clock_monotonic_ms (tw_clock_system ()) + connections->first_ms;
      g_queue_push_tail_link (&connections->open, &connection->link);
      *context = connection;
    }
  else if (connection != NULL)
    {
      g_queue_unlink (&connections->open, &connection->link);
      g_free (connection);
      *context = NULL;
    }
}

static Connection *
find (struct MHD_Connection *mhd)
{
  return MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

void
tw_connection_set_deadline (struct MHD_Connection *mhd, gint64 deadline_ms)
{
  Connection *connection = find (mhd);

  if (connection != NULL)
    connection->deadline_ms = deadline_ms;
}

void
tw_connection_end (struct MHD_Connection *mhd)
{
  Connection *connection = find (mhd);

  if (connection != NULL)
    end (connection);
}
