/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-context-field.h"

#include <string.h>

#define FIELD_ID G_MAXINT16

enum
{
  REMAINING_MS = 1,
  FIRST_TEXT, /* those of TwContextField's texts follow in their order */
};

/* Longest texts, in bytes: an IPv6 address with a zone is the longest client. */
static const gsize max_length[G_N_ELEMENTS (((TwContextField *) NULL)->texts)] = { 128, 55, 64, 128 };

static gint32
remaining_ms (gint64 deadline_ms, gint64 now_ms)
{
  return (gint32) CLAMP (deadline_ms - now_ms, 0, G_MAXINT32);
}

void
tw_context_field_set_remaining (guint8 *at, gint64 deadline_ms, gint64 now_ms)
{
  const gint32 bytes = GINT32_TO_BE (remaining_ms (deadline_ms, now_ms));

  memcpy (at, &bytes, sizeof bytes);
}

gsize
tw_context_field_write (TwWriter *writer, const TwCallContext *context, gint64 now_ms)
{
  gsize at = 0;
  const char *const texts[] = { context->request_id, context->traceparent, context->client, context->session };

  G_STATIC_ASSERT (G_N_ELEMENTS (texts) == G_N_ELEMENTS (max_length));
  tw_writer_field (writer, TW_WIRE_STRUCT, FIELD_ID);
  tw_writer_struct_begin (writer);
  if (context->deadline_ms != TW_DEADLINE_NONE)
    {
      tw_writer_field (writer, TW_WIRE_I32, REMAINING_MS);
      at = writer->protocol == TW_PROTOCOL_BINARY ? writer->out->len : 0;
      tw_writer_i32 (writer, remaining_ms (context->deadline_ms, now_ms));
    }
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] != NULL)
      {
        tw_writer_field (writer, TW_WIRE_STRING, (gint16) (FIRST_TEXT + i));
        tw_writer_string (writer, texts[i], strlen (texts[i]));
      }
  tw_writer_struct_end (writer);
  return at;
}

/* Nothing that could break a line of the log, or be taken for something else in it. */
static gboolean
is_plain (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (text[i] <= 0x20 || text[i] >= 0x7f)
      return FALSE;
  return length > 0;
}

static void
take_text (TwReader *reader, guint i, TwContextField *field)
{
  const char *data;
  gsize length;

  tw_reader_string (reader, &data, &length);
  if (field->texts[i].data != NULL || length > max_length[i] || !is_plain (data, length))
    return;
  field->texts[i].data = data;
  field->texts[i].length = length;
  field->size += length + 1;
}

void
tw_context_field_read (TwProtocol protocol, const guint8 *bytes, gsize length, TwContextField *field)
{
  TwReader reader;
  TwWireType type;
  gint16 id;

  *field = (TwContextField) { .has_remaining = FALSE };
  tw_reader_init (&reader, protocol, bytes, length);
  tw_reader_struct_begin (&reader);
  if (!tw_reader_field (&reader, &type, &id) || id != FIELD_ID || type != TW_WIRE_STRUCT)
    return;
  tw_reader_struct_begin (&reader);
  while (tw_reader_field (&reader, &type, &id))
    if (id == REMAINING_MS && type == TW_WIRE_I32)
      {
        field->has_remaining = TRUE;
        field->remaining_ms = tw_reader_i32 (&reader);
      }
    else if (type == TW_WIRE_STRING && id >= FIRST_TEXT && id < FIRST_TEXT + (int) G_N_ELEMENTS (field->texts))
      take_text (&reader, (guint) (id - FIRST_TEXT), field);
    else
      tw_reader_skip (&reader, type);
}

void
tw_context_field_copy (const TwContextField *field, char *room, TwCallContext *context)
{
  const char *copies[G_N_ELEMENTS (field->texts)] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (field->texts); i++)
    if (field->texts[i].data != NULL)
      {
        copies[i] = room;
        memcpy (room, field->texts[i].data, field->texts[i].length);
        room += field->texts[i].length;
        *room++ = '\0';
      }
  context->request_id = copies[0];
  context->traceparent = copies[1];
  context->client = copies[2];
  context->session = copies[3];
}
