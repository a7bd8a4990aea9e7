/* SPDX-License-Identifier: Apache-2.0 */

/* Invitations to a list. Of a code only a hash is kept, which is enough for what has 192 random bits. One that is used
 * up stays for a while, for whoever accepted it and did not hear so; when others are made it is removed, as what is over
 * is. So there are never many more than can be accepted. */

#include "tw-list-service-private.h"

#include "tw-base64url.h"
#include "tw-error.h"
#include "tw-random.h"

#include <string.h>

#define CODE_BYTES 24

/* How long one that was used up is known still, and how many of them. */
#define KEPT_MS (G_GINT64_CONSTANT (24) * 3600 * 1000)
#define KEPT 50

/* What is removed with one that is made. */
#define SPENT_AT_ONCE 50

static gboolean
invitation_not_found (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Invitation not found");
  return FALSE;
}

static char *
hash_code (const char *code)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, code, -1);
}

static gboolean
is_open (const TwInvitationRecord *invitation, gint64 now_ms)
{
  return invitation->uses > 0 && invitation->expires_ms > now_ms;
}

/* Newest first. */
static int
compare_invitations (gconstpointer a, gconstpointer b)
{
  const TwInvitationRecord *one = *(const TwInvitationRecord *const *) a;
  const TwInvitationRecord *other = *(const TwInvitationRecord *const *) b;

  if (one->created_ms != other->created_ms)
    return one->created_ms > other->created_ms ? -1 : 1;
  return -strcmp (one->id, other->id);
}

/* All of them: what is open must not be hidden by what is not. */
static GPtrArray *
gather (const TwListService *service, const TwListCaller *caller, const char *list_id, GError **error)
{
  return tw_list_service_gather (service, caller->context, &tw_invitation_type, TW_INVITATION_HAS_LIST_ID, list_id,
                                 TW_RECORD_QUERY_ALL, error);
}

static guint
count_open (const GPtrArray *invitations, gint64 now_ms)
{
  guint n = 0;

  for (guint i = 0; i < invitations->len; i++)
    n += is_open (invitations->pdata[i], now_ms);
  return n;
}

GPtrArray *
tw_list_service_invitations (TwListService *service, const TwListCaller *caller, const char *list_id, GError **error)
{
  const gint64 now_ms = tw_clock_wall_ms (service->clock);
  g_autoptr (TwMemberRecord) owner = tw_list_service_admit (service, caller, list_id, TW_LIST_OWNER, error);
  GPtrArray *invitations = owner != NULL ? gather (service, caller, owner->list_id, error) : NULL;

  for (guint i = invitations != NULL ? invitations->len : 0; i > 0; i--)
    if (!is_open (invitations->pdata[i - 1], now_ms))
      g_ptr_array_remove_index_fast (invitations, i - 1);
  if (invitations != NULL)
    g_ptr_array_sort (invitations, compare_invitations);
  return invitations;
}

/* Making */

/* What is spent goes, as far as it still is. */
static gboolean
remove_spent (TwCommit *commit, const TwListStep *step, GError **error)
{
  tw_commit_expect (commit, &tw_invitation_type, (const char *const *) step->ids, g_strv_length (step->ids));
  for (char **id = step->ids; *id != NULL; id++)
    {
      gconstpointer found;

      if (!tw_commit_look (commit, &tw_invitation_type, *id, &found, error))
        return FALSE;
      if (found != NULL && !is_open (found, step->now_ms))
        tw_commit_remove (commit, &tw_invitation_type, *id);
    }
  return TRUE;
}

static void
keep (TwListStep *step, const TwInvitationRecord *invitation)
{
  g_free (step->invitation);
  step->invitation = tw_record_copy (&tw_invitation_type, invitation);
}

static gboolean
decide_invite (TwCommit *commit, gpointer data, GError **error)
{
  TwListStep *step = data;
  const TwSharedListRecord *list;

  if (tw_list_step_admit (commit, step, TW_LIST_OWNER, &list, error) == NULL)
    return FALSE;
  keep (step, tw_commit_put (commit, &tw_invitation_type, step->said));
  return remove_spent (commit, step, error);
}

