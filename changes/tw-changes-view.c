/* SPDX-License-Identifier: Apache-2.0 */

/* What the user is in, and what of it they see. */

#include "tw-changes-private.h"

#include <string.h>

GHashTable *
tw_changes_gather (const TwChangesReading *reading, const TwRecordType *type, guint64 field, const GPtrArray *values,
                   GError **error)
{
  const TwRecordQuery query = { type, field, (const char *const *) values->pdata, values->len,
                                .limit = TW_RECORD_QUERY_ALL };
  const guint key = tw_record_find_role (type, TW_RECORD_KEY);
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autoptr (GPtrArray) records = NULL;

  if (values->len == 0)
    return g_steal_pointer (&found);
  records = tw_task_store_gather (reading->store, reading->deadline_ms, &query, error);
  if (records == NULL)
    return NULL;
  while (records->len > 0)
    {
      gpointer record = g_ptr_array_steal_index_fast (records, records->len - 1);

      g_hash_table_replace (found, (gpointer) (guintptr) *tw_record_text (type, record, key), record);
    }
  return g_steal_pointer (&found);
}

static gboolean
is_own (const TwChangesReading *reading, const TwMemberRecord *member)
{
  return strcmp (member->owner_id, reading->user_id) == 0;
}

/* What the user is in: TwMemberRecord. */
static GPtrArray *
find_memberships (const TwChangesReading *reading, GError **error)
{
  const TwRecordQuery query = { &tw_member_type, TW_MEMBER_HAS_USER_ID, &reading->user_id, 1,
                                .limit = TW_RECORD_QUERY_ALL };
  GPtrArray *members = tw_task_store_gather (reading->store, reading->deadline_ms, &query, error);

  for (guint i = members != NULL ? members->len : 0; i > 0; i--)
    {
      const TwMemberRecord *member = members->pdata[i - 1];

      if (member->list_id == NULL || member->owner_id == NULL || tw_list_role_of (member) == TW_LIST_NOBODY)
        g_ptr_array_remove_index_fast (members, i - 1);
    }
  return members;
}

/* Takes it. */
static void
add_membership (TwChangesReading *reading, TwMemberRecord *member)
{
  g_hash_table_replace (reading->memberships, (gpointer) (guintptr) member->list_id, member);
  g_hash_table_add (reading->member_ids, (gpointer) (guintptr) member->id);
}

gboolean
tw_changes_view (TwChangesReading *reading, GError **error)
{
  g_autoptr (GPtrArray) members = find_memberships (reading, error);

  if (members == NULL)
    return FALSE;
  while (members->len > 0)
    add_membership (reading, g_ptr_array_steal_index_fast (members, members->len - 1));
  return TRUE;
}

gboolean
tw_changes_view_own (TwChangesReading *reading, GError **error)
{
  g_autoptr (GPtrArray) members = find_memberships (reading, error);
  g_autoptr (GPtrArray) before = tw_changes_lists (reading, TRUE);

  if (members == NULL)
    return FALSE;
  for (guint i = 0; i < before->len; i++)
    {
      const TwMemberRecord *member = g_hash_table_lookup (reading->memberships, before->pdata[i]);

      g_hash_table_remove (reading->member_ids, member->id);
      g_hash_table_remove (reading->memberships, before->pdata[i]);
    }
  for (guint i = members->len; i > 0; i--)
    if (is_own (reading, members->pdata[i - 1]))
      add_membership (reading, g_ptr_array_steal_index_fast (members, i - 1));
  return TRUE;
}

