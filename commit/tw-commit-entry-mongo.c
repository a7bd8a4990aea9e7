/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-entry-mongo.h"

#include "tw-commit-changed.h"
#include "tw-mongo-session.h"
#include "tw-record-document.h"

#include <string.h>

#define VERSION "version" /* of a document: what its first condition is */

static const char *const deeds[] = {
  [TW_MONGO_MADE] = "made",
  [TW_MONGO_CHANGED] = "changed",
  [TW_MONGO_REMOVED] = "removed",
  [TW_MONGO_GIVEN] = "given",
};

TwMongoPart *
tw_mongo_part_new (const TwRecordType *type, const bson_oid_t *id, TwMongoDeed deed, gint64 version)
{
  TwMongoPart *part = g_new0 (TwMongoPart, 1);

  part->collection = g_strdup (type != NULL ? type->collection : NULL);
  part->type = type;
  bson_oid_copy (id, &part->id);
  part->deed = deed;
  part->version = version;
  part->set = bson_new ();
  part->unset = bson_new ();
  return part;
}

void
tw_mongo_part_free (TwMongoPart *part)
{
  g_free (part->collection);
  g_clear_pointer (&part->former, g_bytes_unref);
  bson_destroy (part->set);
  bson_destroy (part->unset);
  g_free (part);
}

TwMongoEntry *
tw_mongo_entry_new (void)
{
  TwMongoEntry *entry = g_new0 (TwMongoEntry, 1);

  entry->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_mongo_part_free);
  return entry;
}

void
tw_mongo_entry_free (TwMongoEntry *entry)
{
  g_free (entry->by);
  g_clear_pointer (&entry->note, g_bytes_unref);
  g_ptr_array_unref (entry->parts);
  g_free (entry);
}

/* --- To a document. --- */

static void
append_bytes (bson_t *document, const char *name, const guint8 *bytes, guint32 n)
{
  bson_append_binary (document, name, -1, BSON_SUBTYPE_BINARY, bytes, n);
}

static guint64
changed_ids (const TwMongoPart *part)
{
  return part->type != NULL ? tw_commit_changed_to_ids (part->type, part->changed) : 0;
}

static void
append_part (bson_t *parts, guint i, const TwMongoPart *part, gboolean with_sets)
{
  char buffer[16];
  const char *index;
  bson_t document;

  bson_uint32_to_string (i, &index, buffer, sizeof buffer);
  bson_append_document_begin (parts, index, -1, &document);
  BSON_APPEND_UTF8 (&document, "collection", part->collection);
  BSON_APPEND_OID (&document, "id", &part->id);
  BSON_APPEND_INT64 (&document, "version", part->version);
  BSON_APPEND_UTF8 (&document, "deed", deeds[part->deed]);
  BSON_APPEND_INT64 (&document, "changed", (gint64) changed_ids (part));
  if (part->former != NULL)
    append_bytes (&document, "former", g_bytes_get_data (part->former, NULL), (guint32) g_bytes_get_size (part->former));
  if (with_sets && !bson_empty (part->set))
    BSON_APPEND_DOCUMENT (&document, "set", part->set);
  if (with_sets && !bson_empty (part->unset))
    BSON_APPEND_DOCUMENT (&document, "unset", part->unset);
  bson_append_document_end (parts, &document);
}

bson_t *
tw_mongo_entry_document (const TwMongoEntry *entry, gboolean with_sets)
{
  bson_t *document = bson_new ();
  bson_t parts;

  BSON_APPEND_INT64 (document, "number", entry->number);
  append_bytes (document, "mark", entry->mark, sizeof entry->mark);
  BSON_APPEND_DATE_TIME (document, "time", entry->time_ms);
  BSON_APPEND_UTF8 (document, "by", entry->by);
  if (entry->has_key)
    {
      append_bytes (document, "key", entry->key, sizeof entry->key);
      append_bytes (document, "request", entry->fingerprint, sizeof entry->fingerprint);
      if (entry->note != NULL)
        append_bytes (document, "note", g_bytes_get_data (entry->note, NULL), (guint32) g_bytes_get_size (entry->note));
    }
  BSON_APPEND_ARRAY_BEGIN (document, "parts", &parts);
  for (guint i = 0; i < entry->parts->len; i++)
    append_part (&parts, i, entry->parts->pdata[i], with_sets);
  bson_append_array_end (document, &parts);
  return document;
}

