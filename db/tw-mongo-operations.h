/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: the threads on which operations run, and the one that watches their deadlines. */

#pragma once

#include "tw-mongo-gate.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

typedef struct _TwMongoOperations TwMongoOperations;

/* Starts @threads threads, each of which takes a client out of @clients for one operation at a time. What is given
 * must outlive it. */
TwMongoOperations *tw_mongo_operations_new (mongoc_client_pool_t *clients, const char *database, gint64 max_time_ms,
                                            gint64 deadline_ms, guint threads, TwMongoGate *gate);

/* See tw_mongo_run(). */
void tw_mongo_operations_run (TwMongoOperations *operations, gint64 deadline_ms, TwMongoKind kind, TwMongoFunc run,
                              TwMongoDone done, gpointer job, GDestroyNotify free_job);

/* Finishes what is waiting, and ends the threads. */
void tw_mongo_operations_free (TwMongoOperations *operations);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoOperations, tw_mongo_operations_free)

G_END_DECLS
