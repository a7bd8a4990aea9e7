/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-connections.h"

#include "tw-clock.h"
#include "tw-error.h"
#include "tw-source.h"

#include <errno.h>
#include <glib-unix.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* A sweep looks at a quarter of them, so that each is looked at once a second. */
#define SWEEP_MS 250
#define SWEEPS_A_ROUND 4

#define MAX_EVENTS 64
#define MAX_LOOKS 256 /* in a run, at connections whose peers have ended */

/* How often the daemon runs after all bytes were read before a connection is over: it may have an answer of its own to
 * send. */
#define LAST_RUNS 2

#define NO_DEADLINE G_MAXINT64

/* What is known of the peer. */
typedef enum
{
  PEER_SENDS,
  PEER_ENDED,   /* it sends no more; what it has sent need not be read yet */
  PEER_PENDING, /* the same, and the connection needs bytes: it is among those to be looked at */
  PEER_CUT,     /* we have ended the connection */
} Peer;

struct _TwConnections
{
  guint timeouts_ms[TW_N_PHASES];
  TwClientLimit *limit;
  const TwCidrs *trusted;
  guint n_admitted; /* 1 from the policy to the notification */
  TwIp admitted;
  int watch_fd; /* epoll: whose peer has ended */
  GSource *watch, *sweep;
  GQueue open;    /* of TwConnection; the sweep begins at the head */
  GQueue pending; /* of those, PEER_PENDING */
  guint n_runs, n_begun, n_finished;
};

struct _TwConnection
{
  GList link, pending_link;
  TwConnections *connections;
  int fd;
  TwPhase phase;
  Peer peer;
  guint n_runs; /* of its connections, when its last byte was found to be read; 0: not yet */
  gint64 deadline_ms;
  guint64 taken; /* bytes, by requests that are complete */
  guint64 acknowledged; /* bytes that the peer has taken, when that was asked last */
  void (*ended) (gpointer user_data); /* NULL: nobody is told */
  gpointer ended_data;
  TwIp ip;
  const TwCidrs *trusted;
  char address[TW_IP_TEXT_SIZE];
};

static gint64
now_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

void
tw_connection_end (TwConnection *connection)
{
  if (connection->peer == PEER_PENDING)
    g_queue_unlink (&connection->connections->pending, &connection->pending_link);
  connection->peer = PEER_CUT;
  connection->deadline_ms = NO_DEADLINE;
  shutdown (connection->fd, SHUT_RDWR);
}

/* --- Peers that end. --- */

/* Has it looked at behind the daemon's next run, if there is a reason. */
static void
consider (TwConnection *connection)
{
  if (connection->peer != PEER_ENDED || !tw_phase_needs_bytes (connection->phase))
    return;
  connection->peer = PEER_PENDING;
  connection->n_runs = 0;
  g_queue_push_tail_link (&connection->connections->pending, &connection->pending_link);
}

