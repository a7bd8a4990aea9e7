/* SPDX-License-Identifier: Apache-2.0 */

/* The head says first what is no longer kept; then it goes. So a reader never misses what should be there, and what is
 * not gone yet when somebody dies goes next time. */

#include "tw-commit-drop-mongo.h"

#include "tw-mongo-bulk.h"
#include "tw-record-document.h"

#include <string.h>

/* Heads and buckets that are dropped from at a time, so many times; what those may weigh that are in memory; and the
 * tombstones that one command removes: each command has to end before its socket gives up. */
#define PAGE 50
#define PAGES 20
#define PAGE_BYTES (4 * 1024 * 1024)
#define TOMBSTONES 100

/* A head or a bucket. */
typedef struct
{
  char *id; /* the document's */
  char *partition;
  gboolean is_head;
  gint64 n, settled; /* of a head */
  GPtrArray *entries;
  guint n_old; /* the first of its entries */
} Aged;

static void
aged_free (gpointer data)
{
  Aged *aged = data;

  g_free (aged->id);
  g_free (aged->partition);
  g_ptr_array_unref (aged->entries);
  g_free (aged);
}

/* What is dropped from at a time. */
typedef struct
{
  const TwMongoTypes *types;
  gint64 until_ms;
  GPtrArray *aged;    /* Aged */
  guint n_passed_over;
  gsize bytes;
} Page;

/* Whether what is old is not settled yet: it has to be first. */
static gboolean
is_too_early (const Aged *aged, gint64 until_ms)
{
  return aged->n_old == 0 && aged->entries->len > 0
         && ((const TwMongoEntry *) aged->entries->pdata[0])->time_ms < until_ms;
}

/* NULL where @document is none of ours, or has to wait. */
static Aged *
read_aged (const TwMongoTypes *types, const bson_t *document, gint64 until_ms)
{
  Aged *aged = g_new0 (Aged, 1);
  bson_iter_t iter;

  aged->id = g_strdup (tw_mongo_commits_id (document));
  aged->partition = tw_mongo_head_partition (document);
  aged->is_head = aged->partition != NULL;
  aged->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_mongo_entry_free);
  if (!aged->is_head && bson_iter_init_find (&iter, document, "partition") && BSON_ITER_HOLDS_UTF8 (&iter))
    aged->partition = g_strdup (bson_iter_utf8 (&iter, NULL));
  if (aged->partition == NULL || !tw_mongo_entries_read (types, document, aged->entries))
    {
      aged_free (aged);
      return NULL;
    }
  aged->n = tw_mongo_commits_number (document, "n");
  aged->settled = aged->is_head ? tw_mongo_commits_number (document, "settled") : G_MAXINT64;
  for (; aged->n_old < aged->entries->len; aged->n_old++)
    {
      const TwMongoEntry *entry = aged->entries->pdata[aged->n_old];

      if (entry->time_ms >= until_ms || entry->number > aged->settled)
        break;
    }
  if (!is_too_early (aged, until_ms))
    return aged;
  aged_free (aged);
  return NULL;
}

static gboolean
take_document (const bson_t *document, gpointer data)
{
  Page *page = data;
  Aged *aged = read_aged (page->types, document, page->until_ms);

  if (aged != NULL)
    g_ptr_array_add (page->aged, aged);
  else
    page->n_passed_over++;
  page->bytes += document->len;
  return page->bytes < PAGE_BYTES;
}

static gboolean
say_dropped (TwMongoSession *session, const Page *page, GError **error)
{
  g_autoptr (TwMongoBulk) bulk = tw_mongo_bulk_new (session, TW_MONGO_COMMITS);

  for (guint i = 0; i < page->aged->len; i++)
    {
      const Aged *aged = page->aged->pdata[i];
      const TwMongoEntry *last = aged->n_old > 0 ? aged->entries->pdata[aged->n_old - 1] : NULL;
      g_autofree char *id = tw_mongo_head_id (aged->partition);
      g_autoptr (TwBson) filter = NULL, update = NULL;

      if (last == NULL)
        continue;
      filter = BCON_NEW ("_id", BCON_UTF8 (id), "dropped", "{", "$not", "{", "$gte", BCON_INT64 (last->number), "}", "}");
      update = BCON_NEW ("$set", "{", "dropped", BCON_INT64 (last->number), "droppedMark",
                         BCON_BIN (BSON_SUBTYPE_BINARY, last->mark, sizeof last->mark), "}");
      tw_mongo_bulk_update (bulk, filter, update, FALSE);
    }
  return tw_mongo_bulk_run (bulk, NULL, error);
}

/* Tombstones of one collection. */
typedef struct
{
  TwMongoSession *session;
  const char *collection;
  TwMongoBulk *bulk;
} Graves;

static void
graves_free (gpointer data)
{
  Graves *graves = data;

  tw_mongo_bulk_free (graves->bulk);
  g_free (graves);
}

