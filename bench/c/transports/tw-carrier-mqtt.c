/* SPDX-License-Identifier: Apache-2.0 */

/* A Thrift message a publication, through a broker to the bridge, whose answer comes to a topic of this process. */

#include "tw-carrier.h"

#include "tw-mqtt.h"

#include <unistd.h>

typedef struct
{
  const TwCarrierSetup *setup;
  TwMqtt *mqtt;
  char *topic; /* of answers */
  TwBuffer out;
} Carrier;

static void
take_message (const void *payload, gsize length, const char *response_topic, gpointer user_data)
{
  const Carrier *carrier = user_data;

  tw_carrier_tell_message (carrier->setup, payload, length);
}

static TwCarrier *
open_mqtt (const TwCarrierSetup *setup, GError **error)
{
  Carrier *carrier = g_new0 (Carrier, 1);
  g_autofree char *client_id = g_strdup_printf ("bench-load-%d", getpid ());

  carrier->setup = setup;
  carrier->topic = g_strdup_printf ("bench/answers/%d", getpid ());
  carrier->mqtt =
    tw_mqtt_new (setup->address, client_id, FALSE, carrier->topic, setup->qos, take_message, carrier, error);
  return (TwCarrier *) carrier;
}

static void
send_call (TwCarrier *self, const TwAsk *ask)
{
  Carrier *carrier = (Carrier *) self;

  carrier->out.len = 0;
  tw_ask_message (ask, &carrier->setup->encoding, &carrier->out);
  if (!tw_mqtt_publish (carrier->mqtt, TW_MQTT_REQUESTS, carrier->topic, carrier->out.data, carrier->out.len))
    carrier->setup->func (ask->id, TW_FATE_UNSENT, NULL, 0, carrier->setup->user_data);
}

static void
flush (TwCarrier *self)
{
}

static void
close_mqtt (TwCarrier *self)
{
  Carrier *carrier = (Carrier *) self;

  g_clear_pointer (&carrier->mqtt, tw_mqtt_free);
  g_free (carrier->topic);
  tw_buffer_clear (&carrier->out);
  g_free (carrier);
}

const TwCarrierClass tw_carrier_mqtt = { open_mqtt, send_call, flush, close_mqtt, NULL };
