/* SPDX-License-Identifier: Apache-2.0 */

/* One TCP connection that Thrift messages are written to, however many calls are under way. With the encoding that
 * tasks-service expects it is Thrift buffered, framed or compact; to the bridge it is a bare TCP socket. */

#include "tw-carrier.h"

#include "tw-scanner.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE 65536

typedef struct
{
  const TwCarrierSetup *setup;
  int fd; /* -1 while there is no connection */
  guint source;
  TwScanner *scanner;
  TwBuffer in, out;
  GArray *unanswered; /* of gint32: what was written to this connection */
} Carrier;

static void
disconnect (Carrier *carrier)
{
  if (carrier->fd < 0)
    return;
  g_source_remove (carrier->source);
  close (carrier->fd);
  carrier->fd = -1;
  g_clear_pointer (&carrier->scanner, tw_scanner_free);
  carrier->in.len = carrier->out.len = 0;
}

/* The connection is gone, and with it whatever was under way on it. */
static void
lose (Carrier *carrier)
{
  g_autoptr (GArray) lost = carrier->unanswered;

  disconnect (carrier);
  carrier->unanswered = g_array_new (FALSE, FALSE, sizeof (gint32));
  for (guint i = 0; i < lost->len; i++)
    carrier->setup->func (g_array_index (lost, gint32, i), TW_FATE_FAILED, NULL, 0, carrier->setup->user_data);
}

static void
forget (Carrier *carrier, gint32 id)
{
  for (guint i = 0; i < carrier->unanswered->len; i++)
    if (g_array_index (carrier->unanswered, gint32, i) == id)
      {
        g_array_remove_index_fast (carrier->unanswered, i);
        return;
      }
}

static gboolean
take_messages (Carrier *carrier)
{
  gsize taken = 0;
  TwScanStatus status;
  TwMessage message;

  while (
    (status = tw_scanner_scan (carrier->scanner, carrier->in.data + taken, carrier->in.len - taken, &message, NULL))
    == TW_SCAN_COMPLETE)
    {
      forget (carrier, message.sequence_id);
      carrier->setup->func (message.sequence_id, message.type == TW_MESSAGE_REPLY ? TW_FATE_ANSWERED : TW_FATE_FAILED,
                            message.body, message.body_length, carrier->setup->user_data);
      taken += message.total;
      if (carrier->in.len == taken)
        break;
    }
  carrier->in.len -= taken;
  if (carrier->in.len > 0)
    memmove (carrier->in.data, carrier->in.data + taken, carrier->in.len);
  return status != TW_SCAN_REFUSED;
}

static void
flush (TwCarrier *self)
{
  Carrier *carrier = (Carrier *) self;
  ssize_t n;

  if (carrier->out.len == 0)
    return;
  n = send (carrier->fd, carrier->out.data, carrier->out.len, MSG_NOSIGNAL);
  if (n == (ssize_t) carrier->out.len)
    carrier->out.len = 0;
  else if (n >= 0 || errno != EAGAIN)
    lose (carrier); /* what is in flight is far less than a socket's buffer holds */
}

static gboolean
can_read (gint fd, GIOCondition condition, gpointer user_data)
{
  Carrier *carrier = user_data;
  const ssize_t n = read (fd, tw_buffer_reserve (&carrier->in, READ_SIZE), READ_SIZE);

  if (n < 0 && errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  if (n > 0)
    carrier->in.len += (gsize) n;
  if (n <= 0 || !take_messages (carrier))
    {
      lose (carrier);
      return G_SOURCE_CONTINUE; /* it has been removed */
    }
  flush (user_data);
  return G_SOURCE_CONTINUE;
}

static gboolean
connect_again (Carrier *carrier, GError **error)
{
  carrier->fd = tw_carrier_connect (carrier->setup->address, SOCK_STREAM, error);
  if (carrier->fd < 0)
    return FALSE;
  carrier->scanner = tw_scanner_new (&TW_WIRE_REPLY_LIMITS);
  carrier->source = g_unix_fd_add (carrier->fd, G_IO_IN, can_read, carrier);
  return TRUE;
}

static TwCarrier *
open_stream (const TwCarrierSetup *setup, GError **error)
{
  Carrier *carrier = g_new0 (Carrier, 1);

  carrier->setup = setup;
  carrier->unanswered = g_array_new (FALSE, FALSE, sizeof (gint32));
  connect_again (carrier, error);
  return (TwCarrier *) carrier;
}

static void
send_call (TwCarrier *self, const TwAsk *ask)
{
  Carrier *carrier = (Carrier *) self;

  if (carrier->fd < 0 && !connect_again (carrier, NULL))
    {
      carrier->setup->func (ask->id, TW_FATE_UNSENT, NULL, 0, carrier->setup->user_data);
      return;
    }
  tw_ask_message (ask, &carrier->setup->encoding, &carrier->out);
  g_array_append_val (carrier->unanswered, ask->id);
}

static void
close_stream (TwCarrier *self)
{
  Carrier *carrier = (Carrier *) self;

  disconnect (carrier);
  g_array_unref (carrier->unanswered);
  tw_buffer_clear (&carrier->in);
  tw_buffer_clear (&carrier->out);
  g_free (carrier);
}

const TwCarrierClass tw_carrier_stream = { open_stream, send_call, flush, close_stream, NULL };
