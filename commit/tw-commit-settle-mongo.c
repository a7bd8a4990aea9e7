/* SPDX-License-Identifier: Apache-2.0 */

/* A server that is slow takes long for a long command, and one that ends without an answer would begin anew each time: so
 * what is long is written in pieces. What was written stays; who comes next asks for versions, which is cheap, and goes
 * on behind it. */

#include "tw-commit-settle-mongo.h"

#include "tw-commit-statement-mongo.h"
#include "tw-error.h"
#include "tw-mongo-bulk.h"
#include "tw-store-error.h"

#include <string.h>

/* An answer that got lost says nothing, and two that insert at once may refuse one of them. */
#define ATTEMPTS 3

/* Of one command; a part that is longer than that is one by itself. */
#define PIECE_PARTS 200
#define PIECE_BYTES (128 * 1024)

typedef struct
{
  const TwMongoPart *part;
  const TwMongoEntry *entry; /* that it is of */
  gboolean is_done;          /* it was found written */
} Item;

/* What is one collection's. */
typedef struct
{
  const char *collection;
  GArray *items; /* Item */
} Batch;

static void
batch_free (gpointer data)
{
  Batch *batch = data;

  g_array_unref (batch->items);
  g_free (batch);
}

static const Item *
item_of (const Batch *batch, guint i)
{
  return &g_array_index (batch->items, Item, i);
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
  *batch = (Batch) { collection, g_array_new (FALSE, FALSE, sizeof (Item)) };
  g_ptr_array_add (batches, batch);
  return batch;
}

static GPtrArray *
sort_parts (const GPtrArray *entries, gint64 settled)
{
  GPtrArray *batches = g_ptr_array_new_with_free_func (batch_free);

  for (guint i = 0; i < entries->len; i++)
    {
      const TwMongoEntry *entry = entries->pdata[i];

      for (guint k = 0; entry->number > settled && k < entry->parts->len; k++)
        {
          const Item item = { entry->parts->pdata[k], entry, FALSE };

          g_array_append_val (batch_of (batches, item.part->collection)->items, item);
        }
    }
  return batches;
}

/* Behind the last item of the piece that begins with @from. */
static guint
end_of_piece (const Batch *batch, guint from)
{
  gsize bytes = 0;
  guint n = 0, i;

  for (i = from; i < batch->items->len; i++)
    {
      const Item *item = item_of (batch, i);

      if (item->is_done)
        continue;
      bytes += tw_mongo_part_bytes (item->part);
      if (++n > PIECE_PARTS || (n > 1 && bytes > PIECE_BYTES))
        break;
    }
  return i;
}

/* What has been done */

static bson_t *
ids_of (const Batch *batch)
{
  bson_t *filter = bson_new ();
  bson_t among, array;

  BSON_APPEND_DOCUMENT_BEGIN (filter, "_id", &among);
  BSON_APPEND_ARRAY_BEGIN (&among, "$in", &array);
  for (guint i = 0; i < batch->items->len; i++)
    {
      char space[16];
      const char *index;

      bson_uint32_to_string (i, &index, space, sizeof space);
      BSON_APPEND_OID (&array, index, &item_of (batch, i)->part->id);
    }
  bson_append_array_end (&among, &array);
  bson_append_document_end (filter, &among);
  return filter;
}

/* Its items that the document is done with. */
static gboolean
note_done (const bson_t *document, gpointer data)
{
  const Batch *batch = data;
  const gint64 version = tw_mongo_document_version (document);
  bson_iter_t id;

  if (!bson_iter_init_find (&id, document, "_id") || !BSON_ITER_HOLDS_OID (&id))
    return TRUE;
  for (guint i = 0; i < batch->items->len; i++)
    {
      Item *item = &g_array_index (batch->items, Item, i);

      item->is_done = item->is_done
                      || (version >= item->part->version && bson_oid_equal (&item->part->id, bson_iter_oid (&id)));
    }
  return TRUE;
}

static gboolean
skim (TwMongoSession *session, Batch *batch, GError **error)
{
  g_autoptr (TwBson) filter = ids_of (batch);
  g_autoptr (TwBson) options = BCON_NEW ("projection", "{", "version", BCON_INT32 (1), "}", "batchSize",
                                         BCON_INT64 (batch->items->len + 1));

  return tw_mongo_find (session, batch->collection, filter, options, note_done, batch, error);
}

/* One piece */

static gboolean
write_piece (TwMongoSession *session, const Batch *batch, guint from, guint until, GArray *upserted, GError **error)
{
  g_autoptr (TwMongoBulk) bulk = tw_mongo_bulk_new (session, batch->collection);
  g_autoptr (GArray) now = NULL;

  for (guint i = from; i < until; i++)
    if (!item_of (batch, i)->is_done)
      tw_mongo_part_write (bulk, item_of (batch, i)->part, item_of (batch, i)->entry->time_ms);
  if (!tw_mongo_bulk_run (bulk, &now, error))
    return FALSE;
  g_array_append_vals (upserted, now->data, now->len);
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
try_to_write (TwMongoSession *session, const Batch *batch, guint from, guint until, GArray *upserted, GError **error)
{
  for (guint attempt = 0;; attempt++)
    {
      g_autoptr (GError) why = NULL;

      if (write_piece (session, batch, from, until, upserted, &why))
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

/* The whole batch */

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
  for (guint i = 0; i < batch->items->len; i++)
    {
      const Item *item = item_of (batch, i);

      if (item->entry == entry && item->part->deed == TW_MONGO_MADE && !is_in (upserted, &item->part->id))
        return item->part;
    }
  return NULL;
}

/* Nobody waits any longer than that for an operation: the next one goes on. */
static gboolean
has_time (TwMongoSession *session, GError **error)
{
  if (tw_mongo_session_left_ms (session) > 0)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_UNAVAILABLE);
  return FALSE;
}

static gboolean
write_batch (TwMongoSession *session, Batch *batch, GArray *upserted, GError **error)
{
  const gboolean is_long = end_of_piece (batch, 0) < batch->items->len;

  if (is_long && !skim (session, batch, error))
    return FALSE;
  for (guint from = 0, until; from < batch->items->len; from = until)
    {
      until = end_of_piece (batch, from);
      if ((from > 0 && !has_time (session, error))
          || !try_to_write (session, batch, from, until, upserted, error))
        return FALSE;
    }
  return TRUE;
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
    {
      g_autoptr (GArray) upserted = g_array_new (FALSE, FALSE, sizeof (bson_oid_t));

      if (!write_batch (session, batches->pdata[i], upserted, error))
        return FALSE;
      if (*doubtful == NULL)
        *doubtful = find_doubtful (batches->pdata[i], newest, upserted);
    }
  return TRUE;
}
