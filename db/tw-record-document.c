/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-document.h"

#include "tw-fold.h"
#include "tw-id.h"
#include "tw-log.h"
#include "tw-record-when.h"

#include <math.h>
#include <string.h>

static const char *
name_of (const TwRecordField *field)
{
  return field->role == TW_RECORD_KEY ? "_id" : field->name;
}

static void
append_id (bson_t *document, const char *name, const char *id)
{
  bson_oid_t oid;
  gboolean valid = tw_id_to_bytes (id, oid.bytes);

  g_assert (valid);
  bson_append_oid (document, name, -1, &oid);
}

static void
append_when (bson_t *document, const char *name, gint64 when)
{
  char text[TW_RECORD_WHEN_SIZE];

  tw_record_when_format (when, text);
  bson_append_utf8 (document, name, -1, text, -1);
}

static void
append_texts (bson_t *document, const char *name, const TwRecordTexts *texts)
{
  bson_t array;
  guint32 index = 0;

  bson_append_array_begin (document, name, -1, &array);
  for (const char *text = tw_record_texts_next (texts, NULL); text != NULL; text = tw_record_texts_next (texts, text))
    {
      const char *place;
      char digits[16];

      bson_uint32_to_string (index++, &place, digits, sizeof digits);
      bson_append_utf8 (&array, place, -1, text, -1);
    }
  bson_append_array_end (document, &array);
}

static void
append_bytes (bson_t *document, const char *name, const TwRecordBytes *bytes)
{
  bson_append_binary (document, name, -1, BSON_SUBTYPE_BINARY, bytes->length > 0 ? bytes->bytes : (const guint8 *) "",
                      (guint32) bytes->length);
}

static void
append_text (bson_t *document, const TwRecordField *field, const char *name, const char *text)
{
  g_autofree char *folded = field->folded != NULL ? tw_fold_key (text) : NULL;

  bson_append_utf8 (document, name, -1, text, -1);
  if (folded != NULL)
    bson_append_utf8 (document, field->folded, -1, folded, -1);
}

static void
append_member (bson_t *document, const TwRecordType *type, gconstpointer record, guint i)
{
  const TwRecordField *field = &type->fields[i];
  const char *name = name_of (field);

  switch (field->kind)
    {
    case TW_RECORD_TEXT:
      append_text (document, field, name, *tw_record_text (type, record, i));
      break;
    case TW_RECORD_ID:
      append_id (document, name, *tw_record_text (type, record, i));
      break;
    case TW_RECORD_TIME:
      bson_append_date_time (document, name, -1, *tw_record_number (type, record, i));
      break;
    case TW_RECORD_NUMBER:
      bson_append_int64 (document, name, -1, *tw_record_number (type, record, i));
      break;
    case TW_RECORD_BOOL:
      bson_append_bool (document, name, -1, *tw_record_bool (type, record, i));
      break;
    case TW_RECORD_REAL:
      bson_append_double (document, name, -1, *tw_record_real (type, record, i));
      break;
    case TW_RECORD_WHEN:
      append_when (document, name, *tw_record_number (type, record, i));
      break;
    case TW_RECORD_TEXTS:
      append_texts (document, name, tw_record_texts (type, record, i));
      break;
    case TW_RECORD_BYTES:
      append_bytes (document, name, tw_record_bytes (type, record, i));
      break;
    case TW_RECORD_STRUCT:
    case TW_RECORD_LIST:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      g_assert_not_reached ();
    }
}

/* An empty list is kept as none. */
static gboolean
is_none (const TwRecordType *type, gconstpointer record, guint i)
{
  return type->fields[i].kind == TW_RECORD_TEXTS && tw_record_texts (type, record, i)->length == 0;
}

bson_t *
tw_record_document_new (const TwRecordType *type, gconstpointer record)
{
  bson_t *document = bson_new ();

  for (guint i = 0; i < type->n_fields; i++)
    if (tw_record_field_is_kept (&type->fields[i]) && (*tw_record_has (record) & TW_RECORD_BIT (i)) != 0
        && !is_none (type, record, i))
      append_member (document, type, record, i);
  return document;
}

