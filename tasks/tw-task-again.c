/* SPDX-License-Identifier: Apache-2.0 */

/* What was done before, by the same request: looked at, and not done again. */

#include "tw-task-repeat.h"

#include "tw-error.h"

#include <string.h>

/* A write that moved a task, before it is looked at again. */
typedef struct
{
  TwTaskWrite *write;
  char chore_id[TW_ID_SIZE];
} Moved;

static void
run_moved (gpointer data)
{
  g_autofree Moved *moved = data;
  TwTaskWrite *write = moved->write;

  tw_task_move_finish_by_id (write->store, write->deadline_ms, write->now_ms, moved->chore_id, NULL);
  tw_task_write_run (write, NULL, tw_task_write_look_again);
}

/* Whoever moved it may have died: it is not shown before it has arrived. */
static gboolean
begin_moved (TwTaskWrite *write, const TwCommitted *committed)
{
  Moved *moved;

  for (guint i = 0; write->places != NULL && i < committed->n_parts; i++)
    if (committed->parts[i].type == &tw_chore_type)
      {
        moved = g_new0 (Moved, 1);
        moved->write = write;
        memcpy (moved->chore_id, committed->parts[i].id, TW_ID_SIZE);
        if (tw_task_places_run (write->places, run_moved, moved, NULL))
          return TRUE;
        g_free (moved);
      }
  return FALSE;
}

void
tw_task_again_begin (const TwTaskWrite *write, const TwCommitted *committed)
{
  TwTaskWrite *again = tw_task_write_again (write);

  again->atomic = write->many == NULL;
  again->before = tw_task_repeat_read (write, committed);
  again->looks_left = 1;
  if (!begin_moved (again, committed))
    tw_task_write_run (again, NULL, tw_task_write_look_again);
}

/* Elsewhere */

/* How what the operation was about is now, wherever it lies. */
static void
look_at (TwTaskWrite *write, guint i, GError **error)
{
  TwTaskResult *result = &write->results[i];
  g_autoptr (GError) why = NULL;
  TwTaskRecord *task;

  if (write->before[i].status != 0)
    {
      g_propagate_error (error, tw_task_write_failed_before (write, i));
      return;
    }
  if (write->operations[i].verb == TW_TASK_REMOVE)
    return;
  task = tw_task_places_find_task (write->places, write->deadline_ms, write->user_id, write->before[i].id, &why);
  if (task != NULL)
    {
      result->task = task;
      write->unchanged = g_slist_prepend (write->unchanged, task);
    }
  else if (g_error_matches (why, TW_ERROR, TW_ERROR_NOT_FOUND))
    tw_commit_was_removed (error);
  else
    g_propagate_error (error, g_steal_pointer (&why));
}

/* One operation's error is the whole's, and so is what none of them can do anything about. */
static void
run_elsewhere (gpointer data)
{
  TwTaskWrite *write = data;
  g_autoptr (GError) whole = NULL;

  for (guint i = 0; i < write->n && whole == NULL; i++)
    {
      g_autoptr (GError) why = NULL;

      look_at (write, i, &why);
      if (why != NULL && (write->many == NULL || tw_task_write_is_the_stores (why)))
        whole = g_steal_pointer (&why);
      else
        write->results[i].error = g_steal_pointer (&why);
    }
  tw_task_write_tell (write, whole);
  tw_task_write_free (write);
}

void
tw_task_again_elsewhere (const TwTaskWrite *write)
{
  g_autoptr (GError) error = NULL;
  TwTaskWrite *again = tw_task_write_again (write);

  again->before = g_memdup2 (write->before, write->n * sizeof write->before[0]);
  if (tw_task_places_run (write->places, run_elsewhere, again, &error))
    return;
  tw_task_write_free (again);
  tw_task_write_tell (write, error);
}
