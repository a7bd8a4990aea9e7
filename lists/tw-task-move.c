/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-move.h"

#include "tw-commit-wait.h"
#include "tw-error.h"
#include "tw-task-access.h"
#include "tw-task-store-query.h"

#include <string.h>

void
tw_task_move_free (TwTaskMove *move)
{
  g_free (move->owner_id);
  g_free (move->list_id);
  g_free (move);
}

gboolean
tw_task_move_check (const TwTaskMove *move, const TwTaskRecord *said, GError **error)
{
  GError *why = NULL;

  if (move->role < TW_LIST_EDITOR)
    {
      tw_list_forbidden (TW_LIST_EDITOR, &why);
      return tw_error_propagate_at (error, why, "listId");
    }
  return (said->has & TW_TASK_HAS_ASSIGNEE_ID) == 0 || move->assignee_is_in
         || tw_error_propagate_at (error, tw_task_access_no_assignee (), "assigneeId");
}

/* Whoever made it is said where that is not whose it is. */
static void
name_creator (TwTaskRecord *task, const char *owner_id)
{
  if (task->created_by == NULL)
    task->created_by = task->user_id;
  task->has |= TW_TASK_HAS_CREATED_BY;
  if (strcmp (task->created_by, owner_id) != 0)
    return;
  task->created_by = NULL;
  task->has &= ~TW_TASK_HAS_CREATED_BY;
}

static TwChoreRecord
chore_of (const TwTaskMove *move, const char *mover_id, const char *from_id, const TwTaskRecord *given, gint64 now_ms)
{
  return (TwChoreRecord) {
    .has = TW_CHORE_HAS_ID | TW_CHORE_HAS_OWNER_ID | TW_CHORE_HAS_LIST_ID | TW_CHORE_HAS_CREATED_ON
           | TW_CHORE_HAS_UPDATED_ON | TW_CHORE_HAS_TASK_ID | TW_CHORE_HAS_TASK_VERSION | TW_CHORE_HAS_RECEIVER_ID
           | TW_CHORE_HAS_MOVER_ID,
    .id = move->chore_id, .owner_id = from_id, .list_id = move->list_id, .created_ms = now_ms, .updated_ms = now_ms,
    .task_id = given->id, .task_version = given->version, .receiver_id = move->owner_id, .mover_id = mover_id,
  };
}

const TwTaskRecord *
tw_task_move_give (TwCommit *commit, const TwTaskMove *move, const char *mover_id, const TwTaskRecord *task,
                   gint64 now_ms)
{
  TwTaskRecord moved = *task;
  const TwTaskRecord *given;
  TwChoreRecord chore;

  moved.list_id = move->list_id;
  moved.has |= TW_TASK_HAS_LIST_ID;
  name_creator (&moved, move->owner_id);
  given = tw_commit_give (commit, &tw_task_type, &moved, move->owner_id);
  chore = chore_of (move, mover_id, task->user_id, given, now_ms);
  tw_commit_put (commit, &tw_chore_type, &chore);
  return given;
}

/* Arriving */

typedef struct
{
  TwTaskStore *store;
  gint64 deadline_ms, now_ms;
  TwChoreRecord *chore;
  TwTaskRecord *given; /* NULL: nobody asks */
  TwTaskRecord *left;  /* how the step leaves it, where the mover is to see that */
  TwTaskDone done;
  gpointer user_data;
} Arrival;

static void
arrival_free (gpointer data)
{
  Arrival *arrival = data;

  g_free (arrival->chore);
  g_free (arrival->given);
  g_free (arrival->left);
  g_free (arrival);
}

static Arrival *
arrival_new (TwTaskStore *store, gint64 deadline_ms, gint64 now_ms, const TwChoreRecord *chore)
{
  Arrival *arrival = g_new0 (Arrival, 1);

  arrival->store = store;
  arrival->deadline_ms = deadline_ms;
  arrival->now_ms = now_ms;
  arrival->chore = tw_record_copy (&tw_chore_type, chore);
  return arrival;
}

