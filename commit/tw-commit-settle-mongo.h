/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: what entries say becomes what records are. May happen several times, at once, and late. */

#pragma once

#include "tw-commit-head-mongo.h"

G_BEGIN_DECLS

/* Writes the records of those of @entries (TwMongoEntry, in order) that come behind number @settled: one command for
 * each collection; where that would be a long one, first a look at what is done, and then a command for each piece. What
 * has been written stays so where it fails, and need not be written again. *@doubtful (or NULL) becomes a part of the
 * newest entry's that was to make a record, and found something there: the same, which somebody else was faster to
 * write, or another's. NULL where there is none. */
gboolean tw_mongo_settle (TwMongoSession *session, const GPtrArray *entries, gint64 settled,
                          const TwMongoPart **doubtful, GError **error);

G_END_DECLS
