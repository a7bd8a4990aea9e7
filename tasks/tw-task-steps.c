/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-write.h"

#include "tw-error.h"
#include "tw-task-expect.h"
#include "tw-task-repeat.h"
#include "tw-task-rules.h"

#include <string.h>

#define TAG_SIZE 24 /* a version, which is a task's tag */

static TwTaskActor
actor_of (const TwTaskWrite *write)
{
  return (TwTaskActor) { write->user_id, write->partition };
}

static gboolean
admit (TwCommit *commit, const TwTaskWrite *write, const TwTaskRecord *task, TwListRole least, GError **error)
{
  const TwTaskActor actor = actor_of (write);

  return write->user_id == NULL || tw_task_access_admit (commit, &actor, task, least, error);
}

static gboolean
may (TwCommit *commit, const TwTaskWrite *write, const TwTaskRecord *before, TwTaskRecord *said, guint64 *clear,
     GError **error)
{
  const TwTaskActor actor = actor_of (write);

  return write->user_id == NULL || tw_task_access_check (commit, &actor, before, said, clear, error);
}

/* The task where it may be changed, and what the operation depends on is so; NULL with NOT_FOUND, ... */
static const TwTaskRecord *
find_as_wanted (TwCommit *commit, const TwTaskWrite *write, const TwTaskOperation *operation, GError **error)
{
  const TwTaskRecord *task = tw_commit_need (commit, &tw_task_type, operation->said->id, tw_task_not_found, error);
  char tag[TAG_SIZE];

  if (task == NULL || !admit (commit, write, task, TW_LIST_EDITOR, error))
    return NULL;
  g_snprintf (tag, sizeof tag, "%" G_GINT64_FORMAT, task->version);
  return tw_preconditions_check (&operation->conditions, tag, error) ? task : NULL;
}

static gboolean
insert (TwCommit *commit, const TwTaskWrite *write, const TwTaskOperation *operation, TwTaskResult *result,
        GError **error)
{
  TwTaskRecord task = *operation->said;
  guint64 clear = 0;

  task.user_id = write->partition;
  if (!may (commit, write, NULL, &task, &clear, error))
    return FALSE;
  if (write->user_id != NULL && strcmp (write->user_id, write->partition) != 0)
    {
      task.created_by = write->user_id;
      task.has |= TW_TASK_HAS_CREATED_BY;
    }
  result->task = tw_commit_put (commit, &tw_task_type, &task);
  return TRUE;
}

static gboolean
change (TwCommit *commit, TwTaskWrite *write, const TwTaskOperation *operation, TwTaskResult *result, GError **error)
{
  const TwTaskRecord *before = find_as_wanted (commit, write, operation, error);
  TwTaskRecord said = *operation->said, after;
  guint64 clear = operation->clear;

  if (before == NULL
      || !(write->move != NULL ? tw_task_move_check (write->move, &said, error)
                               : may (commit, write, before, &said, &clear, error)))
    return FALSE;
  said.has &= ~(TW_TASK_HAS_ID | TW_TASK_HAS_USER_ID); /* they say which task it is */
  if (said.has == 0 && clear == 0)
    {
      result->task = tw_record_copy (&tw_task_type, before);
      write->unchanged = g_slist_prepend (write->unchanged, (gpointer) (guintptr) result->task);
      return TRUE;
    }
  after = *before;
  tw_record_apply (&tw_task_type, &after, &said, clear);
  after.updated_ms = write->now_ms;
  after.has |= TW_TASK_HAS_UPDATED_ON;
  tw_task_rules_follow (before, &after, write->now_ms);
  result->task = write->move != NULL
                   ? tw_task_move_give (commit, write->move, write->user_id, &after, write->now_ms)
                   : tw_commit_put (commit, &tw_task_type, &after);
  return TRUE;
}

