/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-writes.h"

#include "tw-error.h"
#include "tw-task-rules.h"

#define TAG_SIZE 24 /* a version, which is a task's tag */

/* A write on its way. */
typedef struct
{
  TwTaskStore *store;
  char *user_id;
  gint64 deadline_ms, now_ms;
  TwTaskRule rule;
  gboolean atomic;
  TwTaskDone one; /* who is told: of one operation, or ... */
  TwTasksDone many;
  gpointer user_data;
  GSList *unchanged; /* tasks of results */
  guint n;
  TwTaskResult *results;
  TwCommittedPart *before; /* of what was done by the same request before: which task each operation was about */
  TwTaskOperation operations[];
} Write;

static void
write_free (gpointer data)
{
  Write *write = data;

  for (guint i = 0; i < write->n; i++)
    {
      g_free ((gpointer) (guintptr) write->operations[i].said);
      tw_preconditions_clear (&write->operations[i].conditions);
      g_clear_error (&write->results[i].error);
    }
  g_slist_free_full (write->unchanged, g_free);
  g_free (write->results);
  g_free (write->before);
  g_free (write->user_id);
  g_free (write);
}

static void begin_again (const Write *write, const TwCommitted *committed);

static void
finish (const TwCommitted *committed, const GError *error, gpointer data)
{
  const Write *write = data;

  if (error == NULL && committed->is_repeat)
    begin_again (write, committed);
  else if (write->many != NULL)
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

/* The same where what the operation depends on is so. */
static const TwTaskRecord *
find_as_wanted (TwCommit *commit, const TwTaskOperation *operation, GError **error)
{
  const TwTaskRecord *task = find (commit, operation, error);
  char tag[TAG_SIZE];

  if (task == NULL)
    return NULL;
  g_snprintf (tag, sizeof tag, "%" G_GINT64_FORMAT, task->version);
  return tw_preconditions_check (&operation->conditions, tag, error) ? task : NULL;
}

static gboolean
may (TwCommit *commit, const Write *write, const TwTaskRecord *before, const TwTaskRecord *said, GError **error)
{
  return write->rule == NULL || write->rule (commit, before, said, error);
}

static gboolean
change (TwCommit *commit, Write *write, const TwTaskOperation *operation, TwTaskResult *result, GError **error)
{
  const TwTaskRecord *before = find_as_wanted (commit, operation, error);
  TwTaskRecord said = *operation->said, after;

  if (before == NULL || !may (commit, write, before, &said, error))
    return FALSE;
  said.has &= ~(TW_TASK_HAS_ID | TW_TASK_HAS_USER_ID); /* they say which task it is */
  if (said.has == 0 && operation->clear == 0)
    {
      result->task = tw_record_copy (&tw_task_type, before);
      write->unchanged = g_slist_prepend (write->unchanged, (gpointer) (guintptr) result->task);
      return TRUE;
    }
  after = *before;
  tw_record_apply (&tw_task_type, &after, &said, operation->clear);
  after.updated_ms = write->now_ms;
  after.has |= TW_TASK_HAS_UPDATED_ON;
  tw_task_rules_follow (before, &after, write->now_ms);
  result->task = tw_commit_put (commit, &tw_task_type, &after);
  return TRUE;
}

static gboolean
decide_one (TwCommit *commit, Write *write, guint i, GError **error)
{
  const TwTaskOperation *operation = &write->operations[i];
  TwTaskResult *result = &write->results[i];

  switch (operation->verb)
    {
    case TW_TASK_INSERT:
      if (!may (commit, write, NULL, operation->said, error))
        return FALSE;
      result->task = tw_commit_put (commit, &tw_task_type, operation->said);
      return TRUE;
    case TW_TASK_CHANGE:
      return change (commit, write, operation, result, error);
    case TW_TASK_REMOVE:
      if (find_as_wanted (commit, operation, error) == NULL)
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

/* What the caller does not depend on is no matter of one operation. */
static gboolean
is_of_the_whole (const GError *error)
{
  return g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE) || g_error_matches (error, TW_ERROR, TW_ERROR_INTERNAL);
}

typedef gboolean (*Each) (TwCommit *commit, Write *write, guint i, GError **error);

static gboolean
decide_each (TwCommit *commit, Write *write, Each each, GError **error)
{
  g_slist_free_full (g_steal_pointer (&write->unchanged), g_free);
  for (guint i = 0; i < write->n; i++)
    {
      g_autoptr (GError) why = NULL;
      TwTaskResult *result = &write->results[i];

      g_clear_error (&result->error);
      result->task = NULL;
      if (each (commit, write, i, &why))
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

static gboolean
decide (TwCommit *commit, gpointer data, GError **error)
{
  return decide_each (commit, data, decide_one, error);
}

static Write *
write_new (TwTaskStore *store, const TwTaskRequest *request, const char *user_id, const TwTaskOperation *operations, guint n, gboolean atomic)
{
  Write *write = g_malloc0 (sizeof *write + n * sizeof write->operations[0]);

  write->store = store;
  write->user_id = g_strdup (user_id);
  write->deadline_ms = request->deadline_ms;
  write->now_ms = request->now_ms;
  write->rule = request->rule;
  write->atomic = atomic;
  write->n = n;
  write->results = g_new0 (TwTaskResult, n);
  for (guint i = 0; i < n; i++)
    {
      write->operations[i] = operations[i];
      write->operations[i].said = tw_record_copy (&tw_task_type, operations[i].said);
      write->operations[i].conditions = tw_preconditions_copy (&operations[i].conditions);
    }
  return write;
}

static void
run (const TwTaskRequest *request, Write *write, TwCommitFunc func)
{
  TwCommitSpec spec = { .partition = write->user_id, .now_ms = request->now_ms, .decide = func, .done = finish,
                        .data = write, .free_data = write_free };

  tw_commit_spec_set_key (&spec, request->key, request->fingerprint.bytes, request->fingerprint.length);
  tw_commit_run (write->store->commits, request->deadline_ms, &spec);
}

static void
run_one (TwTaskStore *store, const TwTaskRequest *request, const TwTaskOperation *operation, TwTaskDone done,
         gpointer user_data)
{
  Write *write = write_new (store, request, operation->said->user_id, operation, 1, TRUE);

  write->one = done;
  write->user_data = user_data;
  run (request, write, decide);
}

/* What was done before: looked at, and not done again */

/* Whether some operation of the write says which task it is about, and that it is @id. */
static gboolean
is_named (const Write *write, const char *id)
{
  for (guint i = 0; i < write->n; i++)
    if (write->operations[i].verb != TW_TASK_INSERT && g_ascii_strcasecmp (write->operations[i].said->id, id) == 0)
      return TRUE;
  return FALSE;
}

static const TwCommittedPart *
find_part (const TwCommitted *committed, const char *id)
{
  for (guint i = 0; i < committed->n_parts; i++)
    if (g_ascii_strcasecmp (committed->parts[i].id, id) == 0)
      return &committed->parts[i];
  return NULL;
}

static guint
count_made (const Write *write)
{
  guint n = 0;

  for (guint i = 0; i < write->n; i++)
    n += write->operations[i].verb == TW_TASK_INSERT ? 1 : 0;
  return n;
}

/* Those that no operation names: what was made. */
static GPtrArray *
unnamed_parts (const Write *write, const TwCommitted *committed)
{
  GPtrArray *parts = g_ptr_array_new ();

  for (guint i = 0; i < committed->n_parts; i++)
    if (!is_named (write, committed->parts[i].id))
      g_ptr_array_add (parts, (gpointer) (guintptr) &committed->parts[i]);
  return parts;
}

/* Which task each operation was about: none where it was not done. What was made is told by its place, which says
 * nothing where some could not be made. */
static TwCommittedPart *
parts_of (const Write *write, const TwCommitted *committed)
{
  TwCommittedPart *parts = g_new0 (TwCommittedPart, write->n);
  g_autoptr (GPtrArray) made = unnamed_parts (write, committed);
  const gboolean all_were_made = made->len == count_made (write);
  guint next = 0;

  for (guint i = 0; i < write->n; i++)
    {
      const TwTaskOperation *operation = &write->operations[i];
      const TwCommittedPart *part = NULL;

      if (operation->verb != TW_TASK_INSERT)
        part = find_part (committed, operation->said->id);
      else if (all_were_made)
        part = made->pdata[next++];
      if (part != NULL)
        parts[i] = *part;
    }
  return parts;
}

/* What became of an operation, as it is now. */
static gboolean
look_again (TwCommit *commit, Write *write, guint i, GError **error)
{
  const TwTaskOperation *operation = &write->operations[i];
  TwTaskResult *result = &write->results[i];
  const TwTaskRecord *task;

  if (write->before[i].type == NULL
      && (operation->verb != TW_TASK_CHANGE || operation->said->has != 0 || operation->clear != 0))
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, "It could not be done when this key was used first");
      return FALSE;
    }
  if (operation->verb == TW_TASK_REMOVE)
    return TRUE;
  task = tw_commit_find (commit, &tw_task_type,
                         write->before[i].type != NULL ? write->before[i].id : operation->said->id, error);
  if (task == NULL)
    {
      if (error == NULL || *error == NULL)
        g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "What was done with this key has been removed since");
      return FALSE;
    }
  result->task = tw_record_copy (&tw_task_type, task);
  write->unchanged = g_slist_prepend (write->unchanged, (gpointer) (guintptr) result->task);
  return TRUE;
}

static gboolean
decide_again (TwCommit *commit, gpointer data, GError **error)
{
  return decide_each (commit, data, look_again, error);
}

static void
begin_again (const Write *write, const TwCommitted *committed)
{
  const TwTaskRequest request = { .deadline_ms = write->deadline_ms, .now_ms = write->now_ms };
  Write *again = write_new (write->store, &request, write->user_id, write->operations, write->n,
                            write->many == NULL);

  again->one = write->one;
  again->many = write->many;
  again->user_data = write->user_data;
  again->before = parts_of (write, committed);
  run (&request, again, decide_again);
}

void
tw_task_insert (TwTaskStore *store, const TwTaskRequest *request, const TwTaskRecord *task, TwTaskDone done,
                gpointer user_data)
{
  run_one (store, request, &(TwTaskOperation) { .verb = TW_TASK_INSERT, .said = task }, done, user_data);
}

void
tw_task_change (TwTaskStore *store, const TwTaskRequest *request, const char *user_id, const char *id,
                const TwPreconditions *conditions, const TwTaskRecord *said, guint64 clear, TwTaskDone done,
                gpointer user_data)
{
  TwTaskRecord set = *said;

  set.id = id;
  set.user_id = user_id;
  run_one (store, request, &(TwTaskOperation) { TW_TASK_CHANGE, &set, clear, *conditions }, done, user_data);
}

void
tw_task_remove (TwTaskStore *store, const TwTaskRequest *request, const char *user_id, const char *id,
                const TwPreconditions *conditions, TwTaskDone done, gpointer user_data)
{
  const TwTaskRecord which = { .id = id, .user_id = user_id };

  run_one (store, request,
           &(TwTaskOperation) { .verb = TW_TASK_REMOVE, .said = &which, .conditions = *conditions }, done, user_data);
}

void
tw_task_write (TwTaskStore *store, const TwTaskRequest *request, const char *user_id, const TwTaskOperation *operations,
               guint n, gboolean atomic, TwTasksDone done, gpointer user_data)
{
  Write *write = write_new (store, request, user_id, operations, n, atomic);

  write->many = done;
  write->user_data = user_data;
  run (request, write, decide);
}
