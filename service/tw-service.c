/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-service.h"

#include "tw-cglib-finalizers.h"
#include "tw-data-folder.h"
#include "tw-error.h"
#include "tw-log.h"
#include "tw-notify.h"
#include "tw-output.h"
#include "tw-service-options.h"
#include "tw-signals.h"

#include <malloc.h>

/* How many calls may wait for a thread: what the server takes in flight is bounded too, so this is the second fence. */
#define MAX_QUEUED 4096

/* How long one may wait for a thread: with what a store takes at most to say that it can't (db/tw-mongo.h: 3 s) that is
 * before a gateway gives the call up, which takes 5 s. */
#define MAX_WAIT_MS 1000

/* Bytes that malloc keeps at hand, at most. */
#define KEPT_MEMORY (2 * 1024 * 1024)

/* All that a running service holds, made from top to bottom and taken down from bottom to top. */
typedef struct
{
  const TwServiceSpec *spec;
  const TwNotify *notify;
  GMainLoop *loop;
  TwSchema *schema;
  TwDataFolder *folder; /* NULL where the store is not a file of ours */
  gpointer state;
  guint tending; /* the source; 0: none */
  TwProcessorPool *pool;
  gpointer direct;
  TwServer *server;
} Service;

static void
service_clear (Service *service)
{
  if (service->tending != 0)
    g_source_remove (service->tending);
  /* The server last of all that answers calls: whoever still has one answers a server that is there. */
  g_clear_pointer (&service->pool, tw_processor_pool_free);
  if (service->direct != NULL)
    service->spec->end_direct (service->direct);
  if (service->state != NULL)
    service->spec->close (service->state);
  g_clear_pointer (&service->server, tw_server_free);
  g_clear_pointer (&service->folder, tw_data_folder_free);
  g_clear_pointer (&service->schema, tw_schema_unref);
  g_clear_pointer (&service->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Service, service_clear)

/* The services check data, not identity: whoever reaches one is every user. */
static gboolean
check_trust (const TwAddress *address, gboolean trusted_network, GError **error)
{
  g_autofree char *text = NULL;

  if (trusted_network || tw_address_is_loopback (address))
    return TRUE;
  text = tw_address_to_string (address);
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION,
               "%s is not a loopback address, and whoever reaches it is every user: where the network is private, say"
               " --trusted-network", text);
  return FALSE;
}

static gboolean
open_store (Service *service, const TwServiceOptions *options, GError **error)
{
  const char *location = options->store;

  if (options->kind->local)
    {
      g_autofree char *folder = NULL, *file = NULL;

      location += strlen (options->kind->scheme);
      folder = g_path_get_dirname (location);
      file = g_path_get_basename (location);
      service->folder = tw_data_folder_open (folder, file, error);
      if (service->folder == NULL)
        return FALSE;
    }
  service->state = options->kind->open (location, tw_clock_system (), options->plain, error);
  if (service->state == NULL)
    return FALSE;
  if (service->spec->configure != NULL)
    service->spec->configure (service->state, service->spec->settings);
  return TRUE;
}

static gboolean
listen_on (Service *service, const TwAddress *address, GError **error)
{
  const TwServiceSpec *spec = service->spec;
  const TwServiceLimits limits = { spec->threads, MAX_QUEUED, MAX_WAIT_MS };
  const TwService *described = tw_schema_find_service (service->schema, spec->service);

  g_assert (described != NULL);
  service->pool = tw_processor_pool_new (&(TwProcessorPoolSpec) {
    .new_processor = spec->new_processor,
    .state = service->state,
    .read_threads = spec->read_threads,
    .threads = limits.threads,
    .max_queued = limits.max_queued,
    .max_wait_ms = limits.max_wait_ms,
  });
  service->server = tw_server_new (service->schema, described, address, &TW_SERVER_DEFAULT_LIMITS,
                                   tw_processor_pool_handle, service->pool, error);
  if (service->server == NULL)
    return FALSE;
  if (spec->start_direct != NULL)
    service->direct = spec->start_direct (service->state, service->server, &limits);
  return TRUE;
}

static gboolean
start (Service *service, const TwServiceOptions *options, GError **error)
{
  tw_cglib_init (service->spec->types, service->spec->n_types);
  if ((options->plain & TW_PLAIN_FINALIZERS) == 0)
    tw_cglib_mend_finalizers (service->spec->types, service->spec->n_types);
  service->schema = service->spec->load_schema (error);
  return service->schema != NULL
         && check_trust (options->address, options->trusted_network, error)
         && open_store (service, options, error)
         && listen_on (service, options->address, error);
}

static gboolean
tend (gpointer data)
{
  const Service *service = data;

  service->spec->tend (service->state);
  return G_SOURCE_CONTINUE;
}

static void
stopped (gpointer data)
{
  Service *service = data;

  g_main_loop_quit (service->loop);
}

/* Only ever called by the loop, which runs while there is a server. */
static gboolean
stop (gpointer data)
{
  Service *service = data;

  tw_log_info ("stopping");
  tw_notify_stopping (service->notify);
  if (service->spec->stopping != NULL)
    service->spec->stopping (service->state);
  tw_server_stop (service->server, stopped, service);
  return G_SOURCE_REMOVE;
}

static gboolean
run (const TwServiceSpec *spec, const TwNotify *notify, int argc, char **argv, GError **error)
{
  g_auto (TwServiceOptions) options = { 0 };
  g_auto (Service) service = { .spec = spec, .notify = notify, .loop = g_main_loop_new (NULL, FALSE) };
  TwAddress bound;
  g_autofree char *text = NULL, *status = NULL;

  if (!tw_service_options_read (&options, spec, argc, argv, error))
    return FALSE;
  tw_log_set_level (options.log_level);
  tw_signals_init (stop, &service);
  if (!start (&service, &options, error))
    return FALSE;
  bound = (TwAddress) { .host = options.address->host, .port = tw_server_port (service.server) };
  text = tw_address_to_string (&bound);
  status = g_strdup_printf ("Listening on %s", text);
  tw_log_info ("listening on %s", text);
  tw_notify_ready (notify, status);
  if (spec->tend != NULL)
    service.tending = g_timeout_add_seconds (1, tend, &service);
  g_main_loop_run (service.loop);
  return TRUE;
}

/* What one turn of the loop took and gave back would go back to the kernel each time, which has to find and clear the
 * same pages again for the next. */
static void
keep_some_memory (void)
{
#ifdef __GLIBC__
  mallopt (M_TRIM_THRESHOLD, KEPT_MEMORY);
#endif
}

int
tw_service_run (const TwServiceSpec *spec, int argc, char **argv)
{
  g_autoptr (TwNotify) notify = tw_notify_new ();
  g_autoptr (GError) error = NULL;

  tw_output_init ();
  keep_some_memory ();
  tw_log_init (spec->program, TW_LOG_INFO);
  tw_log_start ();
  tw_socket_raise_limit ();
  if (run (spec, notify, argc, argv, &error))
    return 0;
  tw_log_error ("%s", error->message);
  return 1;
}
