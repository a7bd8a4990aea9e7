/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-bridge.h"

#include "tw-mqtt.h"

typedef struct
{
  TwForwarder *forwarder;
  TwMqtt *mqtt;
} Bridge;

/* Where to answer. */
typedef struct
{
  const Bridge *bridge;
  char *topic;
} Asked;

static void
answer (const TwBuffer *message, gpointer user_data)
{
  g_autofree Asked *asked = user_data;

  if (!tw_mqtt_publish (asked->bridge->mqtt, asked->topic, NULL, message->data, message->len))
    g_warning ("An answer could not be published");
  g_free (asked->topic);
}

/* libmosquitto has acknowledged it to the broker before this is called: what is under way when the bridge dies is not
 * delivered again, whatever its QoS. */
static void
take_request (const void *payload, gsize length, const char *response_topic, gpointer user_data)
{
  const Bridge *bridge = user_data;
  Asked *asked;

  if (response_topic == NULL)
    return;
  asked = g_new (Asked, 1);
  *asked = (Asked) { bridge, g_strdup (response_topic) };
  if (tw_forwarder_forward_bytes (bridge->forwarder, payload, length, answer, asked))
    return;
  g_free (asked->topic);
  g_free (asked);
}

static TwBridge *
open_mqtt (const TwBridgeSetup *setup, guint16 *port, GError **error)
{
  g_autofree Bridge *bridge = g_new0 (Bridge, 1);

  bridge->forwarder = setup->forwarder;
  bridge->mqtt =
    tw_mqtt_new (setup->address, "bench-bridge", TRUE, TW_MQTT_REQUESTS, setup->qos, take_request, bridge, error);
  return bridge->mqtt != NULL ? (TwBridge *) g_steal_pointer (&bridge) : NULL;
}

static void
close_mqtt (TwBridge *self)
{
  Bridge *bridge = (Bridge *) self;

  tw_mqtt_free (bridge->mqtt);
  g_free (bridge);
}

const TwBridgeClass tw_bridge_mqtt = { open_mqtt, close_mqtt };
