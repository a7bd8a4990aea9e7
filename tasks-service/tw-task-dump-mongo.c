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

static GVariant *
pack_any (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned,
          GError **error)
{
  g_autofree char *why = NULL;
  g_autofree gpointer record = tw_record_document_read (kind->data, document, &why);

  return record != NULL ? tw_record_dump_pack (kind->data, record) : NULL;
}

static bson_t *
unpack (const TwMongoDumpKind *kind, GVariant *packed, GVariant *before)
{
  g_autofree gpointer record = tw_record_dump_unpack (kind->data, packed);

  return record != NULL ? tw_record_document_new (kind->data, record) : NULL;
}

#define KIND(kind, record_type)                                                                                       \
  {                                                                                                                    \
    .name = TW_##kind##_COLLECTION, .type = TW_##kind##_PACKED, .collection = TW_##kind##_COLLECTION,                  \
    .data = &record_type, .pack = pack_any, .unpack = unpack, .filter = FIRST_ID,                                      \
  }

TwDump *
tw_task_dump_mongo_open (const char *uri, TwDumpRole role, GError **error)
{
  static const TwMongoDumpKind kinds[] = {
    { .name = TW_TASK_COLLECTION, .type = TW_TASK_PACKED, .collection = TW_TASK_COLLECTION,
      .data = &tw_task_type, .pack = pack, .unpack = unpack,
      .filter = FIRST_ID, .projection = "{\"userId\": 1, \"createdOn\": 1, \"" TW_RECORD_TOMBSTONE "\": 1}" },
    KIND (SHARED_LIST, tw_shared_list_type),
    KIND (MEMBER, tw_member_type),
    KIND (INVITATION, tw_invitation_type),
    KIND (CHORE, tw_chore_type),
  };

  return tw_mongo_dump_open (uri, role, &tw_task_store_mongo_spec, kinds, G_N_ELEMENTS (kinds), error);
}