static Graves *
graves_of (GPtrArray *all, TwMongoSession *session, const char *collection)
{
  Graves *graves;

  for (guint i = 0; i < all->len; i++)
    {
      graves = all->pdata[i];
      if (strcmp (graves->collection, collection) == 0)
        return graves;
    }
  graves = g_new (Graves, 1);
  *graves = (Graves) { session, collection, tw_mongo_bulk_new (session, collection) };
  g_ptr_array_add (all, graves);
  return graves;
}

static gboolean
clear_graves (Graves *graves, GError **error)
{
  g_autoptr (TwMongoBulk) bulk = g_steal_pointer (&graves->bulk);

  graves->bulk = tw_mongo_bulk_new (graves->session, graves->collection);
  return tw_mongo_bulk_run (bulk, NULL, error);
}

/* By ids: nothing is said that would have an index of its own. */
static gboolean
drop_tombstone (GPtrArray *all, TwMongoSession *session, const TwMongoPart *part, GError **error)
{
  Graves *graves = graves_of (all, session, part->collection);
  g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_OID (&part->id), "version", BCON_INT64 (part->version),
                                        TW_RECORD_TOMBSTONE, "{", "$type", BCON_UTF8 ("date"), "}");

  tw_mongo_bulk_remove (graves->bulk, filter);
  return tw_mongo_bulk_count (graves->bulk) < TOMBSTONES || clear_graves (graves, error);
}

static gboolean
drop_tombstones_of (GPtrArray *all, TwMongoSession *session, const TwMongoEntry *entry, GError **error)
{
  for (guint i = 0; i < entry->parts->len; i++)
    {
      const TwMongoPart *part = entry->parts->pdata[i];

      if (part->deed == TW_MONGO_REMOVED && !drop_tombstone (all, session, part, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
drop_tombstones (TwMongoSession *session, const Page *page, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (graves_free);

  for (guint i = 0; i < page->aged->len; i++)
    {
      const Aged *aged = page->aged->pdata[i];

      for (guint k = 0; k < aged->n_old; k++)
        if (!drop_tombstones_of (all, session, aged->entries->pdata[k], error))
          return FALSE;
    }
  for (guint i = 0; i < all->len; i++)
    if (!clear_graves (all->pdata[i], error))
      return FALSE;
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
drop_entries (TwMongoSession *session, const Page *page, GError **error)
{
  g_autoptr (TwMongoBulk) shorter = tw_mongo_bulk_new (session, TW_MONGO_COMMITS);
  g_autoptr (TwMongoBulk) gone = tw_mongo_bulk_new (session, TW_MONGO_COMMITS);

  for (guint i = 0; i < page->aged->len; i++)
    {
      const Aged *aged = page->aged->pdata[i];
      g_autoptr (TwBson) filter = BCON_NEW ("_id", BCON_UTF8 (aged->id));
      g_autoptr (TwBson) update = NULL;

      if (!aged->is_head && aged->n_old == aged->entries->len)
        {
          tw_mongo_bulk_remove (gone, filter);
          continue;
        }
      if (aged->is_head)
        BSON_APPEND_INT64 (filter, "n", aged->n);
      update = without_old (aged);
      tw_mongo_bulk_update (shorter, filter, update, FALSE);
    }
  return tw_mongo_bulk_run (shorter, NULL, error) && tw_mongo_bulk_run (gone, NULL, error);
}

/* Of the oldest, behind @skip that are passed over. */
static gboolean
drop_page (TwMongoSession *session, Page *page, guint skip, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("since", "{", "$lt", BCON_DATE_TIME (page->until_ms), "}");
  g_autoptr (TwBson) options
      = BCON_NEW ("sort", "{", "since", BCON_INT32 (1), "}", "skip", BCON_INT64 (skip), "limit", BCON_INT64 (PAGE),
                  "batchSize", BCON_INT64 (PAGE));

  return tw_mongo_find (session, TW_MONGO_COMMITS, filter, options, take_document, page, error)
         && say_dropped (session, page, error) && drop_tombstones (session, page, error)
         && drop_entries (session, page, error);
}

gboolean
tw_mongo_drop (TwMongoSession *session, const TwMongoTypes *types, gint64 until_ms, gboolean *more, GError **error)
{
  guint skip = 0;

  *more = TRUE;
  for (guint i = 0; i < PAGES && *more && tw_mongo_session_left_ms (session) > 0; i++)
    {
      g_autoptr (GPtrArray) aged = g_ptr_array_new_with_free_func (aged_free);
      Page page = { .types = types, .until_ms = until_ms, .aged = aged };

      if (!drop_page (session, &page, skip, error))
        return FALSE;
      skip += page.n_passed_over;
      *more = aged->len + page.n_passed_over == PAGE || page.bytes >= PAGE_BYTES;
    }
  return TRUE;
}
