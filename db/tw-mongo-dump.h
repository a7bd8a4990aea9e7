/* SPDX-License-Identifier: Apache-2.0 */

/* A MongoDB database as one end of a copy (tw-dump.h): a section is a collection, a record what its kind makes of a
 * document. Records come in the order of _id: strings and binaries byte by byte, numbers, which is the order that
 * SQLite has for the same. Each batch is an operation of its own, with the time that one has. */

#pragma once

#include "tw-dump.h"
#include "tw-mongo.h"

#include <stdatomic.h>

G_BEGIN_DECLS

#define TW_MONGO_DUMP_PEERS 2

/* Something that a record has to say, or is not one without, and that is not in its document: whether another
 * collection has a document whose @key is this one's @field. */
typedef struct
{
  const char *field;
  const char *collection, *key;
} TwMongoDumpPeer;

typedef struct _TwMongoDumpKind TwMongoDumpKind;

struct _TwMongoDumpKind
{
  const char *name, *type; /* of the section: tw-dump.h */
  const char *collection;
  gconstpointer data; /* for the functions */

  /* The record of @document, floating; NULL where it is none: with @error, or, without, to be passed over. @peers: for
   * each of the kind's, whether it is there. @warned: whether the log has heard of what is passed over. */
  GVariant *(*pack) (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned,
                     GError **error);

  /* The document of @record, whose _id is the record's key; NULL where it can't be one's. @before is the record before
   * it, or NULL: known only for a kind that is a chain, and when it is written. */
  bson_t *(*unpack) (const TwMongoDumpKind *kind, GVariant *record, GVariant *before);

  /* What not every kind needs. */
  gboolean is_chain;
  TwMongoDumpPeer peers[TW_MONGO_DUMP_PEERS];
  const char *filter;     /* what all of the kind fit, as extended JSON: documents to walk through from the start */
  bson_t *(*projection) (const TwMongoDumpKind *kind); /* what pack() needs to tell whether a document is a record */

  /* A second document of the record, or NULL, in another collection. It is written first, and takes the place of one
   * with its _id, which an attempt that was broken off may have left: who finds the first finds both. */
  bson_t *(*unpack_aside) (const TwMongoDumpKind *kind, GVariant *record);
  const char *aside;
};

/* An unpack() of a kind whose data is a TwRecordType. */
bson_t *tw_mongo_dump_unpack_record (const TwMongoDumpKind *kind, GVariant *record, GVariant *before);

/* What @type's records are, where nothing more is to be said of them than its annotations do. The log hears of a document
 * that is none, the first time. */
TwMongoDumpKind tw_mongo_dump_kind_of (const TwRecordType *type);

/* Waits for the database, ten seconds at most. @kinds are in the order in which to move them; @spec must outlive it.
 * Fails with CONFIGURATION where a source is an unfinished copy, or a target is held by a service or another copy, or
 * has data that no unfinished copy has left: then nothing of it has been touched; UNAVAILABLE. */
TwDump *tw_mongo_dump_open (const char *uri, TwDumpRole role, const TwMongoSpec *spec, const TwMongoDumpKind *kinds,
                            guint n_kinds, GError **error);

G_END_DECLS