/* Used up last first. */
static int
compare_uses (gconstpointer a, gconstpointer b)
{
  const TwInvitationRecord *one = *(const TwInvitationRecord *const *) a;
  const TwInvitationRecord *other = *(const TwInvitationRecord *const *) b;

  if (one->updated_ms != other->updated_ms)
    return one->updated_ms > other->updated_ms ? -1 : 1;
  return strcmp (one->id, other->id);
}

/* What can be accepted no more, but for some that were used up not long ago. */
static char **
ids_of_spent (GPtrArray *invitations, gint64 now_ms)
{
  char **ids = g_new0 (char *, SPENT_AT_ONCE + 1);
  guint n = 0, kept = 0;

  g_ptr_array_sort (invitations, compare_uses);
  for (guint i = 0; i < invitations->len && n < SPENT_AT_ONCE; i++)
    {
      const TwInvitationRecord *invitation = invitations->pdata[i];

      if (is_open (invitation, now_ms))
        continue;
      if (invitation->expires_ms > now_ms && invitation->updated_ms + KEPT_MS > now_ms && kept < KEPT)
        kept++;
      else
        ids[n++] = g_strdup (invitation->id);
    }
  return ids;
}

/* Of @said, and what is the service's to say. */
static TwInvitationRecord *
make_invitation (const TwListStep *step, const TwInvitationRecord *said)
{
  TwInvitationRecord invitation = *said;
  g_autofree char *hash = hash_code (step->code);
  char id[TW_ID_SIZE];

  tw_id_new (step->now_ms, id);
  invitation.id = id;
  invitation.list_id = step->list_id;
  invitation.code_hash = hash;
  invitation.created_ms = invitation.updated_ms = step->now_ms;
  if ((said->has & TW_INVITATION_HAS_EXPIRES_ON) == 0)
    invitation.expires_ms = step->now_ms + TW_INVITATION_MS;
  invitation.has |= TW_INVITATION_HAS_ID | TW_INVITATION_HAS_LIST_ID | TW_INVITATION_HAS_CODE_HASH
                    | TW_INVITATION_HAS_EXPIRES_ON | TW_INVITATION_HAS_CREATED_ON | TW_INVITATION_HAS_UPDATED_ON;
  return tw_record_copy (&tw_invitation_type, &invitation);
}

static char *
make_code (void)
{
  guint8 bytes[CODE_BYTES];

  tw_random_bytes (bytes, sizeof bytes);
  return tw_base64url_encode (bytes, sizeof bytes);
}

/* The step's target, of its list; NULL with NOT_FOUND. */
static const TwInvitationRecord *
find_target (TwCommit *commit, const TwListStep *step, GError **error)
{
  const TwInvitationRecord *invitation
      = tw_commit_need (commit, &tw_invitation_type, step->target, invitation_not_found, error);

  if (invitation == NULL || g_strcmp0 (invitation->list_id, step->list_id) == 0)
    return invitation;
  invitation_not_found (error);
  return NULL;
}

static gpointer
take (TwListStep *step)
{
  step->invitation->code = step->code;
  step->invitation->has |= TW_INVITATION_HAS_CODE;
  return tw_record_copy (&tw_invitation_type, step->invitation);
}

/* Nobody knows the code of one that was made with a key before: it gets another. */
static gboolean
decide_renew (TwCommit *commit, gpointer data, GError **error)
{
  TwListStep *step = data;
  const TwInvitationRecord *said = step->said, *invitation;
  const TwSharedListRecord *list;
  TwInvitationRecord after;

  if (tw_list_step_admit (commit, step, TW_LIST_OWNER, &list, error) == NULL
      || (invitation = find_target (commit, step, error)) == NULL)
    return FALSE;
  after = *invitation;
  after.code_hash = said->code_hash;
  after.updated_ms = step->now_ms;
  keep (step, tw_commit_put (commit, &tw_invitation_type, &after));
  return TRUE;
}

/* Of one that was asked for with a key. */
static gboolean
renew (const TwListStep *step, const TwListCaller *caller, gpointer *record, GError **error)
{
  g_autoptr (TwListStep) renewal = tw_list_step_new (step->service, caller, step->list_id);

  renewal->target = g_strdup (step->first.id);
  renewal->said = tw_record_copy (&tw_invitation_type, step->said);
  renewal->code = g_strdup (step->code);
  if (tw_list_step_wait (renewal, caller, decide_renew, error))
    *record = take (renewal);
  else
    tw_list_step_is_gone (error);
  return *record != NULL;
}