/* --- From one. --- */

static gboolean
read_number (const bson_t *document, const char *name, gint64 *number)
{
  bson_iter_t iter;

  if (!bson_iter_init_find (&iter, document, name) || !BSON_ITER_HOLDS_NUMBER (&iter))
    return FALSE;
  *number = bson_iter_as_int64 (&iter);
  return TRUE;
}

static const guint8 *
find_bytes (const bson_t *document, const char *name, guint32 *length)
{
  bson_iter_t iter;
  const guint8 *found = NULL;

  if (bson_iter_init_find (&iter, document, name) && BSON_ITER_HOLDS_BINARY (&iter))
    bson_iter_binary (&iter, NULL, length, &found);
  return found;
}

static gboolean
read_bytes (const bson_t *document, const char *name, guint8 *bytes, guint32 n)
{
  guint32 length;
  const guint8 *found = find_bytes (document, name, &length);

  if (found == NULL || length != n)
    return FALSE;
  memcpy (bytes, found, n);
  return TRUE;
}

/* NULL where there is none. */
static GBytes *
read_some (const bson_t *document, const char *name)
{
  guint32 length;
  const guint8 *found = find_bytes (document, name, &length);

  return found != NULL && length > 0 ? g_bytes_new (found, length) : NULL;
}

static const char *
read_text (const bson_t *document, const char *name)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, document, name) && BSON_ITER_HOLDS_UTF8 (&iter) ? bson_iter_utf8 (&iter, NULL)
                                                                                     : NULL;
}

/* What is there goes into @into, which is empty. */
static void
read_document (const bson_t *document, const char *name, bson_t *into)
{
  bson_iter_t iter;
  const guint8 *data;
  guint32 length;
  bson_t found;

  if (!bson_iter_init_find (&iter, document, name) || !BSON_ITER_HOLDS_DOCUMENT (&iter))
    return;
  bson_iter_document (&iter, &length, &data);
  if (bson_init_static (&found, data, length))
    bson_concat (into, &found);
}

static gboolean
read_deed (const bson_t *document, TwMongoDeed *deed)
{
  const char *text = read_text (document, "deed");

  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (deeds); i++)
    if (strcmp (text, deeds[i]) == 0)
      {
        *deed = (TwMongoDeed) i;
        return TRUE;
      }
  return FALSE;
}

static const TwRecordType *
find_type (const TwMongoTypes *types, const char *collection)
{
  for (guint i = 0; i < types->n; i++)
    if (strcmp (types->types[i]->collection, collection) == 0)
      return types->types[i];
  return NULL;
}

static gpointer
read_part (const TwMongoTypes *types, const bson_t *document)
{
  const char *collection = read_text (document, "collection");
  gint64 version = 0, changed = 0;
  TwMongoDeed deed;
  bson_iter_t id;
  TwMongoPart *part;

  if (collection == NULL || !read_number (document, "version", &version) || !read_deed (document, &deed)
      || !bson_iter_init_find (&id, document, "id") || !BSON_ITER_HOLDS_OID (&id))
    return NULL;
  part = tw_mongo_part_new (find_type (types, collection), bson_iter_oid (&id), deed, version);
  g_free (part->collection);
  part->collection = g_strdup (collection);
  read_number (document, "changed", &changed);
  part->former = read_some (document, "former");
  if (part->type != NULL)
    part->changed = tw_commit_changed_from_ids (part->type, (guint64) changed);
  read_document (document, "set", part->set);
  read_document (document, "unset", part->unset);
  return part;
}

gboolean
tw_mongo_array_read (const TwMongoTypes *types, const bson_t *document, const char *name, TwMongoItemFunc read,
                     GPtrArray *items)
{
  bson_iter_t iter, each;

  if (!bson_iter_init_find (&iter, document, name) || !BSON_ITER_HOLDS_ARRAY (&iter)
      || !bson_iter_recurse (&iter, &each))
    return FALSE;
  while (bson_iter_next (&each))
    {
      const guint8 *data;
      guint32 length;
      bson_t found;
      gpointer item;

      if (!BSON_ITER_HOLDS_DOCUMENT (&each))
        return FALSE;
      bson_iter_document (&each, &length, &data);
      if (!bson_init_static (&found, data, length) || (item = read (types, &found)) == NULL)
        return FALSE;
      g_ptr_array_add (items, item);
    }
  return TRUE;
}

