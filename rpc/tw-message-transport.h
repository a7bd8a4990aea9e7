/* SPDX-License-Identifier: Apache-2.0 */

/* The transport that generated code reads one message from and writes its answer to: a cursor over bytes that are all
 * there already, and a buffer that grows. It never waits, and fails where the message ends. Not thread-safe. */

#pragma once

#include "tw-buffer.h"

#include <thrift/c_glib/transport/thrift_transport.h>

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThriftTransport, g_object_unref)

#define TW_TYPE_MESSAGE_TRANSPORT (tw_message_transport_get_type ())
G_DECLARE_FINAL_TYPE (TwMessageTransport, tw_message_transport, TW, MESSAGE_TRANSPORT, ThriftTransport)

/* @message stays the caller's and must stay there as long as the transport. */
TwMessageTransport *tw_message_transport_new (const guint8 *message, gsize length);

/* What has been written so far; the caller may take it out. */
TwBuffer *tw_message_transport_written (TwMessageTransport *transport);

G_END_DECLS
