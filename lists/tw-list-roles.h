/* SPDX-License-Identifier: Apache-2.0 */

/* What somebody is in a list. */

#pragma once

#include "tw-id.h"
#include "tw-records.h"

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwSharedListRecord, g_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwMemberRecord, g_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwInvitationRecord, g_free)

/* Each may do all that those before may. */
typedef enum
{
  TW_LIST_NOBODY,
  TW_LIST_VIEWER,
  TW_LIST_EDITOR,
  TW_LIST_OWNER,
} TwListRole;

/* As a record has it: "" for NOBODY. */
const char *tw_list_role_name (TwListRole role);

/* NOBODY for NULL, and for whoever is no more in the list. */
TwListRole tw_list_role_of (const TwMemberRecord *member);

/* The id of whatever record says what @user_id is in the list @list_id: made of both, so that a step finds it by its id,
 * and nobody is in a list twice. */
void tw_list_member_id (const char *list_id, const char *user_id, char id[TW_ID_SIZE]);

/* Sets in @list what @member sees it with. */
void tw_list_see (TwSharedListRecord *list, const TwMemberRecord *member);

/* What is refused in the same words wherever it is. Each returns FALSE. */
gboolean tw_list_not_found (GError **error);
gboolean tw_list_forbidden (TwListRole least, GError **error);

G_END_DECLS
