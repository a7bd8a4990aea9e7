/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-wire.h"

#include "tw-clock.h"
#include "tw-record-when.h"
#include "tw-rfc3339.h"

static void
write_time (TwWriter *writer, gint16 id, gint64 wall_ms)
{
  char text[TW_TIME_SIZE];

  tw_time_format (wall_ms, text);
  tw_writer_string_field (writer, id, text, TW_TIME_SIZE - 1);
}

static void
write_when (TwWriter *writer, gint64 when)
{
  char text[TW_RECORD_WHEN_SIZE];

  tw_record_when_format (when, text);
  tw_writer_string (writer, text, strlen (text));
}

static void
write_texts (TwWriter *writer, const TwRecordTexts *texts)
{
  tw_writer_list (writer, TW_WIRE_STRING, tw_record_texts_count (texts));
  for (const char *text = tw_record_texts_next (texts, NULL); text != NULL; text = tw_record_texts_next (texts, text))
    tw_writer_string (writer, text, strlen (text));
}

static void
write_number (TwWriter *writer, TwWireType wire, gint64 number)
{
  if (wire == TW_WIRE_I64)
    tw_writer_i64 (writer, number);
  else if (wire == TW_WIRE_I32)
    tw_writer_i32 (writer, (gint32) number);
  else if (wire == TW_WIRE_I16)
    tw_writer_i16 (writer, (gint16) number);
  else
    tw_writer_byte (writer, (gint8) number);
}

static void
write_other (const TwRecordField *field, gconstpointer member, TwWriter *writer)
{
  tw_writer_field (writer, field->wire, field->id);
  switch (field->kind)
    {
    case TW_RECORD_WHEN:
      write_when (writer, *(const gint64 *) member);
      break;
    case TW_RECORD_BOOL:
      tw_writer_bool (writer, *(const gboolean *) member);
      break;
    case TW_RECORD_NUMBER:
      write_number (writer, field->wire, *(const gint64 *) member);
      break;
    case TW_RECORD_REAL:
      tw_writer_double (writer, *(const double *) member);
      break;
    case TW_RECORD_TEXTS:
      write_texts (writer, member);
      break;
    case TW_RECORD_BYTES:
      tw_writer_string (writer, ((const TwRecordBytes *) member)->bytes, ((const TwRecordBytes *) member)->length);
      break;
    case TW_RECORD_STRUCT:
      tw_record_write (field->structure, member, writer);
      break;
    case TW_RECORD_TEXT:
    case TW_RECORD_ID:
    case TW_RECORD_TIME:
    case TW_RECORD_LIST:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      g_assert_not_reached ();
    }
}

/* In binary (tw-writer.h), which our gateway speaks: a field's head, a string's length, and room for both and for a time
 * with its NUL. */
#define HEAD 3
#define LENGTH 4
#define ROOM 32

static guint8 *
put_head (guint8 *at, const TwRecordField *field)
{
  at[0] = (guint8) field->wire;
  at[1] = (guint8) ((guint16) field->id >> 8);
  at[2] = (guint8) field->id;
  return at + HEAD;
}

static guint8 *
put_string (guint8 *at, const TwRecordField *field, const char *text, gsize length)
{
  const guint32 big_endian = GUINT32_TO_BE ((guint32) length);

  at = put_head (at, field);
  memcpy (at, &big_endian, LENGTH);
  memcpy (at + LENGTH, text, length);
  return at + LENGTH + length;
}

static guint8 *
put_i64 (guint8 *at, const TwRecordField *field, gint64 number)
{
  const guint64 big_endian = GUINT64_TO_BE ((guint64) number);

  at = put_head (at, field);
  memcpy (at, &big_endian, sizeof big_endian);
  return at + sizeof big_endian;
}

/* What has been put before @at is written; gives @room behind it. */
static guint8 *
advance (TwBuffer *out, const guint8 *at, gsize room)
{
  out->len = (gsize) (at - out->data);
  return tw_buffer_reserve (out, room);
}

/* Several times of a record are often the same one: @last is the text of the one before, of @last_ms. */
static guint8 *
put_time (guint8 *at, const TwRecordField *field, gint64 wall_ms, gsize last, gint64 last_ms)
{
  const guint32 big_endian = GUINT32_TO_BE ((guint32) TW_TIME_SIZE - 1);

  at = put_head (at, field);
  memcpy (at, &big_endian, LENGTH);
  at += LENGTH;
  if (last > 0 && last_ms == wall_ms)
    memcpy (at, at - last, TW_TIME_SIZE - 1);
  else
    tw_time_format (wall_ms, (char *) at);
  return at + TW_TIME_SIZE - 1;
}

