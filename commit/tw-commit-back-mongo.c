/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-back-mongo.h"

#include "tw-commit-log-mongo.h"
#include "tw-commit-reading-mongo.h"
#include "tw-error.h"
#include "tw-mongo-call.h"
#include "tw-random.h"

#include <string.h>

/* Back along a log */

/* Buckets that are read in one operation. */
#define PAGE 8

/* From the newest to the oldest. */
static gboolean
take_bucket (const bson_t *document, gpointer data)
{
  TwMongoReading *read = data;
  g_autoptr (GPtrArray) entries = g_ptr_array_new ();

  read->n_buckets++;
  read->is_broken = !tw_mongo_entries_read (read->types, document, entries);
  for (guint i = entries->len; i > 0; i--)
    g_ptr_array_add (read->entries, entries->pdata[i - 1]);
  return !read->is_broken;
}

/* A bucket that has an entry ends less than a bucket's length behind it. */
static gboolean
read_buckets (TwMongoSession *session, TwMongoReading *read, GError **error)
{
  const gint64 last = read->next > G_MAXINT64 - TW_MONGO_BUCKET ? G_MAXINT64 : read->next + TW_MONGO_BUCKET - 1;
  g_autoptr (TwBson) filter = BCON_NEW ("partition", BCON_UTF8 (read->partition), "last", "{", "$gte",
                                        BCON_INT64 (MAX (read->until, 0)), "$lte", BCON_INT64 (last), "}");
  g_autoptr (TwBson) options = BCON_NEW ("sort", "{", "last", BCON_INT32 (-1), "}", "limit", BCON_INT64 (PAGE),
                                         "batchSize", BCON_INT64 (PAGE));

  g_ptr_array_set_size (read->entries, 0);
  read->n_buckets = 0;
  return tw_mongo_find (session, TW_MONGO_COMMITS, filter, options, take_bucket, read, error)
         && (!read->is_broken || tw_mongo_head_is_broken (read->partition, error));
}

static gboolean
run_read (TwMongoSession *session, gpointer job, GError **error)
{
  TwMongoReading *read = job;

  if (read->head == NULL)
    {
      if (!tw_mongo_reading_look (session, read, error))
        return FALSE;
      if (read->next == 0)
        read->next = read->head->n;
    }
  return read->next >= tw_mongo_reading_first (read) || read->next <= read->head->dropped || read->next <= 0
         || read_buckets (session, read, error);
}

/* A way, as far as it has come. */
typedef struct
{
  TwCommitBack *back;
  TwCommitEntryFunc func;
  gpointer user_data;
  gint64 next; /* the number that comes next */
  enum
  {
    GOES_ON,
    NOT_WANTED, /* any more */
    ENDED,
  } state;
} Way;

static void
end_way (Way *way, TwCommitBackEnd end)
{
  way->back->end = end;
  way->state = ENDED;
}

/* A place's row says how many of an entry's parts are left. */
static void
show (Way *way, const TwMongoEntry *entry)
{
  guint i = entry->parts->len;

  if (way->back->place.number == entry->number && way->back->place.row > 0)
    i = (guint) MIN (way->back->place.row, (gint64) i);
  for (; i > 0; i--)
    {
      const TwMongoPart *part = entry->parts->pdata[i - 1];
      TwCommitEntry shown;

      if (part->type == NULL)
        continue;
      if (way->state == NOT_WANTED)
        {
          way->back->place = (TwCommitPlace) { entry->number, i };
          end_way (way, TW_COMMIT_BACK_MORE);
          return;
        }
      tw_mongo_log_entry (entry, part, &shown);
      shown.row = i;
      if (!way->func (&shown, way->user_data))
        way->state = NOT_WANTED;
    }
  way->next = entry->number - 1;
}

/* The next one, which is there. */
static void
take_entry (Way *way, const TwMongoEntry *entry)
{
  TwCommitBack *back = way->back;

  if (entry->number == back->until)
    {
      memcpy (back->until_mark, entry->mark, sizeof back->until_mark);
      end_way (way, TW_COMMIT_BACK_DONE);
    }
  else if (way->state == NOT_WANTED)
    {
      back->place = (TwCommitPlace) { entry->number, 0 };
      end_way (way, TW_COMMIT_BACK_MORE);
    }
  else
    show (way, entry);
}

/* Whether the next one can't be there; then the way has ended. */
static gboolean
is_at_end (Way *way)
{
  TwCommitBack *back = way->back;

  if (way->next > back->log.dropped)
    return FALSE;
  if (back->until == back->log.dropped)
    memcpy (back->until_mark, back->log.dropped_mark, sizeof back->until_mark);
  end_way (way, back->until < 0 || back->until == back->log.dropped ? TW_COMMIT_BACK_DONE : TW_COMMIT_BACK_LOST);
  return TRUE;
}

