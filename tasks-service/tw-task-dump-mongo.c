/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-dump.h"

#include "tw-mongo-dump.h"
#include "tw-record-document.h"
#include "tw-record-dump.h"
#include "tw-task-document.h"
#include "tw-task-store-mongo.h"

/* An _id of another type never fits a bound that is an ObjectId. */
#define FIRST_ID "{\"_id\": {\"$gte\": {\"$oid\": \"000000000000000000000000\"}}}"

static GVariant *
pack (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned, GError **error)
{
  g_autoptr (TwTaskRecord) task = tw_task_document_read (document, warned);

  return task != NULL ? tw_record_dump_pack (&tw_task_type, task) : NULL;
}

static bson_t *
unpack (const TwMongoDumpKind *kind, GVariant *record, GVariant *before)
{
  g_autoptr (TwTaskRecord) task = tw_record_dump_unpack (&tw_task_type, record);

  return task != NULL ? tw_record_document_new (&tw_task_type, task) : NULL;
}

TwDump *
tw_task_dump_mongo_open (const char *uri, TwDumpRole role, GError **error)
{
  static const TwMongoDumpKind kinds[] = {
    { .name = TW_TASK_COLLECTION, .type = TW_TASK_PACKED, .collection = TW_TASK_COLLECTION, .pack = pack,
      .unpack = unpack,
      .filter = FIRST_ID, .projection = "{\"userId\": 1, \"createdOn\": 1, \"" TW_RECORD_TOMBSTONE "\": 1}" },
  };

  return tw_mongo_dump_open (uri, role, &tw_task_store_mongo_spec, kinds, G_N_ELEMENTS (kinds), error);
}
