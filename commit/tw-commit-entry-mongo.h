/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: an entry of a partition's log as MongoDB has it:
 *
 *     number, mark, time, by
 *     key, request   a hash of whose Idempotency-Key it is and of the key; the request's fingerprint. Or neither
 *     note           what lies beside the key, where something does
 *     parts          what it does to a record each:
 *       collection, id, version, deed ("made", "changed", "removed", "given")
 *       changed      bits by ids: tw-commit-changed.h
 *       former       what was, where the part says so: tw-commit-former.h
 *       set, unset   what has to be done to the record's document: only while it lies in a head
 *
 * A part is for the version before its own and no other, also where that is by an entry in another partition's log, from
 * which the record was given: so what is written twice, or late, changes nothing. A document
 * without a version has version 1. */

#pragma once

#include "tw-commit.h"

#include <mongoc/mongoc.h>

G_BEGIN_DECLS

#define TW_MONGO_KEY_BYTES 16

typedef enum
{
  TW_MONGO_MADE,
  TW_MONGO_CHANGED,
  TW_MONGO_REMOVED,
  TW_MONGO_GIVEN, /* to another partition: what it sets has that for its owner */
} TwMongoDeed;

/* The records that are known here. */
typedef struct
{
  const TwRecordType *const *types;
  guint n;
} TwMongoTypes;

typedef struct
{
  char *collection;
  const TwRecordType *type; /* NULL: one that only a newer instance knows */
  bson_oid_t id;
  gint64 version; /* as the part leaves it */
  TwMongoDeed deed;
  guint64 changed; /* bits of the type's fields */
  GBytes *former;  /* NULL: none */
  bson_t *set, *unset; /* empty where nothing is, or is known any more */
} TwMongoPart;

typedef struct
{
  gint64 number;
  guint8 mark[TW_COMMIT_MARK_BYTES];
  gint64 time_ms;
  char *by;
  gboolean has_key;
  guint8 key[TW_MONGO_KEY_BYTES];
  guint8 fingerprint[TW_COMMIT_FINGERPRINT_BYTES];
  GBytes *note;     /* counts only with a key; NULL: none */
  GPtrArray *parts; /* TwMongoPart */
  gsize bytes;      /* as a document; 0: not known */
} TwMongoEntry;

TwMongoEntry *tw_mongo_entry_new (void);
void tw_mongo_entry_free (TwMongoEntry *entry);

/* Without anything to set: the caller adds that. */
TwMongoPart *tw_mongo_part_new (const TwRecordType *type, const bson_oid_t *id, TwMongoDeed deed, gint64 version);
void tw_mongo_part_free (TwMongoPart *part);

/* The entry as a document, with what its parts set, or without; free with bson_destroy(). */
bson_t *tw_mongo_entry_document (const TwMongoEntry *entry, gboolean with_sets);

/* The reverse; NULL where @document is no entry. */
TwMongoEntry *tw_mongo_entry_read (const TwMongoTypes *types, const bson_t *document);

/* The version that a record's document has; 0 where @document is NULL. */
gint64 tw_mongo_document_version (const bson_t *document);

/* A removed record's document: TW_RECORD_TOMBSTONE and its version. */
bson_t *tw_mongo_part_tombstone (const TwMongoPart *part, gint64 time_ms);

/* The record's document as the part, of an entry at @time_ms, leaves @document (NULL: there is none, or no tombstone any
 * more); NULL where it is for another version. */
bson_t *tw_mongo_part_apply (const TwMongoPart *part, gint64 time_ms, const bson_t *document);

/* What a key of @by's is known by. */
void tw_mongo_key_hash (const char *by, const char *key, guint8 hash[TW_MONGO_KEY_BYTES]);

/* One document of an array: an item of its own, or NULL where it is none. */
typedef gpointer (*TwMongoItemFunc) (const TwMongoTypes *types, const bson_t *document);

/* Appends what @read makes of each document of the array @name to @items. FALSE where there is no such array, or
 * something else is in it. */
gboolean tw_mongo_array_read (const TwMongoTypes *types, const bson_t *document, const char *name, TwMongoItemFunc read,
                              GPtrArray *items);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMongoEntry, tw_mongo_entry_free)

G_END_DECLS