/* Whether there is nothing more to read from a peer that has ended. */
static gboolean
is_read (int fd)
{
  char byte;
  const ssize_t n = recv (fd, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);

  return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void
look_at (TwConnection *connection)
{
  TwConnections *connections = connection->connections;

  g_queue_unlink (&connections->pending, &connection->pending_link);
  connection->peer = PEER_ENDED;
  if (!tw_phase_needs_bytes (connection->phase))
    return;
  if (connection->n_runs == 0 && is_read (connection->fd))
    connection->n_runs = connections->n_runs;
  if (connection->n_runs != 0 && connections->n_runs - connection->n_runs >= LAST_RUNS)
    {
      tw_connection_end (connection);
      return;
    }
  connection->peer = PEER_PENDING;
  g_queue_push_tail_link (&connections->pending, &connection->pending_link);
}

void
tw_connections_look (TwConnections *connections)
{
  guint n = MIN (connections->pending.length, MAX_LOOKS);

  connections->n_runs = MAX (connections->n_runs + 1, 1);
  for (guint i = 0; i < n; i++)
    look_at (connections->pending.head->data);
}

guint
tw_connections_pending (const TwConnections *connections)
{
  return connections->pending.length;
}

guint
tw_connections_begun (const TwConnections *connections)
{
  return connections->n_begun;
}

guint
tw_connections_finished (const TwConnections *connections)
{
  return connections->n_finished;
}

static void
tell_ended (TwConnection *connection)
{
  void (*ended) (gpointer) = connection->ended;

  connection->ended = NULL;
  if (ended != NULL)
    ended (connection->ended_data);
}

void
tw_connection_watch (TwConnection *connection, void (*ended) (gpointer user_data), gpointer user_data)
{
  connection->ended = ended;
  connection->ended_data = user_data;
  if (connection->peer != PEER_SENDS)
    tell_ended (connection);
}

void
tw_connection_notice_loss (TwConnection *connection)
{
  const guint timeout_ms = connection->connections->timeouts_ms[TW_PHASE_STREAMING];

  /* Where this fails, the kernel gives the peer up by itself, after a quarter of an hour. */
  setsockopt (connection->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof timeout_ms);
}

static gboolean
on_ended (gint fd, GIOCondition condition, gpointer data)
{
  struct epoll_event events[MAX_EVENTS];
  int n = epoll_wait (fd, events, MAX_EVENTS, 0);

  for (int i = 0; i < n; i++)
    {
      TwConnection *connection = events[i].data.ptr;

      if (connection->peer == PEER_SENDS)
        connection->peer = PEER_ENDED;
      consider (connection);
      tell_ended (connection);
    }
  return G_SOURCE_CONTINUE;
}

/* --- The sweep. --- */

/* How many bytes have come on it so far, and how long ago the last one; 0 where the kernel does not say. */
static guint64
received (int fd, gint64 *ago_ms)
{
  struct tcp_info info = { 0 };
  socklen_t size = offsetof (struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received;

  if (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
    return 0;
  *ago_ms = info.tcpi_last_data_recv;
  return info.tcpi_bytes_received;
}

/* Whether bytes have come that were no whole line. */
static void
look_for_line (TwConnection *connection, gint64 now)
{
  gint64 ago_ms = 0;

  if (received (connection->fd, &ago_ms) > connection->taken)
    tw_connection_move (connection, TW_PHASE_LINE, FALSE, now - ago_ms);
}

/* Whether its peer has taken bytes since this was asked last. */
static gboolean
has_taken (TwConnection *connection)
{
  struct tcp_info info = { 0 };
  socklen_t size = offsetof (struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked;
  const guint64 before = connection->acknowledged;

  if (getsockopt (connection->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0)
    connection->acknowledged = info.tcpi_bytes_acked;
  return connection->acknowledged != before;
}

static void
meet_deadline (TwConnection *connection, gint64 now)
{
  if (connection->phase == TW_PHASE_STREAMING && has_taken (connection))
    connection->deadline_ms = now + connection->connections->timeouts_ms[TW_PHASE_STREAMING];
  else
    tw_connection_end (connection);
}

static gboolean
sweep (gpointer data)
{
  TwConnections *connections = data;
  gint64 now = now_ms ();
  guint n = (connections->open.length + SWEEPS_A_ROUND - 1) / SWEEPS_A_ROUND;

  for (guint i = 0; i < n; i++)
    {
      GList *link = g_queue_pop_head_link (&connections->open);
      TwConnection *connection = link->data;

      g_queue_push_tail_link (&connections->open, link);
      if (connection->phase == TW_PHASE_IDLE && connection->peer == PEER_SENDS)
        look_for_line (connection, now);
      if (connection->deadline_ms <= now)
        meet_deadline (connection, now);
    }
  return G_SOURCE_CONTINUE;
}

/* --- As a whole. --- */

TwConnections *
tw_connections_new (const guint timeouts_ms[TW_N_PHASES], TwClientLimit *limit, const TwCidrs *trusted, GError **error)
{
  int watch_fd = epoll_create1 (EPOLL_CLOEXEC);
  TwConnections *connections;

  if (watch_fd < 0)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "connections can't be watched: %s", g_strerror (errno));
      return NULL;
    }
  connections = g_new0 (TwConnections, 1);
  for (guint i = 0; i < TW_N_PHASES; i++)
    connections->timeouts_ms[i] = timeouts_ms[i];
  connections->limit = limit;
  connections->trusted = trusted;
  connections->watch_fd = watch_fd;
  connections->watch = g_unix_fd_source_new (watch_fd, G_IO_IN);
  g_source_set_callback (connections->watch, G_SOURCE_FUNC (on_ended), NULL, NULL);
  tw_source_attach (connections->watch, g_main_context_get_thread_default ());
  connections->sweep = g_timeout_source_new (SWEEP_MS);
  g_source_set_callback (connections->sweep, sweep, connections, NULL);
  g_source_attach (connections->sweep, g_main_context_get_thread_default ());
  return connections;
}

/* One that was admitted, but never begun. */
static void
forget_admitted (TwConnections *connections)
{
  if (connections->n_admitted > 0 && connections->limit != NULL)
    tw_client_limit_leave (connections->limit, &connections->admitted);
  connections->n_admitted = 0;
}

void
tw_connections_free (TwConnections *connections)
{
  forget_admitted (connections);
  g_source_destroy (connections->sweep);
  g_source_unref (connections->sweep);
  g_source_destroy (connections->watch);
  g_source_unref (connections->watch);
  close (connections->watch_fd);
  g_free (connections);
}

enum MHD_Result
tw_connections_admit (void *data, const struct sockaddr *address, socklen_t length)
{
  TwConnections *connections = data;
  TwIp ip = { 0 };

  forget_admitted (connections);
  if (!tw_ip_from_sockaddr (address, &ip)
      || (connections->limit != NULL && !tw_client_limit_enter (connections->limit, &ip)))
    return MHD_NO;
  connections->admitted = ip;
  connections->n_admitted = 1;
  return MHD_YES;
}

static TwConnection *
begin (TwConnections *connections, struct MHD_Connection *mhd)
{
  TwConnection *connection = g_new0 (TwConnection, 1);
  struct epoll_event event = { .events = EPOLLRDHUP | EPOLLET, .data.ptr = connection };

  connection->link.data = connection->pending_link.data = connection;
  connection->connections = connections;
  connection->fd = MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  connection->ip = connections->admitted;
  connections->n_admitted = 0;
  connections->n_begun++;
  tw_ip_to_text (&connection->ip, connection->address);
  if (connections->trusted != NULL && tw_cidrs_contain (connections->trusted, &connection->ip))
    connection->trusted = connections->trusted;
  connection->phase = TW_PHASE_IDLE;
  connection->deadline_ms = now_ms () + connections->timeouts_ms[TW_PHASE_IDLE];
  g_queue_push_tail_link (&connections->open, &connection->link);
  /* Where this fails the deadlines are what is left. */
  epoll_ctl (connections->watch_fd, EPOLL_CTL_ADD, connection->fd, &event);
  return connection;
}

/* The kernel takes it from the epoll set when libmicrohttpd closes it, which it does next. */
static void
finish (TwConnection *connection)
{
  TwConnections *connections = connection->connections;

  if (connection->peer == PEER_PENDING)
    g_queue_unlink (&connections->pending, &connection->pending_link);
  g_queue_unlink (&connections->open, &connection->link);
  connections->n_finished++;
  if (connections->limit != NULL)
    tw_client_limit_leave (connections->limit, &connection->ip);
  g_free (connection);
}

void
tw_connections_notify (void *data, struct MHD_Connection *mhd, void **context,
                       enum MHD_ConnectionNotificationCode code)
{
  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    *context = begin (data, mhd);
  else if (*context != NULL)
    finish (g_steal_pointer (context));
}

/* --- One connection. --- */

TwConnection *
tw_connection_find (struct MHD_Connection *mhd)
{
  return MHD_get_connection_info (mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

TwPhase
tw_connection_phase (const TwConnection *connection)
{
  return connection->phase;
}

void
tw_connection_move (TwConnection *connection, TwPhase phase, gboolean answered, gint64 now)
{
  guint timeout_ms = connection->connections->timeouts_ms[phase];
  gboolean sound = tw_phase_may_become (connection->phase, phase) && tw_phase_has_answer (phase) == answered;
  TwPhase before = connection->phase;

  connection->phase = phase;
  if (connection->peer != PEER_CUT)
    connection->deadline_ms = timeout_ms > 0 ? now + timeout_ms : NO_DEADLINE;
  consider (connection);
  if (sound)
    return;
  g_critical ("a connection went from %s to %s, %s", tw_phase_name (before), tw_phase_name (phase),
              answered ? "with an answer" : "without an answer");
  tw_connection_end (connection);
}

void
tw_connection_took (TwConnection *connection, gint64 n)
{
  gint64 ago_ms;

  if (n >= 0)
    connection->taken += (guint64) n;
  else
    connection->taken = received (connection->fd, &ago_ms);
}

const TwIp *
tw_connection_ip (const TwConnection *connection)
{
  return &connection->ip;
}

const char *
tw_connection_address (const TwConnection *connection)
{
  return connection->address;
}

const TwCidrs *
tw_connection_trusted (const TwConnection *connection)
{
  return connection->trusted;
}
