/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: how a partition's log is read: the head first, then the buckets of what is older. */

#pragma once

#include "tw-commit-head-mongo.h"

G_BEGIN_DECLS

/* What @part, of a known kind, of @entry does, for whoever reads logs. */
void tw_mongo_log_entry (const TwMongoEntry *entry, const TwMongoPart *part, TwCommitEntry *shown);

/* Settles what @partition's @head, which was looked at, has that is not known to be. */
gboolean tw_mongo_log_settle (TwMongoSession *session, const char *partition, const TwMongoHead *head, GError **error);

/* As tw_commits_log(). */
gboolean tw_mongo_log_read (TwMongo *mongo, const TwMongoTypes *types, gint64 deadline_ms, const char *partition,
                            gint64 after, TwCommitLog *log, TwCommitEntryFunc entry, gpointer user_data,
                            GError **error);

G_END_DECLS
