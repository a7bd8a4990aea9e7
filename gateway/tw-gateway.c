/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-gateway.h"

#include "tw-admin.h"
#include "tw-docs.h"
#include "tw-error.h"
#include "tw-openapi.h"
#include "tw-revocation-poller.h"
#include "tw-worker.h"

#include <unistd.h>

/* How soon a session that was ended at one gateway is refused at every other, while the list can be had. */
#define REVOCATION_PROMISE_MS 5000
#define POLL_INTERVAL_MS 2000
G_STATIC_ASSERT (POLL_INTERVAL_MS + TW_REVOCATION_POLL_TIMEOUT_MS < REVOCATION_PROMISE_MS);
#define OPENAPI_PATH "/openapi.json"

struct _TwGateway
{
  TwRouter *router;
  TwStatic *files;
  TwRevocations *revocations;
  TwClientLimit *client_limit;
  TwRateLimits *rate_limits;
  TwWorkerShared shared;
  GPtrArray *workers; /* of TwWorker */
  GPtrArray *metrics; /* of TwHttpMetrics: theirs */
  TwClients *clients; /* of the admin address and the pollers */
  GPtrArray *pollers; /* of TwRevocationPoller */
  TwStreamLimits *stream_limits;
  TwStreamHints *hints;
  TwAdmin *admin;
  guint16 port, admin_port;
};

static gboolean
add_files (TwGateway *gateway, const TwGatewayConfig *config, GError **error)
{
  json_auto_t *openapi = tw_openapi_new (config->schema, NULL, TW_VERSION);
  char *text = json_dumps (openapi, JSON_COMPACT | JSON_ENSURE_ASCII);
  char *page = tw_docs_page (openapi, OPENAPI_PATH);
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (text, strlen (text), free, text);

  /* Compressing takes as much memory as the tree, of which the process would keep both. */
  g_clear_pointer (&openapi, json_decref);
  tw_static_add (gateway->files, OPENAPI_PATH, "application/json", bytes);
  if (!tw_docs_add (gateway->files, page, error))
    return FALSE;
  return config->files == NULL || tw_static_add_bundle (gateway->files, config->files, config->files_prefix, error);
}

/* How often to ask for ended sessions: often enough that no list is too old while all is well. */
static guint
poll_interval_ms (const TwGatewayConfig *config)
{
  gint64 max_age_ms = config->revocations_max_age_s * 1000;

  return max_age_ms > 0 ? (guint) MIN (POLL_INTERVAL_MS, max_age_ms / 4) : POLL_INTERVAL_MS;
}

/* Before there are workers: they refuse tokens until the lists are there. */
static void
start_pollers (TwGateway *gateway, const TwGatewayConfig *config)
{
  for (guint i = 0; i < tw_schema_n_services (config->schema); i++)
    {
      const TwService *service = tw_schema_service (config->schema, i);
      const TwMethod *method = tw_service_find_role (service, TW_ROLE_REVOCATIONS);
      TwClient *client = tw_clients_get (gateway->clients, service);

      if (method != NULL && client != NULL)
        g_ptr_array_add (gateway->pollers,
                         tw_revocation_poller_new (gateway->revocations, tw_revocations_expect (gateway->revocations),
                                                   client, method, poll_interval_ms (config)));
    }
}

static gboolean
start_admin (TwGateway *gateway, const TwGatewayConfig *config, GError **error)
{
  int fd = tw_socket_listen (config->admin_listen, FALSE, error);

  if (fd < 0)
    return FALSE;
  gateway->admin_port = tw_socket_port (fd);
  gateway->admin = tw_admin_new (fd,
                                 &(TwAdminSubjects) {
                                     .schema = config->schema,
                                     .clients = gateway->clients,
                                     .revocations = gateway->revocations,
                                     .metrics = gateway->metrics,
                                     .rate_limits = gateway->rate_limits,
                                     .timeout_ms = config->upstream_timeout_ms,
                                 },
                                 error);
  return gateway->admin != NULL;
}

/* All sockets before the first worker: nobody is accepted by a gateway that then fails to start. */
static gboolean
listen_for_all (TwGateway *gateway, const TwGatewayConfig *config, int *fds, GError **error)
{
  fds[0] = tw_socket_listen (config->listen, TRUE, error);
  for (guint i = 1; i < config->workers && fds[i - 1] >= 0; i++)
    fds[i] = tw_socket_listen_beside (fds[0], error);
  if (fds[config->workers - 1] < 0)
    return FALSE;
  gateway->port = tw_socket_port (fds[0]);
  return TRUE;
}

