/* SPDX-License-Identifier: Apache-2.0 */

/* What the dumps (tw-dump.h) of the services' databases in MongoDB have in common. Everything blocks. The collections
 * of a database are those that its spec has indexes for. */

#pragma once

#include "tw-dump.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

/* Opens the database for @role and waits for it, ten seconds at most. Fails with CONFIGURATION where a source is an
 * unfinished copy, or a target is held by a service or another copy, or has data that no unfinished copy has left: then
 * nothing of it has been touched; UNAVAILABLE. */
TwMongo *tw_mongo_dump_open (const char *uri, const TwMongoSpec *spec, TwDumpRole role, GError **error);

/* Deletes every document in every collection. */
gboolean tw_mongo_dump_clear (TwMongo *mongo, const TwMongoSpec *spec, GError **error);

/* Inserts @documents (bson_t), in their order; takes them. What has been inserted when it fails is a beginning. */
gboolean tw_mongo_dump_insert (TwMongo *mongo, const char *collection, GPtrArray *documents, GError **error);

G_END_DECLS
