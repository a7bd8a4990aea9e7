/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-places.h"

#include "tw-error.h"
#include "tw-list-roles.h"
#include "tw-pool.h"
#include "tw-task-store-query.h"

#include <pthread.h>
#include <string.h>

/* At a time, and those that wait. */
#define THREADS 8
#define MAX_WAITING 4096

struct _TwTaskPlaces
{
  TwTaskStore *store;
  pthread_mutex_t mutex;
  TwPool *threads; /* NULL: it has been stopped */
};

typedef struct
{
  void (*func) (gpointer data);
  gpointer data;
} Job;

static void
run_job (gpointer data, gpointer user_data)
{
  g_autofree Job *job = data;

  job->func (job->data);
}

TwTaskPlaces *
tw_task_places_new (TwTaskStore *store)
{
  TwTaskPlaces *places = g_new (TwTaskPlaces, 1);

  places->store = store;
  pthread_mutex_init (&places->mutex, NULL);
  places->threads = tw_pool_new ("places", THREADS, MAX_WAITING, run_job, NULL);
  return places;
}

static TwPool *
take_threads (TwTaskPlaces *places)
{
  TwPool *threads;

  pthread_mutex_lock (&places->mutex);
  threads = g_steal_pointer (&places->threads);
  pthread_mutex_unlock (&places->mutex);
  return threads;
}

void
tw_task_places_stop (TwTaskPlaces *places)
{
  TwPool *threads = take_threads (places);

  if (threads != NULL)
    tw_pool_free (threads);
}

void
tw_task_places_free (TwTaskPlaces *places)
{
  if (places == NULL)
    return;
  tw_task_places_stop (places);
  pthread_mutex_destroy (&places->mutex);
  g_free (places);
}

static gboolean
push (TwTaskPlaces *places, Job *job)
{
  gboolean has_room;

  pthread_mutex_lock (&places->mutex);
  has_room = places->threads != NULL && tw_pool_push (places->threads, job);
  pthread_mutex_unlock (&places->mutex);
  return has_room;
}

gboolean
tw_task_places_run (TwTaskPlaces *places, void (*func) (gpointer data), gpointer data, GError **error)
{
  Job *job = g_new (Job, 1);

  *job = (Job) { func, data };
  if (push (places, job))
    return TRUE;
  g_free (job);
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, "Too many requests are waiting: try again later");
  return FALSE;
}

/* What is looked up of a write */

/* Tasks, their lists and memberships, of which each operation's are found by their ids. */
typedef struct
{
  const char *user_id;
  GPtrArray *tasks;   /* TwTaskRecord */
  GPtrArray *lists; /* TwSharedListRecord, that tasks are to be in: those that are not gone, though tasks and members of
                     * others may be there */
  GPtrArray *members; /* TwMemberRecord, of @user_id and of who is to do one; of lists that tasks are in also their
                       * owners, who are in those that are not gone */
} Found;

