/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: the thread that asks for the server, prepares the database and opens the gate. */

#pragma once

#include "tw-mongo-gate.h"
#include "tw-mongo-holders.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

typedef struct
{
  mongoc_client_pool_t *clients; /* one of them is its own */
  const char *database;
  gint64 max_time_ms;
  gint64 deadline_ms; /* of each look, from its beginning */
  const TwMongoSpec *spec;
  TwMongoRole role;
  TwMongoGate *gate;
  TwMongoHolders *holders;
} TwMongoWatched;

typedef struct _TwMongoWatch TwMongoWatch;

/* What @watched names must outlive it. */
TwMongoWatch *tw_mongo_watch_new (const TwMongoWatched *watched);

/* Says that the data is free, and ends the thread. */
void tw_mongo_watch_free (TwMongoWatch *watch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoWatch, tw_mongo_watch_free)

G_END_DECLS
