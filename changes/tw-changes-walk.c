/* SPDX-License-Identifier: Apache-2.0 */

/* What is told whole: lists, each with who is in it, and then tasks. */

#include "tw-changes-private.h"

#include "tw-latch.h"

#include <string.h>

/* Lists that are looked at together, and pages of tasks an answer reads at most. */
#define LISTS_AT_ONCE 20
#define PAGE 250
#define PAGES 8

/* Lists and members */

static int
compare_members (gconstpointer a, gconstpointer b)
{
  const TwMemberRecord *const *one = a, *const *other = b;

  return strcmp ((*one)->id, (*other)->id);
}

/* Who is in the list, in the order of their records' ids. */
static GPtrArray *
members_of (GHashTable *members, const char *list_id)
{
  GPtrArray *of = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer member;

  g_hash_table_iter_init (&iter, members);
  while (g_hash_table_iter_next (&iter, NULL, &member))
    if (g_strcmp0 (((const TwMemberRecord *) member)->list_id, list_id) == 0
        && tw_list_role_of (member) != TW_LIST_NOBODY)
      g_ptr_array_add (of, member);
  g_ptr_array_sort (of, compare_members);
  return of;
}

static const TwMemberRecord *
find_user (const GPtrArray *members, const char *user_id)
{
  for (guint i = 0; i < members->len; i++)
    {
      const TwMemberRecord *member = members->pdata[i];

      if (strcmp (member->user_id, user_id) == 0)
        return member;
    }
  return NULL;
}

/* FALSE: there was not room for all. */
static gboolean
tell_list (TwChangesReading *reading, TwSyncWalk *walk, const TwSharedListRecord *list, const GPtrArray *members,
           const TwMemberRecord *own)
{
  if (strcmp (walk->list_id, list->id) != 0)
    {
      if (tw_told_changes_room (&reading->told) == 0)
        return FALSE;
      tw_changes_put_list (reading, list, own);
      g_strlcpy (walk->list_id, list->id, sizeof walk->list_id);
      walk->member_id[0] = '\0';
    }
  for (guint i = 0; i < members->len; i++)
    {
      const TwMemberRecord *member = members->pdata[i];

      if (strcmp (member->id, walk->member_id) <= 0)
        continue;
      if (tw_told_changes_room (&reading->told) == 0)
        return FALSE;
      tw_changes_put_member (reading, member);
      g_strlcpy (walk->member_id, member->id, sizeof walk->member_id);
    }
  return TRUE;
}

/* Of @ids, in order. *@all where there was room for all of them. */
static gboolean
tell_some_lists (TwChangesReading *reading, TwSyncWalk *walk, const GPtrArray *ids, gboolean *all, GError **error)
{
  g_autoptr (GHashTable) members = tw_changes_gather (reading, &tw_member_type, TW_MEMBER_HAS_LIST_ID, ids, error);
  g_autoptr (GHashTable) lists
    = members != NULL ? tw_changes_gather (reading, &tw_shared_list_type, TW_SHARED_LIST_HAS_ID, ids, error) : NULL;

  if (lists == NULL)
    return FALSE;
  for (guint i = 0; *all && i < ids->len; i++)
    {
      const TwSharedListRecord *list = g_hash_table_lookup (lists, ids->pdata[i]);
      g_autoptr (GPtrArray) of = members_of (members, ids->pdata[i]);
      const TwMemberRecord *own = find_user (of, reading->user_id);

      if (list != NULL && own != NULL)
        *all = tell_list (reading, walk, list, of, own);
    }
  return TRUE;
}

static gboolean
walk_lists (TwChangesReading *reading, TwSyncGroup *group, GError **error)
{
  g_autoptr (GPtrArray) own = group->is_own ? tw_changes_lists (reading, TRUE) : NULL;
  const GPtrArray *ids = own != NULL ? own : group->lists;
  gboolean all = TRUE;
  guint i = 0;

  while (i < ids->len && strcmp (ids->pdata[i], group->walk.list_id) < 0)
    i++;
  for (gboolean first = TRUE; all && i < ids->len; first = FALSE)
    {
      g_autoptr (GPtrArray) some = g_ptr_array_new ();

      all = first || tw_changes_may_go_on (reading);
      if (!all)
        break;
      for (; i < ids->len && some->len < LISTS_AT_ONCE; i++)
        g_ptr_array_add (some, ids->pdata[i]);
      if (!tell_some_lists (reading, &group->walk, some, &all, error))
        return FALSE;
    }
  if (all)
    group->walk.phase = TW_SYNC_TASKS_NEXT;

  /* It has gone, or the user has left it, before anything of it was told. */
  if (all && !group->is_own && group->walk.list_id[0] == '\0')
    {
      g_ptr_array_set_size (group->lists, 0);
      group->state = TW_SYNC_READ;
    }
  return TRUE;
}