void
tw_record_document_change (const TwRecordType *type, gconstpointer change, guint64 clear, bson_t *set, bson_t *unset)
{
  gpointer cleared = g_malloc0 (type->size);

  tw_record_complete (type, cleared);
  for (guint i = 0; i < type->n_fields; i++)
    {
      const TwRecordField *field = &type->fields[i];
      const gboolean has = (*tw_record_has (change) & TW_RECORD_BIT (i)) != 0;
      const gboolean clears = (clear & TW_RECORD_BIT (i)) != 0 || (has && is_none (type, change, i));

      if (!tw_record_field_is_kept (field))
        continue;
      if (clears && field->always)
        append_member (set, type, cleared, i);
      else if (clears)
        {
          bson_append_utf8 (unset, name_of (field), -1, "", -1);
          if (field->folded != NULL)
            bson_append_utf8 (unset, field->folded, -1, "", -1);
        }
      else if (has)
        append_member (set, type, change, i);
    }
  g_free (cleared);
}

/* FALSE where the value at @iter is not a number. */
static gboolean
read_real (const bson_iter_t *iter, double *number)
{
  char digits[BSON_DECIMAL128_STRING];
  bson_decimal128_t decimal;

  if (bson_iter_decimal128 (iter, &decimal))
    {
      bson_decimal128_to_string (&decimal, digits);
      *number = g_ascii_strtod (digits, NULL);
      return TRUE;
    }
  *number = bson_iter_as_double (iter);
  return BSON_ITER_HOLDS_NUMBER (iter);
}

static gboolean
read_bool (const bson_iter_t *iter, gboolean *value)
{
  double number;

  if (BSON_ITER_HOLDS_BOOL (iter))
    {
      *value = bson_iter_bool (iter);
      return TRUE;
    }
  *value = read_real (iter, &number) && (number < 0 || number > 0);
  return TRUE;
}

static gboolean
fits_wire (gint64 value, TwWireType wire)
{
  const gint64 highest = wire == TW_WIRE_I32   ? G_MAXINT32
                         : wire == TW_WIRE_I16 ? G_MAXINT16
                         : wire == TW_WIRE_I64 ? G_MAXINT64
                                               : G_MAXINT8;

  return value <= highest && value >= -highest - 1;
}

static gboolean
read_number (const bson_iter_t *iter, TwWireType wire, gint64 *value)
{
  double number;

  if (BSON_ITER_HOLDS_INT (iter))
    {
      if (!fits_wire (bson_iter_as_int64 (iter), wire))
        return FALSE;
      *value = bson_iter_as_int64 (iter);
      return TRUE;
    }
  /* Up to the last number that both types hold; what is none compares as FALSE. */
  if (!read_real (iter, &number) || !(fabs (number) <= 0x1p53) || !fits_wire ((gint64) number, wire))
    return FALSE;
  *value = (gint64) number;
  return TRUE;
}

/* What a document's texts lie in until the record has been copied. */
typedef struct
{
  char ids[64][TW_ID_SIZE];
  GPtrArray *made; /* of what does not lie in the document */
} Space;

static gpointer
keep_made (Space *space, gpointer made)
{
  if (space->made == NULL)
    space->made = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (space->made, made);
  return made;
}

/* A text that lies in the document, or, where its bytes are no text, in @space. */
static gboolean
read_text (const bson_iter_t *iter, Space *space, const char **text)
{
  guint32 length;
  const char *bytes;

  if (!BSON_ITER_HOLDS_UTF8 (iter))
    return FALSE;
  bytes = bson_iter_utf8 (iter, &length);
  /* It takes a NUL before the end for one more byte that is not valid. */
  *text = g_utf8_validate_len (bytes, length, NULL) ? bytes : keep_made (space, g_utf8_make_valid (bytes, length));
  return TRUE;
}

/* A text in the form that dates and times are written in here, or any other that can be read. */
static gboolean
read_when (const bson_iter_t *iter, gint64 *when)
{
  guint32 length;
  const char *text = BSON_ITER_HOLDS_UTF8 (iter) ? bson_iter_utf8 (iter, &length) : NULL;

  return text != NULL && strlen (text) == length && tw_record_when_parse (text, when);
}

/* Those elements of an array that are texts; none are no list. */
static gboolean
read_texts (const bson_iter_t *iter, Space *space, TwRecordTexts *texts)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  bson_iter_t element;
  const char *text;

  if (!BSON_ITER_HOLDS_ARRAY (iter) || !bson_iter_recurse (iter, &element))
    return FALSE;
  while (bson_iter_next (&element))
    if (read_text (&element, space, &text))
      g_string_append_len (bytes, text, (gssize) strlen (text) + 1);
  *texts = (TwRecordTexts) { .length = bytes->len };
  if (bytes->len > 0)
    texts->bytes = keep_made (space, g_string_free (g_steal_pointer (&bytes), FALSE));
  return texts->length > 0;
}

