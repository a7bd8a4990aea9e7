/* SPDX-License-Identifier: Apache-2.0 */

/* Stands between a transport that tasks-service does not speak and tasks-service: bench/transports.py runs it. */

#include "tw-bridge.h"
#include "tw-config.h"
#include "tw-error.h"
#include "tw-output.h"
#include "tw-log.h"
#include "tw-signals.h"

#include <stdlib.h>

static const struct
{
  const char *name;
  const TwBridgeClass *class;
} kinds[] = {
  { "tcp", &tw_bridge_tcp },
  { "udp", &tw_bridge_udp },
  { "mqtt", &tw_bridge_mqtt },
  { "amqp", &tw_bridge_amqp },
};

static const TwBridgeClass *
find_kind (const char *name, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i].name, name) == 0)
      return kinds[i].class;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFIGURATION, "--kind: there is none of the name \"%s\"", name);
  return NULL;
}

static gboolean
stop (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static gboolean
run (const TwBridgeClass *class, const char *at, const char *service, int qos, GError **error)
{
  g_autoptr (TwAddress) address = tw_address_parse (at, TRUE, error);
  g_autoptr (TwAddress) upstream = address != NULL ? tw_address_parse (service, FALSE, error) : NULL;
  g_autoptr (TwForwarder) forwarder = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  TwBridgeSetup setup;
  TwBridge *bridge;
  guint16 port = 0;

  if (upstream == NULL)
    return FALSE;
  tw_signals_init (stop, loop);
  forwarder = tw_forwarder_new (upstream);
  setup = (TwBridgeSetup) { address, forwarder, qos };
  bridge = class->open (&setup, &port, error);
  if (bridge == NULL)
    return FALSE;
  tw_log_info ("bridge up, port %u", (guint) (port != 0 ? port : address->port));
  g_main_loop_run (loop);
  g_clear_pointer (&forwarder, tw_forwarder_free);
  class->close (bridge);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autofree char *kind = NULL, *at = NULL, *service = NULL;
  gint64 qos = 0;
  g_autoptr (GError) error = NULL;
  const TwBridgeClass *class;
  const TwOption options[] = {
    { "kind", NULL, TW_OPTION_STRING, &kind, "NAME", "tcp, udp, mqtt or amqp", 0, 0 },
    { "at", NULL, TW_OPTION_STRING, &at, "HOST:PORT", "Where to listen, or the broker", 0, 0 },
    { "service", NULL, TW_OPTION_STRING, &service, "HOST:PORT", "tasks-service", 0, 0 },
    { "qos", NULL, TW_OPTION_INTEGER, &qos, "N", "Of mqtt", 0, 1 },
    { NULL, NULL, TW_OPTION_FLAG, NULL, NULL, NULL, 0, 0 },
  };

  tw_output_init ();
  tw_log_init ("bridge", TW_LOG_INFO);
  if (tw_config_read (options, "Takes calls from a transport to tasks-service.", argc, argv, NULL, &error)
      && (class = find_kind (kind, &error)) != NULL && run (class, at, service, (int) qos, &error))
    return EXIT_SUCCESS;
  tw_log_error ("%s", error->message);
  return EXIT_FAILURE;
}
