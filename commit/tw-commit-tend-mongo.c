/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-tend-mongo.h"

#include "tw-commit-drop-mongo.h"
#include "tw-commit-settle-mongo.h"
#include "tw-error.h"

#include <stdatomic.h>

/* Heads that are said to be settled in one command, and that are settled in one operation. */
#define TELL_BATCH 500
#define SETTLE_BATCH 50

/* What is too old is looked for every so many times, and each time while there is more than one time drops. */
#define DROP_EVERY 10

struct _TwMongoTender
{
  const TwCommits *commits;
  TwMongo *mongo;
  const TwMongoTypes *types;
  TwMongoLanes *lanes;
  atomic_flag is_at_it;

  /* Whoever's is at it. */
  gint64 now_ms, keep_from_ms;
  guint times;
  gboolean drops_more;
  bson_t *slow; /* an array: heads that were not settled in time since all others were */
};

TwMongoTender *
tw_mongo_tender_new (const TwCommits *commits, TwMongo *mongo, const TwMongoTypes *types, TwMongoLanes *lanes)
{
  TwMongoTender *tender = g_new0 (TwMongoTender, 1);

  tender->commits = commits;
  tender->mongo = mongo;
  tender->types = types;
  tender->lanes = lanes;
  tender->slow = bson_new ();
  atomic_flag_clear (&tender->is_at_it);
  return tender;
}

void
tw_mongo_tender_free (TwMongoTender *tender)
{
  bson_destroy (tender->slow);
  g_free (tender);
}

static gboolean
tell_own (TwMongoSession *session, const TwMongoTender *tender, GError **error)
{
  guint n = TELL_BATCH;

  while (n == TELL_BATCH)
    {
      g_autoptr (GArray) settled = tw_mongo_lanes_untold (tender->lanes, TELL_BATCH);

      n = settled->len;
      if (!tw_mongo_heads_tell (session, (const TwMongoSettled *) (gpointer) settled->data, n, error))
        return FALSE;
    }
  return TRUE;
}

static void
settled_clear (gpointer data)
{
  g_free (((TwMongoSettled *) data)->partition);
}

static gboolean
keep_document (const bson_t *document, gpointer data)
{
  g_ptr_array_add (data, bson_copy (document));
  return TRUE;
}

/* Notes the document's id in @passed_over, an array. */
static void
pass_over (bson_t *passed_over, const bson_t *document)
{
  char buffer[16];
  const char *index;
  bson_iter_t id;

  bson_uint32_to_string (bson_count_keys (passed_over), &index, buffer, sizeof buffer);
  if (bson_iter_init_find (&id, document, "_id"))
    bson_append_iter (passed_over, index, -1, &id);
}

/* One that can't be read, or settled, stays as it is: whoever changes it says so, and the others go on: its id goes to
 * @passed_over. FALSE where the database is away, or too slow: next time the others come first. */
