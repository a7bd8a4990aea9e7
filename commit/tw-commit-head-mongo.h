/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: a partition's head, and the buckets of entries that were copied out of it. Both lie in one
 * collection, so that one question finds the head and whatever has a key:
 *
 *     _id "head:PARTITION"         n        the number of the newest entry
 *                                  settled  up to here all entries are known to be in the records
 *                                  due      when the newest was made; not there where all are known to be settled
 *                                  since    when the oldest that it holds was made
 *                                  dropped, droppedMark   of the newest entry that is no longer kept
 *                                  entries  the newest ones
 *     _id "log:PARTITION:NUMBER"   partition, last, since, entries: a full bucket of older ones, from NUMBER to last
 *
 * A head is full with TW_MONGO_BUCKET entries or TW_MONGO_BUCKET_BYTES: constants, since else a bucket would be copied
 * under one _id in two lengths.
 *
 * What is in a head and older than entries are kept is dropped out of it (tw-commit-drop-mongo.h). */

#pragma once

#include "tw-commit-entry-mongo.h"
#include "tw-mongo.h"

G_BEGIN_DECLS

#define TW_MONGO_COMMITS "commits"
#define TW_MONGO_BUCKET 32
#define TW_MONGO_BUCKET_BYTES (64 * 1024)

typedef struct
{
  gint64 n, settled;
  gint64 dropped;
  guint8 dropped_mark[TW_COMMIT_MARK_BYTES];
  GPtrArray *entries; /* TwMongoEntry, those that it holds; none where it is only remembered */
  guint count;        /* of those that it holds, or more: some may have been dropped meanwhile */
  gsize bytes;        /* of these */
} TwMongoHead;

/* Of a partition that nothing has happened in. */
TwMongoHead *tw_mongo_head_new (void);
void tw_mongo_head_free (TwMongoHead *head);

gboolean tw_mongo_head_is_full (const TwMongoHead *head);

/* Adds @entry, which is taken, behind the others: in a bucket of its own where that is full. */
void tw_mongo_head_add (TwMongoHead *head, TwMongoEntry *entry);

char *tw_mongo_head_id (const char *partition);

/* Of a document: its _id, "" where that is none of ours; the partition whose head it is, to be freed with g_free(),
 * NULL where it is a bucket; a number, or 0. */
const char *tw_mongo_commits_id (const bson_t *document);
char *tw_mongo_head_partition (const bson_t *document);
gint64 tw_mongo_commits_number (const bson_t *document, const char *name);

/* Reads it from its document; NULL where that is none. */
TwMongoHead *tw_mongo_head_read (const TwMongoTypes *types, const bson_t *document);

/* The entries of a head or bucket, appended to @entries. FALSE where @document has none. */
gboolean tw_mongo_entries_read (const TwMongoTypes *types, const bson_t *document, GPtrArray *entries);

/* An entry that has a key. */
typedef struct
{
  TwMongoEntry *entry; /* NULL: none was found */
  TwMongoHead *head;   /* that it lies in; NULL: in a bucket, the records of which are settled */
} TwMongoKeyed;

void tw_mongo_keyed_clear (TwMongoKeyed *keyed);

/* Looks at the head of @partition, and, where @key is not NULL, for an entry that has that one, in one command. */
gboolean tw_mongo_head_look (TwMongoSession *session, const TwMongoTypes *types, const char *partition,
                             const guint8 *key, TwMongoHead **head, TwMongoKeyed *keyed, GError **error);

/* Copies a full head, which @partition's is, and all of which is settled, to a bucket. What is there stays. */
gboolean tw_mongo_head_copy (TwMongoSession *session, const char *partition, const TwMongoHead *head, GError **error);

/* Says of @n heads that all is settled that they had at the number. One that has gone on stays as it is. */
typedef struct
{
  char *partition;
  gint64 number;
} TwMongoSettled;

gboolean tw_mongo_heads_tell (TwMongoSession *session, const TwMongoSettled *settled, guint n, GError **error);

/* An error that has no better words: somebody has changed what is stored. */
gboolean tw_mongo_head_is_broken (const char *id, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoHead, tw_mongo_head_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwMongoKeyed, tw_mongo_keyed_clear)

G_END_DECLS