static void
leave_as (Arrival *arrival, const TwTaskRecord *task)
{
  arrival->left = tw_record_copy (&tw_task_type, task);
}

/* Others have changed it since it came: it is shown to the mover as far as they see it still. */
static void
leave_to_others (TwCommit *commit, Arrival *arrival, const TwTaskRecord *task)
{
  const TwTaskActor mover = { arrival->chore->mover_id, arrival->chore->receiver_id };

  if (arrival->given != NULL && tw_task_access_admit (commit, &mover, task, TW_LIST_VIEWER, NULL))
    leave_as (arrival, task);
}

/* The list's owner, and who is to do the task. */
static void
expect_members (TwCommit *commit, const TwChoreRecord *chore, const TwTaskRecord *task)
{
  char owner[TW_ID_SIZE], assignee[TW_ID_SIZE];
  const char *const ids[] = { owner, assignee };

  if (task->assignee_id == NULL)
    return;
  tw_list_member_id (chore->list_id, chore->receiver_id, owner);
  tw_list_member_id (chore->list_id, task->assignee_id, assignee);
  tw_commit_expect (commit, &tw_member_type, ids, G_N_ELEMENTS (ids));
}

/* Whether @task is in the list that it was moved to, and whether who is to do it is. FALSE with @error. */
static gboolean
look_at_list (TwCommit *commit, const Arrival *arrival, const TwTaskRecord *task, gboolean *list_is_there,
              gboolean *assignee_is_in, GError **error)
{
  const TwChoreRecord *chore = arrival->chore;
  const TwMemberRecord *list;

  expect_members (commit, chore, task);
  if (!tw_task_access_find_list (commit, chore->receiver_id, chore->list_id, &list, error))
    return FALSE;
  *list_is_there = list != NULL;
  *assignee_is_in = TRUE;
  return !*list_is_there || task->assignee_id == NULL
         || tw_task_access_find_assignee (commit, chore->receiver_id, chore->list_id, task->assignee_id,
                                          assignee_is_in, error);
}

static gboolean
arrive (TwCommit *commit, Arrival *arrival, const TwTaskRecord *task, GError **error)
{
  gboolean list_is_there, assignee_is_in;
  TwTaskRecord after = *task;

  if (g_strcmp0 (task->list_id, arrival->chore->list_id) != 0)
    {
      leave_to_others (commit, arrival, task);
      return TRUE;
    }
  if (!look_at_list (commit, arrival, task, &list_is_there, &assignee_is_in, error))
    return FALSE;
  if (!list_is_there)
    tw_commit_remove (commit, &tw_task_type, task->id);
  else if (assignee_is_in && task->version != arrival->chore->task_version)
    leave_to_others (commit, arrival, task); /* it is in the log here */
  else
    {
      if (!assignee_is_in)
        {
          after.assignee_id = NULL;
          after.has &= ~TW_TASK_HAS_ASSIGNEE_ID;
          after.updated_ms = arrival->now_ms;
        }
      leave_as (arrival, tw_commit_put (commit, &tw_task_type, &after));
    }
  return TRUE;
}

/* What is not there has been removed, or has moved on: that log has it. */
static gboolean
decide_arrival (TwCommit *commit, gpointer data, GError **error)
{
  Arrival *arrival = data;
  gconstpointer task;

  g_clear_pointer (&arrival->left, g_free);
  return tw_commit_look (commit, &tw_task_type, arrival->chore->task_id, &task, error)
         && (task == NULL || arrive (commit, arrival, task, error));
}

static gboolean
decide_clearing (TwCommit *commit, gpointer data, GError **error)
{
  const TwChoreRecord *chore = data;
  gconstpointer found;

  if (!tw_commit_look (commit, &tw_chore_type, chore->id, &found, error))
    return FALSE;
  if (found != NULL)
    tw_commit_remove (commit, &tw_chore_type, chore->id);
  return TRUE;
}