gboolean
tw_changes_look (TwChangesReading *reading, GHashTable *logs, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) partitions = g_ptr_array_new ();
  g_autofree TwCommitLog *found = NULL;
  GHashTableIter iter;
  gpointer member;

  g_hash_table_add (seen, (gpointer) (guintptr) reading->user_id);
  g_ptr_array_add (partitions, (gpointer) (guintptr) reading->user_id);
  g_hash_table_iter_init (&iter, reading->memberships);
  while (g_hash_table_iter_next (&iter, NULL, &member))
    {
      const char *owner = ((const TwMemberRecord *) member)->owner_id;

      if (g_hash_table_add (seen, (gpointer) (guintptr) owner))
        g_ptr_array_add (partitions, (gpointer) (guintptr) owner);
    }
  found = g_new0 (TwCommitLog, partitions->len);
  if (!tw_commits_look (reading->store->commits, reading->deadline_ms, (const char *const *) partitions->pdata,
                        partitions->len, found, &reading->kept, error))
    return FALSE;
  for (guint i = 0; i < partitions->len; i++)
    g_hash_table_replace (logs, g_strdup (partitions->pdata[i]), g_memdup2 (&found[i], sizeof found[i]));
  return TRUE;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
tw_changes_lists (const TwChangesReading *reading, gboolean own)
{
  GPtrArray *ids = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer id, member;

  g_hash_table_iter_init (&iter, reading->memberships);
  while (g_hash_table_iter_next (&iter, &id, &member))
    if (is_own (reading, member) == own)
      g_ptr_array_add (ids, id);
  g_ptr_array_sort (ids, compare_ids);
  return ids;
}

const char *
tw_changes_owner (const TwChangesReading *reading, const TwSyncGroup *group)
{
  const char *owner = group->is_own ? reading->user_id : NULL;

  for (guint i = 0; owner == NULL && i < group->lists->len; i++)
    {
      const TwMemberRecord *member = g_hash_table_lookup (reading->memberships, group->lists->pdata[i]);

      owner = member != NULL && !is_own (reading, member) ? member->owner_id : NULL;
    }
  return owner;
}

static gboolean
has_been_told (const TwChangesReading *reading, const char *list_id)
{
  for (guint i = 0; i < reading->groups->len; i++)
    if (tw_sync_group_has (reading->groups->pdata[i], list_id))
      return TRUE;
  return FALSE;
}

gboolean
tw_changes_knows (const TwChangesReading *reading, const char *list_id)
{
  const TwMemberRecord *member = g_hash_table_lookup (reading->memberships, list_id);

  return member != NULL && !is_own (reading, member) && has_been_told (reading, list_id);
}

void
tw_changes_drop_list (TwChangesReading *reading, const char *list_id)
{
  g_autofree char *id = g_strdup (list_id); /* the group's own goes */

  for (guint i = 0; i < reading->groups->len; i++)
    tw_sync_group_drop (reading->groups->pdata[i], id);
  tw_told_changes_delete_list (&reading->told, id);
}

gboolean
tw_changes_sees_task (const TwChangesReading *reading, const TwTaskRecord *task, GHashTable *lists)
{
  const char *list_id = (task->has & TW_TASK_HAS_LIST_ID) != 0 ? task->list_id : NULL;
  const TwSharedListRecord *list = list_id != NULL ? g_hash_table_lookup (lists, list_id) : NULL;

  if (list_id == NULL)
    return strcmp (task->user_id, reading->user_id) == 0;
  if (list == NULL || g_strcmp0 (list->owner_id, task->user_id) != 0)
    return FALSE;
  return strcmp (task->user_id, reading->user_id) == 0 || tw_changes_knows (reading, list_id);
}

void
tw_changes_put_list (TwChangesReading *reading, const TwSharedListRecord *list, const TwMemberRecord *member)
{
  TwSharedListRecord seen = *list;

  tw_list_see (&seen, member);
  tw_told_changes_put (&reading->told, TW_SYNC_LIST, list->id, &seen);
}

void
tw_changes_put_member (TwChangesReading *reading, const TwMemberRecord *member)
{
  g_autofree char *id = g_strconcat (member->list_id, "/", member->user_id, NULL);

  tw_told_changes_put (&reading->told, TW_SYNC_MEMBER, id, member);
}

void
tw_changes_put_task (TwChangesReading *reading, const TwTaskRecord *task)
{
  tw_told_changes_put (&reading->told, TW_SYNC_TASK, task->id, task);
}
