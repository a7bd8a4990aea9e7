/* SPDX-License-Identifier: Apache-2.0 */

/* Hands whole Thrift messages, however they came, to the service over one pipelined framed connection, so that behind
 * every bridge there is the same work; and hands the answers back. On the default GMainContext. */

#pragma once

#include "tw-buffer.h"
#include "tw-scanner.h"
#include "tw-socket.h"

G_BEGIN_DECLS

typedef struct _TwForwarder TwForwarder;

/* The whole answer, encoded and numbered as the call was; valid during the call only. Called once. */
typedef void (*TwForwarderFunc) (const TwBuffer *answer, gpointer user_data);

TwForwarder *tw_forwarder_new (const TwAddress *service);

/* Calls back for all that is under way. */
void tw_forwarder_free (TwForwarder *forwarder);

void tw_forwarder_forward (TwForwarder *forwarder, const TwMessage *message, TwForwarderFunc func, gpointer user_data);

/* The same for bytes that should be one message. FALSE, and nothing is called: they are not. */
gboolean tw_forwarder_forward_bytes (TwForwarder *forwarder, const void *bytes, gsize length, TwForwarderFunc func,
                                     gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwForwarder, tw_forwarder_free)

G_END_DECLS
