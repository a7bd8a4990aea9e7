/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-cglib.h"

#include "tw-clock.h"
#include "tw-error.h"
#include "tw-handler-error.h"
#include "tw-message-transport.h"
#include "tw-pool.h"

#include <thrift/c_glib/processor/thrift_processor.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThriftProtocol, g_object_unref)

struct _TwProcessorPool
{
  ThriftProcessor *processor;
  TwPool *pool;
  gint64 max_wait_ms;
};

/* A call that waits for a thread. */
typedef struct
{
  TwCall *call;
  gint64 since_ms; /* monotonic */
} Waiting;

/* The type in the header of a whole message that c_glib has written. */
static TwMessageType
message_type (const TwBuffer *message, TwProtocol protocol)
{
  if (protocol == TW_PROTOCOL_BINARY)
    return message->data[3];
  return message->data[1] >> 5;
}

/* Answers with what generated code has written, unless it is an exception that it made of a GError. */
static void
answer (TwCall *call, TwProtocol protocol, TwBuffer *written, const GError *error)
{
  if (error != NULL)
    tw_call_fail (call, error);
  else if (written->len > 3 && message_type (written, protocol) == TW_MESSAGE_REPLY)
    tw_call_reply_message (call, written);
  else if (written->len == 0 && tw_call_method (call)->oneway)
    tw_call_reply (call);
  else
    {
      g_autoptr (GError) none
          = g_error_new_literal (TW_ERROR, TW_ERROR_INTERNAL, "the handler failed without an error");

      tw_call_fail (call, none);
    }
}

static void
process (const TwProcessorPool *pool, TwCall *call)
{
  gsize length;
  TwProtocol encoding;
  const guint8 *message = tw_call_message (call, &length, &encoding);
  g_autoptr (TwMessageTransport) transport = tw_message_transport_new (message, length);
  /* One for both ways: reading is over before writing begins. */
  g_autoptr (ThriftProtocol) protocol
      = g_object_new (encoding == TW_PROTOCOL_BINARY ? THRIFT_TYPE_BINARY_PROTOCOL : THRIFT_TYPE_COMPACT_PROTOCOL,
                      "transport", transport, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) dropped = NULL;

  tw_handler_error_begin (&error);
  thrift_processor_process (pool->processor, protocol, protocol, &error);
  dropped = tw_handler_error_end ();
  answer (call, encoding, tw_message_transport_written (transport), dropped != NULL ? dropped : error);
}

static gint64
now_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

static void
refuse (TwCall *call)
{
  g_autoptr (GError) error
      = g_error_new_literal (TW_ERROR, TW_ERROR_UNAVAILABLE, "The service is overloaded: try again later");

  tw_call_fail (call, error);
}

static void
take (gpointer item, gpointer data)
{
  const TwProcessorPool *pool = data;
  g_autofree Waiting *waiting = item;

  if (now_ms () - waiting->since_ms > pool->max_wait_ms)
    refuse (waiting->call);
  else
    process (pool, waiting->call);
}

TwProcessorPool *
tw_processor_pool_new (GObject *processor, guint threads, guint max_queued, gint64 max_wait_ms)
{
  TwProcessorPool *pool = g_new0 (TwProcessorPool, 1);

  pool->processor = g_object_ref (THRIFT_PROCESSOR (processor));
  pool->max_wait_ms = max_wait_ms;
  pool->pool = tw_pool_new ("processor", threads, max_queued, take, pool);
  return pool;
}

void
tw_processor_pool_handle (TwCall *call, gpointer data)
{
  TwProcessorPool *pool = data;
  Waiting *waiting = g_new (Waiting, 1);

  *waiting = (Waiting) { .call = call, .since_ms = now_ms () };
  if (tw_pool_push (pool->pool, waiting))
    return;
  g_free (waiting);
  refuse (call);
}

void
tw_processor_pool_free (TwProcessorPool *pool)
{
  tw_pool_free (pool->pool);
  g_object_unref (pool->processor);
  g_free (pool);
}
