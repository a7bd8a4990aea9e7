/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record.h"

#include "tw-error.h"
#include "tw-id.h"
#include "tw-record-when.h"
#include "tw-rfc3339.h"

#include <math.h>
#include <string.h>

guint
tw_record_find_role (const TwRecordType *type, TwRecordRole role)
{
  guint i = 0;

  while (i < type->n_fields && type->fields[i].role != role)
    i++;
  return i;
}

guint
tw_record_find_name (const TwRecordType *type, const char *name, gsize length)
{
  guint i = 0;

  while (i < type->n_fields
         && (strlen (type->fields[i].name) != length || memcmp (type->fields[i].name, name, length) != 0))
    i++;
  return i;
}

const char *
tw_record_texts_next (const TwRecordTexts *texts, const char *text)
{
  const char *next = text == NULL ? texts->bytes : text + strlen (text) + 1;

  return texts->length > 0 && next < texts->bytes + texts->length ? next : NULL;
}

guint
tw_record_texts_count (const TwRecordTexts *texts)
{
  guint n = 0;

  for (gsize i = 0; i < texts->length; i++)
    n += texts->bytes[i] == '\0';
  return n;
}

gboolean
tw_record_texts_end (const char *bytes, gsize length)
{
  return length == 0 || bytes[length - 1] == '\0';
}

/* How many bytes a member points at. */
static gsize
length_of (TwRecordKind kind, gconstpointer member)
{
  const char *text;

  switch (kind)
    {
    case TW_RECORD_TEXT:
    case TW_RECORD_ID:
      text = *(const char *const *) member;
      return text != NULL ? strlen (text) + 1 : 0;
    case TW_RECORD_TEXTS:
      return ((const TwRecordTexts *) member)->length;
    case TW_RECORD_BYTES:
      return ((const TwRecordBytes *) member)->length;
    case TW_RECORD_TIME:
    case TW_RECORD_WHEN:
    case TW_RECORD_BOOL:
    case TW_RECORD_NUMBER:
    case TW_RECORD_REAL:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
      return 0;
    case TW_RECORD_STRUCT:
    case TW_RECORD_LIST:
    default:
      g_assert_not_reached ();
    }
}

/* A member that points at bytes, which it begins with. */
typedef struct
{
  gsize offset, length;
} Block;

gpointer
tw_record_copy (const TwRecordType *type, gconstpointer record)
{
  Block blocks[64];
  guint n = 0;
  gsize size = type->size;
  guint8 *copy, *at;

  for (guint i = 0; i < type->n_fields; i++)
    {
      const gsize offset = type->fields[i].offset;
      const gsize length = length_of (type->fields[i].kind, (const guint8 *) record + offset);

      if (length > 0)
        blocks[n++] = (Block) { offset, length };
      size += length;
    }
  copy = g_malloc (size);
  memcpy (copy, record, type->size);
  at = copy + type->size;
  for (guint i = 0; i < n; i++)
    {
      gconstpointer *pointer = (gconstpointer *) (gpointer) (copy + blocks[i].offset);

      *pointer = memcpy (at, *pointer, blocks[i].length);
      at += blocks[i].length;
    }
  return copy;
}

/* Sets a field that is not there. */
static void
set_fallback (const TwRecordType *type, gpointer record, guint i)
{
  const TwRecordField *field = &type->fields[i];

  *tw_record_has (record) |= TW_RECORD_BIT (i);
  switch (field->kind)
    {
    case TW_RECORD_TEXT:
    case TW_RECORD_ID:
      *tw_record_text (type, record, i) = field->fallback_text != NULL ? field->fallback_text : "";
      break;
    case TW_RECORD_TIME:
    case TW_RECORD_WHEN:
    case TW_RECORD_NUMBER:
      *tw_record_number (type, record, i) = field->fallback_number;
      break;
    case TW_RECORD_BOOL:
      *tw_record_bool (type, record, i) = field->fallback_number != 0;
      break;
    case TW_RECORD_REAL:
      *tw_record_real (type, record, i) = field->fallback_real;
      break;
    case TW_RECORD_TEXTS:
    case TW_RECORD_BYTES:
      break; /* none */
    case TW_RECORD_STRUCT:
    case TW_RECORD_LIST:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      g_assert_not_reached ();
    }
}

void
tw_record_fill (const TwRecordType *type, gpointer record)
{
  for (guint i = 0; i < type->n_fields; i++)
    if (type->fields[i].has_fallback && (*tw_record_has (record) & TW_RECORD_BIT (i)) == 0)
      set_fallback (type, record, i);
}

void
tw_record_complete (const TwRecordType *type, gpointer record)
{
  for (guint64 left = type->always & ~*tw_record_has (record); left != 0; left &= left - 1)
    {
      const guint i = tw_record_first (left);

      set_fallback (type, record, i);
      if (type->fields[i].role == TW_RECORD_VERSION)
        *tw_record_number (type, record, i) = 1;
      else if (type->fields[i].role == TW_RECORD_UPDATED)
        *tw_record_number (type, record, i)
            = *tw_record_number (type, record, tw_record_find_role (type, TW_RECORD_CREATED));
    }
}

/* What a member takes. */
static gsize
member_size (TwRecordKind kind)
{
  switch (kind)
    {
    case TW_RECORD_TEXT:
    case TW_RECORD_ID:
      return sizeof (const char *);
    case TW_RECORD_BOOL:
      return sizeof (gboolean);
    case TW_RECORD_REAL:
      return sizeof (double);
    case TW_RECORD_TIME:
    case TW_RECORD_WHEN:
    case TW_RECORD_NUMBER:
      return sizeof (gint64);
    case TW_RECORD_TEXTS:
      return sizeof (TwRecordTexts);
    case TW_RECORD_BYTES:
      return sizeof (TwRecordBytes);
    case TW_RECORD_STRUCT:
    case TW_RECORD_LIST:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      return 0;
    }
}

