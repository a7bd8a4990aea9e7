/* SPDX-License-Identifier: Apache-2.0 */

/* Invitations to a list, as its owner makes them and takes them back. One that is used up stays for a while, for whoever
 * accepted it and did not hear so; when others are made it is removed, as what is over is. So there are never many more
 * than can be accepted. */

#include "tw-list-invitations-private.h"

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

gboolean
tw_list_invitation_not_found (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "Invitation not found");
  return FALSE;
}

char *
tw_list_invitation_hash (const char *code)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, code, -1);
}

gboolean
tw_list_invitation_is_open (const TwInvitationRecord *invitation, gint64 now_ms)
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
    n += tw_list_invitation_is_open (invitations->pdata[i], now_ms);
  return n;
}

GPtrArray *
tw_list_service_invitations (TwListService *service, const TwListCaller *caller, const char *list_id, GError **error)
{
  const gint64 now_ms = tw_clock_wall_ms (service->clock);
  g_autoptr (TwMemberRecord) owner = tw_list_service_admit (service, caller, list_id, TW_LIST_OWNER, error);
  GPtrArray *invitations = owner != NULL ? gather (service, caller, owner->list_id, error) : NULL;

  for (guint i = invitations != NULL ? invitations->len : 0; i > 0; i--)
    if (!tw_list_invitation_is_open (invitations->pdata[i - 1], now_ms))
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
      if (found != NULL && !tw_list_invitation_is_open (found, step->now_ms))
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

      if (tw_list_invitation_is_open (invitation, now_ms))
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
  g_autofree char *hash = tw_list_invitation_hash (step->code);
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

const TwInvitationRecord *
tw_list_invitation_target (TwCommit *commit, const TwListStep *step, GError **error)
{
  const TwInvitationRecord *invitation
      = tw_commit_need (commit, &tw_invitation_type, step->target, tw_list_invitation_not_found, error);

  if (invitation == NULL || g_strcmp0 (invitation->list_id, step->list_id) == 0)
    return invitation;
  tw_list_invitation_not_found (error);
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
      || (invitation = tw_list_invitation_target (commit, step, error)) == NULL)
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
      || (invitation = tw_list_invitation_target (commit, step, error)) == NULL)
    return FALSE;
  if (!tw_list_invitation_is_open (invitation, step->now_ms))
    return tw_list_invitation_not_found (error);
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
