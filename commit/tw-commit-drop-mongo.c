/* SPDX-License-Identifier: Apache-2.0 */

/* The head says first what is no longer kept; then it goes. So a reader never misses what should be there, and what is
 * not gone yet when somebody dies goes next time. */

#include "tw-commit-drop-mongo.h"

#include "tw-record-document.h"

#include <string.h>

/* Heads and buckets that are looked at in one operation. */
#define BATCH 50

/* A head or a bucket. */
typedef struct
{
  const char *id; /* the document's */
  char *partition;
  gboolean is_head;
  gint64 n, settled; /* of a head */
  GPtrArray *entries;
  guint n_old; /* the first of its entries */
} Aged;

static void
aged_clear (Aged *aged)
{
  g_free (aged->partition);
  g_ptr_array_unref (aged->entries);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Aged, aged_clear)

static gboolean
keep_document (const bson_t *document, gpointer data)
{
  g_ptr_array_add (data, bson_copy (document));
  return TRUE;
}

/* The one with the newest of those that are dropped. */
static const TwMongoEntry *
last_old (const Aged *aged)
{
  return aged->entries->pdata[aged->n_old - 1];
}

static gboolean
say_dropped (TwMongoSession *session, const Aged *aged, GError **error)
{
  g_autofree char *id = tw_mongo_head_id (aged->partition);
  const TwMongoEntry *last = last_old (aged);
  g_autoptr (TwBson) filter
      = BCON_NEW ("_id", BCON_UTF8 (id), "dropped", "{", "$not", "{", "$gte", BCON_INT64 (last->number), "}", "}");
  g_autoptr (TwBson) update
      = BCON_NEW ("$set", "{", "dropped", BCON_INT64 (last->number), "droppedMark",
                  BCON_BIN (BSON_SUBTYPE_BINARY, last->mark, sizeof last->mark), "}");
  gint64 n;

  return tw_mongo_update (session, TW_MONGO_COMMITS, filter, update, NULL, &n, error);
}

/* By ids: nothing is said that would have an index of its own. */
static gboolean
drop_tombstones (TwMongoSession *session, const Aged *aged, GError **error)
{
  for (guint i = 0; i < aged->n_old; i++)
    {
      const TwMongoEntry *entry = aged->entries->pdata[i];

      for (guint k = 0; k < entry->parts->len; k++)
        {
          const TwMongoPart *part = entry->parts->pdata[k];
          g_autoptr (TwBson) filter = NULL;

          if (part->deed != TW_MONGO_REMOVED)
            continue;
          filter = BCON_NEW ("_id", BCON_OID (&part->id), "version", BCON_INT64 (part->version), TW_RECORD_TOMBSTONE,
                             "{", "$type", BCON_UTF8 ("date"), "}");
          if (!tw_mongo_delete_one (session, part->collection, filter, NULL, error))
            return FALSE;
        }
    }
  return TRUE;
}

/* The entries that stay, and since when there are some. */
static bson_t *
without_old (const Aged *aged)
{
  bson_t *update = bson_new ();
  bson_t set, entries;

  BSON_APPEND_DOCUMENT_BEGIN (update, "$set", &set);
  if (aged->n_old < aged->entries->len)
    BSON_APPEND_DATE_TIME (&set, "since", ((const TwMongoEntry *) aged->entries->pdata[aged->n_old])->time_ms);
  BSON_APPEND_ARRAY_BEGIN (&set, "entries", &entries);
  for (guint i = aged->n_old; i < aged->entries->len; i++)
    {
      g_autoptr (TwBson) entry = tw_mongo_entry_document (aged->entries->pdata[i], aged->is_head);
      char buffer[16];
      const char *index;

      bson_uint32_to_string (i - aged->n_old, &index, buffer, sizeof buffer);
      bson_append_document (&entries, index, -1, entry);
    }
  bson_append_array_end (&set, &entries);
  bson_append_document_end (update, &set);
  if (aged->n_old == aged->entries->len)
    BCON_APPEND (update, "$unset", "{", "since", BCON_UTF8 (""), "}");
  return update;
}

/* A head that has gone on stays as it is, until next time. */
static gboolean
drop_entries (TwMongoSession *session, const Aged *aged, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (aged->id));
  g_autoptr (TwBson) update = NULL;
  gint64 n;

  if (!aged->is_head && aged->n_old == aged->entries->len)
    return tw_mongo_delete_one (session, TW_MONGO_COMMITS, filter, NULL, error);
  if (aged->is_head)
    BSON_APPEND_INT64 (filter, "n", aged->n);
  update = without_old (aged);
  return tw_mongo_update (session, TW_MONGO_COMMITS, filter, update, NULL, &n, error);
}

/* FALSE where @document is none of ours. */
static gboolean
read_aged (Aged *aged, const TwMongoTypes *types, const bson_t *document, gint64 until_ms)
{
  const TwMongoEntry *entry;
  bson_iter_t iter;

  aged->partition = tw_mongo_head_partition (document);
  aged->is_head = aged->partition != NULL;
  if (!aged->is_head && bson_iter_init_find (&iter, document, "partition") && BSON_ITER_HOLDS_UTF8 (&iter))
    aged->partition = g_strdup (bson_iter_utf8 (&iter, NULL));
  if (aged->partition == NULL || !tw_mongo_entries_read (types, document, aged->entries))
    return FALSE;
  aged->n = tw_mongo_commits_number (document, "n");
  aged->settled = aged->is_head ? tw_mongo_commits_number (document, "settled") : G_MAXINT64;
  for (; aged->n_old < aged->entries->len; aged->n_old++)
    {
      entry = aged->entries->pdata[aged->n_old];
      if (entry->time_ms >= until_ms || entry->number > aged->settled)
        break;
    }
  return TRUE;
}

static gboolean
drop_from (TwMongoSession *session, const TwMongoTypes *types, const bson_t *document, gint64 until_ms, GError **error)
{
  g_auto (Aged) aged = {
    .id = tw_mongo_commits_id (document),
    .entries = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_mongo_entry_free),
  };

  if (!read_aged (&aged, types, document, until_ms))
    return TRUE;
  return (aged.n_old == 0 || (say_dropped (session, &aged, error) && drop_tombstones (session, &aged, error)))
         && drop_entries (session, &aged, error);
}

gboolean
tw_mongo_drop (TwMongoSession *session, const TwMongoTypes *types, gint64 until_ms, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("since", "{", "$lt", BCON_DATE_TIME (until_ms), "}");
  g_autoptr (TwBson) options = BCON_NEW ("sort", "{", "since", BCON_INT32 (1), "}", "limit", BCON_INT64 (BATCH),
                                         "batchSize", BCON_INT64 (BATCH));
  g_autoptr (GPtrArray) documents = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);

  if (!tw_mongo_find (session, TW_MONGO_COMMITS, filter, options, keep_document, documents, error))
    return FALSE;
  for (guint i = 0; i < documents->len && tw_mongo_session_left_ms (session) > 0; i++)
    if (!drop_from (session, types, documents->pdata[i], until_ms, error))
      return FALSE;
  return TRUE;
}
