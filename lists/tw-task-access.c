/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-access.h"

#include "tw-error.h"
#include "tw-task-store.h"

#include <string.h>

static gboolean
is_owner (const TwTaskActor *actor)
{
  return strcmp (actor->user_id, actor->owner_id) == 0;
}

/* What @user_id is in the list, in *@role, and their record, or NULL, in *@member; FALSE with @error where that can't be
 * said. */
static gboolean
find_member (TwCommit *commit, const char *list_id, const char *user_id, const TwMemberRecord **member,
             TwListRole *role, GError **error)
{
  char id[TW_ID_SIZE];
  gconstpointer found;

  tw_list_member_id (list_id, user_id, id);
  if (!tw_commit_look (commit, &tw_member_type, id, &found, error))
    return FALSE;
  *member = found;
  *role = tw_list_role_of (found);
  return TRUE;
}

static gboolean
find_role (TwCommit *commit, const char *list_id, const char *user_id, TwListRole *role, GError **error)
{
  const TwMemberRecord *member;

  return find_member (commit, list_id, user_id, &member, role, error);
}

gboolean
tw_task_access_find_list (TwCommit *commit, const char *owner_id, const char *list_id, const TwMemberRecord **list,
                          GError **error)
{
  const TwMemberRecord *owner;
  TwListRole role;

  if (!find_member (commit, list_id, owner_id, &owner, &role, error))
    return FALSE;
  *list = role == TW_LIST_OWNER ? owner : NULL;
  return TRUE;
}

gboolean
tw_task_access_admit (TwCommit *commit, const TwTaskActor *actor, const TwTaskRecord *task, TwListRole least,
                      GError **error)
{
  TwListRole role = is_owner (actor) ? TW_LIST_OWNER : TW_LIST_NOBODY;
  const TwMemberRecord *list = NULL;

  if (role == TW_LIST_NOBODY && task->list_id != NULL
      && !find_role (commit, task->list_id, actor->user_id, &role, error))
    return FALSE;
  if (role == TW_LIST_NOBODY)
    return tw_task_not_found (error);
  if (task->list_id != NULL && !tw_task_access_find_list (commit, actor->owner_id, task->list_id, &list, error))
    return FALSE;
  if (task->list_id != NULL && list == NULL)
    return tw_task_not_found (error);
  return role >= least || tw_list_forbidden (least, error);
}

/* The list @said->list_id, which the task is to be in. */
static gboolean
check_list (TwCommit *commit, const TwTaskActor *actor, TwTaskRecord *said, GError **error)
{
  g_autoptr (GError) why = NULL;
  const TwMemberRecord *list;
  TwListRole role = is_owner (actor) ? TW_LIST_OWNER : TW_LIST_NOBODY;

  if (!tw_task_access_find_list (commit, actor->owner_id, said->list_id, &list, error))
    return FALSE;
  if (list != NULL && role == TW_LIST_NOBODY && !find_role (commit, list->list_id, actor->user_id, &role, error))
    return FALSE;
  if (list == NULL || role == TW_LIST_NOBODY)
    tw_list_not_found (&why);
  else if (role < TW_LIST_EDITOR)
    tw_list_forbidden (TW_LIST_EDITOR, &why);
  if (why != NULL)
    return tw_error_propagate_at (error, g_steal_pointer (&why), "listId");
  said->list_id = list->list_id;
  return TRUE;
}

gboolean
tw_task_access_find_assignee (TwCommit *commit, const char *owner_id, const char *list_id, const char *user_id,
                              gboolean *is_in, GError **error)
{
  TwListRole role = TW_LIST_NOBODY;

  *is_in = strcmp (user_id, owner_id) == 0;
  if (*is_in || list_id == NULL)
    return TRUE;
  if (!find_role (commit, list_id, user_id, &role, error))
    return FALSE;
  *is_in = role != TW_LIST_NOBODY;
  return TRUE;
}

GError *
tw_task_access_no_assignee (void)
{
  return g_error_new_literal (TW_ERROR, TW_ERROR_INVALID, "assigneeId is nobody in the task's list");
}

static gboolean
check_assignee (TwCommit *commit, const TwTaskActor *actor, const char *list_id, const char *user_id, GError **error)
{
  gboolean is_in;

  if (!tw_task_access_find_assignee (commit, actor->owner_id, list_id, user_id, &is_in, error))
    return FALSE;
  return is_in || tw_error_propagate_at (error, tw_task_access_no_assignee (), "assigneeId");
}

static gboolean
has (const TwTaskRecord *task, guint64 bit)
{
  return task != NULL && (task->has & bit) != 0;
}

static gboolean
is_same (const char *one, const char *other)
{
  return one != NULL && other != NULL ? g_ascii_strcasecmp (one, other) == 0 : one == other;
}

gboolean
tw_task_access_check (TwCommit *commit, const TwTaskActor *actor, const TwTaskRecord *before, TwTaskRecord *said,
                      guint64 *clear, GError **error)
{
  const char *list_before = has (before, TW_TASK_HAS_LIST_ID) ? before->list_id : NULL;
  const char *assignee = has (before, TW_TASK_HAS_ASSIGNEE_ID) ? before->assignee_id : NULL;
  const char *list = has (said, TW_TASK_HAS_LIST_ID) ? said->list_id
                     : (*clear & TW_TASK_HAS_LIST_ID) != 0 ? NULL : list_before;
  const gboolean moves = !is_same (list, list_before);
  gboolean stays = TRUE;

  if (moves && list != NULL && !check_list (commit, actor, said, error))
    return FALSE;
  if (moves && list == NULL && !is_owner (actor))
    {
      g_autoptr (GError) why = NULL;

      tw_list_forbidden (TW_LIST_OWNER, &why);
      return tw_error_propagate_at (error, g_steal_pointer (&why), "listId");
    }
  if (!moves && list != NULL)
    said->list_id = list_before;
  if (has (said, TW_TASK_HAS_ASSIGNEE_ID))
    return (!moves && g_strcmp0 (said->assignee_id, assignee) == 0)
           || check_assignee (commit, actor, list, said->assignee_id, error);
  if (moves && assignee != NULL
      && !tw_task_access_find_assignee (commit, actor->owner_id, list, assignee, &stays, error))
    return FALSE;
  *clear |= stays ? 0 : TW_TASK_HAS_ASSIGNEE_ID;
  return TRUE;
}
