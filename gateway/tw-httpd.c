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
  .silence_timeout_s = 60,
  .head_timeout_ms = 10 * 1000,
  .body_timeout_ms = 30 * 1000,
  .write_timeout_ms = 120 * 1000,
};

/* How often the daemon runs at most when nothing has happened that it could work on. */
#define IDLE_RUN_MS 1

/* Runs in a row, of one turn of the loop. */
#define MAX_RUNS 4

typedef struct
{
  GSource source;
  TwHttpd *httpd;
  gpointer epoll_tag;
} DaemonSource;

struct _TwHttpd
{
  struct MHD_Daemon *daemon;
  TwExchanges exchanges;
  TwConnections *connections;
  GSource *source;
  int listen_fd;
  gboolean running;    /* inside MHD_run() */
  gboolean unprompted; /* it ran last because it wanted to, not because something had happened */
  gint64 next_run_us;  /* while it wants to run without a reason; of g_get_monotonic_time() */
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

void
tw_httpd_run (gpointer data)
{
  TwHttpd *httpd = data;

  if (httpd->running)
    return;
  httpd->running = TRUE;
  tw_log_gather ();
  httpd->exchanges.now_us = g_get_monotonic_time ();
  for (guint i = 0; i == 0 || (httpd->exchanges.unfinished && i < MAX_RUNS); i++)
    {
      httpd->exchanges.unfinished = FALSE;
      MHD_run (httpd->daemon);
    }
  if (httpd->exchanges.handed_on && httpd->exchanges.handler.handled != NULL)
    httpd->exchanges.handler.handled (httpd->exchanges.user_data);
  httpd->exchanges.handed_on = FALSE;
  tw_log_flush ();
  httpd->running = FALSE;
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

  if (httpd->exchanges.unfinished)
    return 0;
  if (httpd->exchanges.n_waiting > 0)
    return IDLE_RUN_MS;
  if (MHD_get_timeout (httpd->daemon, &wait) != MHD_YES)
    return -1;
  if (wait == 0 && httpd->unprompted)
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

  httpd->unprompted = !httpd->exchanges.unfinished && g_source_query_unix_fd (source, self->epoll_tag) == 0;
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

TwHttpd *
tw_httpd_new (int listen_fd, const TwHttpdLimits *limits, const TwHttpdHandler *handler, gpointer user_data,
              GError **error)
{
  TwHttpd *httpd = g_new0 (TwHttpd, 1);

  httpd->exchanges = (TwExchanges) {
    .limits = *limits,
    .handler = *handler,
    .user_data = user_data,
    .pool = tw_request_pool_new (),
  };
  httpd->listen_fd = listen_fd;
  httpd->connections = tw_connections_new (limits->idle_timeout_ms);
  /* Not its strict mode: that closes connections without an answer where tw-head.h gives one. */
  httpd->daemon = MHD_start_daemon (
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, tw_exchanges_on_request,
      &httpd->exchanges,
      MHD_OPTION_EXTERNAL_LOGGER, tw_exchanges_on_complaint, &httpd->exchanges,
      MHD_OPTION_LISTEN_SOCKET, listen_fd,
      MHD_OPTION_CONNECTION_LIMIT, limits->max_connections,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) limits->connection_memory,
      MHD_OPTION_CONNECTION_TIMEOUT, limits->silence_timeout_s,
      MHD_OPTION_URI_LOG_CALLBACK, tw_exchanges_on_target, &httpd->exchanges,
      MHD_OPTION_UNESCAPE_CALLBACK, tw_exchanges_keep_escapes, &httpd->exchanges,
      MHD_OPTION_NOTIFY_CONNECTION, tw_connections_notify, httpd->connections,
      MHD_OPTION_NOTIFY_COMPLETED, tw_exchanges_on_completed, &httpd->exchanges,
      MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
      MHD_OPTION_END);
  if (httpd->daemon == NULL)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "the HTTP server can't be started: %s", g_strerror (errno));
      close (listen_fd);
      tw_connections_free (httpd->connections);
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
  httpd->exchanges.last = TRUE;
}

void
tw_httpd_stop (TwHttpd *httpd, void (*stopped) (gpointer user_data), gpointer user_data)
{
  stop_listening (httpd);
  httpd->stopped = stopped;
  httpd->stopped_data = user_data;
  /* The loop's next turn finds out whether that was all. */
  httpd->exchanges.unfinished = TRUE;
}

void
tw_httpd_close (TwHttpd *httpd)
{
  httpd->exchanges.closing = TRUE;
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