/* Whether the list may have one more. */
static gboolean
may_invite (const TwListStep *step, const GPtrArray *others, GError **error)
{
  if (((const TwInvitationRecord *) step->said)->expires_ms <= step->now_ms)
    return tw_error_propagate_at (error, g_error_new_literal (TW_ERROR, TW_ERROR_INVALID, "must be later than now"),
                                  "expiresOn");
  if (count_open (others, step->now_ms) < TW_LIST_INVITATIONS_MAX)
    return TRUE;
  g_set_error (error, TW_ERROR, TW_ERROR_CONFLICT, "There are %d invitations to the list, and no more can be",
               TW_LIST_INVITATIONS_MAX);
  return FALSE;
}

void
tw_list_service_invite (TwListService *service, const TwListCaller *caller, const char *list_id,
                        const TwInvitationRecord *said)
{
  g_autoptr (TwListStep) step = tw_list_step_new (service, caller, list_id);
  g_autoptr (TwMemberRecord) owner = NULL;
  g_autoptr (GPtrArray) others = NULL;
  g_autoptr (GError) error = NULL;

  step->code = make_code ();
  step->said = make_invitation (step, said);
  step->take = take;
  step->again = renew;
  if (tw_list_step_was_done (step, caller))
    return;
  owner = tw_list_service_admit (service, caller, list_id, TW_LIST_OWNER, &error);
  others = owner != NULL ? gather (service, caller, list_id, &error) : NULL;
  if (others == NULL || !may_invite (step, others, &error))
    {
      tw_list_step_refuse (step, caller, error);
      return;
    }
  step->ids = ids_of_spent (others, step->now_ms);
  tw_list_step_begin (step, caller, owner->owner_id, decide_invite);
}

/* Taking back */

static gboolean
decide_take_back (TwCommit *commit, gpointer data, GError **error)
{
  const TwListStep *step = data;
  const TwSharedListRecord *list;
  const TwInvitationRecord *invitation;

  if (tw_list_step_admit (commit, step, TW_LIST_OWNER, &list, error) == NULL
      || (invitation = find_target (commit, step, error)) == NULL)
    return FALSE;
  if (!is_open (invitation, step->now_ms))
    return invitation_not_found (error);
  tw_commit_remove (commit, &tw_invitation_type, step->target);
  return TRUE;
}

void
tw_list_service_remove_invitation (TwListService *service, const TwListCaller *caller, const char *list_id,
                                   const char *invitation_id)
{
  g_autoptr (TwListStep) step = tw_list_step_new (service, caller, list_id);

  step->target = g_ascii_strdown (invitation_id, -1);
  tw_list_step_begin_as (step, caller, TW_LIST_OWNER, decide_take_back);
}

/* Accepting */

static TwInvitationRecord *
find_by_code (const TwListService *service, const TwCallContext *context, const char *code, GError **error)
{
  g_autofree char *hash = hash_code (code);

  return tw_list_service_need (service, context, &tw_invitation_type, TW_INVITATION_HAS_CODE_HASH, hash,
                               invitation_not_found, error);
}

TwInvitationRecord *
tw_list_service_look (TwListService *service, const TwCallContext *context, const char *code, TwSharedListRecord **list,
                      GError **error)
{
  g_autoptr (TwInvitationRecord) invitation = find_by_code (service, context, code, error);

  if (invitation == NULL)
    return NULL;
  if (!is_open (invitation, tw_clock_wall_ms (service->clock)))
    {
      invitation_not_found (error);
      return NULL;
    }
  *list = tw_list_service_need (service, context, &tw_shared_list_type, TW_SHARED_LIST_HAS_ID, invitation->list_id,
                                invitation_not_found, error);
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

  if (!is_open (invitation, step->now_ms))
    return invitation_not_found (error);
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
  const TwInvitationRecord *invitation = find_target (commit, step, error);
  const TwSharedListRecord *list;
  const TwMemberRecord *before;

  if (invitation == NULL)
    return FALSE;
  list = tw_commit_need (commit, &tw_shared_list_type, step->list_id, invitation_not_found, error);
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
  if (entered == NULL && error == NULL && is_open (invitation, step->now_ms))
    tw_list_service_may_join (service, caller, &error);
  else if (entered == NULL && error == NULL)
    invitation_not_found (&error);
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
