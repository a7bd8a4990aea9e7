/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-list-service-private.h"

#include "tw-error.h"
#include "tw-etag.h"

const TwSharedListRecord *
tw_list_step_list (TwCommit *commit, const TwListStep *step, GError **error)
{
  return tw_commit_need (commit, &tw_shared_list_type, step->list_id, tw_list_not_found, error);
}

gboolean
tw_list_step_look (TwCommit *commit, const TwListStep *step, const char *user_id, const TwMemberRecord **member,
                   GError **error)
{
  char id[TW_ID_SIZE];
  gconstpointer found;
  gboolean looked;

  tw_list_member_id (step->list_id, user_id, id);
  looked = tw_commit_look (commit, &tw_member_type, id, &found, error);
  *member = found;
  return looked;
}

const TwMemberRecord *
tw_list_step_admit (TwCommit *commit, const TwListStep *step, TwListRole least, const TwSharedListRecord **list,
                    GError **error)
{
  const TwMemberRecord *member;

  if (!tw_list_step_look (commit, step, step->user_id, &member, error))
    return NULL;
  if (tw_list_role_of (member) == TW_LIST_NOBODY)
    {
      tw_list_not_found (error);
      return NULL;
    }
  *list = tw_list_step_list (commit, step, error);
  if (*list == NULL || (tw_list_role_of (member) < least && !tw_list_forbidden (least, error)))
    return NULL;
  return member;
}

static void
put_member (TwCommit *commit, TwListStep *step, const TwMemberRecord *before, TwListRole role,
            const char *display_name)
{
  char id[TW_ID_SIZE];
  TwMemberRecord member = { .has = TW_MEMBER_HAS_ID | TW_MEMBER_HAS_CREATED_ON, .id = id, .created_ms = step->now_ms };

  tw_list_member_id (step->list_id, step->user_id, id);
  if (before != NULL)
    member = *before;
  member.has &= ~(TW_MEMBER_HAS_FORMER_LIST_ID | TW_MEMBER_HAS_POSITION);
  member.list_id = step->list_id;
  member.user_id = step->user_id;
  member.role = tw_list_role_name (role);
  member.display_name = display_name;
  member.guest_id = step->user_id;
  member.since_ms = member.updated_ms = step->now_ms;
  member.has |= TW_MEMBER_HAS_LIST_ID | TW_MEMBER_HAS_USER_ID | TW_MEMBER_HAS_ROLE | TW_MEMBER_HAS_DISPLAY_NAME
                | TW_MEMBER_HAS_SINCE | TW_MEMBER_HAS_UPDATED_ON | TW_MEMBER_HAS_GUEST_ID;
  tw_list_step_keep_member (step, tw_commit_put (commit, &tw_member_type, &member));
}

gboolean
tw_list_step_enter (TwCommit *commit, TwListStep *step, const TwSharedListRecord *list, const TwMemberRecord *before,
                    TwListRole role, const char *display_name, GError **error)
{
  TwSharedListRecord after = *list;

  if (list->members >= TW_LIST_MEMBERS_MAX)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, "There are %d in the list, and no more can be",
                   TW_LIST_MEMBERS_MAX);
      return FALSE;
    }
  after.members++;
  after.updated_ms = step->now_ms;
  after.has |= TW_SHARED_LIST_HAS_MEMBERS;
  tw_list_step_keep_list (step, tw_commit_put (commit, &tw_shared_list_type, &after));
  put_member (commit, step, before, role, display_name);
  return TRUE;
}

/* One of a list that goes is known by that list's id, so that there is one of it. */
void
tw_list_step_put_chore (TwCommit *commit, TwListStep *step)
{
  const TwChoreRecord chore = {
    .has = TW_CHORE_HAS_ID | TW_CHORE_HAS_LIST_ID | TW_CHORE_HAS_CREATED_ON | TW_CHORE_HAS_UPDATED_ON
           | (step->target != NULL ? TW_CHORE_HAS_LEAVER_ID : 0),
    .id = step->target != NULL ? step->chore : step->list_id, .list_id = step->list_id, .leaver_id = step->target,
    .created_ms = step->now_ms, .updated_ms = step->now_ms,
  };

  g_free (step->left);
  step->left = tw_record_copy (&tw_chore_type, tw_commit_put (commit, &tw_chore_type, &chore));
}

void
tw_list_step_keep_list (TwListStep *step, const TwSharedListRecord *list)
{
  g_free (step->list);
  step->list = tw_record_copy (&tw_shared_list_type, list);
}

void
tw_list_step_keep_member (TwListStep *step, const TwMemberRecord *member)
{
  g_free (step->member);
  step->member = tw_record_copy (&tw_member_type, member);
}

gboolean
tw_list_step_check_tag (const TwListStep *step, const TwSharedListRecord *list, const TwMemberRecord *member,
                        GError **error)
{
  g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, list->version);
  g_autofree char *membership = g_strdup_printf ("%" G_GINT64_FORMAT, member->version);
  const char *const texts[] = { version, membership, tw_list_role_name (tw_list_role_of (member)) };
  g_autofree char *tag = tw_etag_of_texts (texts, G_N_ELEMENTS (texts));

  return tw_preconditions_check (&step->conditions, tag, error);
}

gpointer
tw_list_step_take_list (TwListStep *step)
{
  tw_list_see (step->list, step->member);
  return g_steal_pointer (&step->list);
}

gpointer
tw_list_step_take_member (TwListStep *step)
{
  return g_steal_pointer (&step->member);
}

/* What was done before */

void
tw_list_step_is_gone (GError **error)
{
  if (!g_error_matches (*error, TW_ERROR, TW_ERROR_NOT_FOUND))
    return;
  g_clear_error (error);
  tw_commit_was_removed (error);
}

gboolean
tw_list_step_see_list (const TwListStep *step, const TwListCaller *caller, gpointer *record, GError **error)
{
  *record = tw_list_service_get (step->service, caller,
                                 step->first.type == &tw_shared_list_type ? step->first.id : step->list_id, error);
  if (*record == NULL)
    tw_list_step_is_gone (error);
  return *record != NULL;
}
