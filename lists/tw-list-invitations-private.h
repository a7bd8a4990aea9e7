/* SPDX-License-Identifier: Apache-2.0 */

/* Inside lists/: what those who make invitations and those who accept them have in common. */

#pragma once

#include "tw-list-service-private.h"

G_BEGIN_DECLS

/* Returns FALSE. */
gboolean tw_list_invitation_not_found (GError **error);

/* What is kept of a code, and enough for what has 192 random bits. Free with g_free(). */
char *tw_list_invitation_hash (const char *code);

/* Whether it can be accepted still. */
gboolean tw_list_invitation_is_open (const TwInvitationRecord *invitation, gint64 now_ms);

/* For steps. The step's target, of its list; NULL with NOT_FOUND. */
const TwInvitationRecord *tw_list_invitation_target (TwCommit *commit, const TwListStep *step, GError **error);

G_END_DECLS
