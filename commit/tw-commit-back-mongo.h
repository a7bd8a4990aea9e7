/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: what is asked of logs from their newest entries on, on MongoDB. The store's id and key are a document
 * beside the heads: {_id: "store", id, key}. */

#pragma once

#include "tw-commit-head-mongo.h"

G_BEGIN_DECLS

/* See tw_commits_log_back(), tw_commits_look(). */
gboolean tw_mongo_back_read (TwMongo *mongo, const TwMongoTypes *types, gint64 deadline_ms, TwCommitBack *back,
                             TwCommitEntryFunc entry, gpointer user_data, GError **error);
gboolean tw_mongo_back_look (TwMongo *mongo, gint64 deadline_ms, const char *const *partitions, guint n,
                             TwCommitLog *logs, TwCommitStore *store, GError **error);

G_END_DECLS
