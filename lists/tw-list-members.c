/* SPDX-License-Identifier: Apache-2.0 */

/* Who is in a list. */

#include "tw-list-service-private.h"

#include "tw-error.h"

#include <string.h>

static gboolean
member_not_found (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Member not found");
  return FALSE;
}

static gboolean
refuse (TwErrorCode code, const char *why, GError **error)
{
  g_set_error_literal (error, TW_ERROR, (int) code, why);
  return FALSE;
}

/* Longest in it first. */
static int
compare_members (gconstpointer a, gconstpointer b)
{
  const TwMemberRecord *one = *(const TwMemberRecord *const *) a, *other = *(const TwMemberRecord *const *) b;

  if (one->since_ms != other->since_ms)
    return one->since_ms < other->since_ms ? -1 : 1;
  return strcmp (one->id, other->id);
}

GPtrArray *
tw_list_service_members (TwListService *service, const TwListCaller *caller, const char *list_id, GError **error)
{
  g_autoptr (TwSharedListRecord) list = NULL;
  g_autoptr (GPtrArray) members
      = tw_list_service_gather (service, caller->context, &tw_member_type, TW_MEMBER_HAS_LIST_ID, list_id,
                                TW_LIST_MEMBERS_MAX, error);

  if (members == NULL)
    return NULL;
  /* Those of a list that is gone may be there still. */
  list = tw_list_service_get (service, caller, list_id, error);
  if (list == NULL)
    return NULL;
  g_ptr_array_sort (members, compare_members);
  return g_steal_pointer (&members);
}

/* The step's target, who is in the list; NULL with NOT_FOUND. */
static const TwMemberRecord *
find_target (TwCommit *commit, const TwListStep *step, GError **error)
{
  const TwMemberRecord *target;

  if (!tw_list_step_look (commit, step, step->target, &target, error))
    return NULL;
  if (tw_list_role_of (target) != TW_LIST_NOBODY)
    return target;
  member_not_found (error);
  return NULL;
}

static TwListStep *
step_about (TwListService *service, const TwListCaller *caller, const char *list_id, const char *user_id)
{
  TwListStep *step = tw_list_step_new (service, caller, list_id);

  step->target = g_strdup (strcmp (user_id, TW_LIST_ME) == 0 ? caller->user_id : user_id);
  return step;
}

/* Changing */

/* @role: the caller's. */
static gboolean
may_change (const TwListStep *step, TwListRole role, const TwMemberRecord *target, GError **error)
{
  const guint64 named = ((const TwMemberRecord *) step->said)->has | step->clear;

  if ((named & TW_MEMBER_HAS_ROLE) != 0 && role != TW_LIST_OWNER)
    return tw_list_forbidden (TW_LIST_OWNER, error);
  if ((named & TW_MEMBER_HAS_DISPLAY_NAME) != 0 && strcmp (step->target, step->user_id) != 0)
    return refuse (TW_ERROR_FORBIDDEN, "Only they themselves say what they are called", error);
  if ((named & TW_MEMBER_HAS_ROLE) != 0 && tw_list_role_of (target) == TW_LIST_OWNER)
    return refuse (TW_ERROR_CONFLICT, "The owner stays the owner", error);
  return TRUE;
}

static gboolean
decide_change (TwCommit *commit, gpointer data, GError **error)
{
  TwListStep *step = data;
  const TwSharedListRecord *list;
  const TwMemberRecord *said = step->said, *member = tw_list_step_admit (commit, step, TW_LIST_VIEWER, &list, error);
  const TwListRole role = tw_list_role_of (member);
  const TwMemberRecord *target = member != NULL ? find_target (commit, step, error) : NULL;
  TwMemberRecord after;

  if (target == NULL || !may_change (step, role, target, error))
    return FALSE;
  tw_list_step_keep_member (step, target);
  if (said->has == 0 && step->clear == 0)
    return TRUE;
  after = *target;
  tw_record_apply (&tw_member_type, &after, said, step->clear);
  after.updated_ms = step->now_ms;
  tw_list_step_keep_member (step, tw_commit_put (commit, &tw_member_type, &after));
  return TRUE;
}

/* What was changed with a key, as it is now. */
static gboolean
see_again (const TwListStep *step, const TwListCaller *caller, gpointer *record, GError **error)
{
  char id[TW_ID_SIZE];
  g_autoptr (TwSharedListRecord) list = tw_list_service_get (step->service, caller, step->list_id, error);
  g_autoptr (TwMemberRecord) member = NULL;

  tw_list_member_id (step->list_id, step->target, id);
  if (list != NULL)
    member = tw_list_service_need (step->service, caller->context, &tw_member_type, TW_MEMBER_HAS_ID, id,
                                   tw_commit_was_removed, error);
  if (member == NULL)
    tw_list_step_is_gone (error);
  else if (tw_list_role_of (member) == TW_LIST_NOBODY)
    tw_commit_was_removed (error);
  else
    *record = g_steal_pointer (&member);
  return *record != NULL;
}