/* All fields, with one look for room, and one more for each text. */
static void
write_binary (const TwRecordType *type, gconstpointer record, TwWriter *writer)
{
  const guint64 has = *tw_record_has (record);
  TwBuffer *out = writer->out;
  const gsize room = ROOM * (gsize) (64 - __builtin_clzll (has | 1)) + 1;
  guint8 *at = tw_buffer_reserve (out, room);
  gsize last = 0; /* where the last time's text begins */
  gint64 last_ms = 0;

  for (guint64 left = has; left != 0; left &= left - 1)
    {
      const TwRecordField *field = &type->fields[tw_record_first (left)];
      gconstpointer member = (const guint8 *) record + field->offset;

      if (field->kind <= TW_RECORD_ID)
        {
          const char *text = *(const char *const *) member;
          const gsize length = strlen (text);

          g_assert (length <= G_MAXINT32);
          at = advance (out, at, length + room);
          at = put_string (at, field, text, length);
        }
      else if (field->kind == TW_RECORD_TIME)
        {
          const gint64 wall_ms = *(const gint64 *) member;
          const gsize from = (gsize) (at + HEAD + LENGTH - out->data);

          at = put_time (at, field, wall_ms, last > 0 ? from - last : 0, last_ms);
          last = from;
          last_ms = wall_ms;
        }
      else if (field->kind == TW_RECORD_BOOL)
        {
          at = put_head (at, field);
          *at++ = *(const gboolean *) member ? 1 : 0;
        }
      else if (field->kind == TW_RECORD_NUMBER && field->wire == TW_WIRE_I64)
        at = put_i64 (at, field, *(const gint64 *) member);
      else
        {
          advance (out, at, 0);
          write_other (field, member, writer);
          at = tw_buffer_reserve (out, room);
        }
    }
  advance (out, at, 0);
}

static void
write_compact (const TwRecordType *type, gconstpointer record, TwWriter *writer)
{
  for (guint64 left = *tw_record_has (record); left != 0; left &= left - 1)
    {
      const TwRecordField *field = &type->fields[tw_record_first (left)];
      gconstpointer member = (const guint8 *) record + field->offset;

      if (field->kind <= TW_RECORD_ID)
        {
          const char *text = *(const char *const *) member;

          tw_writer_string_field (writer, field->id, text, strlen (text));
        }
      else if (field->kind == TW_RECORD_TIME)
        write_time (writer, field->id, *(const gint64 *) member);
      else
        write_other (field, member, writer);
    }
}

/* This is most of what a page of records costs. */
void
tw_record_write (const TwRecordType *type, gconstpointer record, TwWriter *writer)
{
  tw_writer_struct_begin (writer);
  if (G_LIKELY (writer->protocol == TW_PROTOCOL_BINARY))
    write_binary (type, record, writer);
  else
    write_compact (type, record, writer);
  tw_writer_struct_end (writer);
}

static const char *
read_text (TwReader *reader, char **space)
{
  char *text = *space;
  const char *data;
  gsize length;

  tw_reader_string (reader, &data, &length);
  memcpy (text, data, length);
  text[length] = '\0';
  *space = text + length + 1;
  return text;
}

static TwRecordBytes
read_bytes (TwReader *reader, char **space)
{
  const char *data;
  gsize length;

  tw_reader_string (reader, &data, &length);
  memcpy (*space, data, length);
  *space += length;
  return (TwRecordBytes) { (const guint8 *) *space - length, length };
}

/* FALSE where the list is one of something else. */
static gboolean
read_texts (TwReader *reader, TwRecordTexts *texts, char **space)
{
  const char *bytes = *space;
  TwWireType element;
  guint32 left = tw_reader_list (reader, &element);
  const gboolean of_texts = left == 0 || element == TW_WIRE_STRING;

  for (; left > 0 && !reader->failed; left--)
    if (of_texts)
      read_text (reader, space);
    else
      tw_reader_skip (reader, element);
  *texts = of_texts ? (TwRecordTexts) { bytes, (gsize) (*space - bytes) } : (TwRecordTexts) { NULL, 0 };
  return of_texts;
}