/* Those of @entries, which descend, in turn. */
static void
take_entries (Way *way, const GPtrArray *entries)
{
  for (guint i = 0; i < entries->len && way->state != ENDED && !is_at_end (way); i++)
    {
      const TwMongoEntry *entry = entries->pdata[i];

      if (entry->number < way->next)
        return;
      if (entry->number == way->next)
        take_entry (way, entry);
    }
}

static void
take_head (Way *way, const TwMongoHead *head)
{
  for (guint i = head->entries->len; i > 0 && way->state != ENDED && !is_at_end (way); i--)
    {
      const TwMongoEntry *entry = head->entries->pdata[i - 1];

      if (entry->number == way->next)
        take_entry (way, entry);
    }
}

/* Where the way begins can be known now. */
static void
begin (Way *way, const TwMongoReading *read)
{
  TwCommitBack *back = way->back;

  back->log = (TwCommitLog) { .newest = read->head->n, .dropped = read->head->dropped };
  memcpy (back->log.dropped_mark, read->head->dropped_mark, sizeof back->log.dropped_mark);
  way->next = read->next;
  if (way->next > back->log.newest || back->until > back->log.newest
      || (back->until >= 0 && back->until < back->log.dropped))
    end_way (way, TW_COMMIT_BACK_LOST);
}

/* Takes what was read, which has to bring the way on: only what has been dropped meanwhile may be missing. */
static gboolean
take (Way *way, const TwMongoReading *read, GError **error)
{
  const gint64 next = way->next;

  if (way->state != ENDED && !is_at_end (way))
    {
      take_head (way, read->head);
      take_entries (way, read->entries);
    }
  if (way->state == ENDED || is_at_end (way) || way->next < next)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "the log of a partition lacks the number %" G_GINT64_FORMAT, next);
  return FALSE;
}

gboolean
tw_mongo_back_read (TwMongo *mongo, const TwMongoTypes *types, gint64 deadline_ms, TwCommitBack *back,
                    TwCommitEntryFunc entry, gpointer user_data, GError **error)
{
  g_autoptr (TwMongoReading) read = tw_mongo_reading_new (types, back->partition, back->place.number);
  Way way = { back, entry, user_data, .state = GOES_ON };
  gint64 dropped = -1; /* when a number was missing */

  read->until = back->until;
  if (!tw_mongo_reading_ask (mongo, deadline_ms, run_read, &read, error))
    return FALSE;
  begin (&way, read);
  while (way.state != ENDED)
    {
      g_autoptr (GError) why = NULL;

      if (!take (&way, read, &why))
        {
          if (read->head->dropped == dropped)
            {
              g_propagate_error (error, g_steal_pointer (&why));
              return FALSE;
            }
          dropped = read->head->dropped;
          g_clear_pointer (&read->head, tw_mongo_head_free);
        }
      if (way.state == ENDED)
        break;
      read->next = way.next;
      if (!tw_mongo_reading_ask (mongo, deadline_ms, run_read, &read, error))
        return FALSE;
      back->log.dropped = read->head->dropped;
      memcpy (back->log.dropped_mark, read->head->dropped_mark, sizeof back->log.dropped_mark);
    }
  return TRUE;
}

/* Several logs at once */

#define STORE "store"

typedef struct
{
  guint n;
  char **ids;        /* of heads */
  TwCommitLog *logs;
  GHashTable *places; /* of each id, from 1 on */
  TwCommitStore store;
  gboolean has_store;
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_strfreev (look->ids);
  g_free (look->logs);
  g_hash_table_unref (look->places);
  g_free (look);
}

static Look *
look_new (const char *const *partitions, guint n)
{
  Look *look = g_new0 (Look, 1);

  look->n = n;
  look->ids = g_new0 (char *, n + 1);
  look->logs = g_new0 (TwCommitLog, n);
  look->places = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < n; i++)
    {
      look->ids[i] = tw_mongo_head_id (partitions[i]);
      g_hash_table_insert (look->places, look->ids[i], GUINT_TO_POINTER (i + 1));
    }
  return look;
}

static gboolean
read_bytes (const bson_t *document, const char *name, guint8 *bytes, guint32 n)
{
  bson_iter_t iter;
  const guint8 *found = NULL;
  guint32 length = 0;

  if (bson_iter_init_find (&iter, document, name) && BSON_ITER_HOLDS_BINARY (&iter))
    bson_iter_binary (&iter, NULL, &length, &found);
  if (found == NULL || length != n)
    return FALSE;
  memcpy (bytes, found, n);
  return TRUE;
}

