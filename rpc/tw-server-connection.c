/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-server-connection.h"

#include "tw-clock.h"
#include "tw-send-queue.h"
#include "tw-server-dispatch.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct _TwServerConnection
{
  guint refs;
  TwServer *server;
  GList link;         /* in the server's connections */
  GList starved_link; /* in the server's starved ones */
  gboolean starved;

  int fd; /* -1: closed */
  guint32 interest;
  gboolean ended; /* the peer sends no more */

  TwScanner *scanner;
  TwBuffer input; /* what has been read and not been taken, from `taken` on; empty between messages */
  gsize taken;
  gsize counted; /* of `input`, in the server's sum */
  TwSendQueue *unsent;

  GHashTable *last_of_id; /* sequence id → the last call in flight that has it */
  guint n_calls;

  /* monotonic; 0: not running */
  gint64 idle_since_ms, reading_since_ms, writing_since_ms;
};

static gint64
now_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

TwServerConnection *
tw_server_connection_ref (TwServerConnection *connection)
{
  connection->refs++;
  return connection;
}

void
tw_server_connection_unref (TwServerConnection *connection)
{
  if (--connection->refs > 0)
    return;
  tw_scanner_free (connection->scanner);
  tw_buffer_clear (&connection->input);
  tw_send_queue_free (connection->unsent);
  g_hash_table_unref (connection->last_of_id);
  g_free (connection);
}

void
tw_server_connection_open (TwServer *server, int fd)
{
  TwServerConnection *connection = g_new0 (TwServerConnection, 1);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };

  connection->refs = 1;
  connection->server = server;
  connection->link.data = connection;
  connection->starved_link.data = connection;
  connection->fd = fd;
  connection->interest = EPOLLIN;
  connection->scanner = tw_scanner_new (&server->limits.request_limits);
  connection->unsent = tw_send_queue_new ();
  connection->last_of_id = g_hash_table_new (NULL, NULL);
  connection->idle_since_ms = now_ms ();
  g_queue_push_tail_link (&server->connections, &connection->link);
  if (epoll_ctl (server->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    tw_server_connection_close (connection);
}

static void
leave_starved (TwServerConnection *connection)
{
  if (connection->starved)
    g_queue_unlink (&connection->server->starved, &connection->starved_link);
  connection->starved = FALSE;
}

/* To be called when `input` has changed. */
static void
count_input (TwServerConnection *connection)
{
  connection->server->input_bytes += connection->input.capacity - connection->counted;
  connection->counted = connection->input.capacity;
}

void
tw_server_connection_close (TwServerConnection *connection)
{
  if (connection->fd < 0)
    return;
  leave_starved (connection);
  g_queue_unlink (&connection->server->connections, &connection->link);
  close (connection->fd); /* epoll forgets it by itself */
  connection->fd = -1;
  tw_buffer_clear (&connection->input);
  count_input (connection);
  tw_server_connection_unref (connection);
}

static void
refuse (TwServerConnection *connection, const char *reason)
{
  tw_refusal_log_add (&connection->server->refusals, now_ms (), connection->fd, reason);
  tw_server_connection_close (connection);
}

/* Calls */

static gpointer
id_key (const TwCall *call)
{
  return GINT_TO_POINTER (call->sequence_id);
}

static void
forget_call (TwServerConnection *connection, TwCall *call)
{
  connection->n_calls--;
  connection->server->n_calls--;
  connection->server->call_bytes -= call->length;
  tw_call_free (call);
}

void
tw_server_connection_drop_call (gpointer data)
{
  TwCall *call = data;
  g_autoptr (TwServerConnection) connection = call->connection;

  /* Those that waited for it go with it. */
  for (TwCall *waiting = call->next; waiting != NULL;)
    {
      TwCall *next = waiting->next;

      forget_call (connection, waiting);
      tw_server_connection_unref (connection);
      waiting = next;
    }
  forget_call (connection, call);
}

/* Starts the call that @message is, or puts it behind one in flight that has the same sequence id. */
static void
take_call (TwServerConnection *connection, const guint8 *start, const TwMessage *message)
{
  TwServer *server = connection->server;
  TwCall *call = tw_server_make_call (server, start, message);
  TwCall *before = g_hash_table_lookup (connection->last_of_id, id_key (call));

  call->connection = tw_server_connection_ref (connection);
  connection->n_calls++;
  server->n_calls++;
  server->call_bytes += call->length;
  g_hash_table_insert (connection->last_of_id, id_key (call), call);
  if (before != NULL)
    before->next = call;
  else
    tw_server_start_call (server, call);
}

void
tw_server_connection_answered (TwServerConnection *connection, TwCall *call)
{
  TwCall *next = call->next;

  if (connection->fd < 0)
    {
      tw_server_connection_drop_call (call);
      return;
    }
  if (call->reply.len > 0)
    {
      if (tw_send_queue_length (connection->unsent) == 0)
        connection->writing_since_ms = now_ms ();
      tw_send_queue_take (connection->unsent, call->reply_unframed, &call->reply);
    }
  if (next == NULL)
    g_hash_table_remove (connection->last_of_id, id_key (call));
  forget_call (connection, call);
  if (next != NULL)
    tw_server_start_call (connection->server, next);
  tw_server_connection_unref (connection);
}

/* Reading */

static gboolean
may_take (const TwServerConnection *connection)
{
  const TwServer *server = connection->server;

  return !server->stopping && !tw_server_is_full (server)
         && connection->n_calls < server->limits.max_calls_per_connection
         && tw_send_queue_length (connection->unsent) <= server->limits.max_unsent;
}

/* Takes the whole messages at @bytes as far as the limits let it; *@taken is how many bytes they were. FALSE if the
 * connection had to be closed. */
static gboolean
take_messages (TwServerConnection *connection, const guint8 *bytes, gsize length, gsize *taken)
{
  *taken = 0;
  while (*taken < length && may_take (connection))
    {
      g_autoptr (GError) error = NULL;
      TwMessage message;
      const guint8 *start = bytes + *taken;
      TwScanStatus status = tw_scanner_scan (connection->scanner, start, length - *taken, &message, &error);

      if (status == TW_SCAN_MORE)
        return TRUE;
      if (status == TW_SCAN_REFUSED)
        {
          refuse (connection, error->message);
          return FALSE;
        }
      if (message.type != TW_MESSAGE_CALL && message.type != TW_MESSAGE_ONEWAY)
        {
          refuse (connection, "sent a message that is no call");
          return FALSE;
        }
      *taken += message.total;
      take_call (connection, start, &message);
    }
  return TRUE;
}

/* A message's time runs from its first byte, but not while we are the ones who do not read. */
static void
watch_reading (TwServerConnection *connection, gboolean begins)
{
  if (connection->taken == connection->input.len || !may_take (connection))
    connection->reading_since_ms = 0;
  else if (begins || connection->reading_since_ms == 0)
    connection->reading_since_ms = now_ms ();
}

/* Goes on with what was read before. */
static gboolean
take_input (TwServerConnection *connection)
{
  TwBuffer *input = &connection->input;
  gsize taken;

  if (!take_messages (connection, input->data + connection->taken, input->len - connection->taken, &taken))
    return FALSE;
  connection->taken += taken;
  watch_reading (connection, taken > 0);
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
  watch_reading (connection, TRUE);
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
          refuse (connection, "sent a part of a message when there was no room for more of them");
          return FALSE;
        }
      refuse (slowest, "took longest to send a message when there was no room for more of them");
    }
  return TRUE;
}

