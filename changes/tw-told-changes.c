/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-changes-private.h"

#include <string.h>

const TwRecordType *
tw_sync_kind_type (TwSyncKind kind)
{
  switch (kind)
    {
    case TW_SYNC_LIST:
      return &tw_shared_list_type;
    case TW_SYNC_MEMBER:
      return &tw_member_type;
    case TW_SYNC_TASK:
      return &tw_task_type;
    default:
      g_assert_not_reached ();
    }
}

static void
change_free (gpointer data)
{
  TwSyncChange *change = data;

  if (change == NULL)
    return;
  g_free (change->id);
  g_free (change->record);
  g_free (change);
}

void
tw_told_changes_init (TwToldChanges *told, guint limit)
{
  *told = (TwToldChanges) { .limit = limit };
  told->changes = g_ptr_array_new_with_free_func (change_free);
  told->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
tw_told_changes_clear (TwToldChanges *told)
{
  g_clear_pointer (&told->changes, g_ptr_array_unref);
  g_clear_pointer (&told->places, g_hash_table_unref);
}

guint
tw_told_changes_room (const TwToldChanges *told)
{
  const guint n = g_hash_table_size (told->places);

  return told->bytes >= TW_TOLD_CHANGES_BYTES || n >= told->limit ? 0 : told->limit - n;
}

gsize
tw_told_changes_size (TwSyncKind kind, gconstpointer record)
{
  const TwRecordType *type = tw_sync_kind_type (kind);
  gsize size = 200;

  for (guint64 left = *tw_record_has (record); left != 0; left &= left - 1)
    {
      const guint i = tw_record_first (left);

      if (type->fields[i].kind == TW_RECORD_TEXT && *tw_record_text (type, record, i) != NULL)
        size += strlen (*tw_record_text (type, record, i));
      else if (type->fields[i].kind == TW_RECORD_TEXTS)
        size += tw_record_texts (type, record, i)->length;
    }
  return size;
}

static char *
key_of (TwSyncKind kind, const char *id)
{
  return g_strdup_printf ("%d:%s", (int) kind, id);
}

static void
tell (TwToldChanges *told, TwSyncKind kind, const char *id, gconstpointer record)
{
  const TwRecordType *type = tw_sync_kind_type (kind);
  g_autofree char *key = key_of (kind, id);
  TwSyncChange *change = g_new0 (TwSyncChange, 1);
  gpointer place;

  change->kind = kind;
  change->id = g_strdup (id);
  if (record != NULL)
    {
      change->record = tw_record_copy (type, record);
      change->version = *tw_record_number (type, record, tw_record_find_role (type, TW_RECORD_VERSION));
      told->bytes += tw_told_changes_size (kind, record);
    }
  if (g_hash_table_lookup_extended (told->places, key, NULL, &place))
    change_free (g_steal_pointer (&told->changes->pdata[GPOINTER_TO_UINT (place)]));
  g_hash_table_insert (told->places, g_steal_pointer (&key), GUINT_TO_POINTER (told->changes->len));
  g_ptr_array_add (told->changes, change);
}

void
tw_told_changes_put (TwToldChanges *told, TwSyncKind kind, const char *id, gconstpointer record)
{
  tell (told, kind, id, record);
}

void
tw_told_changes_delete (TwToldChanges *told, TwSyncKind kind, const char *id)
{
  tell (told, kind, id, NULL);
}

static gboolean
is_in_list (const TwSyncChange *change, const char *list_id)
{
  if (change == NULL || change->record == NULL)
    return FALSE;
  return (change->kind == TW_SYNC_TASK && g_strcmp0 (((const TwTaskRecord *) change->record)->list_id, list_id) == 0)
         || (change->kind == TW_SYNC_MEMBER && g_strcmp0 (((const TwMemberRecord *) change->record)->list_id, list_id) == 0);
}

void
tw_told_changes_delete_list (TwToldChanges *told, const char *list_id)
{
  for (guint i = 0; i < told->changes->len; i++)
    {
      TwSyncChange *change = told->changes->pdata[i];

      if (!is_in_list (change, list_id))
        continue;
      g_clear_pointer (&change->record, g_free);
      change->is_taken_back = change->kind == TW_SYNC_MEMBER;
    }
  tell (told, TW_SYNC_LIST, list_id, NULL);
}

gboolean
tw_told_changes_has_deleted_list (const TwToldChanges *told, const char *list_id)
{
  g_autofree char *key = key_of (TW_SYNC_LIST, list_id);
  gpointer place;

  return g_hash_table_lookup_extended (told->places, key, NULL, &place)
         && ((const TwSyncChange *) told->changes->pdata[GPOINTER_TO_UINT (place)])->record == NULL;
}

/* Moves those that are to come next. */
static void
move (GPtrArray *from, GPtrArray *to, TwSyncKind kind, gboolean deleted)
{
  for (guint i = 0; i < from->len; i++)
    {
      const TwSyncChange *change = from->pdata[i];

      if (change != NULL && change->kind == kind && (change->record == NULL) == deleted && !change->is_taken_back)
        g_ptr_array_add (to, g_steal_pointer (&from->pdata[i]));
    }
}

GPtrArray *
tw_told_changes_take (TwToldChanges *told)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func (change_free);

  for (int kind = TW_SYNC_TASK; kind >= TW_SYNC_LIST; kind--)
    move (told->changes, changes, (TwSyncKind) kind, TRUE);
  for (int kind = TW_SYNC_LIST; kind <= TW_SYNC_TASK; kind++)
    move (told->changes, changes, (TwSyncKind) kind, FALSE);
  return changes;
}
