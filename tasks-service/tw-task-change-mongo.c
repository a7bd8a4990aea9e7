/* SPDX-License-Identifier: Apache-2.0 */

/* A task with a version is changed by one command, which counts the version up: the server lines up what comes at once,
 * and no change is lost.
 *
 * A document that an older service left has no version to count up ($inc would begin at 0). Its first change reads it
 * and sets what is missing, on the condition that it still has no version: of several first changes one fits, and the
 * others start again with a task that has one. */

#include "tw-task-change-mongo.h"

#include "tw-record-document.h"
#include "tw-task-document.h"
#include "tw-task-query-mongo.h"
#include "tw-task-store-mongo.h"

/* A document gets its version once: whoever finds that it has none, then that it has one, finds it with one next time.
 * Only somebody else's hand could make it otherwise. */
#define ATTEMPTS 3

typedef struct
{
  TwMongoSession *session;
  const bson_oid_t *id;
  const char *user_id;
  const TwTaskChange *change;
  atomic_flag *warned;
  TwTaskRecord **task;
} Change;

static bson_t *
update_new (const TwTaskRecord *set, guint64 clear)
{
  g_autoptr (TwBson) setting = bson_new ();
  g_autoptr (TwBson) unsetting = bson_new ();
  bson_t *update = bson_new ();

  tw_record_document_change (&tw_task_type, set, clear, setting, unsetting);
  BSON_APPEND_DOCUMENT (update, "$set", setting);
  if (!bson_empty (unsetting))
    BSON_APPEND_DOCUMENT (update, "$unset", unsetting);
  return update;
}

/* *change->task stays NULL where @filter does not fit. */
static gboolean
apply (const Change *change, const bson_t *filter, const bson_t *update, GError **error)
{
  g_autoptr (TwBson) after = NULL;

  if (!tw_mongo_find_and_modify (change->session, TW_TASK_COLLECTION, filter, update, &after, error))
    return FALSE;
  if (after != NULL)
    *change->task = tw_task_document_read (after, change->warned);
  return TRUE;
}

static gboolean
change_versioned (const Change *change, GError **error)
{
  g_autoptr (TwBson) filter = tw_task_query_one (change->id, change->user_id);
  g_autoptr (TwBson) update = update_new (change->change->set, change->change->clear);

  BCON_APPEND (filter, "version", "{", "$type", BCON_UTF8 ("number"), "}");
  BCON_APPEND (update, "$inc", "{", "version", BCON_INT64 (1), "}");
  return apply (change, filter, update, error);
}

/* *@gone: there is no such task. */
static gboolean
change_legacy (const Change *change, gboolean *gone, GError **error)
{
  g_autoptr (TwBson) filter = tw_task_query_one (change->id, change->user_id);
  g_autoptr (TwBson) document = NULL;
  g_autoptr (TwBson) update = NULL;
  g_autoptr (TwTaskRecord) before = NULL;
  TwTaskRecord whole = *change->change->set;

  if (!tw_mongo_find_one (change->session, TW_TASK_COLLECTION, filter, NULL, &document, error))
    return FALSE;
  if (document != NULL)
    before = tw_task_document_read (document, change->warned);
  *gone = before == NULL;
  if (*gone)
    return TRUE;
  if ((whole.has & TW_TASK_HAS_DONE) == 0)
    whole.done = before->done;
  whole.version = before->version + 1;
  whole.has |= TW_TASK_HAS_DONE | TW_TASK_HAS_VERSION;
  update = update_new (&whole, change->change->clear);
  BCON_APPEND (filter, "version", "{", "$not", "{", "$type", BCON_UTF8 ("number"), "}", "}");
  return apply (change, filter, update, error);
}

gboolean
tw_task_change_mongo (TwMongoSession *session, const bson_oid_t *id, const char *user_id, const TwTaskChange *change,
                      atomic_flag *warned, TwTaskRecord **task, GError **error)
{
  const Change all = { session, id, user_id, change, warned, task };
  gboolean gone = FALSE;

  *task = NULL;
  for (guint i = 0; i < ATTEMPTS && *task == NULL && !gone; i++)
    {
      if (!change_versioned (&all, error))
        return FALSE;
      if (*task == NULL && !change_legacy (&all, &gone, error))
        return FALSE;
    }
  return TRUE;
}
