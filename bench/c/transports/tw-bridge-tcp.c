/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-bridge.h"

#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE 65536

typedef struct
{
  TwForwarder *forwarder;
  int fd;
  guint source;
} Bridge;

/* One client's. A reference is held while it is open, and one for each of its calls under way. */
typedef struct
{
  const Bridge *bridge;
  int fd; /* -1: it was closed */
  guint reading, writing;
  TwScanner *scanner;
  TwBuffer in, out;
} Connection;

static void
connection_clear (gpointer data)
{
  Connection *connection = data;

  tw_scanner_free (connection->scanner);
  tw_buffer_clear (&connection->in);
  tw_buffer_clear (&connection->out);
}

static void
connection_unref (Connection *connection)
{
  g_rc_box_release_full (connection, connection_clear);
}

static void
shut (Connection *connection)
{
  if (connection->fd < 0)
    return;
  g_clear_handle_id (&connection->reading, g_source_remove);
  g_clear_handle_id (&connection->writing, g_source_remove);
  close (connection->fd);
  connection->fd = -1;
  connection_unref (connection);
}

/* All answers of one turn go out in one write. */
static gboolean
write_out (gpointer user_data)
{
  Connection *connection = user_data;

  connection->writing = 0;
  if (send (connection->fd, connection->out.data, connection->out.len, MSG_NOSIGNAL) == (ssize_t) connection->out.len)
    connection->out.len = 0;
  else
    shut (connection); /* whoever measures reads what it is sent */
  return G_SOURCE_REMOVE;
}

static void
answer (const TwBuffer *message, gpointer user_data)
{
  Connection *connection = user_data;

  if (connection->fd >= 0)
    {
      tw_buffer_append (&connection->out, message->data, message->len);
      if (connection->writing == 0)
        connection->writing = g_idle_add_full (G_PRIORITY_DEFAULT, write_out, connection, NULL);
    }
  connection_unref (connection);
}

static gboolean
take_messages (Connection *connection)
{
  gsize taken = 0;
  TwScanStatus status = TW_SCAN_MORE;
  TwMessage message;

  while (taken < connection->in.len
         && (status = tw_scanner_scan (connection->scanner, connection->in.data + taken, connection->in.len - taken,
                                       &message, NULL))
              == TW_SCAN_COMPLETE)
    {
      tw_forwarder_forward (connection->bridge->forwarder, &message, answer, g_rc_box_acquire (connection));
      taken += message.total;
    }
  connection->in.len -= taken;
  if (connection->in.len > 0)
    memmove (connection->in.data, connection->in.data + taken, connection->in.len);
  return status != TW_SCAN_REFUSED;
}

static gboolean
can_read (gint fd, GIOCondition condition, gpointer user_data)
{
  Connection *connection = user_data;
  const ssize_t n = read (fd, tw_buffer_reserve (&connection->in, READ_SIZE), READ_SIZE);

  if (n < 0 && errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  if (n > 0)
    connection->in.len += (gsize) n;
  if (n <= 0 || !take_messages (connection))
    shut (connection);
  return G_SOURCE_CONTINUE;
}

static gboolean
can_accept (gint fd, GIOCondition condition, gpointer user_data)
{
  const int accepted = accept4 (fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  const int one = 1;
  Connection *connection;

  if (accepted < 0)
    return G_SOURCE_CONTINUE;
  setsockopt (accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  connection = g_rc_box_new0 (Connection);
  connection->bridge = user_data;
  connection->fd = accepted;
  connection->scanner = tw_scanner_new (&TW_WIRE_REQUEST_LIMITS);
  connection->reading = g_unix_fd_add (accepted, G_IO_IN, can_read, connection);
  return G_SOURCE_CONTINUE;
}

static TwBridge *
open_tcp (const TwBridgeSetup *setup, guint16 *port, GError **error)
{
  g_autofree Bridge *bridge = g_new0 (Bridge, 1);

  bridge->forwarder = setup->forwarder;
  bridge->fd = tw_socket_listen (setup->address, FALSE, error);
  if (bridge->fd < 0)
    return NULL;
  *port = tw_socket_port (bridge->fd);
  bridge->source = g_unix_fd_add (bridge->fd, G_IO_IN, can_accept, bridge);
  return (TwBridge *) g_steal_pointer (&bridge);
}

/* Connections that are open end with the process. */
static void
close_tcp (TwBridge *self)
{
  Bridge *bridge = (Bridge *) self;

  g_source_remove (bridge->source);
  close (bridge->fd);
  g_free (bridge);
}

const TwBridgeClass tw_bridge_tcp = { open_tcp, close_tcp };
