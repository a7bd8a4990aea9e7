/* SPDX-License-Identifier: Apache-2.0 */

/* The gateway's own way: rpc/'s client. */

#include "tw-carrier.h"

#include "tw-client.h"
#include "tw-clock.h"
#include "tw-error.h"

typedef struct
{
  const TwCarrierSetup *setup;
  TwClient *client;
  TwBuffer arguments;
} Carrier;

/* One call: its id has to come back with the answer. */
typedef struct
{
  Carrier *carrier;
  gint32 id;
} Sent;

static TwCarrier *
open_client (const TwCarrierSetup *setup, GError **error)
{
  Carrier *carrier = g_new0 (Carrier, 1);
  const TwAddress *addresses[] = { setup->address };

  carrier->setup = setup;
  carrier->client = tw_client_new (addresses, 1, TW_PEER_SIDE_BY_SIDE, &TW_CLIENT_DEFAULT_LIMITS);
  return (TwCarrier *) carrier;
}

static void
take (const TwClientReply *reply, gpointer user_data)
{
  g_autofree Sent *sent = user_data;
  const TwCarrierSetup *setup = sent->carrier->setup;
  TwFate fate = TW_FATE_ANSWERED;

  if (reply->error != NULL && g_error_matches (reply->error, TW_ERROR, TW_ERROR_TIMEOUT))
    fate = TW_FATE_SILENT;
  else if (reply->error != NULL || reply->type != TW_MESSAGE_REPLY)
    fate = TW_FATE_FAILED;
  setup->func (sent->id, fate, reply->body, reply->length, setup->user_data);
}

static void
send_call (TwCarrier *self, const TwAsk *ask)
{
  Carrier *carrier = (Carrier *) self;
  Sent *sent = g_new (Sent, 1);

  *sent = (Sent) { carrier, ask->id };
  carrier->arguments.len = 0;
  tw_ask_arguments (ask, TW_PROTOCOL_BINARY, &carrier->arguments);
  tw_client_call (carrier->client,
                  &(TwClientRequest) {
                    .method = tw_ask_method (ask),
                    .arguments = carrier->arguments.data,
                    .length = carrier->arguments.len,
                    .safe = ask->method != TW_ASK_CREATE,
                    .context.deadline_ms = tw_clock_monotonic_ms (tw_clock_system ()) + carrier->setup->deadline_ms,
                  },
                  take, sent);
}

/* The client sends what one turn of the loop brought by itself. */
static void
flush (TwCarrier *self)
{
}

static void
close_client (TwCarrier *self)
{
  Carrier *carrier = (Carrier *) self;

  tw_client_free (carrier->client);
  tw_buffer_clear (&carrier->arguments);
  g_free (carrier);
}

const TwCarrierClass tw_carrier_client = { open_client, send_call, flush, close_client, NULL };
