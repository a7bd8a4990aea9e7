/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: one operation that reads a partition's log, forwards or back: what it asks, and what it finds. */

#pragma once

#include "tw-commit-head-mongo.h"
#include "tw-mongo-call.h"

G_BEGIN_DECLS

typedef struct
{
  const TwMongoTypes *types;
  char *partition;
  gint64 next;        /* the number that is wanted; 0, on a way back: the newest */
  gint64 until;       /* where a way back ends */
  TwMongoHead *head;  /* NULL: to be looked at first */
  GPtrArray *entries; /* TwMongoEntry, of buckets, as they come on the way */
  guint n_buckets;
  gboolean is_broken;
} TwMongoReading;

TwMongoReading *tw_mongo_reading_new (const TwMongoTypes *types, const char *partition, gint64 next);
void tw_mongo_reading_free (gpointer reading);

/* Runs @run, whose job is the reading, as tw_mongo_call() does: FALSE with @error, and *@reading is NULL. Blocks. */
gboolean tw_mongo_reading_ask (TwMongo *mongo, gint64 deadline_ms, TwMongoFunc run, TwMongoReading **reading,
                               GError **error);

/* Looks at the head, and settles what it has that is not known to be. */
gboolean tw_mongo_reading_look (TwMongoSession *session, TwMongoReading *reading, GError **error);

/* The number of the first entry that the head has. What is before it is in buckets. */
gint64 tw_mongo_reading_first (const TwMongoReading *reading);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoReading, tw_mongo_reading_free)

G_END_DECLS