TwMongoEntry *
tw_mongo_entry_read (const TwMongoTypes *types, const bson_t *document)
{
  g_autoptr (TwMongoEntry) entry = tw_mongo_entry_new ();
  const char *by = read_text (document, "by");
  bson_iter_t time;

  if (by == NULL || !read_number (document, "number", &entry->number)
      || !read_bytes (document, "mark", entry->mark, sizeof entry->mark)
      || !bson_iter_init_find (&time, document, "time") || !BSON_ITER_HOLDS_DATE_TIME (&time)
      || !tw_mongo_array_read (types, document, "parts", read_part, entry->parts) || entry->parts->len == 0)
    return NULL;
  entry->time_ms = bson_iter_date_time (&time);
  entry->by = g_strdup (by);
  entry->has_key = read_bytes (document, "key", entry->key, sizeof entry->key)
                   && read_bytes (document, "request", entry->fingerprint, sizeof entry->fingerprint);
  entry->note = entry->has_key ? read_some (document, "note") : NULL;
  entry->bytes = document->len;
  return g_steal_pointer (&entry);
}

/* --- On a record's document. --- */

gint64
tw_mongo_document_version (const bson_t *document)
{
  gint64 version = 1;
  bson_decimal128_t decimal;
  bson_iter_t iter;

  if (document == NULL)
    return 0;
  if (bson_iter_init_find (&iter, document, VERSION) && bson_iter_decimal128 (&iter, &decimal))
    {
      char digits[BSON_DECIMAL128_STRING];

      bson_decimal128_to_string (&decimal, digits);
      version = (gint64) CLAMP (g_ascii_strtod (digits, NULL), 1, 0x1p53);
    }
  else
    read_number (document, VERSION, &version);
  return MAX (version, 1);
}

bson_t *
tw_mongo_part_tombstone (const TwMongoPart *part, gint64 time_ms)
{
  return BCON_NEW ("_id", BCON_OID (&part->id), VERSION, BCON_INT64 (part->version), TW_RECORD_TOMBSTONE,
                   BCON_DATE_TIME (time_ms));
}

/* What is left of @document beside what @part sets and takes away. */
static void
append_others (bson_t *into, const TwMongoPart *part, const bson_t *document)
{
  bson_iter_t iter;

  if (!bson_iter_init (&iter, document))
    return;
  while (bson_iter_next (&iter))
    if (!bson_has_field (part->set, bson_iter_key (&iter)) && !bson_has_field (part->unset, bson_iter_key (&iter)))
      bson_append_iter (into, NULL, 0, &iter);
}

bson_t *
tw_mongo_part_apply (const TwMongoPart *part, gint64 time_ms, const bson_t *document)
{
  const gboolean is_made_anew = document == NULL && part->deed == TW_MONGO_MADE;
  bson_t *after;

  if (!is_made_anew && tw_mongo_document_version (document) != part->version - 1)
    return NULL;
  if (part->deed == TW_MONGO_REMOVED)
    return tw_mongo_part_tombstone (part, time_ms);
  if (document == NULL)
    after = BCON_NEW ("_id", BCON_OID (&part->id));
  else
    append_others (after = bson_new (), part, document);
  bson_concat (after, part->set);
  return after;
}

/* The length says where one ends and the other begins. */
void
tw_mongo_key_hash (const char *by, const char *key, guint8 hash[TW_MONGO_KEY_BYTES])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *text = g_strdup_printf ("%zu:%s:%s", strlen (by), by, key);
  guint8 digest[32];
  gsize n = sizeof digest;

  g_checksum_update (checksum, (const guchar *) text, -1);
  g_checksum_get_digest (checksum, digest, &n);
  memcpy (hash, digest, TW_MONGO_KEY_BYTES);
}
