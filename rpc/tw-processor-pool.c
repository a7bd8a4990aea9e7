/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-cglib.h"

#include "tw-call-kind.h"
#include "tw-call-pool.h"
#include "tw-error.h"
#include "tw-handler-error.h"
#include "tw-message-transport.h"

#include <pthread.h>

#include <thrift/c_glib/processor/thrift_processor.h>
#include <thrift/c_glib/protocol/thrift_binary_protocol.h>
#include <thrift/c_glib/protocol/thrift_compact_protocol.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThriftProtocol, g_object_unref)

/* A processor with its handler, for one call at a time, and where the handler finds that call's context: generated
 * code takes nothing along to it. */
typedef struct
{
  ThriftProcessor *processor;
  const TwCallContext *context;
} Place;

struct _TwProcessorPool
{
  TwProcessorPoolSpec spec;
  TwCallPool *calls[TW_N_CALL_KINDS];

  pthread_mutex_t lock; /* guards what follows */
  GPtrArray *free;      /* of Place; no more than threads were busy at one time */
};

static Place *
place_new (const TwProcessorPool *pool)
{
  Place *place = g_new0 (Place, 1);

  place->processor = THRIFT_PROCESSOR (pool->spec.new_processor (pool->spec.state, &place->context));
  return place;
}

static void
place_free (gpointer data)
{
  Place *place = data;

  g_object_unref (place->processor);
  g_free (place);
}

static Place *
take_place (TwProcessorPool *pool)
{
  Place *place;

  pthread_mutex_lock (&pool->lock);
  place = pool->free->len > 0 ? g_ptr_array_steal_index_fast (pool->free, pool->free->len - 1) : NULL;
  pthread_mutex_unlock (&pool->lock);
  return place != NULL ? place : place_new (pool);
}

static void
give_back (TwProcessorPool *pool, Place *place)
{
  place->context = NULL;
  pthread_mutex_lock (&pool->lock);
  g_ptr_array_add (pool->free, place);
  pthread_mutex_unlock (&pool->lock);
}

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

static gboolean
process (TwCall *call, gboolean may_wait, gpointer data)
{
  TwProcessorPool *pool = data;
  Place *place = take_place (pool);
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

  place->context = tw_call_context (call);
  tw_handler_error_begin (&error);
  thrift_processor_process (place->processor, protocol, protocol, &error);
  dropped = tw_handler_error_end ();
  give_back (pool, place);
  answer (call, encoding, tw_message_transport_written (transport), dropped != NULL ? dropped : error);
  return TRUE;
}

static TwCallPool *
start_threads (const TwProcessorPoolSpec *spec, const char *name, guint threads)
{
  return tw_call_pool_new (&(TwCallPoolSpec) {
    .name = name,
    .threads = threads, /* a handler may wait for whatever it likes */
    .max_queued = spec->max_queued,
    .max_wait_ms = spec->max_wait_ms,
  });
}

TwProcessorPool *
tw_processor_pool_new (const TwProcessorPoolSpec *spec)
{
  TwProcessorPool *pool = g_new0 (TwProcessorPool, 1);

  pool->spec = *spec;
  pthread_mutex_init (&pool->lock, NULL);
  pool->free = g_ptr_array_new_with_free_func (place_free);
  pool->calls[TW_CALL_READS] = start_threads (spec, "processor-reads", spec->read_threads);
  pool->calls[TW_CALL_WRITES] = start_threads (spec, "processor", spec->threads);
  return pool;
}

void
tw_processor_pool_handle (TwCall *call, gpointer data)
{
  TwProcessorPool *pool = data;
  TwCallPool *calls = pool->calls[tw_call_kind_of (tw_call_method (call))];

  tw_call_pool_collect (calls, call, process, pool);
  tw_call_pool_flush (calls);
}

void
tw_processor_pool_free (TwProcessorPool *pool)
{
  for (guint kind = 0; kind < TW_N_CALL_KINDS; kind++)
    tw_call_pool_free (pool->calls[kind]);
  g_ptr_array_unref (pool->free);
  pthread_mutex_destroy (&pool->lock);
  g_free (pool);
}
