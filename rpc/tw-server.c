/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-server-calls.h"
#include "tw-server-connection.h"
#include "tw-server-listener.h"
#include "tw-server-turn.h"

#include "tw-clock.h"
#include "tw-log.h"
#include "tw-source.h"

#include <glib-unix.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Sockets that one turn of the loop looks at, and connections that it accepts. */
#define BATCH_MAX 64

#define SWEEP_MIN_MS 10
#define SWEEP_MAX_MS 1000

/* How late a sweep may be until the loop counts as one that stood still. */
#define LATE_MS 250

/* A few thousand idle clients cost about one KiB each; what they have sent is bounded by max_input, so that callers who
 * send large messages, or begin many and end none, take no memory from the others; and so is what they do not read, by
 * max_unsent_total, so that there are only the replies that handlers are making beside it. */
const TwServerLimits TW_SERVER_DEFAULT_LIMITS = {
  .max_connections = 4096,
  .max_calls = 2048,
  .max_calls_per_connection = 256,
  .idle_timeout_ms = 15 * 60 * 1000,
  .read_timeout_ms = 15 * 1000,
  .write_timeout_ms = 30 * 1000,
  .drain_timeout_ms = 10 * 1000,
  .request_limits = { .max_message = 1024 * 1024, .max_depth = 16 },
  .max_call_ms = 4 * 1000,
  .max_reply = 64 * 1024 * 1024,
  .max_unsent = 1024 * 1024,
  .max_unsent_total = 64 * 1024 * 1024,
  .max_input = 64 * 1024 * 1024,
};

static GSource *
attach (TwServer *server, GSource *source, GSourceFunc func)
{
  g_source_set_callback (source, func, server, NULL);
  tw_source_attach (source, server->context);
  return source;
}

