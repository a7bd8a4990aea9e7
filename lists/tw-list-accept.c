/* SPDX-License-Identifier: Apache-2.0 */

/* Invitations to a list, as whoever has the code of one looks at it, and accepts it. */

#include "tw-list-invitations-private.h"

#include "tw-error.h"

#include <string.h>

static TwInvitationRecord *
find_by_code (const TwListService *service, const TwCallContext *context, const char *code, GError **error)
{
  g_autofree char *hash = tw_list_invitation_hash (code);

  return tw_list_service_need (service, context, &tw_invitation_type, TW_INVITATION_HAS_CODE_HASH, hash,
                               tw_list_invitation_not_found, error);
}

TwInvitationRecord *
tw_list_service_look (TwListService *service, const TwCallContext *context, const char *code, TwSharedListRecord **list,
                      GError **error)
{
  g_autoptr (TwInvitationRecord) invitation = find_by_code (service, context, code, error);

  if (invitation == NULL)
    return NULL;
  if (!tw_list_invitation_is_open (invitation, tw_clock_wall_ms (service->clock)))
    {
      tw_list_invitation_not_found (error);
      return NULL;
    }
  *list = tw_list_service_need (service, context, &tw_shared_list_type, TW_SHARED_LIST_HAS_ID, invitation->list_id,
                                tw_list_invitation_not_found, error);
  return *list != NULL ? g_steal_pointer (&invitation) : NULL;
}

static TwListRole
role_of_invitation (const TwInvitationRecord *invitation)
{
  return strcmp (invitation->role, tw_list_role_name (TW_LIST_EDITOR)) == 0 ? TW_LIST_EDITOR : TW_LIST_VIEWER;
}

static gboolean
use (TwCommit *commit, TwListStep *step, const TwInvitationRecord *invitation, const TwSharedListRecord *list,
     const TwMemberRecord *before, GError **error)
{
  const char *display_name = ((const TwMemberRecord *) step->said)->display_name;
  TwInvitationRecord after = *invitation;

  if (!tw_list_invitation_is_open (invitation, step->now_ms))
    return tw_list_invitation_not_found (error);
  if (!tw_list_step_enter (commit, step, list, before, role_of_invitation (invitation), display_name, error))
    return FALSE;
  after.uses--;
  after.updated_ms = step->now_ms;
  tw_commit_put (commit, &tw_invitation_type, &after);
  return TRUE;
}

static gboolean
decide_accept (TwCommit *commit, gpointer data, GError **error)
{
  TwListStep *step = data;
  const TwInvitationRecord *invitation = tw_list_invitation_target (commit, step, error);
  const TwSharedListRecord *list;
  const TwMemberRecord *before;

  if (invitation == NULL)
    return FALSE;
  list = tw_commit_need (commit, &tw_shared_list_type, step->list_id, tw_list_invitation_not_found, error);
  if (list == NULL || !tw_list_step_look (commit, step, step->user_id, &before, error))
    return FALSE;
  if (tw_list_role_of (before) == TW_LIST_NOBODY)
    return use (commit, step, invitation, list, before, error);
  tw_list_step_keep_list (step, list);
  tw_list_step_keep_member (step, before);
  return TRUE;
}

/* The list, where the caller is in it already; NULL where not, or with @error. */
static TwSharedListRecord *
find_entered (TwListService *service, const TwListCaller *caller, const char *list_id, GError **error)
{
  g_autoptr (GError) why = NULL;
  TwSharedListRecord *list = tw_list_service_get (service, caller, list_id, &why);

  if (why != NULL && !g_error_matches (why, TW_ERROR, TW_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&why));
  return list;
}

void
tw_list_service_accept (TwListService *service, const TwListCaller *caller, const char *code,
                        const char *display_name)
{
  const TwMemberRecord said = { .display_name = display_name, .has = TW_MEMBER_HAS_DISPLAY_NAME };
  g_autoptr (TwListStep) step = tw_list_step_new (service, caller, NULL);
  g_autoptr (TwInvitationRecord) invitation = NULL;
  g_autoptr (TwSharedListRecord) entered = NULL;
  g_autoptr (GError) error = NULL;

  step->said = tw_record_copy (&tw_member_type, &said);
  step->take = tw_list_step_take_list;
  step->again = tw_list_step_see_list;
  if (tw_list_step_was_done (step, caller))
    return;
  invitation = find_by_code (service, caller->context, code, &error);
  entered = invitation != NULL ? find_entered (service, caller, invitation->list_id, &error) : NULL;
  if (entered == NULL && error == NULL && tw_list_invitation_is_open (invitation, step->now_ms))
    tw_list_service_may_join (service, caller, &error);
  else if (entered == NULL && error == NULL)
    tw_list_invitation_not_found (&error);
  if (entered != NULL)
    tw_list_step_tell (step, g_steal_pointer (&entered), NULL);
  else if (error != NULL)
    tw_list_step_refuse (step, caller, error);
  else
    {
      step->list_id = g_strdup (invitation->list_id);
      step->target = g_strdup (invitation->id);
      tw_list_step_begin (step, caller, invitation->owner_id, decide_accept);
    }
}
