/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-writes.h"

#include "tw-error.h"
#include "tw-task-rules.h"

/* A write on its way. */
typedef struct
{
  gint64 now_ms;
  gboolean atomic;
  TwTaskDone one; /* who is told: of one operation, or ... */
  TwTasksDone many;
  gpointer user_data;
  guint n;
  TwTaskResult *results;
  TwTaskOperation operations[];
} Write;

static void
write_free (gpointer data)
{
  Write *write = data;

  for (guint i = 0; i < write->n; i++)
    {
      g_free ((gpointer) (guintptr) write->operations[i].said);
      g_clear_error (&write->results[i].error);
    }
  g_free (write->results);
  g_free (write);
}

static void
finish (const TwCommitted *committed, const GError *error, gpointer data)
{
  const Write *write = data;

  if (write->many != NULL)
    write->many (error == NULL ? write->results : NULL, error, write->user_data);
  else
    write->one (error == NULL ? write->results[0].task : NULL, error, write->user_data);
}

/* The task as the step finds it; NULL with NOT_FOUND. */
static const TwTaskRecord *
find (TwCommit *commit, const TwTaskOperation *operation, GError **error)
{
  g_autoptr (GError) why = NULL;
  const TwTaskRecord *task = tw_commit_find (commit, &tw_task_type, operation->said->id, &why);

  if (why != NULL)
    g_propagate_error (error, g_steal_pointer (&why));
  else if (task == NULL)
    g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Task not found");
  return task;
}

static gboolean
change (TwCommit *commit, const TwTaskOperation *operation, gint64 now_ms, TwTaskResult *result, GError **error)
{
  const TwTaskRecord *before = find (commit, operation, error);
  TwTaskRecord said = *operation->said, after;

  if (before == NULL)
    return FALSE;
  after = *before;
  said.has &= ~(TW_TASK_HAS_ID | TW_TASK_HAS_USER_ID); /* they say which task it is */
  tw_record_apply (&tw_task_type, &after, &said, operation->clear);
  after.updated_ms = now_ms;
  after.has |= TW_TASK_HAS_UPDATED_ON;
  tw_task_rules_follow (before, &after, now_ms);
  result->task = tw_commit_put (commit, &tw_task_type, &after);
  return TRUE;
}

static gboolean
decide_one (TwCommit *commit, const TwTaskOperation *operation, gint64 now_ms, TwTaskResult *result, GError **error)
{
  switch (operation->verb)
    {
    case TW_TASK_INSERT:
      result->task = tw_commit_put (commit, &tw_task_type, operation->said);
      return TRUE;
    case TW_TASK_CHANGE:
      return change (commit, operation, now_ms, result, error);
    case TW_TASK_REMOVE:
      if (find (commit, operation, error) == NULL)
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
    tw_error_locate (error, "operations[%u]%s%s", i, inside != NULL ? "." : "", inside != NULL ? inside : "");
}

/* What the caller does not depend on is no matter of one operation. */
static gboolean
is_of_the_whole (const GError *error)
{
  return g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE) || g_error_matches (error, TW_ERROR, TW_ERROR_INTERNAL);
}

static gboolean
decide (TwCommit *commit, gpointer data, GError **error)
{
  Write *write = data;

  for (guint i = 0; i < write->n; i++)
    {
      g_autoptr (GError) why = NULL;
      TwTaskResult *result = &write->results[i];

      g_clear_error (&result->error);
      result->task = NULL;
      if (decide_one (commit, &write->operations[i], write->now_ms, result, &why))
        continue;
      if (write->atomic || is_of_the_whole (why))
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

static Write *
write_new (const TwTaskRequest *request, const TwTaskOperation *operations, guint n, gboolean atomic)
{
  Write *write = g_malloc0 (sizeof *write + n * sizeof write->operations[0]);

  write->now_ms = request->now_ms;
  write->atomic = atomic;
  write->n = n;
  write->results = g_new0 (TwTaskResult, n);
  for (guint i = 0; i < n; i++)
    {
      write->operations[i] = operations[i];
      write->operations[i].said = tw_record_copy (&tw_task_type, operations[i].said);
    }
  return write;
}

static void
run (TwTaskStore *store, const TwTaskRequest *request, const char *user_id, Write *write)
{
  tw_commit_run (store->commits, request->deadline_ms,
                 &(TwCommitSpec) { .partition = user_id, .now_ms = request->now_ms, .decide = decide, .done = finish,
                                   .data = write, .free_data = write_free });
}

static void
run_one (TwTaskStore *store, const TwTaskRequest *request, const TwTaskOperation *operation, TwTaskDone done,
         gpointer user_data)
{
  Write *write = write_new (request, operation, 1, TRUE);

  write->one = done;
  write->user_data = user_data;
  run (store, request, operation->said->user_id, write);
}

void
tw_task_insert (TwTaskStore *store, const TwTaskRequest *request, const TwTaskRecord *task, TwTaskDone done,
                gpointer user_data)
{
  run_one (store, request, &(TwTaskOperation) { TW_TASK_INSERT, task, 0 }, done, user_data);
}

void
tw_task_change (TwTaskStore *store, const TwTaskRequest *request, const char *user_id, const char *id,
                const TwTaskRecord *said, guint64 clear, TwTaskDone done, gpointer user_data)
{
  TwTaskRecord set = *said;

  set.id = id;
  set.user_id = user_id;
  run_one (store, request, &(TwTaskOperation) { TW_TASK_CHANGE, &set, clear }, done, user_data);
}

void
tw_task_remove (TwTaskStore *store, const TwTaskRequest *request, const char *user_id, const char *id, TwTaskDone done,
                gpointer user_data)
{
  const TwTaskRecord which = { .id = id, .user_id = user_id };

  run_one (store, request, &(TwTaskOperation) { TW_TASK_REMOVE, &which, 0 }, done, user_data);
}

void
tw_task_write (TwTaskStore *store, const TwTaskRequest *request, const char *user_id, const TwTaskOperation *operations,
               guint n, gboolean atomic, TwTasksDone done, gpointer user_data)
{
  Write *write = write_new (request, operations, n, atomic);

  write->many = done;
  write->user_data = user_data;
  run (store, request, user_id, write);
}