static void
detach (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Stopping */

static void
close_connections (TwServer *server)
{
  while (server->connections.head != NULL)
    tw_server_connection_close (server->connections.head->data);
}

/* The last thing that a server does: its owner may free it from here. */
static gboolean
say_stopped (gpointer data)
{
  TwServer *server = data;

  detach (&server->stopped_source);
  server->stopped (server->stopped_data);
  return G_SOURCE_REMOVE;
}

static void
finish_stopping (TwServer *server)
{
  close_connections (server);
  detach (&server->drain_timeout);
  if (server->stopped_source == NULL)
    server->stopped_source = attach (server, g_idle_source_new (), say_stopped);
}

static guint
count_calls (const TwServer *server)
{
  guint n = 0;

  for (guint kind = 0; kind < TW_N_CALL_KINDS; kind++)
    n += server->budgets[kind].n_calls;
  return n;
}

static gboolean
drain_is_over (gpointer data)
{
  TwServer *server = data;

  tw_log_warning ("stopped with %u calls unanswered", count_calls (server));
  finish_stopping (server);
  return G_SOURCE_REMOVE;
}

static void
go_on_with_all (TwServer *server)
{
  for (GList *l = server->connections.head; l != NULL;)
    {
      GList *next = l->next;

      tw_server_connection_go_on (l->data);
      l = next;
    }
}

void
tw_server_check_drained (TwServer *server)
{
  if (server->drain_timeout != NULL && count_calls (server) == 0 && server->connections.length == 0)
    finish_stopping (server);
}

static gboolean
begin_drain (gpointer data)
{
  TwServer *server = data;

  detach (&server->drain_timeout);
  server->drain_timeout = attach (server, g_timeout_source_new (server->limits.drain_timeout_ms), drain_is_over);
  go_on_with_all (server);
  tw_server_check_drained (server);
  return G_SOURCE_REMOVE;
}

void
tw_server_stop (TwServer *server, void (*stopped) (gpointer user_data), gpointer user_data)
{
  g_return_if_fail (!server->stopping);

  server->stopping = TRUE;
  server->stopped = stopped;
  server->stopped_data = user_data;
  tw_server_close_listener (server);
  /* Not at once: this may be a handler's call, deep inside a connection. */
  server->drain_timeout = attach (server, g_idle_source_new (), begin_drain);
}

/* Connections */

void
tw_server_look (TwServer *server, gint64 now_ms)
{
  const gint64 since_ms = server->looked_ms;

  server->looked_ms = now_ms;
  if (now_ms - since_ms <= server->sweep_ms + LATE_MS)
    return;
  tw_server_accept (server, G_MAXUINT);
  for (GList *l = server->connections.head; l != NULL; l = l->next)
    tw_server_connection_was_unseen (l->data, since_ms);
}

static gboolean
handle_events (int fd, GIOCondition condition, gpointer data)
{
  TwServer *server = data;
  struct epoll_event events[BATCH_MAX];
  int n;

  tw_server_look (server, tw_server_now_ms ());
  n = epoll_wait (fd, events, BATCH_MAX, 0);
  /* One connection's event may close another one. */
  for (int i = 0; i < n; i++)
    if (events[i].data.ptr != NULL)
      tw_server_connection_ref (events[i].data.ptr);
  for (int i = 0; i < n; i++)
    if (events[i].data.ptr != NULL)
      tw_server_connection_ready (events[i].data.ptr, events[i].events);
    else
      tw_server_accept (server, BATCH_MAX);
  for (int i = 0; i < n; i++)
    if (events[i].data.ptr != NULL)
      tw_server_connection_unref (events[i].data.ptr);
  tw_server_end_turn (server);
  return G_SOURCE_CONTINUE;
}

static gboolean
sweep (gpointer data)
{
  TwServer *server = data;
  gint64 now_ms;

  /* What has come is taken before anything is too late. */
  handle_events (server->epoll_fd, G_IO_IN, server);
  now_ms = tw_server_now_ms ();
  for (GList *l = server->connections.head; l != NULL;)
    {
      GList *next = l->next;

      tw_server_connection_check_deadlines (l->data, now_ms);
      l = next;
    }
  tw_server_go_on_accepting (server);
  tw_server_end_turn (server);
  return G_SOURCE_CONTINUE;
}

/* Often enough that no timeout is late by more than a quarter. */
static guint
sweep_interval_ms (const TwServerLimits *limits)
{
  const guint timeouts[] = { limits->idle_timeout_ms, limits->read_timeout_ms, limits->write_timeout_ms };
  guint interval_ms = SWEEP_MAX_MS;

  for (guint i = 0; i < G_N_ELEMENTS (timeouts); i++)
    if (timeouts[i] != 0)
      interval_ms = MIN (interval_ms, timeouts[i] / 4);
  return MAX (interval_ms, SWEEP_MIN_MS);
}

/* Life */

TwServer *
tw_server_new (TwSchema *schema, const TwService *service, const TwAddress *address, const TwServerLimits *limits,
               TwCallFunc handler, gpointer user_data, GError **error)
{
  g_autoptr (TwServer) server = g_new0 (TwServer, 1);

  server->schema = tw_schema_ref (schema);
  server->service = service;
  server->limits = *limits;
  server->context = g_main_context_ref_thread_default ();
  server->listen_fd = -1;
  server->epoll_fd = -1;
  server->armed_ms = TW_DEADLINE_NONE;
  server->backlog.max = limits->max_unsent_total;
  server->handlers = g_new0 (TwCallHandler, service->n_methods);
  for (guint i = 0; i < service->n_methods; i++)
    server->handlers[i] = (TwCallHandler) { handler, user_data };
  server->problems = tw_problems_new ();
  server->turn_handlers = g_array_new (FALSE, FALSE, sizeof (TwTurnHandler));
  if (!tw_server_listen (server, address, error))
    return NULL;

  server->answers = tw_mailbox_new (server->context, tw_server_take_answers, server,
                                    (GDestroyNotify) tw_server_calls_come_back);
  server->events = attach (server, g_unix_fd_source_new (server->epoll_fd, G_IO_IN), G_SOURCE_FUNC (handle_events));
  server->deadline = tw_server_deadline_source_new (server);
  server->sweep_ms = sweep_interval_ms (limits);
  server->looked_ms = tw_server_now_ms ();
  server->sweep = attach (server, g_timeout_source_new (server->sweep_ms), sweep);
  return g_steal_pointer (&server);
}

void
tw_server_set_method (TwServer *server, const char *method, TwCallFunc func, gpointer user_data)
{
  const TwMethod *found = tw_service_find_method (server->service, method, strlen (method));

  g_return_if_fail (found != NULL);
  server->handlers[found - server->service->methods] = (TwCallHandler) { func, user_data };
}

void
tw_server_add_turn_func (TwServer *server, TwServerTurnFunc func, gpointer user_data)
{
  const TwTurnHandler handler = { func, user_data };

  g_array_append_val (server->turn_handlers, handler);
}

guint16
tw_server_port (const TwServer *server)
{
  return server->port;
}

void
tw_server_free (TwServer *server)
{
  tw_server_close_listener (server);
  close_connections (server);
  detach (&server->events);
  detach (&server->sweep);
  detach (&server->deadline);
  detach (&server->drain_timeout);
  detach (&server->stopped_source);
  g_clear_pointer (&server->answers, tw_mailbox_free);
  if (server->epoll_fd >= 0)
    close (server->epoll_fd);
  g_main_context_unref (server->context);
  g_free (server->handlers);
  g_array_unref (server->turn_handlers);
  tw_problems_free (server->problems);
  tw_schema_unref (server->schema);
  g_free (server);
}
