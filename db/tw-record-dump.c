/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-dump.h"

#include "tw-random.h"

#include <string.h>

/* The field at the place @at of a copy's order. */
static guint
field_at (guint key, guint at)
{
  return at == 0 ? key : at <= key ? at - 1 : at;
}

static GVariant *
pack_id (const char *id)
{
  guint8 bytes[TW_ID_BYTES];
  gboolean valid = tw_id_to_bytes (id, bytes);

  g_assert (valid);
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, bytes, sizeof bytes, 1);
}

static GVariant *
pack_member (const TwRecordType *type, gconstpointer record, guint i)
{
  switch (type->fields[i].kind)
    {
    case TW_RECORD_TEXT:
      return g_variant_new_string (*tw_record_text (type, record, i));
    case TW_RECORD_ID:
      return pack_id (*tw_record_text (type, record, i));
    case TW_RECORD_TIME:
    case TW_RECORD_NUMBER:
      return g_variant_new_int64 (*tw_record_number (type, record, i));
    case TW_RECORD_BOOL:
      return g_variant_new_boolean (*tw_record_bool (type, record, i));
    case TW_RECORD_REAL:
      return g_variant_new_double (*tw_record_real (type, record, i));
    case TW_RECORD_STRUCT:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      g_assert_not_reached ();
    }
}

GVariant *
tw_record_dump_pack (const TwRecordType *type, gconstpointer record)
{
  const guint key = tw_record_find_role (type, TW_RECORD_KEY);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_TUPLE);

  for (guint at = 0; at < type->n_fields; at++)
    {
      const guint i = field_at (key, at);
      const TwRecordField *field = &type->fields[i];
      GVariant *value = NULL;

      if (!tw_record_field_is_kept (field))
        continue;
      if ((*tw_record_has (record) & TW_RECORD_BIT (i)) != 0)
        value = pack_member (type, record, i);
      if (!field->always)
        value = g_variant_new_maybe (G_VARIANT_TYPE (field->packed), value);
      g_variant_builder_add_value (&builder, value);
    }
  return g_variant_builder_end (&builder);
}

static gboolean
unpack_member (const TwRecordType *type, gpointer record, guint i, GVariant *value, char id[TW_ID_SIZE])
{
  gconstpointer bytes;
  gsize n;

  switch (type->fields[i].kind)
    {
    case TW_RECORD_TEXT:
      *tw_record_text (type, record, i) = g_variant_get_string (value, NULL);
      return TRUE;
    case TW_RECORD_ID:
      bytes = g_variant_get_fixed_array (value, &n, 1);
      if (n != TW_ID_BYTES)
        return FALSE;
      tw_id_from_bytes (bytes, id);
      *tw_record_text (type, record, i) = id;
      return TRUE;
    case TW_RECORD_TIME:
    case TW_RECORD_NUMBER:
      *tw_record_number (type, record, i) = g_variant_get_int64 (value);
      return TRUE;
    case TW_RECORD_BOOL:
      *tw_record_bool (type, record, i) = g_variant_get_boolean (value);
      return TRUE;
    case TW_RECORD_REAL:
      *tw_record_real (type, record, i) = g_variant_get_double (value);
      return TRUE;
    case TW_RECORD_STRUCT:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      g_assert_not_reached ();
    }
}

gpointer
tw_record_dump_unpack (const TwRecordType *type, GVariant *packed)
{
  const guint key = tw_record_find_role (type, TW_RECORD_KEY);
  g_autofree gpointer record = g_malloc0 (type->size);
  char ids[64][TW_ID_SIZE];
  gsize child = 0;

  for (guint at = 0; at < type->n_fields; at++)
    {
      const guint i = field_at (key, at);
      g_autoptr (GVariant) outer = NULL;
      g_autoptr (GVariant) inner = NULL;

      if (!tw_record_field_is_kept (&type->fields[i]))
        continue;
      outer = g_variant_get_child_value (packed, child++);
      inner = type->fields[i].always ? g_variant_ref (outer) : g_variant_get_maybe (outer);
      if (inner == NULL)
        continue;
      /* Texts lie in @packed, of which the children are parts. */
      if (!unpack_member (type, record, i, inner, ids[i]))
        return NULL;
      *tw_record_has (record) |= TW_RECORD_BIT (i);
    }
  return tw_record_copy (type, record);
}