void
tw_list_service_change_member (TwListService *service, const TwListCaller *caller, const char *list_id,
                               const char *user_id, const TwMemberRecord *said, guint64 clear)
{
  g_autoptr (TwListStep) step = step_about (service, caller, list_id, user_id);

  step->said = tw_record_copy (&tw_member_type, said);
  step->clear = clear;
  step->take = tw_list_step_take_member;
  step->again = see_again;
  tw_list_step_begin_as (step, caller, TW_LIST_VIEWER, decide_change);
}

/* Leaving */

static gboolean
may_remove (const TwListStep *step, TwListRole role, const TwMemberRecord *target, GError **error)
{
  const gboolean oneself = strcmp (step->target, step->user_id) == 0;

  if (!oneself && role != TW_LIST_OWNER)
    return tw_list_forbidden (TW_LIST_OWNER, error);
  if (tw_list_role_of (target) == TW_LIST_OWNER)
    return refuse (TW_ERROR_CONFLICT, "The owner can't leave the list", error);
  return TRUE;
}

/* The record stays, and has nothing but where it was: a step that puts it again, later, finds it. */
static void
put_former (TwCommit *commit, const TwListStep *step, const TwMemberRecord *member)
{
  const TwMemberRecord former = {
    .has = TW_MEMBER_HAS_ID | TW_MEMBER_HAS_OWNER_ID | TW_MEMBER_HAS_FORMER_LIST_ID | TW_MEMBER_HAS_USER_ID
           | TW_MEMBER_HAS_ROLE | TW_MEMBER_HAS_CREATED_ON | TW_MEMBER_HAS_UPDATED_ON | TW_MEMBER_HAS_VERSION,
    .id = member->id, .owner_id = member->owner_id, .former_list_id = step->list_id, .user_id = "",
    .role = tw_list_role_name (TW_LIST_NOBODY), .created_ms = member->created_ms, .updated_ms = step->now_ms,
    .version = member->version,
  };

  tw_commit_put (commit, &tw_member_type, &former);
}

static gboolean
decide_remove (TwCommit *commit, gpointer data, GError **error)
{
  TwListStep *step = data;
  const TwSharedListRecord *list;
  const TwMemberRecord *member = tw_list_step_admit (commit, step, TW_LIST_VIEWER, &list, error);
  const TwListRole role = tw_list_role_of (member);
  const TwMemberRecord *target = member != NULL ? find_target (commit, step, error) : NULL;
  TwSharedListRecord after;

  if (target == NULL || !may_remove (step, role, target, error))
    return FALSE;
  after = *list;
  after.members--;
  after.updated_ms = step->now_ms;
  put_former (commit, step, target);
  tw_list_step_put_chore (commit, step);
  tw_commit_put (commit, &tw_shared_list_type, &after);
  return TRUE;
}

void
tw_list_service_remove_member (TwListService *service, const TwListCaller *caller, const char *list_id,
                               const char *user_id)
{
  g_autoptr (TwListStep) step = step_about (service, caller, list_id, user_id);

  tw_list_step_begin_as (step, caller, TW_LIST_VIEWER, decide_remove);
}

/* Joining a public list */

static gboolean
decide_join (TwCommit *commit, gpointer data, GError **error)
{
  TwListStep *step = data;
  const TwSharedListRecord *list = tw_list_step_list (commit, step, error);
  const TwMemberRecord *before;

  if (list == NULL || !tw_list_step_look (commit, step, step->user_id, &before, error))
    return FALSE;
  if (tw_list_role_of (before) == TW_LIST_NOBODY)
    return list->is_public ? tw_list_step_enter (commit, step, list, before, TW_LIST_VIEWER, step->target, error)
                           : tw_list_not_found (error);
  tw_list_step_keep_list (step, list);
  tw_list_step_keep_member (step, before);
  return TRUE;
}

/* Whose list it is; NULL where the caller, who is not in it, may not join it. */
static char *
find_joined (TwListService *service, const TwListCaller *caller, const char *list_id, GError **error)
{
  g_autoptr (TwSharedListRecord) list
      = tw_list_service_need (service, caller->context, &tw_shared_list_type, TW_SHARED_LIST_HAS_ID, list_id,
                              tw_list_not_found, error);

  if (list == NULL || (!list->is_public && !tw_list_not_found (error))
      || !tw_list_service_may_join (service, caller, error))
    return NULL;
  return g_strdup (list->owner_id);
}

void
tw_list_service_join (TwListService *service, const TwListCaller *caller, const char *list_id,
                      const char *display_name)
{
  g_autoptr (TwListStep) step = tw_list_step_new (service, caller, list_id);
  g_autofree char *owner_id = NULL;
  g_autoptr (TwSharedListRecord) seen = NULL;
  g_autoptr (GError) error = NULL;

  step->target = g_strdup (display_name);
  step->take = tw_list_step_take_list;
  step->again = tw_list_step_see_list;
  if (tw_list_step_was_done (step, caller))
    return;
  seen = tw_list_service_get (service, caller, list_id, &error);
  if (g_error_matches (error, TW_ERROR, TW_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      owner_id = find_joined (service, caller, list_id, &error);
    }
  if (seen != NULL)
    tw_list_step_tell (step, g_steal_pointer (&seen), NULL);
  else if (owner_id != NULL)
    tw_list_step_begin (step, caller, owner_id, decide_join);
  else
    tw_list_step_refuse (step, caller, error);
}
