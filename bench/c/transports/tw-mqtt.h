/* SPDX-License-Identifier: Apache-2.0 */

/* A connection to an MQTT 5 broker on the default GMainContext, by libmosquitto, for requests and responses: a request
 * says in its Response Topic where the response is to go. What correlates them is in the payload. */

#pragma once

#include "tw-socket.h"

G_BEGIN_DECLS

#define TW_MQTT_REQUESTS "bench/requests"

typedef struct _TwMqtt TwMqtt;

/* A message; all is valid during the call only. @response_topic is NULL where it has none. */
typedef void (*TwMqttFunc) (const void *payload, gsize length, const char *response_topic, gpointer user_data);

/* Connected as @client_id, and subscribed to @topic with @qos. With @keep the broker keeps what comes with QoS 1 while
 * that client is away. Fails with TW_ERROR_UNAVAILABLE. */
TwMqtt *tw_mqtt_new (const TwAddress *address, const char *client_id, gboolean keep, const char *topic, int qos,
                     TwMqttFunc func, gpointer user_data, GError **error);
void tw_mqtt_free (TwMqtt *mqtt);

/* FALSE: the connection is gone. @response_topic may be NULL. */
gboolean tw_mqtt_publish (TwMqtt *mqtt, const char *topic, const char *response_topic, const void *payload,
                          gsize length);

G_END_DECLS
