/* SPDX-License-Identifier: Apache-2.0 */

/* Lists, who is in them, and how one gets in.
 *
 * A list, its members and its invitations lie in its owner's partition. What somebody is in a list is said by one record
 * (tw-list-roles.h), as long as the list's own is there: that one goes in the step that removes the list, the others
 * behind it.
 *
 * The schema's limits have been checked before. Every function may be called on any thread, and blocks, until @caller's
 * deadline at most, while it looks things up; what it writes it does not wait for. Errors: NOT_FOUND for a list that the
 * caller is not in, exactly as for one that does not exist; FORBIDDEN for what the caller sees and may not do; CONFLICT
 * for what can't be now, and where there are too many; INVALID; UNAVAILABLE; INTERNAL. Records that are returned are
 * freed with g_free(), and arrays of them with g_ptr_array_unref(). */

#pragma once

#include "tw-call-context.h"
#include "tw-clock.h"
#include "tw-list-chores.h"
#include "tw-list-roles.h"
#include "tw-preconditions.h"
#include "tw-task-store-query.h"

G_BEGIN_DECLS

/* The most that there may be. */
#define TW_LISTS_OWNED_MAX 200      /* lists of one owner */
#define TW_LISTS_SHARED_MAX 100     /* lists of others that somebody is in, where nothing else is said */
#define TW_LIST_MEMBERS_MAX 100     /* in a list, with its owner */
#define TW_LIST_INVITATIONS_MAX 50  /* to a list that can be accepted still */

/* How long an invitation can be accepted where nothing is said. */
#define TW_INVITATION_MS (G_GINT64_CONSTANT (7) * 24 * 3600 * 1000)

typedef struct _TwListService TwListService;

/* All must outlive it. @chores does what is left to do; NULL: that is left to whoever looks for it. */
TwListService *tw_list_service_new (TwTaskStore *store, const TwClock *clock, TwListChores *chores);

/* Waits for the end of what is being written. */
void tw_list_service_free (TwListService *service);

/* The end of a write: with the record that it was about, to be freed with g_free(), or NULL where nothing is left of it,
 * or with an @error. Called once, on any thread, at once or later; not to block for long. */
typedef void (*TwListDone) (gpointer record, const GError *error, gpointer user_data);

/* How many lists of others somebody can be in; before the first call. Who is in more stays so. */
void tw_list_service_set_max_shared (TwListService *service, guint max_shared);

/* Who asks, and, of what writes, how. */
typedef struct
{
  const TwCallContext *context;
  const char *user_id;

  /* Idempotency-Key (tw-commit.h), or NULL: what was done with it before by the same request is not done again, and ends
   * as it would now; NOT_FOUND where what was made has been removed since. REUSED where the request was another one. */
  const char *key;
  TwRecordBytes fingerprint;

  /* What a list's change or removal depends on, or NULL: PRECONDITION. A list's tag is made of its version, that of what
   * the caller is in it, and the role (tw_list_tag()). */
  const TwPreconditions *conditions;

  TwListDone done; /* is told the end of a write */
  gpointer user_data;
} TwListCaller;

/* Lists have the caller's role and position. */
GPtrArray *tw_list_service_lists (TwListService *service, const TwListCaller *caller, GError **error);
TwSharedListRecord *tw_list_service_get (TwListService *service, const TwListCaller *caller, const char *list_id,
                                       GError **error);

/* Of @said, which may have a position. */
void tw_list_service_create (TwListService *service, const TwListCaller *caller, const TwSharedListRecord *said);

/* Sets what @said has, and clears the fields of @clear. What changes nothing is not written. */
void tw_list_service_change (TwListService *service, const TwListCaller *caller, const char *list_id,
                             const TwSharedListRecord *said, guint64 clear);

/* It is gone at once; what lies in it is removed behind it: see tw-list-chores.h. */
void tw_list_service_remove (TwListService *service, const TwListCaller *caller, const char *list_id);

/* @user_id may be TW_LIST_ME, for the caller. */
#define TW_LIST_ME "me"

GPtrArray *tw_list_service_members (TwListService *service, const TwListCaller *caller, const char *list_id,
                                    GError **error);
void tw_list_service_change_member (TwListService *service, const TwListCaller *caller, const char *list_id,
                                    const char *user_id, const TwMemberRecord *said, guint64 clear);
void tw_list_service_remove_member (TwListService *service, const TwListCaller *caller, const char *list_id,
                                    const char *user_id);

/* A list that is not public is NOT_FOUND to who is not in it. */
void tw_list_service_join (TwListService *service, const TwListCaller *caller, const char *list_id,
                           const char *display_name);

/* @said: role, uses and, if any, its end. The answer has the code, which is known to nobody afterwards. */
void tw_list_service_invite (TwListService *service, const TwListCaller *caller, const char *list_id,
                             const TwInvitationRecord *said);
GPtrArray *tw_list_service_invitations (TwListService *service, const TwListCaller *caller, const char *list_id,
                                        GError **error);
void tw_list_service_remove_invitation (TwListService *service, const TwListCaller *caller, const char *list_id,
                                        const char *invitation_id);

/* An invitation that is unknown, used up or over is NOT_FOUND. */
TwInvitationRecord *tw_list_service_look (TwListService *service, const TwCallContext *context, const char *code,
                                          TwSharedListRecord **list, GError **error);
void tw_list_service_accept (TwListService *service, const TwListCaller *caller, const char *code,
                             const char *display_name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwListService, tw_list_service_free)

G_END_DECLS
