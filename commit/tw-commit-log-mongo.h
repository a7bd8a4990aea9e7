/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: how a partition's log is read: the head first, then the buckets of what is older. */

#pragma once

#include "tw-commit-head-mongo.h"

G_BEGIN_DECLS

/* As tw_commits_log(). */
gboolean tw_mongo_log_read (TwMongo *mongo, const TwMongoTypes *types, gint64 deadline_ms, const char *partition,
                            gint64 after, TwCommitLog *log, TwCommitEntryFunc entry, gpointer user_data,
                            GError **error);

G_END_DECLS
