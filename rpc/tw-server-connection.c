/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-server-connection.h"

#include "tw-server-connection-private.h"
#include "tw-server-dispatch.h"
#include "tw-server-reading.h"

#include <sys/epoll.h>
#include <unistd.h>

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
  connection->idle_since_ms = tw_server_now_ms ();
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

void
tw_server_connection_close (TwServerConnection *connection)
{
  if (connection->fd < 0)
    return;
  leave_starved (connection);
  g_queue_unlink (&connection->server->connections, &connection->link);
  close (connection->fd); /* epoll forgets it by itself */
  connection->fd = -1;
  tw_server_connection_clear_input (connection);
  tw_server_connection_unref (connection);
}

void
tw_server_connection_refuse (TwServerConnection *connection, const char *reason)
{
  tw_refusal_log_add (&connection->server->refusals, tw_server_now_ms (), connection->fd, reason);
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

void
tw_server_connection_take_call (TwServerConnection *connection, const guint8 *start, const TwMessage *message)
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
        connection->writing_since_ms = tw_server_now_ms ();
      tw_send_queue_take (connection->unsent, call->reply_unframed, &call->reply);
    }
  if (next == NULL)
    g_hash_table_remove (connection->last_of_id, id_key (call));
  forget_call (connection, call);
  if (next != NULL)
    tw_server_start_call (connection->server, next);
  tw_server_connection_unref (connection);
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
    connection->writing_since_ms = tw_server_now_ms ();
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
         || (connection->ended && (connection->input.len == 0 || tw_server_connection_may_take (connection)));
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
  gboolean reads = tw_server_connection_may_take (connection);
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
  if (connection->input.len > 0 && tw_server_connection_may_take (connection)
      && !tw_server_connection_take_input (connection))
    return;

  if (is_over (connection))
    {
      tw_server_connection_close (connection);
      return;
    }
  if (is_busy (connection) || connection->input.len > 0)
    connection->idle_since_ms = 0;
  else if (connection->idle_since_ms == 0)
    connection->idle_since_ms = tw_server_now_ms ();
  tw_server_connection_watch_reading (connection, FALSE);
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
  if ((events & EPOLLIN) != 0 && tw_server_connection_may_take (connection) && !tw_server_connection_read (connection))
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
    tw_server_connection_refuse (connection, "took too long to send a message");
  else if (is_past (connection->writing_since_ms, limits->write_timeout_ms, at_ms))
    tw_server_connection_refuse (connection, "does not take its answers");
  else if (is_past (connection->idle_since_ms, limits->idle_timeout_ms, at_ms))
    tw_server_connection_close (connection);
}
