/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-claim-mongo.h"

#include "tw-error.h"
#include "tw-store-error.h"

#include <string.h>

/* What the claim asks for: the head as it is known. Where there is none yet, it makes it. */
static bson_t *
filter_of (const char *partition, const TwMongoHead *head)
{
  g_autofree char *id = tw_mongo_head_id (partition);

  return BCON_NEW ("_id", BCON_UTF8 (id), "n", BCON_INT64 (head->n));
}

static bson_t *
update_of (const TwMongoHead *head, const TwMongoEntry *entry, const bson_t *document)
{
  bson_t *update = bson_new ();
  bson_t set;

  BSON_APPEND_DOCUMENT_BEGIN (update, "$set", &set);
  BSON_APPEND_INT64 (&set, "n", entry->number);
  BSON_APPEND_INT64 (&set, "settled", head->settled);
  BSON_APPEND_DATE_TIME (&set, "due", entry->time_ms);
  if (tw_mongo_head_is_full (head))
    {
      BSON_APPEND_DATE_TIME (&set, "since", entry->time_ms);
      BCON_APPEND (&set, "entries", "[", BCON_DOCUMENT (document), "]");
    }
  bson_append_document_end (update, &set);
  if (!tw_mongo_head_is_full (head))
    BCON_APPEND (update, "$min", "{", "since", BCON_DATE_TIME (entry->time_ms), "}", "$push", "{", "entries",
                 BCON_DOCUMENT (document), "}");
  return update;
}

/* In a bucket that was copied out of the head since. */
static gboolean
is_in_log (TwMongoSession *session, const TwMongoTypes *types, const char *partition, const TwMongoEntry *entry,
           gboolean *is_there, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("partition", BCON_UTF8 (partition), "last", "{", "$gte",
                                        BCON_INT64 (entry->number), "}");
  g_autoptr (TwBson) options = BCON_NEW ("sort", "{", "last", BCON_INT32 (1), "}");
  g_autoptr (TwBson) bucket = NULL;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) tw_mongo_entry_free);

  if (!tw_mongo_find_one (session, TW_MONGO_COMMITS, filter, options, &bucket, error))
    return FALSE;
  if (bucket != NULL && !tw_mongo_entries_read (types, bucket, entries))
    return tw_mongo_head_is_broken (partition, error);
  for (guint i = 0; i < entries->len; i++)
    {
      const TwMongoEntry *other = entries->pdata[i];

      *is_there = *is_there || memcmp (other->mark, entry->mark, sizeof entry->mark) == 0;
    }
  return TRUE;
}

typedef enum
{
  HAPPENED,
  ANOTHER_HAPPENED,
  NOTHING_HAPPENED,
  NOBODY_KNOWS,
} Doubt;

static Doubt
resolve (TwMongoSession *session, const TwMongoTypes *types, const char *partition, const TwMongoEntry *entry,
         GError **error)
{
  g_autoptr (TwMongoHead) now = NULL;
  gboolean is_there = FALSE;

  if (!tw_mongo_head_look (session, types, partition, NULL, &now, NULL, error))
    return NOBODY_KNOWS;
  if (now->n < entry->number)
    return NOTHING_HAPPENED;
  for (guint i = 0; i < now->entries->len; i++)
    {
      const TwMongoEntry *other = now->entries->pdata[i];

      if (other->number == entry->number)
        return memcmp (other->mark, entry->mark, sizeof entry->mark) == 0 ? HAPPENED : ANOTHER_HAPPENED;
    }
  if (!is_in_log (session, types, partition, entry, &is_there, error))
    return NOBODY_KNOWS;
  return is_there ? HAPPENED : ANOTHER_HAPPENED;
}

static TwMongoClaim
ask (TwMongoSession *session, const char *partition, const TwMongoHead *head, const TwMongoEntry *entry,
     const bson_t *document, GError **error)
{
  const gboolean is_first = head->n == 0;
  g_autoptr (TwBson) filter = filter_of (partition, head);
  g_autoptr (TwBson) update = update_of (head, entry, document);
  g_autoptr (TwBson) options = BCON_NEW ("upsert", BCON_BOOL (is_first));
  g_autoptr (GError) why = NULL;
  gint64 n = 0;

  if (tw_mongo_update (session, TW_MONGO_COMMITS, filter, update, options, &n, &why))
    return is_first || n > 0 ? TW_MONGO_WON : TW_MONGO_LOST;
  if (is_first && g_error_matches (why, TW_ERROR, TW_ERROR_CONFLICT))
    return TW_MONGO_LOST;
  g_propagate_error (error, g_steal_pointer (&why));
  return TW_MONGO_FAILED;
}

/* As long as somebody waits: what was sent and not confirmed may still be done, late, while another one of the same
 * number is not there; then the next one that is sent is lost, and its mark tells. */
TwMongoClaim
tw_mongo_claim (TwMongoSession *session, const TwMongoTypes *types, const char *partition, const TwMongoHead *head,
                TwMongoEntry *entry, GError **error)
{
  g_autoptr (TwBson) document = NULL;
  gboolean in_doubt = FALSE;

  entry->number = head->n + 1;
  document = tw_mongo_entry_document (entry, TRUE);
  entry->bytes = document->len;
  while (tw_mongo_session_left_ms (session) > 0)
    {
      g_autoptr (GError) why = NULL;
      const TwMongoClaim claim = ask (session, partition, head, entry, document, &why);

      in_doubt = in_doubt || (claim == TW_MONGO_FAILED && tw_mongo_session_unknown (session));
      if (claim == TW_MONGO_WON || !in_doubt)
        {
          if (claim == TW_MONGO_FAILED)
            g_propagate_error (error, g_steal_pointer (&why));
          return claim;
        }
      switch (resolve (session, types, partition, entry, error))
        {
        case HAPPENED:
          return TW_MONGO_WON;
        case ANOTHER_HAPPENED:
          return TW_MONGO_LOST;
        case NOBODY_KNOWS:
          return TW_MONGO_FAILED;
        case NOTHING_HAPPENED:
        default:
          break;
        }
    }
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_UNAVAILABLE);
  return TW_MONGO_FAILED;
}