static gboolean
read_some (TwServerConnection *connection)
{
  TwServer *server = connection->server;
  gssize n = recv (connection->fd, server->scratch, sizeof server->scratch, 0);

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
  return take_input (connection) && make_room (connection);
}

/* Writing */

static gboolean
write_some (TwServerConnection *connection)
{
  gsize written;
  TwSendStatus status = tw_send_queue_write (connection->unsent, connection->fd, &written);

  if (status == TW_SEND_FAILED)
    {
      tw_server_connection_close (connection);
      return FALSE;
    }
  if (status == TW_SEND_DONE)
    connection->writing_since_ms = 0;
  else if (written > 0)
    connection->writing_since_ms = now_ms ();
  return TRUE;
}

/* What happens next */

static gboolean
is_busy (const TwServerConnection *connection)
{
  return connection->n_calls > 0 || tw_send_queue_length (connection->unsent) > 0;
}

/* Nothing more will come of it: the peer is done, or we are, and all is answered. */
static gboolean
is_over (const TwServerConnection *connection)
{
  if (is_busy (connection))
    return FALSE;
  return connection->server->stopping
         || (connection->ended && (connection->input.len == 0 || may_take (connection)));
}

static void
wait_for (TwServerConnection *connection, guint32 interest)
{
  struct epoll_event event = { .events = interest, .data.ptr = connection };

  if (connection->interest == interest)
    return;
  connection->interest = interest;
  if (epoll_ctl (connection->server->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) < 0)
    tw_server_connection_close (connection);
}

static void
wait_for_events (TwServerConnection *connection)
{
  TwServer *server = connection->server;
  gboolean reads = may_take (connection);
  guint32 interest = 0;

  if (reads && !connection->ended)
    interest |= EPOLLIN;
  if (tw_send_queue_length (connection->unsent) > 0)
    interest |= EPOLLOUT;

  /* Its own calls and replies wake it up again; what others have in flight does not. */
  if (!reads && !server->stopping && tw_server_is_full (server) && !connection->starved)
    {
      connection->starved = TRUE;
      g_queue_push_tail_link (&server->starved, &connection->starved_link);
    }
  wait_for (connection, interest);
}

void
tw_server_connection_settle (TwServerConnection *connection)
{
  if (connection->fd < 0)
    return;
  leave_starved (connection);
  if (tw_send_queue_length (connection->unsent) > 0 && !write_some (connection))
    return;
  if (connection->input.len > 0 && may_take (connection) && !take_input (connection))
    return;

  if (is_over (connection))
    {
      tw_server_connection_close (connection);
      return;
    }
  if (is_busy (connection) || connection->input.len > 0)
    connection->idle_since_ms = 0;
  else if (connection->idle_since_ms == 0)
    connection->idle_since_ms = now_ms ();
  watch_reading (connection, FALSE);
  wait_for_events (connection);
}

void
tw_server_connection_ready (TwServerConnection *connection, guint32 events)
{
  if (connection->fd < 0)
    return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0)
    {
      tw_server_connection_close (connection);
      return;
    }
  if ((events & EPOLLIN) != 0 && may_take (connection) && !read_some (connection))
    return;
  tw_server_connection_settle (connection);
}

static gboolean
is_past (gint64 since_ms, guint timeout_ms, gint64 at_ms)
{
  return since_ms != 0 && timeout_ms != 0 && at_ms - since_ms >= timeout_ms;
}

void
tw_server_connection_check_deadlines (TwServerConnection *connection, gint64 at_ms)
{
  const TwServerLimits *limits = &connection->server->limits;

  if (is_past (connection->reading_since_ms, limits->read_timeout_ms, at_ms))
    refuse (connection, "took too long to send a message");
  else if (is_past (connection->writing_since_ms, limits->write_timeout_ms, at_ms))
    refuse (connection, "does not take its answers");
  else if (is_past (connection->idle_since_ms, limits->idle_timeout_ms, at_ms))
    tw_server_connection_close (connection);
}