/* Tasks */

/* A page that is waited for. */
typedef struct
{
  GPtrArray *tasks; /* TwTaskRecord */
  GError *error;
  TwLatch ended;
} Gathering;

static gboolean
gather_row (const TwTaskRecord *task, gpointer state)
{
  g_ptr_array_add ((*(Gathering *const *) state)->tasks, tw_record_copy (&tw_task_type, task));
  return TRUE;
}

static void
gather_end (const GError *error, gpointer state)
{
  Gathering *gathering = *(Gathering *const *) state;

  gathering->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&gathering->ended);
}

static GPtrArray *
gather_tasks (const TwChangesReading *reading, const TwTaskQuery *query, GError **error)
{
  Gathering gathering = { g_ptr_array_new_with_free_func (g_free), .error = NULL }, *state = &gathering;
  const TwTaskReading how = { .row = gather_row, .end = gather_end, .state = &state, .state_size = sizeof state, .may_wait = TRUE };

  tw_latch_init (&gathering.ended);
  tw_task_store_read (reading->store, reading->deadline_ms, query, &how);
  tw_latch_wait (&gathering.ended);
  if (gathering.error == NULL)
    return gathering.tasks;
  g_propagate_error (error, gathering.error);
  g_ptr_array_unref (gathering.tasks);
  return NULL;
}

/* The next @n of the group's. */
static GPtrArray *
next_tasks (const TwChangesReading *reading, const TwSyncGroup *group, guint n, GError **error)
{
  TwTaskPosition after = { .created_ms = group->walk.created_ms };
  TwTaskQuery query = { .user_id = tw_changes_owner (reading, group), .limit = n };

  g_strlcpy (after.id, group->walk.task_id, sizeof after.id);
  if (after.id[0] != '\0')
    query.after = &after;
  if (!group->is_own)
    {
      query.filter.list = TW_LIST_ONE;
      query.filter.list_id = group->lists->pdata[0];
    }
  return gather_tasks (reading, &query, error);
}

/* The lists that @tasks are in. */
static GHashTable *
lists_of (const TwChangesReading *reading, const GPtrArray *tasks, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; i < tasks->len; i++)
    {
      const char *id = ((const TwTaskRecord *) tasks->pdata[i])->list_id;

      if (id != NULL && g_hash_table_add (seen, (gpointer) (guintptr) id))
        g_ptr_array_add (ids, (gpointer) (guintptr) id);
    }
  return tw_changes_gather (reading, &tw_shared_list_type, TW_SHARED_LIST_HAS_ID, ids, error);
}

/* *@all where there are no more. */
static gboolean
tell_some_tasks (TwChangesReading *reading, TwSyncGroup *group, gboolean *all, GError **error)
{
  const guint n = MIN (tw_told_changes_room (&reading->told), PAGE);
  g_autoptr (GPtrArray) tasks = next_tasks (reading, group, n + 1, error);
  g_autoptr (GHashTable) lists = tasks != NULL ? lists_of (reading, tasks, error) : NULL;

  if (lists == NULL)
    return FALSE;
  *all = tasks->len <= n;
  for (guint i = 0; i < MIN (tasks->len, n); i++)
    {
      const TwTaskRecord *task = tasks->pdata[i];

      if (tw_told_changes_room (&reading->told) == 0)
        {
          *all = FALSE;
          break;
        }
      if (tw_changes_sees_task (reading, task, lists))
        tw_changes_put_task (reading, task);
      group->walk.created_ms = task->created_ms;
      g_strlcpy (group->walk.task_id, task->id, sizeof group->walk.task_id);
    }
  return TRUE;
}

gboolean
tw_changes_walk (TwChangesReading *reading, TwSyncGroup *group, GError **error)
{
  gboolean all = FALSE;

  if (group->walk.phase == TW_SYNC_LISTS_FIRST && !walk_lists (reading, group, error))
    return FALSE;
  if (group->walk.phase == TW_SYNC_LISTS_FIRST || group->state == TW_SYNC_READ)
    return TRUE;
  for (guint i = 0; i < PAGES && !all && (i == 0 || tw_changes_may_go_on (reading)); i++)
    if (!tell_some_tasks (reading, group, &all, error))
      return FALSE;
  if (all)
    {
      group->state = TW_SYNC_READ;
      group->walk = (TwSyncWalk) { .phase = TW_SYNC_LISTS_FIRST };
    }
  return TRUE;
}