static gboolean
is_empty_list (const TwRecordType *type, gconstpointer record, guint i)
{
  return type->fields[i].kind == TW_RECORD_TEXTS && (*tw_record_has (record) & TW_RECORD_BIT (i)) != 0
         && tw_record_texts (type, record, i)->length == 0;
}

void
tw_record_apply (const TwRecordType *type, gpointer record, gconstpointer change, guint64 clear)
{
  guint64 *has = tw_record_has (record);

  for (guint i = 0; i < type->n_fields; i++)
    {
      const gsize size = member_size (type->fields[i].kind);

      if ((clear & TW_RECORD_BIT (i)) != 0 || is_empty_list (type, change, i))
        {
          memset (tw_record_member (type, record, i), 0, size);
          *has &= ~TW_RECORD_BIT (i);
        }
      else if ((*tw_record_has (change) & TW_RECORD_BIT (i)) != 0)
        {
          memcpy (tw_record_member (type, record, i), tw_record_member (type, change, i), size);
          *has |= TW_RECORD_BIT (i);
        }
    }
  tw_record_complete (type, record);
}

/* Of one name: whether a value of @from can be one of @to. */
static gboolean
fits (const TwRecordField *from, const TwRecordField *to)
{
  return from->kind == to->kind
         || (from->kind == TW_RECORD_TEXT
             && (to->kind == TW_RECORD_TIME || to->kind == TW_RECORD_WHEN || to->kind == TW_RECORD_ID));
}

void
tw_record_map_init (TwRecordMap *map, const TwRecordType *from, const TwRecordType *to)
{
  *map = (TwRecordMap) { .from = from, .to = to };
  for (guint i = 0; i < from->n_fields; i++)
    {
      const TwRecordField *field = &from->fields[i];
      guint there = tw_record_find_name (to, field->name, strlen (field->name));

      map->fields[i] = TW_RECORD_NOWHERE;
      if (there == to->n_fields || member_size (field->kind) == 0)
        continue;
      if (fits (field, &to->fields[there]))
        map->fields[i] = (guint8) there;
      else
        g_error ("%s.%s can't be a %s's: they are of different types", from->name, field->name, to->name);
    }
}

/* A time or a date of @input, which may be a text there. */
static gboolean
take_time (const TwRecordMap *map, guint from, gconstpointer input, guint to, gpointer record)
{
  gint64 *time = tw_record_number (map->to, record, to);

  if (map->from->fields[from].kind != TW_RECORD_TEXT)
    *time = *tw_record_number (map->from, input, from);
  else if (map->to->fields[to].kind == TW_RECORD_TIME)
    return tw_rfc3339_time (*tw_record_text (map->from, input, from), time);
  else
    return tw_record_when_parse (*tw_record_text (map->from, input, from), time);
  return *time != TW_RECORD_NO_TIME;
}

/* What is wrong with the value of the field @from for the field @to, whose member of @record it becomes, if that is
 * anything. */
static const char *
take_value (const TwRecordMap *map, guint from, gconstpointer input, guint to, gpointer record)
{
  const TwRecordField *field = &map->to->fields[to];

  if (field->kind == TW_RECORD_TIME)
    return take_time (map, from, input, to, record) ? NULL : "a time";
  if (field->kind == TW_RECORD_WHEN)
    return take_time (map, from, input, to, record) ? NULL : "a date or a time";
  if (field->kind == TW_RECORD_REAL && isnan (*tw_record_real (map->from, input, from)))
    return "a number";
  if (field->kind == TW_RECORD_ID && field->role != TW_RECORD_KEY
      && !tw_id_is_valid (*tw_record_text (map->from, input, from)))
    return "an id";
  memcpy (tw_record_member (map->to, record, to), tw_record_member (map->from, input, from), member_size (field->kind));
  return NULL;
}

gboolean
tw_record_map_apply (const TwRecordMap *map, gconstpointer input, gpointer record, GError **error)
{
  for (guint64 left = *tw_record_has (input); left != 0; left &= left - 1)
    {
      const guint i = tw_record_first (left), there = map->fields[i];
      const char *unlike;

      if (there == TW_RECORD_NOWHERE)
        continue;
      unlike = take_value (map, i, input, there, record);
      if (unlike != NULL)
        {
          g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "%s is not %s", map->from->fields[i].name, unlike);
          return FALSE;
        }
      *tw_record_has (record) |= TW_RECORD_BIT (there);
    }
  return TRUE;
}

guint64
tw_record_map_bits (const TwRecordMap *map, guint64 bits)
{
  guint64 mapped = 0;

  for (guint i = 0; i < map->from->n_fields; i++)
    if ((bits & TW_RECORD_BIT (i)) != 0 && map->fields[i] != TW_RECORD_NOWHERE)
      mapped |= TW_RECORD_BIT (map->fields[i]);
  return mapped;
}

gboolean
tw_record_map_clear (const TwRecordMap *map, guint64 named, guint64 *clear, GError **error)
{
  for (guint i = 0; i < map->from->n_fields; i++)
    {
      const guint there = map->fields[i];

      if ((named & TW_RECORD_BIT (i)) == 0
          || (there != TW_RECORD_NOWHERE && !map->to->fields[there].always))
        continue;
      if (map->from->fields[i].kind == TW_RECORD_CLEAR)
        g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "%s has the name of no field", map->from->fields[i].name);
      else
        g_set_error (error, TW_ERROR, TW_ERROR_INVALID, "%s can't be cleared", map->from->fields[i].name);
      return FALSE;
    }
  *clear = tw_record_map_bits (map, named);
  return TRUE;
}