static void
found_clear (Found *found)
{
  g_clear_pointer (&found->tasks, g_ptr_array_unref);
  g_clear_pointer (&found->lists, g_ptr_array_unref);
  g_clear_pointer (&found->members, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, found_clear)

/* The records of @type whose field is one of @values. */
static GPtrArray *
gather (const TwTaskPlaces *places, gint64 deadline_ms, const TwRecordType *type, guint64 field,
        const GPtrArray *values, GError **error)
{
  const TwRecordQuery query = { type, field, (const char *const *) values->pdata, values->len, .limit = MAX (values->len, 1) };

  if (values->len == 0)
    return g_ptr_array_new_with_free_func (g_free);
  return tw_task_store_gather (places->store, deadline_ms, &query, error);
}

static void
add_member_id (GPtrArray *ids, const char *list_id, const char *user_id)
{
  char id[TW_ID_SIZE];

  tw_list_member_id (list_id, user_id, id);
  g_ptr_array_add (ids, g_strdup (id));
}

static const char *
list_said (const TwTaskOperation *operation)
{
  return (operation->said->has & TW_TASK_HAS_LIST_ID) != 0 ? operation->said->list_id : NULL;
}

static const char *
assignee_said (const TwTaskRecord *said)
{
  return (said->has & TW_TASK_HAS_ASSIGNEE_ID) != 0 ? said->assignee_id : NULL;
}

static gboolean
find_tasks (const TwTaskPlaces *places, gint64 deadline_ms, const TwTaskOperation *operations, guint n, Found *found,
            GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    if (operations[i].verb != TW_TASK_INSERT)
      g_ptr_array_add (ids, (gpointer) (guintptr) operations[i].said->id);
  found->tasks = gather (places, deadline_ms, &tw_task_type, TW_TASK_HAS_ID, ids, error);
  return found->tasks != NULL;
}

static gboolean
find_lists (const TwTaskPlaces *places, gint64 deadline_ms, const TwTaskOperation *operations, guint n, Found *found,
            GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    if (list_said (&operations[i]) != NULL)
      g_ptr_array_add (ids, (gpointer) (guintptr) list_said (&operations[i]));
  found->lists = gather (places, deadline_ms, &tw_shared_list_type, TW_SHARED_LIST_HAS_ID, ids, error);
  return found->lists != NULL;
}

static gboolean
find_members (const TwTaskPlaces *places, gint64 deadline_ms, const TwTaskOperation *operations, guint n, Found *found,
              GError **error)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < found->tasks->len; i++)
    {
      const TwTaskRecord *task = found->tasks->pdata[i];

      if (task->list_id == NULL)
        continue;
      add_member_id (ids, task->list_id, task->user_id);
      if (strcmp (task->user_id, found->user_id) != 0)
        add_member_id (ids, task->list_id, found->user_id);
    }
  for (guint i = 0; i < n; i++)
    if (list_said (&operations[i]) != NULL)
      {
        add_member_id (ids, list_said (&operations[i]), found->user_id);
        if (assignee_said (operations[i].said) != NULL)
          add_member_id (ids, list_said (&operations[i]), assignee_said (operations[i].said));
      }
  found->members = gather (places, deadline_ms, &tw_member_type, TW_MEMBER_HAS_ID, ids, error);
  return found->members != NULL;
}

static gboolean
is_list (const Found *found, const char *list_id)
{
  for (guint i = 0; i < found->lists->len; i++)
    if (g_ascii_strcasecmp (((const TwSharedListRecord *) found->lists->pdata[i])->id, list_id) == 0)
      return TRUE;
  for (guint i = 0; i < found->members->len; i++)
    {
      const TwMemberRecord *member = found->members->pdata[i];

      if (tw_list_role_of (member) == TW_LIST_OWNER && g_ascii_strcasecmp (member->list_id, list_id) == 0)
        return TRUE;
    }
  return FALSE;
}

/* What @user_id is in the list, where it is there and they are in it; else NULL. */
static const TwMemberRecord *
find_member (const Found *found, const char *list_id, const char *user_id)
{
  char id[TW_ID_SIZE];

  if (!is_list (found, list_id))
    return NULL;
  tw_list_member_id (list_id, user_id, id);
  for (guint i = 0; i < found->members->len; i++)
    {
      const TwMemberRecord *member = found->members->pdata[i];

      if (strcmp (member->id, id) == 0 && tw_list_role_of (member) != TW_LIST_NOBODY)
        return member;
    }
  return NULL;
}

/* With whom the list lies, where the user sees it; else NULL. */
static const char *
place_of_list (const Found *found, const char *list_id)
{
  const TwMemberRecord *member = find_member (found, list_id, found->user_id);

  return member != NULL ? member->owner_id : NULL;
}

static const char *
place_of_task (const Found *found, const TwTaskRecord *task)
{
  const char *place;

  if (strcmp (task->user_id, found->user_id) == 0)
    return task->list_id == NULL || is_list (found, task->list_id) ? task->user_id : NULL;
  place = task->list_id != NULL ? place_of_list (found, task->list_id) : NULL;
  return place != NULL && strcmp (place, task->user_id) == 0 ? place : NULL;
}

