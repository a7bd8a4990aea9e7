/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-commit-changed.h"

#include "tw-error.h"

#include <string.h>

static gboolean
are_same (gconstpointer one, gsize length, gconstpointer other, gsize other_length)
{
  return length == other_length && (length == 0 || memcmp (one, other, length) == 0);
}

/* Of a field that both have. */
static gboolean
is_same (const TwRecordType *type, gconstpointer one, gconstpointer other, guint i)
{
  switch (type->fields[i].kind)
    {
    case TW_RECORD_TEXT:
    case TW_RECORD_ID:
      return strcmp (*tw_record_text (type, one, i), *tw_record_text (type, other, i)) == 0;
    case TW_RECORD_TEXTS:
      return are_same (tw_record_texts (type, one, i)->bytes, tw_record_texts (type, one, i)->length,
                       tw_record_texts (type, other, i)->bytes, tw_record_texts (type, other, i)->length);
    case TW_RECORD_BYTES:
      return are_same (tw_record_bytes (type, one, i)->bytes, tw_record_bytes (type, one, i)->length,
                       tw_record_bytes (type, other, i)->bytes, tw_record_bytes (type, other, i)->length);
    case TW_RECORD_TIME:
    case TW_RECORD_WHEN:
    case TW_RECORD_NUMBER:
      return *tw_record_number (type, one, i) == *tw_record_number (type, other, i);
    case TW_RECORD_BOOL:
      return !*tw_record_bool (type, one, i) == !*tw_record_bool (type, other, i);
    case TW_RECORD_REAL:
      return memcmp (tw_record_real (type, one, i), tw_record_real (type, other, i), sizeof (double)) == 0;
    case TW_RECORD_STRUCT:
    case TW_RECORD_LIST:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      g_assert_not_reached ();
    }
}

guint64
tw_commit_changed (const TwRecordType *type, gconstpointer before, gconstpointer after)
{
  const guint64 was_there = before != NULL ? *tw_record_has (before) : 0, is_there = *tw_record_has (after);
  guint64 changed = 0;

  for (guint64 left = was_there | is_there; left != 0; left &= left - 1)
    {
      const guint i = tw_record_first (left);
      const guint64 bit = TW_RECORD_BIT (i);

      if (tw_record_field_is_kept (&type->fields[i])
          && ((was_there & is_there & bit) == 0 || !is_same (type, before, after, i)))
        changed |= bit;
    }
  return changed;
}

gboolean
tw_commit_changed_check (const TwRecordType *type, GError **error)
{
  for (guint i = 0; i < type->n_fields; i++)
    if (tw_record_field_is_kept (&type->fields[i]) && (type->fields[i].id < 0 || type->fields[i].id > 63))
      {
        g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "%s.%s: the log has no bit for the id %d", type->name,
                     type->fields[i].name, type->fields[i].id);
        return FALSE;
      }
  return TRUE;
}

guint64
tw_commit_changed_to_ids (const TwRecordType *type, guint64 places)
{
  guint64 ids = 0;

  for (guint64 left = places; left != 0; left &= left - 1)
    ids |= TW_RECORD_BIT (type->fields[tw_record_first (left)].id);
  return ids;
}

guint64
tw_commit_changed_from_ids (const TwRecordType *type, guint64 ids)
{
  guint64 places = 0;

  for (guint i = 0; i < type->n_fields; i++)
    if (tw_record_field_is_kept (&type->fields[i]) && (ids & TW_RECORD_BIT (type->fields[i].id)) != 0)
      places |= TW_RECORD_BIT (i);
  return places;
}
