/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-list-sweep.h"

#include "tw-commit-wait.h"
#include "tw-latch.h"
#include "tw-list-roles.h"
#include "tw-task-store-query.h"

#include <string.h>

/* Records of each kind that it removes. */
#define AT_ONCE 20

/* What lies in a list, and is found by it, in the order in which it goes: those first who would have to look whether the
 * list is there; until there are no tasks, what is left of the owner's record says that they are not to be seen. */
enum
{
  MEMBERS,
  TASKS,
};

static const struct
{
  const TwRecordType *type;
  guint64 field;
} inside[] = {
  { &tw_member_type, TW_MEMBER_HAS_LIST_ID },
  { &tw_task_type, TW_TASK_HAS_LIST_ID },
  { &tw_invitation_type, TW_INVITATION_HAS_LIST_ID },
  { &tw_member_type, TW_MEMBER_HAS_FORMER_LIST_ID },
};

/* One step. */
typedef struct
{
  TwChoreRecord *chore;
  gboolean is_last; /* nothing is left behind it */
  gint64 now_ms;
  GPtrArray *ids[G_N_ELEMENTS (inside)]; /* of what is found; where somebody has left, of tasks alone */
} Sweep;

static void
sweep_free (gpointer data)
{
  Sweep *sweep = data;

  g_free (sweep->chore);
  for (guint i = 0; i < G_N_ELEMENTS (sweep->ids); i++)
    g_clear_pointer (&sweep->ids[i], g_ptr_array_unref);
  g_free (sweep);
}

/* Whether the record is still where it was found. */
static gboolean
is_inside (const Sweep *sweep, guint i, gconstpointer record)
{
  const guint field = (guint) g_bit_nth_lsf ((gulong) inside[i].field, -1);

  return (*tw_record_has ((gpointer) (guintptr) record) & inside[i].field) != 0
         && g_ascii_strcasecmp (*tw_record_text (inside[i].type, record, field), sweep->chore->list_id) == 0;
}

static gboolean
remove_found (TwCommit *commit, const Sweep *sweep, guint i, const char *id, GError **error)
{
  gconstpointer record;

  if (!tw_commit_look (commit, inside[i].type, id, &record, error))
    return FALSE;
  if (record != NULL && is_inside (sweep, i, record))
    tw_commit_remove (commit, inside[i].type, id);
  return TRUE;
}

/* What goes with the last of it. */
static gboolean
remove_last (TwCommit *commit, const Sweep *sweep, const TwRecordType *type, const char *id, GError **error)
{
  gconstpointer record;

  if (!sweep->is_last)
    return TRUE;
  if (!tw_commit_look (commit, type, id, &record, error))
    return FALSE;
  if (record != NULL)
    tw_commit_remove (commit, type, id);
  return TRUE;
}

/* What is left of the owner goes with the chore, with which it came: it may not have been there yet when others were
 * looked for. */
static gboolean
remove_inside (TwCommit *commit, const Sweep *sweep, GError **error)
{
  char owner[TW_ID_SIZE];

  tw_list_member_id (sweep->chore->list_id, sweep->chore->owner_id, owner);
  for (guint i = 0; i < G_N_ELEMENTS (sweep->ids); i++)
    for (guint k = 0; k < sweep->ids[i]->len; k++)
      if (strcmp (sweep->ids[i]->pdata[k], owner) != 0
          && !remove_found (commit, sweep, i, sweep->ids[i]->pdata[k], error))
        return FALSE;
  return remove_last (commit, sweep, &tw_member_type, owner, error);
}

static gboolean
is_leavers (const Sweep *sweep, const TwTaskRecord *task)
{
  return task != NULL && g_strcmp0 (task->assignee_id, sweep->chore->leaver_id) == 0 && is_inside (sweep, TASKS, task);
}

/* Takes the tasks from who has left, unless they have come again. */
static gboolean
take_tasks (TwCommit *commit, const Sweep *sweep, GError **error)
{
  const GPtrArray *ids = sweep->ids[TASKS];
  char member_id[TW_ID_SIZE];
  gconstpointer found;

  tw_list_member_id (sweep->chore->list_id, sweep->chore->leaver_id, member_id);
  if (!tw_commit_look (commit, &tw_member_type, member_id, &found, error))
    return FALSE;
  if (tw_list_role_of (found) != TW_LIST_NOBODY)
    return TRUE;
  for (guint k = 0; k < ids->len; k++)
    {
      TwTaskRecord after;

      if (!tw_commit_look (commit, &tw_task_type, ids->pdata[k], &found, error))
        return FALSE;
      if (!is_leavers (sweep, found))
        continue;
      after = *(const TwTaskRecord *) found;
      after.has &= ~TW_TASK_HAS_ASSIGNEE_ID;
      after.assignee_id = NULL;
      after.updated_ms = sweep->now_ms;
      after.has |= TW_TASK_HAS_UPDATED_ON;
      tw_commit_put (commit, &tw_task_type, &after);
    }
  return TRUE;
}

