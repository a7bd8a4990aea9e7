/* SPDX-License-Identifier: Apache-2.0 */

/* A first version is inserted where nothing is, a later one changes what has the version before. What takes the place of
 * a tombstone does both: that may have been dropped since. So no statement fails, and one that was done before does
 * nothing. */

#include "tw-commit-settle-mongo.h"

#include "tw-error.h"
#include "tw-mongo-bulk.h"
#include "tw-record-document.h"

#include <string.h>

/* An answer that got lost says nothing, and two that insert at once may refuse one of them. */
#define ATTEMPTS 3

/* What is one collection's. */
typedef struct
{
  const char *collection;
  GPtrArray *parts;   /* TwMongoPart */
  GPtrArray *entries; /* TwMongoEntry, of each */
} Batch;

static void
batch_free (gpointer data)
{
  Batch *batch = data;

  g_ptr_array_unref (batch->parts);
  g_ptr_array_unref (batch->entries);
  g_free (batch);
}

static Batch *
batch_of (GPtrArray *batches, const char *collection)
{
  Batch *batch;

  for (guint i = 0; i < batches->len; i++)
    {
      batch = batches->pdata[i];
      if (strcmp (batch->collection, collection) == 0)
        return batch;
    }
  batch = g_new (Batch, 1);
  *batch = (Batch) { collection, g_ptr_array_new (), g_ptr_array_new () };
  g_ptr_array_add (batches, batch);
  return batch;
}

static GPtrArray *
sort_parts (const GPtrArray *entries, gint64 settled)
{
  GPtrArray *batches = g_ptr_array_new_with_free_func (batch_free);

  for (guint i = 0; i < entries->len; i++)
    {
      TwMongoEntry *entry = entries->pdata[i];

      for (guint k = 0; entry->number > settled && k < entry->parts->len; k++)
        {
          TwMongoPart *part = entry->parts->pdata[k];
          Batch *batch = batch_of (batches, part->collection);

          g_ptr_array_add (batch->parts, part);
          g_ptr_array_add (batch->entries, entry);
        }
    }
  return batches;
}

/* The document of the version before @part's; one that has none, or nothing that could be one, has version 1. */
static bson_t *
before (const TwMongoPart *part)
{
  const gint64 version = part->version - 1;

  if (version == 1)
    return BCON_NEW ("_id", BCON_OID (&part->id), "version", "{", "$not", "{", "$gte", BCON_INT64 (2), "}", "}");
  return BCON_NEW ("_id", BCON_OID (&part->id), "version", "{", "$gte", BCON_INT64 (version), "$lt",
                   BCON_INT64 (part->version), "}");
}

static void
add_insertion (TwMongoBulk *bulk, const TwMongoPart *part)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_OID (&part->id));
  g_autoptr (TwBson) update = BCON_NEW ("$setOnInsert", BCON_DOCUMENT (part->set));

  tw_mongo_bulk_update (bulk, filter, update, TRUE);
}

static void
add_change (TwMongoBulk *bulk, const TwMongoPart *part)
{
  g_autoptr (TwBson) filter = before (part);
  g_autoptr (TwBson) update = BCON_NEW ("$set", BCON_DOCUMENT (part->set));

  if (part->deed == TW_MONGO_MADE)
    BCON_APPEND (filter, TW_RECORD_TOMBSTONE, "{", "$type", BCON_UTF8 ("date"), "}");
  if (!bson_empty (part->unset))
    BSON_APPEND_DOCUMENT (update, "$unset", part->unset);
  tw_mongo_bulk_update (bulk, filter, update, FALSE);
}

static void
add_part (TwMongoBulk *bulk, const TwMongoPart *part, gint64 time_ms)
{
  if (part->deed == TW_MONGO_REMOVED)
    {
      g_autoptr (TwBson) filter = before (part);
      g_autoptr (TwBson) tombstone = tw_mongo_part_tombstone (part, time_ms);

      tw_mongo_bulk_replace (bulk, filter, tombstone);
    }
  else
    {
      if (part->version > 1)
        add_change (bulk, part);
      if (part->deed == TW_MONGO_MADE)
        add_insertion (bulk, part);
    }
}

static gboolean
is_in (const GArray *ids, const bson_oid_t *id)
{
  gboolean found = FALSE;

  for (guint i = 0; !found && i < ids->len; i++)
    found = bson_oid_equal (&g_array_index (ids, bson_oid_t, i), id);
  return found;
}

/* The first of the batch that is of @entry, and was to make a record and did not. */
static const TwMongoPart *
find_doubtful (const Batch *batch, const TwMongoEntry *entry, const GArray *upserted)
{
  for (guint i = 0; i < batch->parts->len; i++)
    {
      const TwMongoPart *part = batch->parts->pdata[i];

      if (batch->entries->pdata[i] == entry && part->deed == TW_MONGO_MADE && !is_in (upserted, &part->id))
        return part;
    }
  return NULL;
}

static gboolean
write_batch (TwMongoSession *session, const Batch *batch, const TwMongoEntry *newest, const TwMongoPart **doubtful,
             GError **error)
{
  g_autoptr (TwMongoBulk) bulk = tw_mongo_bulk_new (session, batch->collection);
  g_autoptr (GArray) upserted = NULL;

  for (guint i = 0; i < batch->parts->len; i++)
    add_part (bulk, batch->parts->pdata[i], ((const TwMongoEntry *) batch->entries->pdata[i])->time_ms);
  if (!tw_mongo_bulk_run (bulk, &upserted, error))
    return FALSE;
  if (*doubtful == NULL)
    *doubtful = find_doubtful (batch, newest, upserted);
  return TRUE;
}

/* Whether another attempt may end better. */
static gboolean
may_try_again (TwMongoSession *session, const GError *why, guint attempt)
{
  return attempt + 1 < ATTEMPTS && tw_mongo_session_left_ms (session) > 0
         && (tw_mongo_session_unknown (session) || g_error_matches (why, TW_ERROR, TW_ERROR_CONFLICT));
}

static gboolean
try_to_write (TwMongoSession *session, const Batch *batch, const TwMongoEntry *newest, const TwMongoPart **doubtful,
              GError **error)
{
  for (guint attempt = 0;; attempt++)
    {
      g_autoptr (GError) why = NULL;

      if (write_batch (session, batch, newest, doubtful, &why))
        return TRUE;
      if (!may_try_again (session, why, attempt))
        {
          /* What is in each other's way comes to an end; there is no conflict that a caller could do anything about. */
          if (g_error_matches (why, TW_ERROR, TW_ERROR_CONFLICT))
            why->code = TW_ERROR_UNAVAILABLE;
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
    }
}

gboolean
tw_mongo_settle (TwMongoSession *session, const GPtrArray *entries, gint64 settled, const TwMongoPart **doubtful,
                 GError **error)
{
  g_autoptr (GPtrArray) batches = sort_parts (entries, settled);
  const TwMongoEntry *newest = entries->len > 0 ? entries->pdata[entries->len - 1] : NULL;
  const TwMongoPart *nobody_asks = NULL;

  if (doubtful == NULL)
    doubtful = &nobody_asks;
  *doubtful = NULL;
  for (guint i = 0; i < batches->len; i++)
    if (!try_to_write (session, batches->pdata[i], newest, doubtful, error))
      return FALSE;
  return TRUE;
}
