/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-write.h"

#include "tw-error.h"

#include <string.h>

/* Each of them for a task that has moved between the look and the step. */
#define MOST_LOOKS 100

void
tw_task_write_free (gpointer data)
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
  g_clear_pointer (&write->move, tw_task_move_free);
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

TwTaskWrite *
tw_task_write_again (const TwTaskWrite *write)
{
  TwTaskWrite *again = write_new (write->store, write->partition, write->n);

  again->user_id = g_strdup (write->user_id);
  again->places = write->places;
  again->looks_left = write->looks_left;
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

static void begin_elsewhere (const TwTaskWrite *write, const GError *why);

void
tw_task_write_tell (const TwTaskWrite *write, const GError *error)
{
  if (write->many != NULL)
    write->many (error == NULL ? write->results : NULL, error, write->user_data);
  else
    write->one (error == NULL ? write->results[0].task : NULL, error, write->user_data);
}

gboolean
tw_task_write_looks_on (const TwTaskWrite *write)
{
  return write->places != NULL && write->looks_left > 0;
}

static void
end (const TwTaskWrite *write, const GError *error)
{
  if (error == NULL && write->move != NULL)
    tw_task_move_go_on (write->store, write->deadline_ms, write->now_ms, write->move, write->user_id,
                        write->partition, write->results[0].task, write->one, write->user_data);
  else
    tw_task_write_tell (write, error);
}

static void
finish (const TwCommitted *committed, const GError *error, gpointer data)
{
  const TwTaskWrite *write = data;

  if (error == NULL && committed->is_repeat)
    tw_task_again_begin (write, committed);
  else if (!tw_task_write_looks_on (write) || !g_error_matches (error, TW_ERROR, TW_ERROR_NOT_FOUND))
    end (write, error);
  else if (write->before != NULL)
    tw_task_again_elsewhere (write);
  else
    begin_elsewhere (write, error);
}

void
tw_task_write_run (TwTaskWrite *write, const char *key, TwCommitFunc func)
{
  const gboolean is_own = write->user_id == NULL || strcmp (write->user_id, write->partition) == 0;
  TwCommitSpec spec = { .partition = write->partition, .by = is_own ? NULL : write->user_id, .now_ms = write->now_ms,
                        .decide = func, .done = finish, .data = write, .free_data = tw_task_write_free };

  tw_commit_spec_set_key (&spec, key, write->fingerprint.bytes, write->fingerprint.length);
  tw_commit_run (write->store->commits, write->deadline_ms, &spec);
}

/* What is not in the own partition */

static gboolean
look (const TwTaskWrite *write, TwTaskPlace *place, GError **error)
{
  return tw_task_places_find_place (write->places, write->deadline_ms, write->user_id, write->operations, write->n,
                                    write->many == NULL, place, error);
}

/* Whether the write has been there. */
static gboolean
is_where_it_was (const TwTaskWrite *write, const TwTaskPlace *place)
{
  return strcmp (write->partition, place->partition) == 0
         && (write->move != NULL ? place->move != NULL && strcmp (write->move->list_id, place->move->list_id) == 0
                                 : place->move == NULL);
}

/* A task that the step did not find, and that is there to see, has been given away by somebody who has not come to write
 * it down, or has come back. */
static gboolean
look_for_place (const TwTaskWrite *write, TwTaskPlace *place, GError **error)
{
  if (!look (write, place, error))
    return FALSE;
  if (!write->is_lost || !place->is_there || !is_where_it_was (write, place))
    return TRUE;
  tw_task_place_clear (place);
  return tw_task_move_settle (write->store, write->deadline_ms, write->partition, error) && look (write, place, error);
}

/* Whether the step may find something else when it is asked again, unless what it is about moves once more. */
static gboolean
may_move_on (const TwTaskWrite *write, const TwTaskPlace *place)
{
  return write->many == NULL && (!is_where_it_was (write, place) || (write->is_lost && place->is_there));
}

/* Otherwise what the step says counts. */
static void
run_elsewhere (gpointer data)
{
  TwTaskWrite *write = data;
  g_auto (TwTaskPlace) place = { NULL, NULL, FALSE };
  g_autoptr (GError) error = NULL;

  if (!look_for_place (write, &place, &error))
    {
      tw_task_write_tell (write, error);
      tw_task_write_free (write);
      return;
    }
  write->looks_left = may_move_on (write, &place) ? write->looks_left - 1 : 0;
  g_free (write->partition);
  g_clear_pointer (&write->move, tw_task_move_free);
  write->partition = g_steal_pointer (&place.partition);
  write->move = g_steal_pointer (&place.move);
  if (write->move != NULL)
    tw_id_new (write->now_ms, write->move->chore_id);
  tw_task_write_run (write, write->key, tw_task_write_decide);
}

/* The same write, which has been done where @write was, elsewhere. */
static TwTaskWrite *
write_elsewhere (const TwTaskWrite *write)
{
  TwTaskWrite *again = tw_task_write_again (write);

  if (write->move == NULL)
    return again;
  again->move = g_new0 (TwTaskMove, 1);
  again->move->owner_id = g_strdup (write->move->owner_id);
  again->move->list_id = g_strdup (write->move->list_id);
  return again;
}

static void
begin_elsewhere (const TwTaskWrite *write, const GError *why)
{
  g_autoptr (GError) error = NULL;
  TwTaskWrite *again = write_elsewhere (write);

  again->is_lost = write->many == NULL && tw_error_location (why) == NULL;
  if (tw_task_places_run (write->places, run_elsewhere, again, &error))
    return;
  tw_task_write_free (again);
  tw_task_write_tell (write, error);
}

/* Beginning */

static TwTaskWrite *
write_of (TwTaskStore *store, const TwTaskRequest *request, const char *partition, const TwTaskOperation *operations,
          guint n)
{
  TwTaskWrite *write = write_new (store, partition, n);

  write->user_id = g_strdup (request->user_id);
  write->places = request->places;
  write->looks_left = MOST_LOOKS;
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
  tw_task_write_run (write, write->key, tw_task_write_decide);
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
  tw_task_write_run (write, write->key, tw_task_write_decide);
}