static void
expect_found (TwCommit *commit, const Sweep *sweep)
{
  for (guint i = 0; i < G_N_ELEMENTS (sweep->ids); i++)
    if (sweep->ids[i] != NULL)
      tw_commit_expect (commit, inside[i].type, (const char *const *) sweep->ids[i]->pdata, sweep->ids[i]->len);
}

static gboolean
decide_sweep (TwCommit *commit, gpointer data, GError **error)
{
  const Sweep *sweep = data;

  expect_found (commit, sweep);
  return (sweep->chore->leaver_id != NULL ? take_tasks (commit, sweep, error) : remove_inside (commit, sweep, error))
         && remove_last (commit, sweep, &tw_chore_type, sweep->chore->id, error);
}

/* The ids of what is found; NULL with @error. */
static GPtrArray *
find_inside (TwTaskStore *store, gint64 deadline_ms, guint i, const char *list_id, GError **error)
{
  const TwRecordQuery query = { inside[i].type, inside[i].field, &list_id, 1, .limit = AT_ONCE };
  g_autoptr (GPtrArray) records = tw_task_store_gather (store, deadline_ms, &query, error);
  const guint key = tw_record_find_role (inside[i].type, TW_RECORD_KEY);
  GPtrArray *ids;

  if (records == NULL)
    return NULL;
  ids = g_ptr_array_new_with_free_func (g_free);
  for (guint k = 0; k < records->len; k++)
    g_ptr_array_add (ids, g_strdup (*tw_record_text (inside[i].type, records->pdata[k], key)));
  return ids;
}

/* A read that is waited for. */
typedef struct
{
  GPtrArray *ids;
  GError *error;
  TwLatch ended;
} Finding;

static gboolean
find_row (const TwTaskRecord *task, gpointer state)
{
  g_ptr_array_add ((*(Finding *const *) state)->ids, g_strdup (task->id));
  return TRUE;
}

static void
find_end (const GError *error, gpointer state)
{
  Finding *finding = *(Finding *const *) state;

  finding->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&finding->ended);
}

/* The ids of tasks of the list that are the leaver's to do; NULL with @error. */
static GPtrArray *
find_tasks (TwTaskStore *store, gint64 deadline_ms, const TwChoreRecord *chore, GError **error)
{
  const TwPageRequestRecord asked = { .has = TW_PAGE_REQUEST_HAS_ASSIGNEE_ID, .assignee_id = chore->leaver_id };
  g_autoptr (TwRecordConditions) conditions = NULL;
  TwTaskQuery query = {
    .user_id = chore->owner_id, .limit = AT_ONCE, .filter = { .list = TW_LIST_ONE, .list_id = chore->list_id },
  };
  Finding finding = { g_ptr_array_new_with_free_func (g_free), .error = NULL }, *state = &finding;
  const TwTaskReading reading = { find_row, find_end, &state, sizeof state, .may_wait = TRUE };

  if (!tw_record_conditions_read (&tw_page_request_question, &asked, 0, &conditions, error))
    {
      g_ptr_array_unref (finding.ids);
      return NULL;
    }
  query.filter.conditions = conditions;
  tw_latch_init (&finding.ended);
  tw_task_store_read (store, deadline_ms, &query, &reading);
  tw_latch_wait (&finding.ended);
  if (finding.error == NULL)
    return finding.ids;
  g_propagate_error (error, finding.error);
  g_ptr_array_unref (finding.ids);
  return NULL;
}

static gboolean
find_all (TwTaskStore *store, gint64 deadline_ms, Sweep *sweep, GError **error)
{
  const TwChoreRecord *chore = sweep->chore;

  if (chore->leaver_id != NULL)
    {
      sweep->ids[TASKS] = find_tasks (store, deadline_ms, chore, error);
      sweep->is_last = sweep->ids[TASKS] != NULL && sweep->ids[TASKS]->len < AT_ONCE;
      return sweep->ids[TASKS] != NULL;
    }
  sweep->is_last = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (inside); i++)
    {
      sweep->ids[i] = sweep->is_last ? find_inside (store, deadline_ms, i, chore->list_id, error) : g_ptr_array_new ();
      if (sweep->ids[i] == NULL)
        return FALSE;
      sweep->is_last = sweep->is_last && sweep->ids[i]->len < AT_ONCE;
    }
  return TRUE;
}

gboolean
tw_list_sweep (TwTaskStore *store, gint64 deadline_ms, gint64 now_ms, const TwChoreRecord *chore, gboolean *is_done,
               GError **error)
{
  Sweep *sweep = g_new0 (Sweep, 1);

  sweep->chore = tw_record_copy (&tw_chore_type, chore);
  sweep->now_ms = now_ms;
  if (!find_all (store, deadline_ms, sweep, error))
    {
      sweep_free (sweep);
      return FALSE;
    }
  *is_done = sweep->is_last;
  return tw_commit_wait (store->commits, deadline_ms, &(TwCommitSpec) {
    .partition = chore->owner_id, .now_ms = sweep->now_ms, .decide = decide_sweep, .data = sweep,
    .free_data = sweep_free,
  }, NULL, error);
}