/* The mark of the newest of the head's entries, where it has any. */
static void
read_newest_mark (const bson_t *head, TwCommitLog *log)
{
  bson_iter_t iter, each;
  gboolean found = FALSE;

  if (bson_iter_init_find (&iter, head, "entries") && BSON_ITER_HOLDS_ARRAY (&iter) && bson_iter_recurse (&iter, &each))
    while (bson_iter_next (&each))
      {
        const guint8 *data;
        guint32 length;
        bson_t entry;

        if (!BSON_ITER_HOLDS_DOCUMENT (&each))
          continue;
        bson_iter_document (&each, &length, &data);
        found = bson_init_static (&entry, data, length)
                && read_bytes (&entry, "mark", log->newest_mark, sizeof log->newest_mark);
      }
  if (!found)
    memcpy (log->newest_mark, log->dropped_mark, sizeof log->newest_mark);
}

static gboolean
take_document (const bson_t *document, gpointer data)
{
  Look *look = data;
  const char *id = tw_mongo_commits_id (document);
  const guint place = GPOINTER_TO_UINT (g_hash_table_lookup (look->places, id));

  if (strcmp (id, STORE) == 0)
    look->has_store = read_bytes (document, "id", look->store.id, sizeof look->store.id)
                      && read_bytes (document, "key", look->store.key, sizeof look->store.key);
  if (place > 0)
    {
      TwCommitLog *log = &look->logs[place - 1];

      log->newest = tw_mongo_commits_number (document, "n");
      log->dropped = tw_mongo_commits_number (document, "dropped");
      read_bytes (document, "droppedMark", log->dropped_mark, sizeof log->dropped_mark);
      read_newest_mark (document, log);
    }
  return TRUE;
}

/* Without what the entries say, which may be much. */
static gboolean
find_heads (TwMongoSession *session, Look *look, GError **error)
{
  g_autoptr (TwBson) filter = bson_new ();
  g_autoptr (TwBson) options
    = BCON_NEW ("projection", "{", "n", BCON_INT32 (1), "dropped", BCON_INT32 (1), "droppedMark", BCON_INT32 (1),
                "entries.mark", BCON_INT32 (1), "id", BCON_INT32 (1), "key", BCON_INT32 (1), "}", "batchSize",
                BCON_INT64 (look->n + 2));
  bson_t among, array;

  BSON_APPEND_DOCUMENT_BEGIN (filter, "_id", &among);
  BSON_APPEND_ARRAY_BEGIN (&among, "$in", &array);
  BSON_APPEND_UTF8 (&array, "0", STORE);
  for (guint i = 0; i < look->n; i++)
    {
      char space[16];
      const char *index;

      bson_uint32_to_string (i + 1, &index, space, sizeof space);
      BSON_APPEND_UTF8 (&array, index, look->ids[i]);
    }
  bson_append_array_end (&among, &array);
  bson_append_document_end (filter, &among);
  return tw_mongo_find (session, TW_MONGO_COMMITS, filter, options, take_document, look, error);
}

/* Somebody else may be faster. */
static gboolean
make_store (TwMongoSession *session, GError **error)
{
  guint8 id[TW_COMMIT_STORE_ID_BYTES], key[TW_COMMIT_STORE_KEY_BYTES];
  g_autoptr (TwBson) document = NULL;
  g_autoptr (GError) why = NULL;

  tw_random_bytes (id, sizeof id);
  tw_random_bytes (key, sizeof key);
  document = BCON_NEW ("_id", BCON_UTF8 (STORE), "id", BCON_BIN (BSON_SUBTYPE_BINARY, id, sizeof id), "key",
                       BCON_BIN (BSON_SUBTYPE_BINARY, key, sizeof key));
  if (tw_mongo_insert (session, TW_MONGO_COMMITS, document, &why) || g_error_matches (why, TW_ERROR, TW_ERROR_CONFLICT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}

static gboolean
run_look (TwMongoSession *session, gpointer job, GError **error)
{
  Look *look = job;

  if (!find_heads (session, look, error))
    return FALSE;
  if (look->has_store)
    return TRUE;
  return make_store (session, error) && find_heads (session, look, error)
         && (look->has_store || tw_mongo_head_is_broken (STORE, error));
}

gboolean
tw_mongo_back_look (TwMongo *mongo, gint64 deadline_ms, const char *const *partitions, guint n, TwCommitLog *logs,
                    TwCommitStore *store, GError **error)
{
  gpointer job = look_new (partitions, n);

  if (!tw_mongo_call (mongo, deadline_ms, TW_MONGO_READING, run_look, &job, look_free, error))
    return FALSE;
  if (n > 0)
    memcpy (logs, ((Look *) job)->logs, n * sizeof *logs);
  *store = ((Look *) job)->store;
  look_free (job);
  return TRUE;
}
