/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-mqtt.h"

#include "tw-error.h"

#include <glib-unix.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>

#define KEEP_ALIVE_S 60
#define MISC_S 1
#define SUBSCRIBE_MS 5000
#define MAX_AT_ONCE 65535   /* messages of QoS 1 under way: the library's 20 would bound the load */
#define KEEP_SESSION_S 3600 /* after its client went */
#define PACKETS 100         /* read or written in one turn */

struct _TwMqtt
{
  struct mosquitto *mosquitto;
  guint reading, misc;
  int qos;
  gboolean subscribed;
  TwMqttFunc func;
  gpointer user_data;
};

static void
on_subscribe (struct mosquitto *mosquitto, void *data, int mid, int n, const int *granted)
{
  ((TwMqtt *) data)->subscribed = TRUE;
}

static void
on_message (struct mosquitto *mosquitto, void *data, const struct mosquitto_message *message,
            const mosquitto_property *properties)
{
  TwMqtt *mqtt = data;
  char *topic = NULL;

  mosquitto_property_read_string (properties, MQTT_PROP_RESPONSE_TOPIC, &topic, false);
  mqtt->func (message->payload, (gsize) message->payloadlen, topic, mqtt->user_data);
  free (topic);
}

static gboolean
can_read (gint fd, GIOCondition condition, gpointer user_data)
{
  TwMqtt *mqtt = user_data;

  /* What a callback publishes is only queued. */
  if (mosquitto_loop_read (mqtt->mosquitto, PACKETS) == MOSQ_ERR_SUCCESS
      && mosquitto_loop_write (mqtt->mosquitto, PACKETS) == MOSQ_ERR_SUCCESS)
    return G_SOURCE_CONTINUE;
  mqtt->reading = 0;
  return G_SOURCE_REMOVE;
}

/* Keep-alive, and what a full socket has left. */
static gboolean
look_after (gpointer user_data)
{
  TwMqtt *mqtt = user_data;

  mosquitto_loop_misc (mqtt->mosquitto);
  mosquitto_loop_write (mqtt->mosquitto, PACKETS);
  return G_SOURCE_CONTINUE;
}

static gboolean
connect_and_subscribe (TwMqtt *mqtt, const TwAddress *address, gboolean keep, const char *topic, GError **error)
{
  mosquitto_property *properties = NULL;
  int result = MOSQ_ERR_SUCCESS;

  if (keep)
    mosquitto_property_add_int32 (&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL, KEEP_SESSION_S);
  result = mosquitto_connect_bind_v5 (mqtt->mosquitto, address->host, address->port, KEEP_ALIVE_S, NULL, properties);
  mosquitto_property_free_all (&properties);
  if (result == MOSQ_ERR_SUCCESS)
    result = mosquitto_subscribe (mqtt->mosquitto, NULL, topic, mqtt->qos);
  for (int waited_ms = 0; result == MOSQ_ERR_SUCCESS && !mqtt->subscribed && waited_ms < SUBSCRIBE_MS; waited_ms += 10)
    result = mosquitto_loop (mqtt->mosquitto, 10, PACKETS);
  if (result == MOSQ_ERR_SUCCESS && mqtt->subscribed)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, "%s:%u: %s", address->host, address->port,
               mosquitto_strerror (result));
  return FALSE;
}

TwMqtt *
tw_mqtt_new (const TwAddress *address, const char *client_id, gboolean keep, const char *topic, int qos,
             TwMqttFunc func, gpointer user_data, GError **error)
{
  TwMqtt *mqtt = g_new0 (TwMqtt, 1);

  mosquitto_lib_init ();
  mqtt->qos = qos;
  mqtt->func = func;
  mqtt->user_data = user_data;
  mqtt->mosquitto = mosquitto_new (client_id, !keep, mqtt);
  mosquitto_int_option (mqtt->mosquitto, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
  mosquitto_int_option (mqtt->mosquitto, MOSQ_OPT_RECEIVE_MAXIMUM, MAX_AT_ONCE);
  mosquitto_int_option (mqtt->mosquitto, MOSQ_OPT_SEND_MAXIMUM, MAX_AT_ONCE);
  mosquitto_int_option (mqtt->mosquitto, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_subscribe_callback_set (mqtt->mosquitto, on_subscribe);
  mosquitto_message_v5_callback_set (mqtt->mosquitto, on_message);
  if (!connect_and_subscribe (mqtt, address, keep, topic, error))
    {
      tw_mqtt_free (mqtt);
      return NULL;
    }
  mqtt->reading = g_unix_fd_add (mosquitto_socket (mqtt->mosquitto), G_IO_IN, can_read, mqtt);
  mqtt->misc = g_timeout_add_seconds (MISC_S, look_after, mqtt);
  return mqtt;
}

void
tw_mqtt_free (TwMqtt *mqtt)
{
  g_clear_handle_id (&mqtt->reading, g_source_remove);
  g_clear_handle_id (&mqtt->misc, g_source_remove);
  mosquitto_disconnect (mqtt->mosquitto);
  mosquitto_destroy (mqtt->mosquitto);
  mosquitto_lib_cleanup ();
  g_free (mqtt);
}

gboolean
tw_mqtt_publish (TwMqtt *mqtt, const char *topic, const char *response_topic, const void *payload, gsize length)
{
  mosquitto_property *properties = NULL;
  int result;

  if (response_topic != NULL)
    mosquitto_property_add_string (&properties, MQTT_PROP_RESPONSE_TOPIC, response_topic);
  result = mosquitto_publish_v5 (mqtt->mosquitto, NULL, topic, (int) length, payload, mqtt->qos, false, properties);
  mosquitto_property_free_all (&properties);
  return result == MOSQ_ERR_SUCCESS;
}
