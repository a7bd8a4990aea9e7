/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-bridge.h"

#include "tw-error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM_SIZE 65536

typedef struct
{
  TwForwarder *forwarder;
  int fd;
  guint source;
  guint8 in[DATAGRAM_SIZE];
} Bridge;

/* Whom to answer. */
typedef struct
{
  int fd;
  struct sockaddr_in name;
} Peer;

static void
answer (const TwBuffer *message, gpointer user_data)
{
  g_autofree Peer *peer = user_data;

  /* What does not go out is lost, as on the way. */
  if (sendto (peer->fd, message->data, message->len, 0, (const struct sockaddr *) &peer->name, sizeof peer->name) < 0)
    return;
}

static gboolean
can_read (gint fd, GIOCondition condition, gpointer user_data)
{
  Bridge *bridge = user_data;

  for (;;)
    {
      g_autofree Peer *peer = g_new0 (Peer, 1);
      socklen_t length = sizeof peer->name;
      const ssize_t n = recvfrom (fd, bridge->in, sizeof bridge->in, 0, (struct sockaddr *) &peer->name, &length);

      if (n < 0)
        return G_SOURCE_CONTINUE;
      peer->fd = fd;
      if (tw_forwarder_forward_bytes (bridge->forwarder, bridge->in, (gsize) n, answer, peer))
        g_steal_pointer (&peer);
    }
}

static int
bind_to (const TwAddress *address, guint16 *port)
{
  const int fd = socket (AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons (address->port) };
  socklen_t length = sizeof name;

  if (fd >= 0 && inet_pton (AF_INET, address->host, &name.sin_addr) == 1
      && bind (fd, (const struct sockaddr *) &name, sizeof name) == 0
      && getsockname (fd, (struct sockaddr *) &name, &length) == 0)
    {
      *port = ntohs (name.sin_port);
      return fd;
    }
  if (fd >= 0)
    close (fd);
  return -1;
}

static TwBridge *
open_udp (const TwBridgeSetup *setup, guint16 *port, GError **error)
{
  g_autofree Bridge *bridge = g_new0 (Bridge, 1);

  bridge->forwarder = setup->forwarder;
  bridge->fd = bind_to (setup->address, port);
  if (bridge->fd < 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "%s:%u: %s", setup->address->host, setup->address->port,
                   g_strerror (errno));
      return NULL;
    }
  bridge->source = g_unix_fd_add (bridge->fd, G_IO_IN, can_read, bridge);
  return (TwBridge *) g_steal_pointer (&bridge);
}

static void
close_udp (TwBridge *self)
{
  Bridge *bridge = (Bridge *) self;

  g_source_remove (bridge->source);
  close (bridge->fd);
  g_free (bridge);
}

const TwBridgeClass tw_bridge_udp = { open_udp, close_udp };
