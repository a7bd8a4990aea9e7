/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: entries that are too old go, out of heads and buckets, and with them the tombstones of what they
 * removed. */

#pragma once

#include "tw-commit-head-mongo.h"

G_BEGIN_DECLS

/* Those of before @until_ms, of a thousand heads and buckets at most, which takes a hundred commands or so; *@more where
 * there may be others. */
gboolean tw_mongo_drop (TwMongoSession *session, const TwMongoTypes *types, gint64 until_ms, gboolean *more,
                        GError **error);

G_END_DECLS
