/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-httpd.h"

#include "tw-connections.h"
#include "tw-error.h"
#include "tw-exchange.h"
#include "tw-source.h"

#include <errno.h>
#include <unistd.h>

const TwHttpdLimits TW_HTTPD_DEFAULT_LIMITS = {
  .max_connections = 8192,
  .connection_memory = 10 * 1024, /* libmicrohttpd zeroes all of it for each request */
  .idle_timeout_ms = 75 * 1000,
  .line_timeout_ms = 10 * 1000,
  .silence_timeout_s = 60,
  .head_timeout_ms = 10 * 1000,
  .body_timeout_ms = 30 * 1000,
  .write_timeout_ms = 120 * 1000,
  .stream_timeout_ms = 30 * 1000,
};

/* How often the daemon runs at most when nothing has happened that it could work on. */
#define IDLE_RUN_MS 1

/* Runs in a row, of one turn of the loop. */
#define MAX_RUNS 4

/* Connections that the daemon accepts in one run, at least, where so many wait. */
#define MAX_ACCEPTED 10

typedef struct
{
  GSource source;
  TwHttpd *httpd;
  gpointer epoll_tag;
} DaemonSource;

/* What the daemon is at. */
typedef enum
{
  DAEMON_RESTS,    /* until something happens, or it says that it wants to run */
  DAEMON_RESTLESS, /* the same, but it ran last only because it wanted to: so not at once again */
  DAEMON_RUNS,
} DaemonState;

struct _TwHttpd
{
  struct MHD_Daemon *daemon;
  TwExchanges exchanges;
  TwConnections *connections;
  GSource *source;
  int listen_fd;
  DaemonState state;
  gint64 next_run_us; /* while it wants to run without a reason; of g_get_monotonic_time() */
  void (*stopped) (gpointer user_data);
  gpointer stopped_data;
};

static void
check_stopped (TwHttpd *httpd)
{
  void (*stopped) (gpointer) = httpd->stopped;

  if (stopped == NULL || httpd->exchanges.open.length > 0)
    return;
  httpd->stopped = NULL;
  stopped (httpd->stopped_data);
}

/* At its limit the daemon takes the listening socket from its epoll set, and puts it back only as it begins to run. So
 * when a place has become free it has to run again: nothing else would tell. It also does where it accepted as many as it
 * does at once, since more are waiting. */
static void
run_daemon (TwHttpd *httpd)
{
  const TwConnections *connections = httpd->connections;
  const guint begun = tw_connections_begun (connections), finished = tw_connections_finished (connections);

  httpd->exchanges.n_to_do = 0;
  MHD_run (httpd->daemon);
  if (tw_connections_finished (connections) != finished || tw_connections_begun (connections) - begun >= MAX_ACCEPTED)
    httpd->exchanges.n_to_do++;
}

void
tw_httpd_run (gpointer data)
{
  TwHttpd *httpd = data;
  TwExchanges *exchanges = &httpd->exchanges;
  const DaemonState before = httpd->state;

  if (before == DAEMON_RUNS)
    return;
  httpd->state = DAEMON_RUNS;
  exchanges->now_us = g_get_monotonic_time ();
  for (guint i = 0; i == 0 || (exchanges->n_to_do > 0 && i < MAX_RUNS); i++)
    run_daemon (httpd);
  if (exchanges->n_handed > 0 && exchanges->handler.handled != NULL)
    exchanges->handler.handled (exchanges->user_data);
  exchanges->n_handed = 0;
  tw_connections_look (httpd->connections);
  httpd->state = before;
  httpd->next_run_us = g_get_monotonic_time () + IDLE_RUN_MS * 1000;
  check_stopped (httpd);
}

/* When the daemon is to run: in so many milliseconds, -1 for no time of its own. It would run all the time while a
 * request waits, and for a connection whose buffer is full of what it can't make sense of yet, such as a chunk extension
 * without an end. */
static gint
wanted_ms (TwHttpd *httpd)
{
  unsigned long long wait;

  if (httpd->exchanges.n_to_do > 0)
    return 0;
  if (httpd->exchanges.n_waiting > 0 || tw_connections_pending (httpd->connections) > 0)
    return IDLE_RUN_MS;
  if (MHD_get_timeout (httpd->daemon, &wait) != MHD_YES)
    return -1;
  if (wait == 0 && httpd->state == DAEMON_RESTLESS)
    return IDLE_RUN_MS;
  return (gint) MIN (wait, (unsigned long long) G_MAXINT);
}

static gboolean
source_prepare (GSource *source, gint *timeout_ms)
{
  *timeout_ms = wanted_ms (((DaemonSource *) source)->httpd);
  return *timeout_ms == 0;
}

static gboolean
source_check (GSource *source)
{
  DaemonSource *self = (DaemonSource *) source;
  gint wanted;

  if (g_source_query_unix_fd (source, self->epoll_tag) != 0)
    return TRUE;
  wanted = wanted_ms (self->httpd);
  return wanted == 0 || (wanted == IDLE_RUN_MS && g_source_get_time (source) >= self->httpd->next_run_us);
}

static gboolean
source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  DaemonSource *self = (DaemonSource *) source;
  TwHttpd *httpd = self->httpd;

  if (httpd->exchanges.n_to_do > 0 || g_source_query_unix_fd (source, self->epoll_tag) != 0)
    httpd->state = DAEMON_RESTS;
  else
    httpd->state = DAEMON_RESTLESS;
  tw_httpd_run (httpd);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { source_prepare, source_check, source_dispatch, NULL, NULL, NULL };

