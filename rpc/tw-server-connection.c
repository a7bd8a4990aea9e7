/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-server-connection.h"

#include "tw-server-calls.h"
#include "tw-server-connection-private.h"
#include "tw-server-reading.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long a connection may take nothing of its answers while others wait for room for theirs. */
#define STALLED_MS 250

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
  g_clear_pointer (&connection->unsent, tw_send_queue_free);
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
  connection->starved = TW_NOT_STARVED;
  connection->unsent = tw_send_queue_new ();
  connection->backlog.total = &server->backlog;
  connection->backlog.max = server->limits.max_unsent;
  connection->last_of_id = g_hash_table_new (NULL, NULL);
  connection->idle_since_ms = tw_server_now_ms ();
  g_queue_push_tail_link (&server->connections, &connection->link);
  if (epoll_ctl (server->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
    tw_server_connection_close (connection);
}

void
tw_server_connection_leave_starved (TwServerConnection *connection)
{
  if (connection->starved != TW_NOT_STARVED)
    g_queue_unlink (&connection->server->starved[connection->starved], &connection->starved_link);
  connection->starved = TW_NOT_STARVED;
}

void
tw_server_connection_close (TwServerConnection *connection)
{
  if (connection->fd < 0)
    return;
  tw_server_connection_leave_starved (connection);
  g_queue_unlink (&connection->server->connections, &connection->link);
  close (connection->fd); /* epoll forgets it by itself */
  connection->fd = -1;
  tw_server_connection_clear_input (connection);
  tw_backlog_remove (&connection->backlog, tw_send_queue_length (connection->unsent));
  g_clear_pointer (&connection->unsent, tw_send_queue_free);
  tw_server_calls_abandon_all (connection);
  tw_server_connection_unref (connection);
}

void
tw_server_connection_refuse (TwServerConnection *connection, const char *reason)
{
  tw_refusal_log_add (&connection->server->refusals, tw_server_now_ms (), connection->fd, reason);
  tw_server_connection_close (connection);
}

/* Writing */

static gboolean
write_some (TwServerConnection *connection)
{
  gsize written;
  TwSendStatus status = tw_send_queue_write (connection->unsent, connection->fd, &written);

  tw_backlog_remove (&connection->backlog, written);
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
         || (connection->ended && (connection->input.len == 0 || connection->input_is_part));
}

static gboolean
has_something (const TwServerConnection *connection)
{
  guint8 byte;

  return recv (connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

void
tw_server_connection_was_unseen (TwServerConnection *connection, gint64 since_ms)
{
  if (connection->unseen_ms == 0 && has_something (connection))
    connection->unseen_ms = since_ms;
}

/* What has come by the end of a pause may have come when it began; unless nothing has. To be called before an answer is
 * written, which the peer may answer with another call. */
static void
end_pause (TwServerConnection *connection)
{
  if ((connection->paused_ms != 0 || connection->unseen_ms != 0) && tw_server_connection_may_take (connection)
      && !has_something (connection))
    connection->paused_ms = connection->unseen_ms = 0;
}

static void
wait_for (TwServerConnection *connection, guint32 interest)
{
  struct epoll_event event = { .events = interest, .data.ptr = connection };

  if (connection->interest == interest)
    return;
  if ((interest & EPOLLIN) == 0 && connection->paused_ms == 0)
    connection->paused_ms = tw_server_now_ms ();
  connection->interest = interest;
  if (epoll_ctl (connection->server->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) < 0)
    tw_server_connection_close (connection);
}

/* What is in its way that its own calls and answers will not take out of it. */
static TwStarved
find_starved (const TwServerConnection *connection, gboolean has_room)
{
  const TwServer *server = connection->server;

  if (!has_room)
    return tw_backlog_bytes (&connection->backlog) <= server->limits.max_unsent ? TW_STARVED_ROOM : TW_NOT_STARVED;
  if (server->stopping || tw_server_connection_has_place (connection))
    return TW_NOT_STARVED;
  if (!connection->next_is_kept)
    return TW_STARVED_BOTH;
  return tw_starved_for (connection->next_kind);
}

gboolean
tw_server_connection_can_go_on (const TwServerConnection *connection)
{
  if (connection->starved == TW_STARVED_ROOM)
    return tw_backlog_has_room (&connection->backlog);
  return find_starved (connection, TRUE) != connection->starved;
}

/* Behind those that are starved for the same already; it keeps its place where it was one of them. */
static void
set_starved (TwServerConnection *connection, TwStarved starved)
{
  if (connection->starved == starved)
    return;
  tw_server_connection_leave_starved (connection);
  connection->starved = starved;
  if (starved != TW_NOT_STARVED)
    g_queue_push_tail_link (&connection->server->starved[starved], &connection->starved_link);
}

static void
wait_for_events (TwServerConnection *connection)
{
  /* Once for both: what changes in between would be seen by neither. */
  const gboolean has_room = tw_server_connection_has_room (connection);
  const gboolean reads = has_room && tw_server_connection_may_take_with_room (connection);
  guint32 interest = 0;

  if (reads && !connection->ended)
    interest |= EPOLLIN;
  if (tw_send_queue_length (connection->unsent) > 0)
    interest |= EPOLLOUT;

  set_starved (connection, reads ? TW_NOT_STARVED : find_starved (connection, has_room));
  wait_for (connection, interest);
}

void
tw_server_connection_go_on (TwServerConnection *connection)
{
  if (connection->fd < 0)
    return;
  end_pause (connection);
  if (tw_send_queue_length (connection->unsent) > 0 && !write_some (connection))
    return;
  tw_server_calls_go_on (connection);
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
  tw_server_connection_go_on (connection);
}

static gboolean
is_past (gint64 since_ms, guint timeout_ms, gint64 at_ms)
{
  return since_ms != 0 && timeout_ms != 0 && at_ms - since_ms >= timeout_ms;
}

/* The connection with the most unsent of those that take nothing, or NULL. */
static TwServerConnection *
find_most_unsent (const TwServer *server, gint64 at_ms)
{
  TwServerConnection *most = NULL;

  for (GList *l = server->connections.head; l != NULL; l = l->next)
    {
      TwServerConnection *connection = l->data;

      if (is_past (connection->writing_since_ms, STALLED_MS, at_ms)
          && (most == NULL || tw_backlog_bytes (&connection->backlog) > tw_backlog_bytes (&most->backlog)))
        most = connection;
    }
  return most;
}

void
tw_server_connections_make_room (TwServer *server)
{
  const gint64 at_ms = tw_server_now_ms ();

  while (tw_backlog_total_excess (&server->backlog) > 0)
    {
      TwServerConnection *most = find_most_unsent (server, at_ms);

      if (most == NULL)
        {
          tw_server_arm (server, at_ms + STALLED_MS / 2);
          return;
        }
      tw_server_connection_refuse (most, "does not take its answers while others wait for room for theirs");
    }
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
