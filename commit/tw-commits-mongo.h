/* SPDX-License-Identifier: Apache-2.0 */

/* Commits in MongoDB, by any number of instances on one database, without transactions: an entry lies in its
 * partition's head, which one command changes, and from then on it has happened; records are written behind it, by
 * whoever made it, or by who comes after (docs/mongodb.md). Records are documents as tw-record-document.h has them; of
 * what is removed a tombstone stays as long as its entry. All functions are thread-safe. */

#pragma once

#include "tw-commit.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

/* The indexes that have to be there, which the database's spec has among its own. */
#define TW_COMMITS_MONGO_INDEXES 4
#define TW_COMMITS_MONGO_INDEX_LIST                                                                                    \
  { "commits", "commits_due", "{\"due\": 1}", FALSE, NULL },                                                           \
  { "commits", "commits_by_key", "{\"entries.key\": 1}", FALSE, NULL },                                                \
  { "commits", "commits_of_partition", "{\"partition\": 1, \"last\": 1}", FALSE, NULL },                               \
  { "commits", "commits_by_age", "{\"since\": 1}", FALSE, NULL }

/* @types: the @n kinds of records that commits are about. It and @mongo must outlive it. */
TwCommits *tw_commits_mongo_new (TwMongo *mongo, const TwRecordType *const *types, guint n);

/* When @mongo has been closed, so that nothing is under way any more. */
void tw_commits_mongo_free (TwCommits *commits);

/* Whether all that has happened is in the records, for a copy of the database, which takes these alone: its spec's
 * check_source. CONFIGURATION where it is not. */
gboolean tw_commits_mongo_check_source (TwMongoSession *session, GError **error);

G_END_DECLS