/* With whom the operation's task lies, or is to be made. */
static const char *
place_of (const Found *found, const TwTaskOperation *operation)
{
  if (operation->verb == TW_TASK_INSERT)
    return list_said (operation) != NULL ? place_of_list (found, list_said (operation)) : found->user_id;
  for (guint i = 0; i < found->tasks->len; i++)
    {
      const TwTaskRecord *task = found->tasks->pdata[i];

      if (g_ascii_strcasecmp (task->id, operation->said->id) == 0)
        return place_of_task (found, task);
    }
  return NULL;
}

static gboolean
find (const TwTaskPlaces *places, gint64 deadline_ms, const TwTaskOperation *operations, guint n, Found *found,
      GError **error)
{
  return find_tasks (places, deadline_ms, operations, n, found, error)
         && find_lists (places, deadline_ms, operations, n, found, error)
         && find_members (places, deadline_ms, operations, n, found, error);
}

TwTaskRecord *
tw_task_places_find_task (TwTaskPlaces *places, gint64 deadline_ms, const char *user_id, const char *id, GError **error)
{
  const TwTaskRecord which = { .id = id };
  const TwTaskOperation operation = { .verb = TW_TASK_REMOVE, .said = &which };
  g_auto (Found) found = { .user_id = user_id };

  if (!find (places, deadline_ms, &operation, 1, &found, error))
    return NULL;
  if (place_of (&found, &operation) != NULL)
    return g_ptr_array_steal_index (found.tasks, 0);
  tw_task_not_found (error);
  return NULL;
}

/* Takes @place, where it is one, for that of all. */
static gboolean
is_one_place (const char **all, const char *place)
{
  if (*all == NULL)
    *all = place;
  return place == NULL || strcmp (*all, place) == 0;
}

/* Where the task is to be moved to, whose place is another one. */
static TwTaskMove *
move_of (const Found *found, const TwTaskRecord *said)
{
  const TwMemberRecord *mover = find_member (found, said->list_id, found->user_id);
  const char *assignee = assignee_said (said);
  TwTaskMove *move = g_new0 (TwTaskMove, 1);

  move->owner_id = g_strdup (mover->owner_id);
  move->list_id = g_strdup (mover->list_id);
  move->role = tw_list_role_of (mover);
  move->assignee_is_in = assignee != NULL
                         && (strcmp (assignee, mover->owner_id) == 0
                             || find_member (found, said->list_id, assignee) != NULL);
  return move;
}

static gboolean
fail_at_operation (guint i, gboolean moves, GError **error)
{
  GError *why = g_error_new_literal (TW_ERROR, TW_ERROR_INVALID,
                                     moves ? "What is done at once moves no task to a list of another owner"
                                           : "What is done at once has to be in lists of one owner");

  return tw_error_propagate_at (error, why, "operations[%u]", i);
}

void
tw_task_place_clear (TwTaskPlace *place)
{
  g_clear_pointer (&place->partition, g_free);
  g_clear_pointer (&place->move, tw_task_move_free);
}

gboolean
tw_task_places_find_place (TwTaskPlaces *places, gint64 deadline_ms, const char *user_id,
                           const TwTaskOperation *operations, guint n, gboolean may_move, TwTaskPlace *place,
                           GError **error)
{
  g_auto (Found) found = { .user_id = user_id };
  const char *all = NULL;

  *place = (TwTaskPlace) { .is_there = TRUE };
  if (!find (places, deadline_ms, operations, n, &found, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      const char *list = list_said (&operations[i]), *of = place_of (&found, &operations[i]);
      const char *to = list != NULL ? place_of_list (&found, list) : NULL;
      const gboolean moves = of != NULL && to != NULL && strcmp (of, to) != 0;

      place->is_there = place->is_there && of != NULL;
      if (moves && may_move)
        place->move = move_of (&found, operations[i].said);
      if (!is_one_place (&all, of) || (!(moves && may_move) && !is_one_place (&all, to)))
        return fail_at_operation (i, moves, error);
    }
  place->partition = g_strdup (all != NULL ? all : user_id);
  return TRUE;
}