static gboolean
settle_one (TwMongoSession *session, TwMongoTender *tender, const bson_t *document, GArray *settled,
            bson_t *passed_over, GError **error)
{
  g_autoptr (TwMongoHead) head = tw_mongo_head_read (tender->types, document);
  g_autofree char *partition = tw_mongo_head_partition (document);
  g_autoptr (GError) why = NULL;
  TwMongoSettled now = { NULL, 0 };

  if (head == NULL || partition == NULL)
    {
      pass_over (passed_over, document);
      return TRUE;
    }
  if (!tw_mongo_settle (session, head->entries, head->settled, NULL, &why))
    {
      if (g_error_matches (why, TW_ERROR, TW_ERROR_UNAVAILABLE))
        {
          pass_over (tender->slow, document);
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
      pass_over (passed_over, document);
      return TRUE;
    }
  now = (TwMongoSettled) { g_steal_pointer (&partition), head->n };
  g_array_append_val (settled, now);
  return TRUE;
}

/* Who made these commits may not have come to say so, or have said so before the database had them. */
static void
tell_ended (const TwMongoTender *tender, const GArray *settled)
{
  for (guint i = 0; i < settled->len; i++)
    tw_commits_tell_ended (tender->commits, g_array_index (settled, TwMongoSettled, i).partition);
}

/* The oldest, but for those in @passed_over. *@is_all becomes whether nothing else that is due is left. */
static gboolean
settle_batch (TwMongoSession *session, TwMongoTender *tender, bson_t *passed_over, gboolean *is_all,
              GError **error)
{
  g_autoptr (TwBson) filter
      = BCON_NEW ("due", "{", "$lte", BCON_DATE_TIME (tender->now_ms - TW_MONGO_DUE_MS), "}");
  g_autoptr (TwBson) options = BCON_NEW ("sort", "{", "due", BCON_INT32 (1), "}", "limit", BCON_INT64 (SETTLE_BATCH),
                                         "batchSize", BCON_INT64 (SETTLE_BATCH));
  g_autoptr (GPtrArray) heads = g_ptr_array_new_with_free_func ((GDestroyNotify) bson_destroy);
  g_autoptr (GArray) settled = g_array_new (FALSE, FALSE, sizeof (TwMongoSettled));
  guint i;

  g_array_set_clear_func (settled, settled_clear);
  if (!bson_empty (passed_over))
    BCON_APPEND (filter, "_id", "{", "$nin", BCON_ARRAY (passed_over), "}");
  if (!tw_mongo_find (session, TW_MONGO_COMMITS, filter, options, keep_document, heads, error))
    return FALSE;
  for (i = 0; i < heads->len && tw_mongo_session_left_ms (session) > 0; i++)
    if (!settle_one (session, tender, heads->pdata[i], settled, passed_over, error))
      return FALSE;
  *is_all = i < SETTLE_BATCH && i == heads->len;
  tell_ended (tender, settled);
  return tw_mongo_heads_tell (session, (const TwMongoSettled *) (gpointer) settled->data, settled->len, error);
}

/* A batch, and others while some of it had to be passed over: those are the oldest next time too, and what is behind them
 * would never be settled. So would it be behind what is slow, which is passed over until all others are settled. */
static gboolean
settle_others (TwMongoSession *session, TwMongoTender *tender, gboolean *is_all, GError **error)
{
  g_autoptr (TwBson) passed_over = bson_copy (tender->slow);
  guint32 before;

  do
    {
      before = bson_count_keys (passed_over);
      if (!settle_batch (session, tender, passed_over, is_all, error))
        return FALSE;
    }
  while (!*is_all && bson_count_keys (passed_over) > before && tw_mongo_session_left_ms (session) > 0);
  *is_all = *is_all && bson_empty (tender->slow);
  bson_reinit (tender->slow);
  return TRUE;
}

static gboolean
run (TwMongoSession *session, gpointer data, GError **error)
{
  TwMongoTender *tender = data;
  gboolean is_all = FALSE, drops;

  if (!tell_own (session, tender, error) || !settle_others (session, tender, &is_all, error))
    return FALSE;
  /* What was given away may have been removed there: before its tombstone goes, whoever made it has that settled. */
  drops = is_all && (tender->times++ % DROP_EVERY == 0 || tender->drops_more);
  return !drops
         || tw_mongo_drop (session, tender->types, tender->keep_from_ms, &tender->drops_more, error);
}

/* What failed is done next time, and whether the database is there is somebody else's to say. */
static void
end (gpointer data, const GError *error)
{
}

static void
let_go (gpointer data)
{
  TwMongoTender *tender = data;

  atomic_flag_clear (&tender->is_at_it);
}

void
tw_mongo_tender_start (TwMongoTender *tender, gint64 now_ms, gint64 keep_from_ms)
{
  if (atomic_flag_test_and_set (&tender->is_at_it))
    return;
  tender->now_ms = now_ms;
  tender->keep_from_ms = keep_from_ms;
  tw_mongo_run (tender->mongo, TW_DEADLINE_NONE, TW_MONGO_CHANGING, run, end, tender, let_go);
}
