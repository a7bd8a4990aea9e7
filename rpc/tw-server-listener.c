/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-server-listener.h"

#include "tw-error.h"
#include "tw-log.h"
#include "tw-server-connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static void
listen_for (TwServer *server, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = NULL };

  if (server->listen_fd >= 0 && epoll_ctl (server->epoll_fd, EPOLL_CTL_MOD, server->listen_fd, &event) < 0)
    tw_log_error ("epoll_ctl: %s", g_strerror (errno));
}

static gboolean
accept_one (TwServer *server)
{
  static const int on = 1;
  int fd = accept4 (server->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

  if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
    {
      tw_log_warning ("can't accept a connection: %s", g_strerror (errno));
      server->accept_paused = TRUE; /* until somebody looks again */
      listen_for (server, 0);
    }
  if (fd < 0)
    return errno == EINTR || errno == ECONNABORTED;
  if (server->connections.length >= server->limits.max_connections)
    {
      tw_refusal_log_add (&server->refusals, tw_clock_monotonic_ms (tw_clock_system ()), fd,
                          "there are too many connections");
      close (fd);
      return TRUE;
    }
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  tw_server_connection_open (server, fd);
  return TRUE;
}

void
tw_server_accept (TwServer *server, guint at_most)
{
  for (guint i = 0; i < at_most && server->listen_fd >= 0; i++)
    if (!accept_one (server))
      return;
}

void
tw_server_go_on_accepting (TwServer *server)
{
  if (!server->accept_paused)
    return;
  server->accept_paused = FALSE;
  listen_for (server, EPOLLIN);
}

gboolean
tw_server_listen (TwServer *server, const TwAddress *address, GError **error)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

  server->listen_fd = tw_socket_listen (address, FALSE, error);
  if (server->listen_fd < 0)
    return FALSE;
  server->port = tw_socket_port (server->listen_fd);
  server->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (server->epoll_fd < 0 || epoll_ctl (server->epoll_fd, EPOLL_CTL_ADD, server->listen_fd, &event) < 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "epoll: %s", g_strerror (errno));
      return FALSE;
    }
  return TRUE;
}

void
tw_server_close_listener (TwServer *server)
{
  if (server->listen_fd >= 0)
    close (server->listen_fd);
  server->listen_fd = -1;
}