static gint64
read_number (TwReader *reader, TwWireType wire)
{
  if (wire == TW_WIRE_I64)
    return tw_reader_i64 (reader);
  if (wire == TW_WIRE_I32)
    return tw_reader_i32 (reader);
  return wire == TW_WIRE_I16 ? tw_reader_i16 (reader) : tw_reader_byte (reader);
}

/* The fields whose names a set holds, as bits; that of the set itself, @own, stands for what is no field's name. */
static guint64
read_names (const TwRecordType *type, TwReader *reader, guint own)
{
  TwWireType element;
  guint64 bits = 0;

  for (guint32 left = tw_reader_list (reader, &element); left > 0 && !reader->failed; left--)
    {
      const char *name;
      gsize length;
      guint i;

      tw_reader_string (reader, &name, &length);
      i = tw_record_find_name (type, name, length);
      bits |= TW_RECORD_BIT (i < type->n_fields ? i : own);
    }
  return bits;
}

/* The list's texts get the room that it takes itself. */
static TwRecordList
pass_list (TwReader *reader, char **space)
{
  const guint8 *begin = reader->at;
  TwRecordList list = { .at = *reader, .space = *space };
  TwWireType element;

  list.n = tw_reader_list (&list.at, &element);
  if (element != TW_WIRE_STRUCT)
    list.n = 0;
  tw_reader_skip (reader, TW_WIRE_LIST);
  *space += reader->at - begin;
  return list;
}

static void
read_member (const TwRecordType *type, TwReader *reader, gpointer record, guint i, char **space)
{
  const TwRecordField *field = &type->fields[i];
  gpointer member = tw_record_member (type, record, i);

  switch (field->kind)
    {
    case TW_RECORD_TEXT:
    case TW_RECORD_ID:
      *(const char **) member = read_text (reader, space);
      break;
    case TW_RECORD_BOOL:
      *(gboolean *) member = tw_reader_bool (reader);
      break;
    case TW_RECORD_NUMBER:
      *(gint64 *) member = read_number (reader, field->wire);
      break;
    case TW_RECORD_REAL:
      *(double *) member = tw_reader_double (reader);
      break;
    case TW_RECORD_STRUCT:
      tw_record_read (field->structure, reader, member, space);
      break;
    case TW_RECORD_LIST:
      *(TwRecordList *) member = pass_list (reader, space);
      break;
    case TW_RECORD_CLEAR:
      *(guint64 *) member = read_names (type, reader, i);
      break;
    case TW_RECORD_TIME:
      if (!tw_rfc3339_time (read_text (reader, space), member))
        *(gint64 *) member = TW_RECORD_NO_TIME;
      break;
    case TW_RECORD_WHEN:
      if (!tw_record_when_parse (read_text (reader, space), member))
        *(gint64 *) member = TW_RECORD_NO_TIME;
      break;
    case TW_RECORD_TEXTS:
      if (!read_texts (reader, member, space))
        return;
      break;
    case TW_RECORD_BYTES:
      *(TwRecordBytes *) member = read_bytes (reader, space);
      break;
    case TW_RECORD_OTHER:
    default:
      tw_reader_skip (reader, field->wire);
      return;
    }
  *tw_record_has (record) |= TW_RECORD_BIT (i);
}

/* Mostly a field's place in the table is that of its number. */
static guint
find_id (const TwRecordType *type, gint16 id)
{
  guint i = (guint) (id - 1);

  if (id >= 1 && i < type->n_fields && type->fields[i].id == id)
    return i;
  for (i = 0; i < type->n_fields && type->fields[i].id != id; i++)
    continue;
  return i;
}

void
tw_record_read (const TwRecordType *type, TwReader *reader, gpointer record, char **space)
{
  TwWireType wire;
  gint16 id;

  tw_reader_struct_begin (reader);
  while (tw_reader_field (reader, &wire, &id))
    {
      const guint i = find_id (type, id);

      if (i < type->n_fields && type->fields[i].wire == wire)
        read_member (type, reader, record, i, space);
      else
        tw_reader_skip (reader, wire);
    }
  tw_reader_struct_end (reader);
}

gboolean
tw_record_list_next (const TwRecordType *type, TwRecordList *list, gpointer record)
{
  if (list->n == 0 || list->at.failed)
    return FALSE;
  list->n--;
  memset (record, 0, type->size);
  tw_record_read (type, &list->at, record, &list->space);
  return TRUE;
}
