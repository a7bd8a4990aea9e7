/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-table-private.h"

#include "tw-clock.h"
#include "tw-id.h"

#include <string.h>

/* In binary (tw-writer.h): a field's head, a string's length, and room for both and for a time or an id with its NUL. */
#define HEAD 3
#define LENGTH 4
#define ROOM 32

static gboolean
is_simple (const TwRecordField *field)
{
  switch (field->kind)
    {
    case TW_RECORD_TEXT:
    case TW_RECORD_ID:
    case TW_RECORD_TIME:
    case TW_RECORD_BOOL:
      return TRUE;
    case TW_RECORD_NUMBER:
      return field->wire == TW_WIRE_I64;
    case TW_RECORD_WHEN:
    case TW_RECORD_REAL:
    case TW_RECORD_TEXTS:
    case TW_RECORD_BYTES:
    case TW_RECORD_STRUCT:
    case TW_RECORD_LIST:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      return FALSE;
    }
}

static guint
find_column (const TwRecordTable *table, guint field)
{
  guint i = table->n_rare;

  while (i < table->n_columns && table->columns[i].field != field)
    i++;
  return i - table->n_rare;
}

/* In the order of fields, as tw_record_write() has them. */
void
tw_record_table_plan_writing (TwRecordTable *table)
{
  const TwRecordType *type = table->type;
  const guint64 fields = table->sure | TW_RECORD_BIT (table->owner);

  table->n_steps = 0;
  if (table->n_rare == 0 || table->first_sure > table->n_rare
      || (guint) __builtin_popcountll (fields) > G_N_ELEMENTS (table->steps))
    return;
  for (guint64 left = fields; left != 0; left &= left - 1)
    {
      const guint i = tw_record_first (left);
      const TwRecordField *field = &type->fields[i];

      if (!is_simple (field))
        {
          table->n_steps = 0;
          return;
        }
      table->steps[table->n_steps++] = (TwRecordStep) {
        field->kind, field->role, find_column (table, i),
        { (guint8) field->wire, (guint8) ((guint16) field->id >> 8), (guint8) field->id },
      };
    }
  table->room = ROOM * (gsize) table->n_steps + 1;
}

static inline guint8 *
put_length (guint8 *at, gsize length)
{
  const guint32 big_endian = GUINT32_TO_BE ((guint32) length);

  memcpy (at, &big_endian, LENGTH);
  return at + LENGTH;
}

static inline guint8 *
put_text (TwBuffer *out, guint8 *at, const char *text, gsize room)
{
  const gsize length = strlen (text);

  g_assert (length <= G_MAXINT32);
  out->len = (gsize) (at - out->data);
  at = put_length (tw_buffer_reserve (out, LENGTH + length + room), length);
  memcpy (at, text, length);
  return at + length;
}

static inline guint8 *
put_i64 (guint8 *at, gint64 number)
{
  const guint64 big_endian = GUINT64_TO_BE ((guint64) number);

  memcpy (at, &big_endian, sizeof big_endian);
  return at + sizeof big_endian;
}

gboolean
tw_record_table_write (const TwRecordTable *table, sqlite3_value **columns, guint n_columns, const char *owner,
                       TwWriter *writer, gint64 *created_ms, char *key)
{
  TwBuffer *out = writer->out;
  const gsize start = out->len;
  gsize last = 0, digits = 0; /* where the text of @last_ms is, and the key's */
  gint64 last_ms = 0;
  guint8 *at;

  if (table->n_steps == 0 || n_columns != table->n_columns - table->n_rare || writer->protocol != TW_PROTOCOL_BINARY)
    return FALSE;
  at = tw_buffer_reserve (out, table->room);
  for (const TwRecordStep *step = table->steps, *end = step + table->n_steps; step < end; step++)
    {
      const gboolean is_owner = step->role == TW_RECORD_OWNER;
      sqlite3_value *value = is_owner ? NULL : columns[step->column];

      memcpy (at, step->head, HEAD);
      at += HEAD;
      if (step->kind == TW_RECORD_TEXT)
        at = put_text (out, at, is_owner ? owner : (const char *) sqlite3_value_text (value), table->room);
      else if (step->kind == TW_RECORD_TIME)
        {
          const gint64 ms = sqlite3_value_int64 (value);

          at = put_length (at, TW_TIME_SIZE - 1);
          if (last > 0 && last_ms == ms)
            memcpy (at, out->data + last, TW_TIME_SIZE - 1);
          else
            tw_time_format (ms, (char *) at);
          last = (gsize) (at - out->data);
          last_ms = ms;
          at += TW_TIME_SIZE - 1;
          if (step->role == TW_RECORD_CREATED)
            *created_ms = ms;
        }
      else if (step->kind == TW_RECORD_ID)
        {
          if (G_UNLIKELY (sqlite3_value_bytes (value) != TW_ID_BYTES))
            {
              out->len = start;
              return FALSE;
            }
          at = put_length (at, TW_ID_SIZE - 1);
          tw_id_from_bytes (sqlite3_value_blob (value), (char *) at);
          if (step->role == TW_RECORD_KEY)
            digits = (gsize) (at - out->data);
          at += TW_ID_SIZE - 1;
        }
      else if (step->kind == TW_RECORD_NUMBER)
        at = put_i64 (at, sqlite3_value_int64 (value));
      else
        *at++ = sqlite3_value_int (value) != 0 ? 1 : 0;
    }
  *at++ = TW_WIRE_STOP;
  out->len = (gsize) (at - out->data);
  memcpy (key, out->data + digits, TW_ID_SIZE - 1);
  key[TW_ID_SIZE - 1] = '\0';
  return TRUE;
}
