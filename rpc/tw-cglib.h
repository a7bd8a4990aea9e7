/* SPDX-License-Identifier: Apache-2.0 */

/* Where Apache Thrift's generated C code meets our server: everything that c_glib 0.17 gets wrong is put right here.
 *
 * Generated code sees one whole message that has been validated, through a transport that keeps a cursor, never waits
 * and fails at the end of the message. It runs in a bounded pool of threads, since its handlers return their answer.
 */

#pragma once

#include "tw-call.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* The *_get_type functions of all generated types; gen/ makes such a table (tw-generated-types.h). */
typedef GType (*TwGetTypeFunc) (void);

/* Registers every type, since their first use is not thread-safe. Call from main, before other threads start. What they
 * leak is for tw-cglib-finalizers.h. */
void tw_cglib_init (const TwGetTypeFunc *types, gsize n);

typedef struct _TwProcessorPool TwProcessorPool;

typedef struct
{
  /* Makes a generated TwXProcessor with a handler that answers from @state. Each is used for one call at a time: while
   * one of its methods runs, *@context is that call's. @context stays where it is for as long as the processor. Called
   * on the threads. */
  GObject *(*new_processor) (gpointer state, const TwCallContext *const *context);
  gpointer state;
  guint read_threads; /* for methods that read: none of them waits for one that writes and is stuck … */
  guint threads;      /* … and for all others */
  guint max_queued;   /* calls of a kind that wait for a thread */
  gint64 max_wait_ms; /* and how long */
} TwProcessorPoolSpec;

/* Runs calls in threads. Those that find no place to wait, or wait for too long, are answered UNAVAILABLE, since by the
 * time that a handler were through with them nobody would wait any more.
 *
 * A handler, which several threads call at once, fails by returning FALSE with the declared exception set, or with a
 * GError, which becomes what tw_call_fail() makes of it: one of TW_ERROR the declared exception with its status and
 * text; any other one an internal failure, whose text goes to the log and never to the client. */
TwProcessorPool *tw_processor_pool_new (const TwProcessorPoolSpec *spec);

/* A TwCallFunc for tw_server_new(); @pool is a TwProcessorPool. */
void tw_processor_pool_handle (TwCall *call, gpointer pool);

/* Finishes what is queued, then ends the threads. */
void tw_processor_pool_free (TwProcessorPool *pool);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwProcessorPool, tw_processor_pool_free)

G_END_DECLS
