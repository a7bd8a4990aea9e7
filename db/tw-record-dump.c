/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-dump.h"

#include "tw-id.h"

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
pack_texts (const TwRecordTexts *texts)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);

  for (const char *text = tw_record_texts_next (texts, NULL); text != NULL; text = tw_record_texts_next (texts, text))
    g_variant_builder_add (&builder, "s", text);
  return g_variant_builder_end (&builder);
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
    case TW_RECORD_TEXTS:
      return pack_texts (tw_record_texts (type, record, i));
    case TW_RECORD_BYTES:
      return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, tw_record_bytes (type, record, i)->bytes,
                                        tw_record_bytes (type, record, i)->length, 1);
    case TW_RECORD_TIME:
    case TW_RECORD_WHEN:
    case TW_RECORD_NUMBER:
      return g_variant_new_int64 (*tw_record_number (type, record, i));
    case TW_RECORD_BOOL:
      return g_variant_new_boolean (*tw_record_bool (type, record, i));
    case TW_RECORD_REAL:
      return g_variant_new_double (*tw_record_real (type, record, i));
    case TW_RECORD_STRUCT:
    case TW_RECORD_LIST:
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
      if ((*tw_record_has (record) & TW_RECORD_BIT (i)) != 0
          && !(field->kind == TW_RECORD_TEXTS && tw_record_texts (type, record, i)->length == 0))
        value = pack_member (type, record, i);
      if (!field->always)
        value = g_variant_new_maybe (G_VARIANT_TYPE (field->packed), value);
      g_variant_builder_add_value (&builder, value);
    }
  return g_variant_builder_end (&builder);
}

/* In one block, which @made keeps. */
static TwRecordTexts
unpack_texts (GVariant *value, GPtrArray *made)
{
  GString *bytes = g_string_new (NULL);
  const gsize n = g_variant_n_children (value);
  TwRecordTexts texts;

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      gsize length;
      const char *text = g_variant_get_string (child, &length);

      g_string_append_len (bytes, text, (gssize) length + 1);
    }
  texts.length = bytes->len;
  texts.bytes = g_string_free (bytes, FALSE);
  g_ptr_array_add (made, (gpointer) (guintptr) texts.bytes);
  return texts;
}

static gboolean
unpack_member (const TwRecordType *type, gpointer record, guint i, GVariant *value, char id[TW_ID_SIZE],
               GPtrArray *made)
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
    case TW_RECORD_TEXTS:
      *tw_record_texts (type, record, i) = unpack_texts (value, made);
      return TRUE;
    case TW_RECORD_BYTES:
      bytes = g_variant_get_fixed_array (value, &n, 1);
      *tw_record_bytes (type, record, i) = (TwRecordBytes) { bytes, n };
      return TRUE;
    case TW_RECORD_TIME:
    case TW_RECORD_WHEN:
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
    case TW_RECORD_LIST:
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
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_free);
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
      if (!unpack_member (type, record, i, inner, ids[i], made))
        return NULL;
      *tw_record_has (record) |= TW_RECORD_BIT (i);
    }
  return tw_record_copy (type, record);
}
