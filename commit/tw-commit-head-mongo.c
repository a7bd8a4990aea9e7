/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-head-mongo.h"

#include "tw-error.h"
#include "tw-mongo-bulk.h"

#include <string.h>

#define HEAD "head:"

TwMongoHead *
tw_mongo_head_new (void)
{
  TwMongoHead *head = g_new0 (TwMongoHead, 1);

  head->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_mongo_entry_free);
  return head;
}

void
tw_mongo_head_free (TwMongoHead *head)
{
  g_ptr_array_unref (head->entries);
  g_free (head);
}

void
tw_mongo_keyed_clear (TwMongoKeyed *keyed)
{
  g_clear_pointer (&keyed->entry, tw_mongo_entry_free);
  g_clear_pointer (&keyed->head, tw_mongo_head_free);
}

gboolean
tw_mongo_head_is_full (const TwMongoHead *head)
{
  return head->count >= TW_MONGO_BUCKET || head->bytes >= TW_MONGO_BUCKET_BYTES;
}

void
tw_mongo_head_add (TwMongoHead *head, TwMongoEntry *entry)
{
  if (tw_mongo_head_is_full (head))
    {
      g_ptr_array_set_size (head->entries, 0);
      head->count = 0;
      head->bytes = 0;
    }
  head->n = entry->number;
  head->count++;
  head->bytes += entry->bytes;
  g_ptr_array_add (head->entries, entry);
}

char *
tw_mongo_head_id (const char *partition)
{
  return g_strconcat (HEAD, partition, NULL);
}

const char *
tw_mongo_commits_id (const bson_t *document)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, document, "_id") && BSON_ITER_HOLDS_UTF8 (&iter) ? bson_iter_utf8 (&iter, NULL)
                                                                                      : "";
}

char *
tw_mongo_head_partition (const bson_t *document)
{
  const char *id = tw_mongo_commits_id (document);

  return g_str_has_prefix (id, HEAD) ? g_strdup (id + strlen (HEAD)) : NULL;
}

gint64
tw_mongo_commits_number (const bson_t *document, const char *name)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, document, name) ? bson_iter_as_int64 (&iter) : 0;
}

gboolean
tw_mongo_head_is_broken (const char *id, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL,
               "a document in the collection " TW_MONGO_COMMITS " is not as it was written: %s", id);
  return FALSE;
}

static gpointer
read_entry (const TwMongoTypes *types, const bson_t *document)
{
  return tw_mongo_entry_read (types, document);
}

gboolean
tw_mongo_entries_read (const TwMongoTypes *types, const bson_t *document, GPtrArray *entries)
{
  return tw_mongo_array_read (types, document, "entries", read_entry, entries);
}

TwMongoHead *
tw_mongo_head_read (const TwMongoTypes *types, const bson_t *document)
{
  g_autoptr (TwMongoHead) head = tw_mongo_head_new ();
  bson_iter_t mark;

  head->n = tw_mongo_commits_number (document, "n");
  head->settled = tw_mongo_commits_number (document, "settled");
  head->dropped = tw_mongo_commits_number (document, "dropped");
  if (bson_iter_init_find (&mark, document, "droppedMark") && BSON_ITER_HOLDS_BINARY (&mark))
    {
      const guint8 *bytes;
      guint32 length;

      bson_iter_binary (&mark, NULL, &length, &bytes);
      memcpy (head->dropped_mark, bytes, MIN (length, sizeof head->dropped_mark));
    }
  if (!tw_mongo_entries_read (types, document, head->entries) || head->n < 1)
    return NULL;
  head->count = head->entries->len;
  for (guint i = 0; i < head->entries->len; i++)
    head->bytes += ((const TwMongoEntry *) head->entries->pdata[i])->bytes;
  return g_steal_pointer (&head);
}

typedef struct
{
  const TwMongoTypes *types;
  const char *id; /* of the head that is looked for */
  const guint8 *key;
  TwMongoHead *head;
  TwMongoKeyed keyed;
  char *broken; /* id of a document that can't be read */
} Look;

/* The entry with the key, taken out of @entries, which are not used otherwise; or NULL. */
static TwMongoEntry *
take_keyed (const Look *look, GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const TwMongoEntry *entry = entries->pdata[i];

      if (entry->has_key && memcmp (entry->key, look->key, TW_MONGO_KEY_BYTES) == 0)
        return g_ptr_array_steal_index (entries, i);
    }
  return NULL;
}

