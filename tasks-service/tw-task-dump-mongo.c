/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-dump.h"

#include "tw-mongo-dump.h"
#include "tw-random.h"
#include "tw-task-document.h"
#include "tw-task-store-mongo.h"

/* An _id of another type never fits a bound that is an ObjectId. */
#define FIRST_ID "{\"_id\": {\"$gte\": {\"$oid\": \"000000000000000000000000\"}}}"

static GVariant *
pack (const TwMongoDumpKind *kind, const bson_t *document, const gboolean *peers, atomic_flag *warned, GError **error)
{
  g_autoptr (TwTaskRecord) task = tw_task_document_read (document, warned);
  guint8 id[TW_ID_BYTES];

  if (task == NULL || !tw_id_to_bytes (task->id, id))
    return NULL;
  return g_variant_new (
                        "(@ayssxxxb)", g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, id, sizeof id, 1), task->user_id, task->name,
                        task->created_ms, task->updated_ms, task->version, task->done);
}

static bson_t *
unpack (const TwMongoDumpKind *kind, GVariant *record, GVariant *before)
{
  char id[TW_ID_SIZE];
  TwTaskRecord task = { .id = id };
  g_autoptr (GVariant) key = NULL;
  gconstpointer bytes;
  gsize length;

  g_variant_get (record, "(@ay&s&sxxxb)", &key, &task.user_id, &task.name, &task.created_ms, &task.updated_ms,
                 &task.version, &task.done);
  bytes = g_variant_get_fixed_array (key, &length, 1);
  if (length != TW_ID_BYTES)
    return NULL;
  tw_id_from_bytes (bytes, id);
  return tw_task_document_new (&task);
}

TwDump *
tw_task_dump_mongo_open (const char *uri, TwDumpRole role, GError **error)
{
  static const TwMongoDumpKind kinds[] = {
    { .name = "tasks", .type = TW_TASK_DUMP_TYPE, .collection = TW_TASK_COLLECTION, .pack = pack, .unpack = unpack,
      .filter = FIRST_ID, .projection = "{\"userId\": 1, \"createdOn\": 1}" },
  };

  return tw_mongo_dump_open (uri, role, &tw_task_store_mongo_spec, kinds, G_N_ELEMENTS (kinds), error);
}
