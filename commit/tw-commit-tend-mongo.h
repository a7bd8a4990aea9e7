/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: what is due, whoever left it so: says of heads that all of it is settled, settles what has been due
 * for a second, and tells that it has ended, and drops entries that are too old, with the tombstones of what they removed. */

#pragma once

#include "tw-commit-lanes-mongo.h"

G_BEGIN_DECLS

/* Who is alive has settled it by then. */
#define TW_MONGO_DUE_MS 1000

typedef struct _TwMongoTender TwMongoTender;

/* What is given must outlive it. */
TwMongoTender *tw_mongo_tender_new (const TwCommits *commits, TwMongo *mongo, const TwMongoTypes *types,
                                    TwMongoLanes *lanes);

/* When @mongo has been closed. */
void tw_mongo_tender_free (TwMongoTender *tender);

/* Starts, unless the last one is still at it: entries of before @keep_from_ms are too old. Never blocks. */
void tw_mongo_tender_start (TwMongoTender *tender, gint64 now_ms, gint64 keep_from_ms);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoTender, tw_mongo_tender_free)

G_END_DECLS
