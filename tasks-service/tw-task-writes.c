/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-repeat.h"

#include "tw-error.h"

#include <string.h>

static void
write_free (gpointer data)
{
  TwTaskWrite *write = data;

  for (guint i = 0; i < write->n; i++)
    {
      g_free ((gpointer) (guintptr) write->operations[i].said);
      tw_preconditions_clear (&write->operations[i].conditions);
      g_clear_error (&write->results[i].error);
    }
  g_slist_free_full (write->unchanged, g_free);
  g_free (write->results);
  g_free (write->before);
  g_free (write->partition);
  g_free (write->user_id);
  g_free (write->key);
  g_free ((gpointer) (guintptr) write->fingerprint.bytes);
  g_free (write);
}

/* Without operations. */
static TwTaskWrite *
write_new (TwTaskStore *store, const char *partition, guint n)
{
  TwTaskWrite *write = g_malloc0 (sizeof *write + n * sizeof write->operations[0]);

  write->store = store;
  write->partition = g_strdup (partition);
  write->n = n;
  write->results = g_new0 (TwTaskResult, n);
  return write;
}

static void
set_key (TwTaskWrite *write, const char *key, const TwRecordBytes *fingerprint)
{
  write->key = g_strdup (key);
  write->fingerprint = (TwRecordBytes) { g_memdup2 (fingerprint->bytes, fingerprint->length), fingerprint->length };
}

static void
copy_operations (TwTaskWrite *write, const TwTaskOperation *operations)
{
  for (guint i = 0; i < write->n; i++)
    {
      write->operations[i] = operations[i];
      write->operations[i].said = tw_record_copy (&tw_task_type, operations[i].said);
      write->operations[i].conditions = tw_preconditions_copy (&operations[i].conditions);
    }
}

/* The same write once more, for whoever is to be told. */
static TwTaskWrite *
write_again (const TwTaskWrite *write)
{
  TwTaskWrite *again = write_new (write->store, write->partition, write->n);

  again->user_id = g_strdup (write->user_id);
  again->places = write->places;
  again->deadline_ms = write->deadline_ms;
  again->now_ms = write->now_ms;
  set_key (again, write->key, &write->fingerprint);
  again->atomic = write->atomic;
  again->one = write->one;
  again->many = write->many;
  again->user_data = write->user_data;
  copy_operations (again, write->operations);
  return again;
}

static void begin_again (const TwTaskWrite *write, const TwCommitted *committed);
static void begin_elsewhere (const TwTaskWrite *write);

static void
tell (const TwTaskWrite *write, const GError *error)
{
  if (write->many != NULL)
    write->many (error == NULL ? write->results : NULL, error, write->user_data);
  else
    write->one (error == NULL ? write->results[0].task : NULL, error, write->user_data);
}

static void
finish (const TwCommitted *committed, const GError *error, gpointer data)
{
  const TwTaskWrite *write = data;

  if (error == NULL && committed->is_repeat)
    begin_again (write, committed);
  else if (write->places != NULL && g_error_matches (error, TW_ERROR, TW_ERROR_NOT_FOUND))
    begin_elsewhere (write);
  else
    tell (write, error);
}

/* With @key, or without one, since it has been looked at. */
static void
run (TwTaskWrite *write, const char *key, TwCommitFunc func)
{
  const gboolean is_own = write->user_id == NULL || strcmp (write->user_id, write->partition) == 0;
  TwCommitSpec spec = { .partition = write->partition, .by = is_own ? NULL : write->user_id, .now_ms = write->now_ms,
                        .decide = func, .done = finish, .data = write, .free_data = write_free };

  tw_commit_spec_set_key (&spec, key, write->fingerprint.bytes, write->fingerprint.length);
  tw_commit_run (write->store->commits, write->deadline_ms, &spec);
}

/* What is not in the own partition */

static void
run_elsewhere (gpointer data)
{
  TwTaskWrite *write = data;
  g_autoptr (GError) error = NULL;
  char *partition = tw_task_places_find_partition (write->places, write->deadline_ms, write->user_id,
                                                   write->operations, write->n, &error);

  if (partition == NULL)
    {
      tell (write, error);
      write_free (write);
      return;
    }
  g_free (write->partition);
  write->partition = partition;
  write->places = NULL;
  run (write, write->key, tw_task_write_decide);
}

static void
begin_elsewhere (const TwTaskWrite *write)
{
  g_autoptr (GError) error = NULL;
  TwTaskWrite *again = write_again (write);

  if (tw_task_places_run (write->places, run_elsewhere, again, &error))
    return;
  write_free (again);
  tell (write, error);
}

/* What was done before: looked at, and not done again */

static void
begin_again (const TwTaskWrite *write, const TwCommitted *committed)
{
  TwTaskWrite *again = write_again (write);

  again->atomic = write->many == NULL;
  again->before = tw_task_repeat_read (write, committed);
  run (again, NULL, tw_task_write_look_again);
}

/* Beginning */

static TwTaskWrite *
write_of (TwTaskStore *store, const TwTaskRequest *request, const char *partition, const TwTaskOperation *operations,
          guint n)
{
  TwTaskWrite *write = write_new (store, partition, n);

  write->user_id = g_strdup (request->user_id);
  write->places = request->places;
  write->deadline_ms = request->deadline_ms;
  write->now_ms = request->now_ms;
  set_key (write, request->key, &request->fingerprint);
  copy_operations (write, operations);
  return write;
}

static void
run_one (TwTaskStore *store, const TwTaskRequest *request, const TwTaskOperation *operation, TwTaskDone done,
         gpointer user_data)
{
  TwTaskWrite *write = write_of (store, request, operation->said->user_id, operation, 1);

  write->atomic = TRUE;
  write->one = done;
  write->user_data = user_data;
  run (write, write->key, tw_task_write_decide);
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
  TwTaskWrite *write = write_of (store, request, user_id, operations, n);

  write->atomic = atomic;
  write->many = done;
  write->user_data = user_data;
  run (write, write->key, tw_task_write_decide);
}