static gboolean
read_bytes (const bson_iter_t *iter, TwRecordBytes *bytes)
{
  guint32 length;

  if (!BSON_ITER_HOLDS_BINARY (iter))
    return FALSE;
  bson_iter_binary (iter, NULL, &length, &bytes->bytes);
  bytes->length = length;
  return TRUE;
}

static gboolean
read_member (const TwRecordType *type, gpointer record, guint i, const bson_iter_t *iter, Space *space)
{
  switch (type->fields[i].kind)
    {
    case TW_RECORD_TEXT:
      return read_text (iter, space, tw_record_text (type, record, i));
    case TW_RECORD_ID:
      if (!BSON_ITER_HOLDS_OID (iter))
        return FALSE;
      tw_id_from_bytes (bson_iter_oid (iter)->bytes, space->ids[i]);
      *tw_record_text (type, record, i) = space->ids[i];
      return TRUE;
    case TW_RECORD_TIME:
      *tw_record_number (type, record, i) = bson_iter_date_time (iter);
      return BSON_ITER_HOLDS_DATE_TIME (iter);
    case TW_RECORD_NUMBER:
      return read_number (iter, type->fields[i].wire, tw_record_number (type, record, i));
    case TW_RECORD_BOOL:
      return read_bool (iter, tw_record_bool (type, record, i));
    case TW_RECORD_REAL:
      return read_real (iter, tw_record_real (type, record, i));
    case TW_RECORD_WHEN:
      return read_when (iter, tw_record_number (type, record, i));
    case TW_RECORD_TEXTS:
      return read_texts (iter, space, tw_record_texts (type, record, i));
    case TW_RECORD_BYTES:
      return read_bytes (iter, tw_record_bytes (type, record, i));
    case TW_RECORD_STRUCT:
    case TW_RECORD_LIST:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      g_assert_not_reached ();
    }
}

/* Why a document without this field, or with one of another type, is no record; NULL where it is one. */
static char *
complain (const TwRecordField *field)
{
  static const char *const kinds[] = {
    [TW_RECORD_TEXT] = "a string",     [TW_RECORD_ID] = "an ObjectId", [TW_RECORD_TIME] = "a date",
    [TW_RECORD_NUMBER] = "a number",   [TW_RECORD_REAL] = "a number",  [TW_RECORD_BYTES] = "binary",
  };

  return field->needed ? g_strdup_printf ("its %s is not %s", name_of (field), kinds[field->kind]) : NULL;
}

gboolean
tw_record_document_is_tombstone (const bson_t *document)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, document, TW_RECORD_TOMBSTONE) && BSON_ITER_HOLDS_DATE_TIME (&iter);
}

gpointer
tw_record_document_read (const TwRecordType *type, const bson_t *document, char **why)
{
  g_autofree gpointer record = g_malloc0 (type->size);
  g_autoptr (GPtrArray) made = NULL;
  Space space = { .made = NULL };

  *why = NULL;
  for (guint i = 0; i < type->n_fields && *why == NULL; i++)
    {
      const TwRecordField *field = &type->fields[i];
      bson_iter_t iter;

      if (!tw_record_field_is_kept (field))
        continue;
      if (bson_iter_init_find (&iter, document, name_of (field)) && read_member (type, record, i, &iter, &space))
        *tw_record_has (record) |= TW_RECORD_BIT (i);
      else
        *why = complain (field);
    }
  made = space.made;
  if (*why != NULL)
    {
      if (tw_record_document_is_tombstone (document))
        g_clear_pointer (why, g_free);
      return NULL;
    }
  tw_record_complete (type, record);
  return tw_record_copy (type, record);
}

gpointer
tw_record_document_read_or_warn (const TwRecordType *type, const bson_t *document, atomic_flag *warned)
{
  g_autofree char *why = NULL;
  gpointer record = tw_record_document_read (type, document, &why);

  if (record == NULL && why != NULL && !atomic_flag_test_and_set (warned))
    tw_log_warning ("left out a document in the collection %s that is no %s: %s. There may be more of them; this is said"
                    " once", type->collection, type->name, why);
  return record;
}
