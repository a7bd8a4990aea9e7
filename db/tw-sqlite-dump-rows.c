/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-dump-rows.h"

#include "tw-error.h"
#include "tw-record.h"

#include <string.h>

static GVariant *
not_utf8 (sqlite3_stmt *statement, int column, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "a row has a '%s' that is not UTF-8",
               sqlite3_column_name (statement, column));
  return NULL;
}

static GVariant *
text_value (sqlite3_stmt *statement, int column, GError **error)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  if (text != NULL && g_utf8_validate_len (text, (gsize) sqlite3_column_bytes (statement, column), NULL))
    return g_variant_new_string (text);
  return not_utf8 (statement, column, error);
}

static GVariant *
texts_value (sqlite3_stmt *statement, int column, GError **error)
{
  const char *bytes = sqlite3_column_blob (statement, column);
  const TwRecordTexts texts = { bytes, (gsize) sqlite3_column_bytes (statement, column) };
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);

  if (!tw_record_texts_end (bytes, texts.length))
    return not_utf8 (statement, column, error);
  for (const char *text = tw_record_texts_next (&texts, NULL); text != NULL; text = tw_record_texts_next (&texts, text))
    {
      if (!g_utf8_validate (text, -1, NULL))
        return not_utf8 (statement, column, error);
      g_variant_builder_add (&builder, "s", text);
    }
  return g_variant_builder_end (&builder);
}

static GVariant *column_value (sqlite3_stmt *statement, int column, const GVariantType *type, GError **error);

static GVariant *
maybe_value (sqlite3_stmt *statement, int column, const GVariantType *type, GError **error)
{
  GVariant *inside;

  if (sqlite3_column_type (statement, column) == SQLITE_NULL)
    return g_variant_new_maybe (type, NULL);
  inside = column_value (statement, column, type, error);
  return inside != NULL ? g_variant_new_maybe (NULL, inside) : NULL;
}

/* Bytes, or texts as a record has them (tw-record.h). */
static GVariant *
array_value (sqlite3_stmt *statement, int column, const GVariantType *type, GError **error)
{
  if (g_variant_type_equal (type, G_VARIANT_TYPE_STRING_ARRAY))
    return texts_value (statement, column, error);
  return g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, sqlite3_column_blob (statement, column),
                                    (gsize) sqlite3_column_bytes (statement, column), 1);
}

/* A floating value of a column; NULL with @error where its bytes are no text. */
static GVariant *
column_value (sqlite3_stmt *statement, int column, const GVariantType *type, GError **error)
{
  switch (g_variant_type_peek_string (type)[0])
    {
    case 'a':
      return array_value (statement, column, type, error);
    case 'b':
      return g_variant_new_boolean (sqlite3_column_int (statement, column) != 0);
    case 'd':
      return g_variant_new_double (sqlite3_column_double (statement, column));
    case 'x':
      return g_variant_new_int64 (sqlite3_column_int64 (statement, column));
    case 's':
      return text_value (statement, column, error);
    case 'm':
      return maybe_value (statement, column, g_variant_type_element (type), error);
    default:
      g_assert_not_reached ();
    }
}

GVariant *
tw_sqlite_dump_row (sqlite3_stmt *statement, const char *type, GError **error)
{
  const GVariantType *record = G_VARIANT_TYPE (type), *member = g_variant_type_first (record);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (record);

  for (int column = 0; member != NULL; column++, member = g_variant_type_next (member))
    {
      GVariant *value = column_value (statement, column, member, error);

      if (value == NULL)
        return NULL;
      g_variant_builder_add_value (&builder, value);
    }
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
bind_bytes (sqlite3_stmt *statement, int place, GVariant *value)
{
  gsize n;
  const void *bytes = g_variant_get_fixed_array (value, &n, 1);

  sqlite3_bind_blob64 (statement, place, bytes, n, SQLITE_TRANSIENT);
}

static void
bind_texts (sqlite3_stmt *statement, int place, GVariant *value)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const gsize n = g_variant_n_children (value);

  for (gsize i = 0; i < n; i++)
    {
      const char *text;

      g_variant_get_child (value, i, "&s", &text);
      g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text) + 1);
    }
  sqlite3_bind_blob64 (statement, place, bytes->data, bytes->len, SQLITE_TRANSIENT);
}

void
tw_sqlite_dump_bind (sqlite3_stmt *statement, int place, GVariant *value)
{
  g_autoptr (GVariant) inside = NULL;

  switch (g_variant_get_type_string (value)[0])
    {
    case 'a':
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
        bind_texts (statement, place, value);
      else
        bind_bytes (statement, place, value);
      break;
    case 'b':
      sqlite3_bind_int (statement, place, g_variant_get_boolean (value) ? 1 : 0);
      break;
    case 'd':
      sqlite3_bind_double (statement, place, g_variant_get_double (value));
      break;
    case 'x':
      sqlite3_bind_int64 (statement, place, g_variant_get_int64 (value));
      break;
    case 's':
      sqlite3_bind_text (statement, place, g_variant_get_string (value, NULL), -1, SQLITE_TRANSIENT);
      break;
    case 'm':
      inside = g_variant_get_maybe (value);
      if (inside != NULL)
        tw_sqlite_dump_bind (statement, place, inside);
      break;
    default:
      g_assert_not_reached ();
    }
}