/* Of a document that has the key, or is the head and may have it. */
static gboolean
look_for_key (Look *look, const bson_t *document)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_mongo_entry_free);

  if (!tw_mongo_entries_read (look->types, document, entries))
    return FALSE;
  look->keyed.entry = take_keyed (look, entries);
  if (look->keyed.entry == NULL || !g_str_has_prefix (tw_mongo_commits_id (document), HEAD))
    return TRUE;
  look->keyed.head = tw_mongo_head_read (look->types, document);
  return look->keyed.head != NULL;
}

static gboolean
take_document (const bson_t *document, gpointer data)
{
  Look *look = data;
  const char *id = tw_mongo_commits_id (document);
  gboolean ok = TRUE;

  if (look->head == NULL && strcmp (id, look->id) == 0)
    ok = (look->head = tw_mongo_head_read (look->types, document)) != NULL;
  if (ok && look->key != NULL && look->keyed.entry == NULL)
    ok = look_for_key (look, document);
  if (!ok)
    look->broken = g_strdup (id);
  return ok;
}

gboolean
tw_mongo_head_look (TwMongoSession *session, const TwMongoTypes *types, const char *partition, const guint8 *key,
                    TwMongoHead **head, TwMongoKeyed *keyed, GError **error)
{
  g_autofree char *id = tw_mongo_head_id (partition);
  g_autofree char *broken = NULL;
  Look look = { .types = types, .id = id, .key = key };
  g_autoptr (TwBson) filter = NULL;
  gboolean ok;

  if (key == NULL)
    filter = BCON_NEW ("_id", BCON_UTF8 (id));
  else
    filter = BCON_NEW ("$or", "[", "{", "_id", BCON_UTF8 (id), "}", "{", "entries.key",
                       BCON_BIN (BSON_SUBTYPE_BINARY, key, TW_MONGO_KEY_BYTES), "}", "]");
  ok = tw_mongo_find (session, TW_MONGO_COMMITS, filter, NULL, take_document, &look, error);
  broken = look.broken;
  if (!ok || (broken != NULL && !tw_mongo_head_is_broken (broken, error)))
    {
      g_clear_pointer (&look.head, tw_mongo_head_free);
      tw_mongo_keyed_clear (&look.keyed);
      return FALSE;
    }
  *head = look.head != NULL ? look.head : tw_mongo_head_new ();
  if (keyed != NULL)
    *keyed = look.keyed;
  return TRUE;
}

static bson_t *
bucket_of (const char *partition, const TwMongoHead *head)
{
  const TwMongoEntry *first = head->entries->pdata[0];
  g_autofree char *id = g_strdup_printf ("log:%s:%016" G_GINT64_FORMAT, partition, first->number);
  bson_t *bucket = BCON_NEW ("_id", BCON_UTF8 (id), "partition", BCON_UTF8 (partition), "last", BCON_INT64 (head->n),
                             "since", BCON_DATE_TIME (first->time_ms));
  bson_t entries;

  BSON_APPEND_ARRAY_BEGIN (bucket, "entries", &entries);
  for (guint i = 0; i < head->entries->len; i++)
    {
      g_autoptr (TwBson) entry = tw_mongo_entry_document (head->entries->pdata[i], FALSE);
      char buffer[16];
      const char *index;

      bson_uint32_to_string (i, &index, buffer, sizeof buffer);
      bson_append_document (&entries, index, -1, entry);
    }
  bson_append_array_end (bucket, &entries);
  return bucket;
}

gboolean
tw_mongo_head_copy (TwMongoSession *session, const char *partition, const TwMongoHead *head, GError **error)
{
  g_autoptr (TwBson) bucket = bucket_of (partition, head);
  g_autoptr (GError) why = NULL;

  if (tw_mongo_insert (session, TW_MONGO_COMMITS, bucket, &why) || g_error_matches (why, TW_ERROR, TW_ERROR_CONFLICT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

gboolean
tw_mongo_heads_tell (TwMongoSession *session, const TwMongoSettled *settled, guint n, GError **error)
{
  g_autoptr (TwMongoBulk) bulk = tw_mongo_bulk_new (session, TW_MONGO_COMMITS);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = tw_mongo_head_id (settled[i].partition);
      g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (id), "n", BCON_INT64 (settled[i].number));
      g_autoptr (TwBson) update = BCON_NEW ("$set", "{", "settled", BCON_INT64 (settled[i].number), "}", "$unset", "{",
                                            "due", BCON_UTF8 (""), "}");

      tw_mongo_bulk_update (bulk, filter, update, FALSE);
    }
  return tw_mongo_bulk_run (bulk, NULL, error);
}
