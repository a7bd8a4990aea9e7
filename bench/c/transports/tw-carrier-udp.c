/* SPDX-License-Identifier: Apache-2.0 */

/* A Thrift message a datagram, and nothing that sends one again. On this machine the kernel tells at once when nobody
 * listens (ICMP port unreachable); a network between two machines often does not. */

#include "tw-carrier.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM_SIZE 65536

typedef struct
{
  const TwCarrierSetup *setup;
  int fd;
  guint source;
  gint32 last;     /* the call whose datagram went out last: an ICMP error is about that one */
  guint64 carried; /* bytes */
  TwBuffer out;
  guint8 in[DATAGRAM_SIZE];
} Carrier;

static void
nobody_there (Carrier *carrier)
{
  carrier->setup->func (carrier->last, TW_FATE_UNSENT, NULL, 0, carrier->setup->user_data);
}

static gboolean
can_read (gint fd, GIOCondition condition, gpointer user_data)
{
  Carrier *carrier = user_data;
  ssize_t n;

  while ((n = recv (fd, carrier->in, sizeof carrier->in, 0)) >= 0)
    {
      carrier->carried += (guint64) n;
      tw_carrier_tell_message (carrier->setup, carrier->in, (gsize) n);
    }
  if (errno == ECONNREFUSED)
    nobody_there (carrier);
  return G_SOURCE_CONTINUE;
}

static TwCarrier *
open_udp (const TwCarrierSetup *setup, GError **error)
{
  Carrier *carrier = g_new0 (Carrier, 1);

  carrier->setup = setup;
  carrier->fd = tw_carrier_connect (setup->address, SOCK_DGRAM, error);
  if (carrier->fd >= 0)
    carrier->source = g_unix_fd_add (carrier->fd, G_IO_IN, can_read, carrier);
  return (TwCarrier *) carrier;
}

static void
send_call (TwCarrier *self, const TwAsk *ask)
{
  Carrier *carrier = (Carrier *) self;

  carrier->out.len = 0;
  tw_ask_message (ask, &carrier->setup->encoding, &carrier->out);
  /* An error is the one that waited for the socket, about the datagram before; this one has not gone out yet. A
   * datagram that does not fit into the socket's buffer is lost, as others are on their way. */
  for (int i = 0; i < 2 && send (carrier->fd, carrier->out.data, carrier->out.len, 0) < 0 && errno == ECONNREFUSED; i++)
    nobody_there (carrier);
  carrier->carried += carrier->out.len;
  carrier->last = ask->id;
}

static void
flush (TwCarrier *self)
{
}

static void
close_udp (TwCarrier *self)
{
  Carrier *carrier = (Carrier *) self;

  if (carrier->fd >= 0)
    {
      g_source_remove (carrier->source);
      close (carrier->fd);
    }
  tw_buffer_clear (&carrier->out);
  g_free (carrier);
}

static guint64
carried (const TwCarrier *self)
{
  return ((const Carrier *) self)->carried;
}

const TwCarrierClass tw_carrier_udp = { open_udp, send_call, flush, close_udp, carried };
