/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: through the documents of a kind, in the order of their _id. */

#pragma once

#include "tw-mongo-dump.h"

G_BEGIN_DECLS

typedef struct
{
  TwMongo *mongo;
  const TwMongoDumpKind *kind;
  atomic_flag *warned;
  bson_t *filter;         /* for what comes next; NULL: that was all */
  gboolean backwards;
  gboolean is_counted;    /* no more of them is read than says whether they are records: the kind's projection */
} TwMongoDumpWalk;

/* From the start, or, where the caller makes it go backwards, from the end. Clear it with tw_mongo_dump_walk_clear().
 * @warned: of documents that were passed over. */
TwMongoDumpWalk tw_mongo_dump_walk_from (TwMongo *mongo, const TwMongoDumpKind *kind, atomic_flag *warned);
void tw_mongo_dump_walk_clear (TwMongoDumpWalk *walk);

/* Goes on behind @document, of which the _id matters. */
void tw_mongo_dump_walk_behind (TwMongoDumpWalk *walk, const bson_t *document);

/* Appends the records of the next @limit documents to @records, in one operation. */
gboolean tw_mongo_dump_walk_on (TwMongoDumpWalk *walk, guint limit, GPtrArray *records, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwMongoDumpWalk, tw_mongo_dump_walk_clear)

G_END_DECLS
