/* SPDX-License-Identifier: Apache-2.0 */

/* Where a transport that tasks-service does not speak ends: takes its messages, hands them to a forwarder, and sends
 * the answers back. For measurements: it bounds nothing and trusts whoever calls. */

#pragma once

#include "tw-forwarder.h"

G_BEGIN_DECLS

typedef struct _TwBridge TwBridge;

typedef struct
{
  const TwAddress *address; /* to listen on, or the broker's */
  TwForwarder *forwarder;
  int qos; /* mqtt: of requests and answers */
} TwBridgeSetup;

typedef struct
{
  /* *port becomes the port it listens on, where it does. NULL with @error. @setup stays the caller's and must stay as
   * long as the bridge. */
  TwBridge *(*open) (const TwBridgeSetup *setup, guint16 *port, GError **error);
  /* After the forwarder has called back for all that was under way. */
  void (*close) (TwBridge *bridge);
} TwBridgeClass;

extern const TwBridgeClass tw_bridge_tcp;  /* framed messages */
extern const TwBridgeClass tw_bridge_udp;  /* a message a datagram */
extern const TwBridgeClass tw_bridge_mqtt; /* a message a publication */
extern const TwBridgeClass tw_bridge_amqp; /* a message a request */

G_END_DECLS
