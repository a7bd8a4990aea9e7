/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: a database as one end of a copy. The collections of a database are those that its spec has indexes for.
 * Everything blocks. */

#pragma once

#include "tw-dump.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

/* Opens it for @role and waits for it, ten seconds at most. Errors: tw_mongo_dump_open(). */
TwMongo *tw_mongo_dump_database_open (const char *uri, const TwMongoSpec *spec, TwDumpRole role, GError **error);

/* Deletes every document in every collection. */
gboolean tw_mongo_dump_database_clear (TwMongo *mongo, const TwMongoSpec *spec, GError **error);

G_END_DECLS
