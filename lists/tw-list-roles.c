/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-list-roles.h"

#include "tw-error.h"

#include <string.h>

static const char *const names[] = {
  [TW_LIST_NOBODY] = "",
  [TW_LIST_VIEWER] = "viewer",
  [TW_LIST_EDITOR] = "editor",
  [TW_LIST_OWNER] = "owner",
};

const char *
tw_list_role_name (TwListRole role)
{
  return names[role];
}

TwListRole
tw_list_role_of (const TwMemberRecord *member)
{
  for (guint role = TW_LIST_VIEWER; member != NULL && role < G_N_ELEMENTS (names); role++)
    if (g_strcmp0 (member->role, names[role]) == 0)
      return (TwListRole) role;
  return TW_LIST_NOBODY;
}

void
tw_list_member_id (const char *list_id, const char *user_id, char id[TW_ID_SIZE])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32], list[TW_ID_BYTES] = { 0 };
  gsize size = sizeof digest;

  /* Upper and lower case are the same list. */
  if (tw_id_to_bytes (list_id, list))
    g_checksum_update (checksum, list, sizeof list);
  g_checksum_update (checksum, (const guchar *) user_id, (gssize) strlen (user_id));
  g_checksum_get_digest (checksum, digest, &size);
  tw_id_from_bytes (digest, id);
}

void
tw_list_see (TwSharedListRecord *list, const TwMemberRecord *member)
{
  list->role = tw_list_role_name (tw_list_role_of (member));
  list->position = member->position;
  list->membership = member->version;
  list->has &= ~TW_SHARED_LIST_HAS_POSITION;
  list->has |= TW_SHARED_LIST_HAS_ROLE | TW_SHARED_LIST_HAS_MEMBERSHIP
               | ((member->has & TW_MEMBER_HAS_POSITION) != 0 ? TW_SHARED_LIST_HAS_POSITION : 0);
}

gboolean
tw_list_not_found (GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_NOT_FOUND, "List not found");
  return FALSE;
}

gboolean
tw_list_forbidden (TwListRole least, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_FORBIDDEN,
               least == TW_LIST_OWNER ? "Only the list's owner may do that" : "Only the list's editors may do that");
  return FALSE;
}
