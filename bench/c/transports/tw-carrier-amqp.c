/* SPDX-License-Identifier: Apache-2.0 */

/* A Thrift message a request, through RabbitMQ's queue to the bridge, whose answer comes by direct reply-to. */

#include "tw-carrier.h"

#include "tw-amqp.h"

typedef struct
{
  const TwCarrierSetup *setup;
  TwAmqp *amqp;
  TwBuffer out;
} Carrier;

static void
take_message (const void *body, gsize length, const char *reply_to, guint64 tag, gpointer user_data)
{
  const Carrier *carrier = user_data;

  tw_carrier_tell_message (carrier->setup, body, length);
}

static TwCarrier *
open_amqp (const TwCarrierSetup *setup, GError **error)
{
  Carrier *carrier = g_new0 (Carrier, 1);

  carrier->setup = setup;
  carrier->amqp = tw_amqp_new_asking (setup->address, take_message, carrier, error);
  return (TwCarrier *) carrier;
}

static void
send_call (TwCarrier *self, const TwAsk *ask)
{
  Carrier *carrier = (Carrier *) self;

  carrier->out.len = 0;
  tw_ask_message (ask, &carrier->setup->encoding, &carrier->out);
  if (!tw_amqp_ask (carrier->amqp, carrier->out.data, carrier->out.len))
    carrier->setup->func (ask->id, TW_FATE_UNSENT, NULL, 0, carrier->setup->user_data);
}

static void
flush (TwCarrier *self)
{
}

static void
close_amqp (TwCarrier *self)
{
  Carrier *carrier = (Carrier *) self;

  g_clear_pointer (&carrier->amqp, tw_amqp_free);
  tw_buffer_clear (&carrier->out);
  g_free (carrier);
}

const TwCarrierClass tw_carrier_amqp = { open_amqp, send_call, flush, close_amqp, NULL };