static gboolean
decide_one (TwCommit *commit, TwTaskWrite *write, guint i, GError **error)
{
  const TwTaskOperation *operation = &write->operations[i];
  TwTaskResult *result = &write->results[i];

  switch (operation->verb)
    {
    case TW_TASK_INSERT:
      return insert (commit, write, operation, result, error);
    case TW_TASK_CHANGE:
      return change (commit, write, operation, result, error);
    case TW_TASK_REMOVE:
      if (find_as_wanted (commit, write, operation, error) == NULL)
        return FALSE;
      tw_commit_remove (commit, &tw_task_type, operation->said->id);
      return TRUE;
    default:
      g_assert_not_reached ();
    }
}

/* Says of which operation @error is. */
static void
locate (GError *error, guint i)
{
  g_autofree char *inside = g_strdup (tw_error_location (error));

  if (error->domain == TW_ERROR)
    tw_error_locate (error, "operations[%u]%s%s", i, inside != NULL ? ".task." : "", inside != NULL ? inside : "");
}

gboolean
tw_task_write_is_the_stores (const GError *error)
{
  return g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE) || g_error_matches (error, TW_ERROR, TW_ERROR_INTERNAL);
}

/* What the caller does not depend on is no matter of one operation, nor what may be found elsewhere. */
static gboolean
is_of_the_whole (const TwTaskWrite *write, const GError *error)
{
  return (tw_task_write_looks_on (write) && g_error_matches (error, TW_ERROR, TW_ERROR_NOT_FOUND))
         || tw_task_write_is_the_stores (error);
}

typedef gboolean (*Each) (TwCommit *commit, TwTaskWrite *write, guint i, GError **error);

static gboolean
decide_each (TwCommit *commit, TwTaskWrite *write, Each each, GError **error)
{
  g_slist_free_full (g_steal_pointer (&write->unchanged), g_free);
  tw_task_expect (commit, write);
  for (guint i = 0; i < write->n; i++)
    {
      g_autoptr (GError) why = NULL;
      TwTaskResult *result = &write->results[i];

      g_clear_error (&result->error);
      result->task = NULL;
      if (each (commit, write, i, &why))
        continue;
      if (write->atomic || is_of_the_whole (write, why))
        {
          if (write->many != NULL)
            locate (why, i);
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
      result->error = g_steal_pointer (&why);
    }
  return TRUE;
}

gboolean
tw_task_write_decide (TwCommit *commit, gpointer data, GError **error)
{
  if (!decide_each (commit, data, decide_one, error))
    return FALSE;
  tw_task_repeat_note (commit, data);
  return TRUE;
}

GError *
tw_task_write_failed_before (const TwTaskWrite *write, guint i)
{
  return g_error_new_literal (TW_ERROR, (int) tw_error_code_from_status (write->before[i].status),
                              "It could not be done when this key was used first");
}

/* As it did when the key was used first. */
static gboolean
fail_again (TwTaskWrite *write, guint i, GError **error)
{
  GError *why = tw_task_write_failed_before (write, i);

  if (write->atomic)
    {
      g_propagate_error (error, why);
      return FALSE;
    }
  write->results[i].error = why; /* whatever is found elsewhere */
  return TRUE;
}

/* What became of an operation, as it is now. */
static gboolean
look_again (TwCommit *commit, TwTaskWrite *write, guint i, GError **error)
{
  const TwTaskOperation *operation = &write->operations[i];
  TwTaskResult *result = &write->results[i];
  const TwTaskRecord *task;

  if (write->before[i].status != 0)
    return fail_again (write, i, error);
  if (operation->verb == TW_TASK_REMOVE)
    return TRUE;
  task = tw_commit_need (commit, &tw_task_type, write->before[i].id, tw_commit_was_removed, error);
  if (task == NULL || !admit (commit, write, task, TW_LIST_VIEWER, error))
    return FALSE;
  result->task = tw_record_copy (&tw_task_type, task);
  write->unchanged = g_slist_prepend (write->unchanged, (gpointer) (guintptr) result->task);
  return TRUE;
}

gboolean
tw_task_write_look_again (TwCommit *commit, gpointer data, GError **error)
{
  return decide_each (commit, data, look_again, error);
}

