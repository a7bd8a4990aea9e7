/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-bridge.h"

#include "tw-amqp.h"

#define UNACKNOWLEDGED 256

typedef struct
{
  TwForwarder *forwarder;
  TwAmqp *amqp;
} Bridge;

/* Whom to answer, and what to acknowledge then. */
typedef struct
{
  const Bridge *bridge;
  char *reply_to;
  guint64 tag;
} Asked;

/* The request is acknowledged after its answer went out: if the bridge dies before, the broker delivers it again, and
 * what it asks for may be done twice. */
static void
answer (const TwBuffer *message, gpointer user_data)
{
  g_autofree Asked *asked = user_data;

  if (!tw_amqp_answer (asked->bridge->amqp, asked->reply_to, message->data, message->len)
      || !tw_amqp_acknowledge (asked->bridge->amqp, asked->tag))
    g_warning ("An answer could not be published");
  g_free (asked->reply_to);
}

static void
take_request (const void *body, gsize length, const char *reply_to, guint64 tag, gpointer user_data)
{
  const Bridge *bridge = user_data;
  Asked *asked = g_new (Asked, 1);

  *asked = (Asked) { bridge, g_strdup (reply_to), tag };
  if (tw_forwarder_forward_bytes (bridge->forwarder, body, length, answer, asked))
    return;
  tw_amqp_acknowledge (bridge->amqp, tag); /* nobody could make anything of it */
  g_free (asked->reply_to);
  g_free (asked);
}

static TwBridge *
open_amqp (const TwBridgeSetup *setup, guint16 *port, GError **error)
{
  g_autofree Bridge *bridge = g_new0 (Bridge, 1);

  bridge->forwarder = setup->forwarder;
  bridge->amqp = tw_amqp_new_answering (setup->address, UNACKNOWLEDGED, take_request, bridge, error);
  return bridge->amqp != NULL ? (TwBridge *) g_steal_pointer (&bridge) : NULL;
}

static void
close_amqp (TwBridge *self)
{
  Bridge *bridge = (Bridge *) self;

  tw_amqp_free (bridge->amqp);
  g_free (bridge);
}

const TwBridgeClass tw_bridge_amqp = { open_amqp, close_amqp };