static const char *
by (const TwChoreRecord *chore, const char *partition)
{
  return g_strcmp0 (chore->mover_id, partition) != 0 ? chore->mover_id : NULL;
}

static TwCommitSpec
arrival_spec (Arrival *arrival)
{
  const TwChoreRecord *chore = arrival->chore;

  return (TwCommitSpec) { .partition = chore->receiver_id, .by = by (chore, chore->receiver_id),
                          .now_ms = arrival->now_ms, .decide = decide_arrival, .data = arrival,
                          .free_data = arrival_free };
}

static TwCommitSpec
clearing_spec (const TwChoreRecord *chore, gint64 now_ms)
{
  return (TwCommitSpec) { .partition = chore->owner_id, .by = by (chore, chore->owner_id), .now_ms = now_ms,
                          .decide = decide_clearing, .data = tw_record_copy (&tw_chore_type, chore),
                          .free_data = g_free };
}

/* Going on with it */

/* What fails is left to who looks for chores, and so is all that comes behind what failed. */
static void
cleared (const TwCommitted *committed, const GError *error, gpointer data)
{
}

static void
arrived (const TwCommitted *committed, const GError *error, gpointer data)
{
  const Arrival *arrival = data;
  TwCommitSpec spec;

  arrival->done (error == NULL && arrival->left != NULL ? arrival->left : arrival->given, NULL, arrival->user_data);
  if (error != NULL)
    return;
  spec = clearing_spec (arrival->chore, arrival->now_ms);
  spec.done = cleared;
  tw_commit_run (arrival->store->commits, arrival->deadline_ms, &spec);
}

void
tw_task_move_go_on (TwTaskStore *store, gint64 deadline_ms, gint64 now_ms, const TwTaskMove *move,
                    const char *mover_id, const char *from_id, const TwTaskRecord *given, TwTaskDone done,
                    gpointer user_data)
{
  const TwChoreRecord chore = chore_of (move, mover_id, from_id, given, now_ms);
  Arrival *arrival = arrival_new (store, deadline_ms, now_ms, &chore);
  TwCommitSpec spec;

  arrival->given = tw_record_copy (&tw_task_type, given);
  arrival->done = done;
  arrival->user_data = user_data;
  spec = arrival_spec (arrival);
  spec.done = arrived;
  tw_commit_run (store->commits, deadline_ms, &spec);
}

/* Finishing it */

static gboolean
no_more (const TwCommitEntry *entry, gpointer user_data)
{
  return FALSE;
}

/* Whoever reads a log can read the records as it leaves them. */
gboolean
tw_task_move_settle (TwTaskStore *store, gint64 deadline_ms, const char *from_id, GError **error)
{
  TwCommitLog log;

  return tw_commits_log (store->commits, deadline_ms, from_id, G_MAXINT64, &log, no_more, NULL, error);
}

/* The record may be seen before the task is. */
gboolean
tw_task_move_finish (TwTaskStore *store, gint64 deadline_ms, gint64 now_ms, const TwChoreRecord *chore, GError **error)
{
  TwCommitSpec spec;

  if (!tw_task_move_settle (store, deadline_ms, chore->owner_id, error))
    return FALSE;
  spec = arrival_spec (arrival_new (store, deadline_ms, now_ms, chore));
  if (!tw_commit_wait (store->commits, deadline_ms, &spec, NULL, error))
    return FALSE;
  spec = clearing_spec (chore, now_ms);
  return tw_commit_wait (store->commits, deadline_ms, &spec, NULL, error);
}

gboolean
tw_task_move_finish_by_id (TwTaskStore *store, gint64 deadline_ms, gint64 now_ms, const char *chore_id, GError **error)
{
  const TwRecordQuery query = { &tw_chore_type, TW_CHORE_HAS_ID, &chore_id, 1, .limit = 1 };
  g_autoptr (GPtrArray) found = tw_task_store_gather (store, deadline_ms, &query, error);

  return found != NULL
         && (found->len == 0 || tw_task_move_finish (store, deadline_ms, now_ms, found->pdata[0], error));
}
