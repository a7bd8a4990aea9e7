/* SPDX-License-Identifier: Apache-2.0 */

/* What is copied out of the head while it is read comes twice, and what is dropped does not come at all. */

#include "tw-commit-log-mongo.h"

#include "tw-clock.h"
#include "tw-error.h"
#include "tw-id.h"
#include "tw-mongo-call.h"
#include "tw-commit-former.h"
#include "tw-commit-reading-mongo.h"
#include "tw-commit-settle-mongo.h"
#include "tw-commit-tend-mongo.h"

#include <string.h>

/* Buckets that are read in one operation. */
#define PAGE 64

static gboolean
take_bucket (const bson_t *document, gpointer data)
{
  TwMongoReading *read = data;

  read->n_buckets++;
  read->is_broken = !tw_mongo_entries_read (read->types, document, read->entries);
  return !read->is_broken;
}

static gboolean
read_buckets (TwMongoSession *session, TwMongoReading *read, GError **error)
{
  g_autoptr (TwBson) filter = BCON_NEW ("partition", BCON_UTF8 (read->partition), "last", "{", "$gte",
                                        BCON_INT64 (read->next), "}");
  g_autoptr (TwBson) options = BCON_NEW ("sort", "{", "last", BCON_INT32 (1), "}", "limit", BCON_INT64 (PAGE),
                                         "batchSize", BCON_INT64 (PAGE));

  return tw_mongo_find (session, TW_MONGO_COMMITS, filter, options, take_bucket, read, error)
         && (!read->is_broken || tw_mongo_head_is_broken (read->partition, error));
}

/* Whether its newest entry has been there for so long that who made it has died, or was told that it may not have happened. */
static gboolean
is_left (const TwMongoHead *head)
{
  const TwMongoEntry *newest = head->entries->len > 0 ? head->entries->pdata[head->entries->len - 1] : NULL;

  return newest != NULL && newest->time_ms <= tw_clock_wall_ms (tw_clock_system ()) - TW_MONGO_DUE_MS;
}

/* Who reads it again need not do so; but what was left stays due, for whoever looks for that to tell others of it. */
gboolean
tw_mongo_log_settle (TwMongoSession *session, const char *partition, const TwMongoHead *head, GError **error)
{
  const TwMongoSettled settled = { (char *) (guintptr) partition, head->n };

  return head->settled == head->n
         || (tw_mongo_settle (session, head->entries, head->settled, NULL, error)
             && (is_left (head) || tw_mongo_heads_tell (session, &settled, 1, error)));
}

static gboolean
run_read (TwMongoSession *session, gpointer job, GError **error)
{
  TwMongoReading *read = job;

  if (read->head == NULL)
    {
      if (!tw_mongo_reading_look (session, read, error))
        return FALSE;
      read->next = MAX (read->next, read->head->dropped + 1);
    }
  return read->next >= tw_mongo_reading_first (read) || read_buckets (session, read, error);
}

void
tw_mongo_log_entry (const TwMongoEntry *entry, const TwMongoPart *part, TwCommitEntry *shown)
{
  gsize n = 0;
  gconstpointer former = part->former != NULL ? g_bytes_get_data (part->former, &n) : NULL;

  *shown = (TwCommitEntry) {
    .number = entry->number,
    .time_ms = entry->time_ms,
    .by = entry->by,
    .type = part->type,
    .version = part->version,
    .is_gone = part->deed == TW_MONGO_REMOVED || part->deed == TW_MONGO_GIVEN,
    .changed = part->changed,
  };
  memcpy (shown->mark, entry->mark, sizeof shown->mark);
  tw_id_from_bytes (part->id.bytes, shown->id);
  if (former != NULL)
    tw_commit_former_read (former, n, shown);
}

/* Shows the parts of @entry that are of a known kind. FALSE: no more are wanted. */
static gboolean
show (const TwMongoEntry *entry, TwCommitEntryFunc func, gpointer user_data)
{
  gboolean wanted = TRUE;

  for (guint i = 0; wanted && i < entry->parts->len; i++)
    {
      const TwMongoPart *part = entry->parts->pdata[i];
      TwCommitEntry shown;

      if (part->type == NULL)
        continue;
      tw_mongo_log_entry (entry, part, &shown);
      wanted = func (&shown, user_data);
    }
  return wanted;
}

typedef enum
{
  GO_ON,
  ENOUGH,
  GAP,
} Shown;

/* Shows those of @entries, which are in order but may overlap, from *@next on up to @newest. */
static Shown
show_all (const GPtrArray *entries, gint64 *next, gint64 newest, TwCommitEntryFunc func, gpointer user_data)
{
  for (guint i = 0; i < entries->len && *next <= newest; i++)
    {
      const TwMongoEntry *entry = entries->pdata[i];

      if (entry->number < *next)
        continue;
      if (entry->number > *next)
        return GAP;
      ++*next;
      if (!show (entry, func, user_data))
        return ENOUGH;
    }
  return GO_ON;
}

static void
say (const TwMongoHead *head, TwCommitLog *log)
{
  log->newest = head->n;
  log->dropped = head->dropped;
  memcpy (log->dropped_mark, head->dropped_mark, sizeof log->dropped_mark);
}

/* Those of buckets that were read, and, where there are no more of them, those of the head. */
static Shown
show_page (TwMongoReading *read, TwCommitEntryFunc func, gpointer user_data)
{
  const gboolean is_last = read->n_buckets < PAGE;
  Shown shown = show_all (read->entries, &read->next, tw_mongo_reading_first (read) - 1, func, user_data);

  g_ptr_array_set_size (read->entries, 0);
  read->n_buckets = 0;
  if (shown != GO_ON || (!is_last && read->next < tw_mongo_reading_first (read)))
    return shown;
  if (read->next < tw_mongo_reading_first (read))
    return GAP;
  shown = show_all (read->head->entries, &read->next, read->head->n, func, user_data);
  return shown == GO_ON ? ENOUGH : shown;
}

/* Only what has been dropped meanwhile may be missing. */
static gboolean
look_again (TwMongoReading *read, gint64 *dropped, GError **error)
{
  if (read->head->dropped == *dropped)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "the log of a partition lacks the number %" G_GINT64_FORMAT,
                   read->next);
      return FALSE;
    }
  *dropped = read->head->dropped;
  g_clear_pointer (&read->head, tw_mongo_head_free);
  return TRUE;
}

gboolean
tw_mongo_log_read (TwMongo *mongo, const TwMongoTypes *types, gint64 deadline_ms, const char *partition, gint64 after,
                   TwCommitLog *log, TwCommitEntryFunc entry, gpointer user_data, GError **error)
{
  g_autoptr (TwMongoReading) read = tw_mongo_reading_new (types, partition, CLAMP (after, 0, G_MAXINT64 - 1) + 1);
  gint64 dropped = -1; /* when a number was missing */
  Shown shown = GO_ON;

  while (shown != ENOUGH)
    {
      if (!tw_mongo_reading_ask (mongo, deadline_ms, run_read, &read, error))
        return FALSE;
      say (read->head, log);
      shown = show_page (read, entry, user_data);
      if (shown == GAP && !look_again (read, &dropped, error))
        return FALSE;
    }
  return TRUE;
}
