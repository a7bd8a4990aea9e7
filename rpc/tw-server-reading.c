/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-server-reading.h"

#include "tw-server-calls.h"
#include "tw-server-connection-private.h"
#include "tw-server-dispatch.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* To be called when `input` has changed. */
static void
count_input (TwServerConnection *connection)
{
  TwServer *server = connection->server;

  *(connection->counted_as_kept ? &server->kept_bytes : &server->input_bytes) -= connection->counted;
  connection->counted = connection->input.capacity;
  connection->counted_as_kept = connection->next_is_kept;
  *(connection->counted_as_kept ? &server->kept_bytes : &server->input_bytes) += connection->counted;
}

void
tw_server_connection_clear_input (TwServerConnection *connection)
{
  tw_buffer_clear (&connection->input);
  count_input (connection);
}

typedef enum
{
  PLACE_FOUND,
  PLACE_AWAITED, /* the call is kept until there is one */
  PLACE_REFUSED, /* too many are kept already: it is told so */
} Place;

/* @length is what would have to be kept. */
static Place
find_place (TwServerConnection *connection, const TwMethod *method, gsize length)
{
  const TwServer *server = connection->server;
  const gsize others = server->kept_bytes - (connection->counted_as_kept ? connection->counted : 0);

  connection->next_is_kept = FALSE;
  connection->next_kind = tw_call_kind_of (method);
  if (tw_server_connection_is_next (connection, connection->next_kind))
    return PLACE_FOUND;
  if (others + MAX (length, connection->input.capacity) > server->limits.max_input)
    return PLACE_REFUSED;
  connection->next_is_kept = TRUE;
  return PLACE_AWAITED;
}

/* Takes the whole messages at @bytes as far as the limits let it; *@taken is how many bytes they were. FALSE if the
 * connection had to be closed. */
static gboolean
take_messages (TwServerConnection *connection, const guint8 *bytes, gsize length, gsize *taken)
{
  *taken = 0;
  connection->input_is_part = FALSE;
  while (*taken < length && tw_server_connection_may_take (connection))
    {
      g_autoptr (GError) error = NULL;
      TwMessage message;
      const TwMethod *method;
      Place place;
      const guint8 *start = bytes + *taken;
      TwScanStatus status = tw_scanner_scan (connection->scanner, start, length - *taken, &message, &error);

      if (status == TW_SCAN_MORE)
        {
          connection->input_is_part = TRUE;
          return TRUE;
        }
      if (status == TW_SCAN_REFUSED)
        {
          tw_server_connection_refuse (connection, error->message);
          return FALSE;
        }
      if (message.type != TW_MESSAGE_CALL && message.type != TW_MESSAGE_ONEWAY)
        {
          tw_server_connection_refuse (connection, "sent a message that is no call");
          return FALSE;
        }
      method = tw_server_method_of (connection->server, &message);
      place = find_place (connection, method, length - *taken);
      if (place == PLACE_AWAITED)
        return TRUE;
      *taken += message.total;
      tw_server_calls_take (connection, method, start, &message, place == PLACE_REFUSED);
    }
  return TRUE;
}

void
tw_server_connection_watch_reading (TwServerConnection *connection, gboolean begins)
{
  if (connection->taken == connection->input.len || !tw_server_connection_may_take (connection))
    connection->reading_since_ms = 0;
  else if (begins || connection->reading_since_ms == 0)
    connection->reading_since_ms = tw_server_now_ms ();
}

gboolean
tw_server_connection_take_input (TwServerConnection *connection)
{
  TwBuffer *input = &connection->input;
  gsize taken;

  if (!take_messages (connection, tw_buffer_at (input, connection->taken), input->len - connection->taken, &taken))
    return FALSE;
  connection->taken += taken;
  tw_server_connection_watch_reading (connection, taken > 0);
  if (connection->taken == input->len)
    {
      tw_buffer_clear (input);
      connection->taken = 0;
    }
  else if (connection->taken > input->len / 2)
    {
      input->len -= connection->taken;
      memmove (input->data, input->data + connection->taken, input->len);
      connection->taken = 0;
    }
  count_input (connection);
  return TRUE;
}

/* Whole messages are taken from the scratch space, so that an idle connection, and most busy ones, hold no buffer. */
static gboolean
take_scratch (TwServerConnection *connection, gsize length)
{
  const guint8 *scratch = connection->server->scratch;
  gsize taken;

  if (!take_messages (connection, scratch, length, &taken))
    return FALSE;
  tw_buffer_append (&connection->input, scratch + taken, length - taken);
  count_input (connection);
  tw_server_connection_watch_reading (connection, TRUE);
  return TRUE;
}

/* The connection whose message has been coming in for the longest time, or NULL. */
static TwServerConnection *
find_slowest (const TwServer *server)
{
  TwServerConnection *slowest = NULL;

  for (GList *l = server->connections.head; l != NULL; l = l->next)
    {
      TwServerConnection *connection = l->data;

      if (connection->reading_since_ms != 0
          && (slowest == NULL || connection->reading_since_ms < slowest->reading_since_ms))
        slowest = connection;
    }
  return slowest;
}

/* Makes room for what @connection has just read. Whoever sends an honest message sends it at once, so those that wait
 * for the rest of an old one go first. FALSE if @connection itself had to be closed. */
static gboolean
make_room (TwServerConnection *connection)
{
  const TwServer *server = connection->server;

  while (server->input_bytes > server->limits.max_input)
    {
      TwServerConnection *slowest = find_slowest (server);

      if (slowest == NULL || slowest == connection)
        {
          tw_server_connection_refuse (connection, "sent a part of a message when there was no room for more of them");
          return FALSE;
        }
      tw_server_connection_refuse (slowest, "took longest to send a message when there was no room for more of them");
    }
  return TRUE;
}

gboolean
tw_server_connection_read (TwServerConnection *connection)
{
  TwServer *server = connection->server;
  gint64 now_ms = tw_server_now_ms ();
  gssize n;

  tw_server_look (server, now_ms);
  n = recv (connection->fd, server->scratch, sizeof server->scratch, 0);
  connection->came_ms = connection->paused_ms != 0 ? connection->paused_ms : now_ms;
  connection->write_came_ms
      = connection->unseen_ms != 0 ? MIN (connection->unseen_ms, connection->came_ms) : connection->came_ms;
  if (n < (gssize) sizeof server->scratch)
    connection->paused_ms = connection->unseen_ms = 0;
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return TRUE;
  if (n < 0)
    {
      tw_server_connection_close (connection);
      return FALSE;
    }
  if (n == 0)
    {
      connection->ended = TRUE;
      return TRUE;
    }
  if (connection->input.len == 0)
    return take_scratch (connection, (gsize) n) && make_room (connection);
  tw_buffer_append (&connection->input, server->scratch, (gsize) n);
  return tw_server_connection_take_input (connection) && make_room (connection);
}
