/* SPDX-License-Identifier: Apache-2.0 */

/* HTTP/1.1 and JSON, through the gateway. A connection has one request under way, as browsers and libraries use it, so
 * there are as many as calls in flight. It reads what our gateway writes: answers with a Content-Length. */

#include "tw-carrier.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_SIZE 16384

typedef struct
{
  const TwCarrierSetup *setup;
  int fd; /* -1 while there is none */
  guint source;
  gint32 id; /* of the call under way; 0 for none */
  TwBuffer in;
} Connection;

typedef struct
{
  const TwCarrierSetup *setup;
  Connection *connections; /* in_flight of them */
} Carrier;

static void
disconnect (Connection *connection)
{
  if (connection->fd < 0)
    return;
  g_source_remove (connection->source);
  close (connection->fd);
  connection->fd = -1;
  connection->in.len = 0;
}

static void
tell (Connection *connection, TwFate fate, const guint8 *answer, gsize length)
{
  const gint32 id = connection->id;

  connection->id = 0;
  connection->setup->func (id, fate, answer, length, connection->setup->user_data);
}

static void
lose (Connection *connection)
{
  disconnect (connection);
  if (connection->id != 0)
    tell (connection, TW_FATE_FAILED, NULL, 0);
}

/* The whole answer's length, or 0 while it is not all there; *body is where its body starts. */
static gsize
whole (const TwBuffer *in, gsize *body)
{
  static const char name[] = "\r\ncontent-length:";
  const char *end = memmem (in->data, in->len, "\r\n\r\n", 4);
  gsize length = 0;

  if (end == NULL)
    return 0;
  *body = (gsize) (end + 4 - (const char *) in->data);
  for (const char *at = (const char *) in->data; at + sizeof name <= end; at++)
    if (g_ascii_strncasecmp (at, name, sizeof name - 1) == 0)
      length = strtoul (at + sizeof name - 1, NULL, 10);
  return in->len >= *body + length ? *body + length : 0;
}

static void
take_answer (Connection *connection)
{
  gsize body = 0;
  const gsize length = whole (&connection->in, &body);
  g_autofree guint8 *answer = NULL;
  gboolean well;

  if (length == 0)
    return;
  well = length > 12 && memcmp (connection->in.data, "HTTP/1.1 2", 10) == 0;
  answer = g_memdup2 (connection->in.data + body, length - body);
  connection->in.len = 0; /* nothing follows: there was one request */
  tell (connection, well ? TW_FATE_ANSWERED : TW_FATE_FAILED, answer, well ? length - body : 0);
}

static gboolean
can_read (gint fd, GIOCondition condition, gpointer user_data)
{
  Connection *connection = user_data;
  const ssize_t n = read (fd, tw_buffer_reserve (&connection->in, READ_SIZE), READ_SIZE);

  if (n < 0 && errno == EAGAIN)
    return G_SOURCE_CONTINUE;
  if (n <= 0)
    {
      lose (connection);
      return G_SOURCE_CONTINUE; /* it has been removed */
    }
  connection->in.len += (gsize) n;
  take_answer (connection);
  return G_SOURCE_CONTINUE;
}

static gboolean
connect_again (Connection *connection, GError **error)
{
  connection->fd = tw_carrier_connect (connection->setup->address, SOCK_STREAM, error);
  if (connection->fd < 0)
    return FALSE;
  connection->source = g_unix_fd_add (connection->fd, G_IO_IN, can_read, connection);
  return TRUE;
}

static TwCarrier *
open_http (const TwCarrierSetup *setup, GError **error)
{
  Carrier *carrier = g_new0 (Carrier, 1);

  carrier->setup = setup;
  carrier->connections = g_new0 (Connection, setup->in_flight);
  for (guint i = 0; i < setup->in_flight; i++)
    carrier->connections[i] = (Connection) { .setup = setup, .fd = -1 };
  for (guint i = 0; i < setup->in_flight && connect_again (&carrier->connections[i], error); i++)
    {
    }
  return (TwCarrier *) carrier;
}

static char *
request (const TwCarrierSetup *setup, const TwAsk *ask)
{
  g_autofree char *what = NULL;

  if (ask->method == TW_ASK_GET)
    what = g_strdup_printf ("/%s", ask->subject);
  else if (ask->method == TW_ASK_PAGE)
    what = g_strdup_printf ("?limit=%d", TW_ASK_PAGE_LIMIT);
  if (what != NULL)
    return g_strdup_printf ("GET /v1/tasks%s HTTP/1.1\r\nHost: %s:%u\r\nAuthorization: Bearer %s\r\n\r\n", what,
                            setup->address->host, setup->address->port, setup->token);
  return g_strdup_printf ("POST /v1/tasks HTTP/1.1\r\nHost: %s:%u\r\nAuthorization: Bearer %s\r\n"
                          "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n{\"name\":\"%s\"}",
                          setup->address->host, setup->address->port, setup->token,
                          strlen ("{\"name\":\"\"}") + strlen (ask->subject), ask->subject);
}

static void
send_call (TwCarrier *self, const TwAsk *ask)
{
  const Carrier *carrier = (const Carrier *) self;
  Connection *connection = &carrier->connections[(guint) ask->id % carrier->setup->in_flight];
  g_autofree char *text = request (carrier->setup, ask);

  /* The call before, if its caller has given it up, takes its connection with it. */
  if (connection->id != 0)
    disconnect (connection);
  connection->id = ask->id;
  if (connection->fd < 0 && !connect_again (connection, NULL))
    tell (connection, TW_FATE_UNSENT, NULL, 0);
  else if (send (connection->fd, text, strlen (text), MSG_NOSIGNAL) != (ssize_t) strlen (text))
    lose (connection);
}

static void
flush (TwCarrier *self)
{
}

static void
close_http (TwCarrier *self)
{
  Carrier *carrier = (Carrier *) self;

  for (guint i = 0; i < carrier->setup->in_flight; i++)
    {
      disconnect (&carrier->connections[i]);
      tw_buffer_clear (&carrier->connections[i].in);
    }
  g_free (carrier->connections);
  g_free (carrier);
}

const TwCarrierClass tw_carrier_http = { open_http, send_call, flush, close_http, NULL };