static gboolean
start_workers (TwGateway *gateway, const TwGatewayConfig *config, GError **error)
{
  g_autofree int *fds = g_new (int, config->workers);
  gboolean started;

  for (guint i = 0; i < config->workers; i++)
    fds[i] = -1;
  started = listen_for_all (gateway, config, fds, error);
  for (guint i = 0; i < config->workers && started; i++)
    {
      TwWorker *worker = tw_worker_new (&gateway->shared, g_ptr_array_index (gateway->metrics, i), fds[i], error);

      fds[i] = -1; /* the worker's now */
      started = worker != NULL;
      if (started)
        g_ptr_array_add (gateway->workers, worker);
    }
  for (guint i = 0; i < config->workers; i++)
    if (fds[i] >= 0)
      close (fds[i]);
  return started;
}

TwGateway *
tw_gateway_start (const TwGatewayConfig *config, GError **error)
{
  g_autoptr (TwGateway) gateway = NULL;

  if (!tw_upstreams_check (config->upstreams, config->schema, error))
    return NULL;
  gateway = g_new0 (TwGateway, 1);
  gateway->router = tw_router_new (config->schema);
  gateway->files = tw_static_new ();
  gateway->revocations = tw_revocations_new (tw_clock_system (), config->revocations_max_age_s * 1000);
  gateway->client_limit = tw_client_limit_new (config->max_connections_per_client, config->trusted_proxies);
  gateway->rate_limits = tw_rate_limits_new (config->rate_limits, tw_clock_system ());
  gateway->stream_limits = tw_stream_limits_new (config->max_streams_per_user, config->max_streams);
  gateway->hints = tw_stream_hints_new (config->schema, config->upstreams);
  gateway->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_worker_free);
  gateway->metrics = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_http_metrics_free);
  for (guint i = 0; i < config->workers; i++)
    g_ptr_array_add (gateway->metrics, tw_http_metrics_new ());
  gateway->pollers = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_revocation_poller_free);
  gateway->clients = tw_clients_new (config->upstreams, config->schema, NULL, NULL);
  gateway->shared = (TwWorkerShared) {
    .schema = config->schema,
    .upstreams = config->upstreams,
    .router = gateway->router,
    .files = gateway->files,
    .cors = config->cors,
    .answers = { config->keys, gateway->revocations, tw_clock_system (), config->token_lifetime_s,
                 config->secure_cookies },
    .upstream_timeout_ms = config->upstream_timeout_ms,
    .require_if_match = config->require_if_match,
    .peers = { gateway->client_limit, config->trusted_proxies },
    .rate_limits = gateway->rate_limits,
    .stream_limits = gateway->stream_limits,
    .hints = gateway->hints,
    .max_streams = config->max_streams,
  };
  start_pollers (gateway, config);
  if (!add_files (gateway, config, error) || !start_admin (gateway, config, error)
      || !start_workers (gateway, config, error))
    return NULL;
  return g_steal_pointer (&gateway);
}

guint16
tw_gateway_port (const TwGateway *gateway)
{
  return gateway->port;
}

guint16
tw_gateway_admin_port (const TwGateway *gateway)
{
  return gateway->admin_port;
}

void
tw_gateway_stop (TwGateway *gateway)
{
  tw_stream_hints_stop (gateway->hints);
  /* All are told before the first is waited for. */
  for (guint i = 0; i < gateway->workers->len; i++)
    tw_worker_stop (g_ptr_array_index (gateway->workers, i));
  g_ptr_array_unref (gateway->workers);
  if (gateway->admin != NULL)
    tw_admin_close (gateway->admin);
  g_ptr_array_set_size (gateway->pollers, 0);
  tw_clients_free (gateway->clients);
  g_clear_pointer (&gateway->admin, tw_admin_free);
  g_ptr_array_unref (gateway->pollers);
  tw_stream_hints_free (gateway->hints);
  tw_stream_limits_free (gateway->stream_limits);
  g_ptr_array_unref (gateway->metrics);
  tw_client_limit_free (gateway->client_limit);
  tw_rate_limits_free (gateway->rate_limits);
  tw_revocations_free (gateway->revocations);
  tw_static_free (gateway->files);
  tw_router_free (gateway->router);
  g_free (gateway);
}
