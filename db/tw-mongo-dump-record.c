/* SPDX-License-Identifier: Apache-2.0 */

/* A kind of a copy that is records by their annotations alone. */

#include "tw-mongo-dump.h"
#include "tw-record-document.h"
#include "tw-record-dump.h"

/* An _id of another type never fits a bound that is an ObjectId. */
#define FIRST_ID "{\"_id\": {\"$gte\": {\"$oid\": \"000000000000000000000000\"}}}"

static GVariant *
pack (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned, GError **error)
{
  g_autofree gpointer record = tw_record_document_read_or_warn (kind->data, document, warned);

  return record != NULL ? tw_record_dump_pack (kind->data, record) : NULL;
}

bson_t *
tw_mongo_dump_unpack_record (const TwMongoDumpKind *kind, GVariant *packed, GVariant *before)
{
  g_autofree gpointer record = tw_record_dump_unpack (kind->data, packed);

  return record != NULL ? tw_record_document_new (kind->data, record) : NULL;
}

static bson_t *
projection (const TwMongoDumpKind *kind)
{
  const TwRecordType *type = kind->data;
  bson_t *fields = BCON_NEW (TW_RECORD_TOMBSTONE, BCON_INT32 (1));

  for (guint i = 0; i < type->n_fields; i++)
    if (type->fields[i].needed && type->fields[i].role != TW_RECORD_KEY)
      BCON_APPEND (fields, type->fields[i].name, BCON_INT32 (1));
  return fields;
}

TwMongoDumpKind
tw_mongo_dump_kind_of (const TwRecordType *type)
{
  return (TwMongoDumpKind) {
    .name = type->collection, .type = type->packed, .collection = type->collection,
    .data = type, .pack = pack, .unpack = tw_mongo_dump_unpack_record, .filter = FIRST_ID, .projection = projection,
  };
}