static void
attach_source (TwHttpd *httpd)
{
  int epoll_fd = MHD_get_daemon_info (httpd->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;

  httpd->source = g_source_new (&source_funcs, sizeof (DaemonSource));
  ((DaemonSource *) httpd->source)->httpd = httpd;
  ((DaemonSource *) httpd->source)->epoll_tag = g_source_add_unix_fd (httpd->source, epoll_fd, G_IO_IN);
  tw_source_attach (httpd->source, g_main_context_get_thread_default ());
}

static struct MHD_Daemon *
start_daemon (TwHttpd *httpd)
{
  const TwHttpdLimits *limits = &httpd->exchanges.limits;

  /* Not its strict mode: that closes connections without an answer where tw-head.h gives one. */
  return MHD_start_daemon (
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, tw_connections_admit, httpd->connections,
      tw_exchanges_on_request, &httpd->exchanges,
      MHD_OPTION_EXTERNAL_LOGGER, tw_exchanges_on_complaint, &httpd->exchanges,
      MHD_OPTION_LISTEN_SOCKET, httpd->listen_fd,
      MHD_OPTION_CONNECTION_LIMIT, limits->max_connections,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) limits->connection_memory,
      MHD_OPTION_CONNECTION_TIMEOUT, limits->silence_timeout_s,
      MHD_OPTION_URI_LOG_CALLBACK, tw_exchanges_on_target, &httpd->exchanges,
      MHD_OPTION_UNESCAPE_CALLBACK, tw_exchanges_keep_escapes, &httpd->exchanges,
      MHD_OPTION_NOTIFY_CONNECTION, tw_connections_notify, httpd->connections,
      MHD_OPTION_NOTIFY_COMPLETED, tw_exchanges_on_completed, &httpd->exchanges,
      MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
      MHD_OPTION_END);
}

static TwConnections *
new_connections (const TwHttpdLimits *limits, const TwHttpdPeers *peers, GError **error)
{
  const guint timeouts_ms[TW_N_PHASES] = {
    [TW_PHASE_IDLE] = limits->idle_timeout_ms,     [TW_PHASE_LINE] = limits->line_timeout_ms,
    [TW_PHASE_HEAD] = limits->head_timeout_ms,     [TW_PHASE_BODY] = limits->body_timeout_ms,
    [TW_PHASE_UNWANTED] = limits->body_timeout_ms, [TW_PHASE_SENDING] = limits->write_timeout_ms,
    [TW_PHASE_STREAMING] = limits->stream_timeout_ms,
  };

  return tw_connections_new (timeouts_ms, peers != NULL ? peers->limit : NULL, peers != NULL ? peers->trusted : NULL,
                             error);
}

TwHttpd *
tw_httpd_new (int listen_fd, const TwHttpdLimits *limits, const TwHttpdPeers *peers, const TwHttpdHandler *handler,
              gpointer user_data, GError **error)
{
  TwHttpd *httpd = g_new0 (TwHttpd, 1);

  httpd->exchanges = (TwExchanges) {
    .limits = *limits,
    .handler = *handler,
    .user_data = user_data,
    .pool = tw_request_pool_new (),
  };
  httpd->listen_fd = listen_fd;
  httpd->connections = new_connections (limits, peers, error);
  if (httpd->connections != NULL)
    {
      httpd->daemon = start_daemon (httpd);
      if (httpd->daemon == NULL)
        g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "the HTTP server can't be started: %s",
                     g_strerror (errno));
    }
  if (httpd->daemon == NULL)
    {
      close (listen_fd);
      g_clear_pointer (&httpd->connections, tw_connections_free);
      tw_request_pool_free (httpd->exchanges.pool);
      g_free (httpd);
      return NULL;
    }
  attach_source (httpd);
  return httpd;
}

static void
stop_listening (TwHttpd *httpd)
{
  if (httpd->listen_fd < 0)
    return;
  MHD_quiesce_daemon (httpd->daemon);
  close (httpd->listen_fd);
  httpd->listen_fd = -1;
  httpd->exchanges.serving = MAX (httpd->exchanges.serving, TW_SERVING_LAST);
}

void
tw_httpd_stop (TwHttpd *httpd, void (*stopped) (gpointer user_data), gpointer user_data)
{
  stop_listening (httpd);
  httpd->stopped = stopped;
  httpd->stopped_data = user_data;
  /* The loop's next turn finds out whether that was all. */
  httpd->exchanges.n_to_do++;
}

void
tw_httpd_close (TwHttpd *httpd)
{
  httpd->exchanges.serving = TW_SERVING_NO_MORE;
}

void
tw_httpd_free (TwHttpd *httpd)
{
  httpd->stopped = NULL;
  tw_httpd_close (httpd);
  stop_listening (httpd);
  tw_exchanges_answer_waiting (&httpd->exchanges);
  tw_httpd_run (httpd);
  g_source_destroy (httpd->source);
  g_source_unref (httpd->source);
  MHD_stop_daemon (httpd->daemon);
  tw_connections_free (httpd->connections);
  tw_request_pool_free (httpd->exchanges.pool);
  g_free (httpd);
}
