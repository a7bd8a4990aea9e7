/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-worker.h"

#include "tw-mailbox.h"
#include "tw-rest.h"

/* Calls have deadlines of their own, answers to slow readers too; this is for what is left. */
#define DRAIN_MS 10000

struct _TwWorker
{
  GMainContext *context;
  GMainLoop *loop;
  TwMailbox *orders; /* the one order there is: stop */
  TwMailbox *hints;  /* of TwStreamHint */
  TwHttpd *httpd;
  TwBearer *bearer;
  TwClients *clients;
  TwStreams *streams;
  TwRest rest;
  GThread *thread;
  gboolean told; /* to stop; the owner's side */
};

static gboolean
on_drain_timeout (gpointer data)
{
  g_main_loop_quit (((TwWorker *) data)->loop);
  return G_SOURCE_REMOVE;
}

static void
on_stopped (gpointer data)
{
  g_main_loop_quit (((TwWorker *) data)->loop);
}

static void
on_orders (gpointer *items, guint n, gpointer user_data)
{
  TwWorker *worker = user_data;
  g_autoptr (GSource) drain = g_timeout_source_new (DRAIN_MS);

  g_source_set_callback (drain, on_drain_timeout, worker, NULL);
  g_source_attach (drain, worker->context);
  tw_streams_stop (worker->streams);
  tw_httpd_stop (worker->httpd, on_stopped, worker);
}

static void
on_hints (gpointer *items, guint n, gpointer user_data)
{
  TwWorker *worker = user_data;

  for (guint i = 0; i < n; i++)
    {
      tw_streams_hint (worker->streams, items[i]);
      tw_stream_hint_unref (items[i]);
    }
}

/* On the hints' thread. */
static void
post_hint (TwStreamHint *hint, gpointer user_data)
{
  TwWorker *worker = user_data;

  tw_mailbox_post (worker->hints, tw_stream_hint_ref (hint));
}

static void
on_wanted (const TwService *service, gboolean wanted, gpointer hints)
{
  tw_stream_hints_want (hints, service, wanted);
}

/* Frees what lives on the loop: on its thread, or before there is one. */
static void
take_down (TwWorker *worker)
{
  /* Clients first: each call in flight is answered, so that no connection goes on waiting. */
  if (worker->streams != NULL)
    tw_streams_stop (worker->streams);
  if (worker->httpd != NULL)
    tw_httpd_close (worker->httpd);
  g_clear_pointer (&worker->clients, tw_clients_free);
  g_clear_pointer (&worker->httpd, tw_httpd_free);
  g_clear_pointer (&worker->streams, tw_streams_free);
  g_clear_pointer (&worker->bearer, tw_bearer_free);
}

static gpointer
run (gpointer data)
{
  TwWorker *worker = data;

  g_main_context_push_thread_default (worker->context);
  g_main_loop_run (worker->loop);
  take_down (worker);
  g_main_context_pop_thread_default (worker->context);
  return NULL;
}

/* Made on the starting thread, with the worker's context as its default: the thread then finds all in place. */
static gboolean
set_up (TwWorker *worker, const TwWorkerShared *shared, TwHttpMetrics *metrics, int listen_fd, GError **error)
{
  TwHttpdLimits limits = TW_HTTPD_DEFAULT_LIMITS;

  limits.max_connections += shared->max_streams;
  worker->httpd = tw_httpd_new (listen_fd, &limits, &shared->peers, &TW_REST_HANDLER, &worker->rest,
                                error);
  if (worker->httpd == NULL)
    return FALSE;
  worker->orders = tw_mailbox_new (worker->context, on_orders, worker, NULL);
  worker->bearer = tw_bearer_new (shared->schema, shared->answers.keys, shared->answers.revocations);
  worker->clients = tw_clients_new (shared->upstreams, shared->schema, tw_httpd_run, worker->httpd);
  worker->streams = tw_streams_new (&(TwStreamsSpec) {
      .clients = worker->clients,
      .bearer = worker->bearer,
      .answers = &shared->answers,
      .limits = shared->stream_limits,
      .timeout_ms = shared->upstream_timeout_ms,
      .wanted = on_wanted,
      .user_data = shared->hints,
  });
  worker->hints = tw_mailbox_new (worker->context, on_hints, worker, tw_stream_hint_unref);
  worker->rest = (TwRest) {
    .router = shared->router,
    .files = shared->files,
    .cors = shared->cors,
    .bearer = worker->bearer,
    .clients = worker->clients,
    .streams = worker->streams,
    .metrics = metrics,
    .rate_limits = shared->rate_limits,
    .answers = shared->answers,
    .upstream_timeout_ms = shared->upstream_timeout_ms,
    .require_if_match = shared->require_if_match,
  };
  return TRUE;
}

TwWorker *
tw_worker_new (const TwWorkerShared *shared, TwHttpMetrics *metrics, int listen_fd, GError **error)
{
  TwWorker *worker = g_new0 (TwWorker, 1);
  gboolean up;

  worker->context = g_main_context_new ();
  worker->loop = g_main_loop_new (worker->context, FALSE);
  g_main_context_push_thread_default (worker->context);
  up = set_up (worker, shared, metrics, listen_fd, error);
  g_main_context_pop_thread_default (worker->context);
  if (!up)
    {
      tw_worker_free (worker);
      return NULL;
    }
  worker->thread = g_thread_new ("worker", run, worker);
  tw_stream_hints_add_listener (shared->hints, post_hint, worker);
  return worker;
}

void
tw_worker_stop (TwWorker *worker)
{
  if (worker->told)
    return;
  worker->told = TRUE;
  tw_mailbox_post (worker->orders, worker);
}

void
tw_worker_free (TwWorker *worker)
{
  if (worker->thread != NULL)
    {
      tw_worker_stop (worker);
      g_thread_join (worker->thread);
    }
  /* Here and not on the thread, which may end while the order is still being posted. */
  g_clear_pointer (&worker->orders, tw_mailbox_free);
  g_clear_pointer (&worker->hints, tw_mailbox_free);
  g_main_loop_unref (worker->loop);
  g_main_context_unref (worker->context);
  g_free (worker);
}
