/* SPDX-License-Identifier: Apache-2.0 */

/* Each value is put together at the end of the buffer, after one reservation. A compact bool field's header carries its
 * value, so it waits in `pending_bool` until that is known. */

#include "tw-writer.h"
#include "tw-codec.h"

#define NO_FIELD G_MININT16
#define FRAME_LENGTH 4
#define LONGEST_VARINT 10

static inline void
put_varint (TwWriter *writer, guint64 value)
{
  TwBuffer *out = writer->out;
  guint8 *at = tw_buffer_reserve (out, LONGEST_VARINT);
  gsize n = 0;

  while (value >= 0x80)
    {
      at[n++] = (guint8) (value | 0x80);
      value >>= 7;
    }
  at[n++] = (guint8) value;
  out->len += n;
}

static inline void
put16 (TwWriter *writer, guint16 value)
{
  tw_codec_store16 (tw_buffer_reserve (writer->out, 2), value);
  writer->out->len += 2;
}

static inline void
put32 (TwWriter *writer, guint32 value)
{
  tw_codec_store32 (tw_buffer_reserve (writer->out, 4), value);
  writer->out->len += 4;
}

static inline void
put64 (TwWriter *writer, guint64 value)
{
  tw_codec_store64 (tw_buffer_reserve (writer->out, 8), value);
  writer->out->len += 8;
}

void
tw_writer_init (TwWriter *writer, TwProtocol protocol, TwBuffer *out)
{
  writer->out = out;
  writer->protocol = protocol;
  writer->framed = FALSE;
  writer->start = out->len;
  writer->pending_bool = NO_FIELD;
  writer->depth = 0;
  writer->last_id[0] = 0;
}

void
tw_writer_message_begin (TwWriter *writer, gboolean framed, TwMessageType type, const char *name, gsize name_length,
                         gint32 sequence_id)
{
  const guint8 binary[4] = { TW_BINARY_MAGIC, TW_BINARY_VERSION, 0, (guint8) type };
  const guint8 compact[2] = { TW_COMPACT_MAGIC, (guint8) (TW_COMPACT_VERSION | type << 5) };

  writer->framed = framed;
  writer->start = writer->out->len;
  if (framed)
    put32 (writer, 0);

  if (writer->protocol == TW_PROTOCOL_BINARY)
    {
      tw_buffer_append (writer->out, binary, sizeof binary);
      tw_writer_string (writer, name, name_length);
      put32 (writer, (guint32) sequence_id);
    }
  else
    {
      tw_buffer_append (writer->out, compact, sizeof compact);
      put_varint (writer, (guint32) sequence_id);
      tw_writer_string (writer, name, name_length);
    }
}

void
tw_writer_message_end (TwWriter *writer)
{
  if (writer->framed)
    tw_codec_store32 (writer->out->data + writer->start, (guint32) (writer->out->len - writer->start - FRAME_LENGTH));
}

/* A compact field's header: the step from the id before where it is 1 to 15, else the id itself. */
static void
put_compact_field (TwWriter *writer, guint8 code, gint16 id)
{
  gint16 *last_id = &writer->last_id[writer->depth];
  const int step = id - *last_id;

  if (step > 0 && step <= 15)
    {
      tw_buffer_append_byte (writer->out, (guint8) (step << 4 | code));
    }
  else
    {
      tw_buffer_append_byte (writer->out, code);
      put_varint (writer, tw_codec_zigzag (id));
    }
  *last_id = id;
}

void
tw_writer_compact_field (TwWriter *writer, TwWireType type, gint16 id)
{
  if (type == TW_WIRE_BOOL)
    writer->pending_bool = id;
  else
    put_compact_field (writer, tw_codec_to_compact (type), id);
}

void
tw_writer_compact_bool (TwWriter *writer, gboolean value)
{
  const guint8 code = value ? TW_COMPACT_TRUE : TW_COMPACT_FALSE;

  if (writer->pending_bool != NO_FIELD)
    {
      put_compact_field (writer, code, writer->pending_bool);
      writer->pending_bool = NO_FIELD;
    }
  else
    {
      tw_buffer_append_byte (writer->out, code);
    }
}

void
tw_writer_byte (TwWriter *writer, gint8 value)
{
  tw_buffer_append_byte (writer->out, (guint8) value);
}

void
tw_writer_i16 (TwWriter *writer, gint16 value)
{
  if (writer->protocol == TW_PROTOCOL_COMPACT)
    put_varint (writer, tw_codec_zigzag (value));
  else
    put16 (writer, (guint16) value);
}

void
tw_writer_i32 (TwWriter *writer, gint32 value)
{
  if (writer->protocol == TW_PROTOCOL_COMPACT)
    put_varint (writer, tw_codec_zigzag (value));
  else
    put32 (writer, (guint32) value);
}

void
tw_writer_compact_i64 (TwWriter *writer, gint64 value)
{
  put_varint (writer, tw_codec_zigzag (value));
}

void
tw_writer_double (TwWriter *writer, double value)
{
  guint64 bits;

  /* Binary's doubles are big-endian, compact's little-endian. */
  memcpy (&bits, &value, sizeof bits);
  put64 (writer, writer->protocol == TW_PROTOCOL_COMPACT ? GUINT64_SWAP_LE_BE (bits) : bits);
}

void
tw_writer_compact_string (TwWriter *writer, const void *data, gsize length)
{
  put_varint (writer, length);
  tw_buffer_append (writer->out, data, length);
}

void
tw_writer_list (TwWriter *writer, TwWireType element, guint32 n)
{
  const guint8 code = tw_codec_to_compact (element);

  if (writer->protocol == TW_PROTOCOL_BINARY)
    {
      tw_buffer_append_byte (writer->out, (guint8) element);
      put32 (writer, n);
    }
  else if (n < 15)
    {
      tw_buffer_append_byte (writer->out, (guint8) (n << 4 | code));
    }
  else
    {
      tw_buffer_append_byte (writer->out, 0xf0 | code);
      put_varint (writer, n);
    }
}

/* Both protocols say the type in the header's first byte, compact with a short length beside it. */
gsize
tw_writer_list_begin (TwWriter *writer, TwWireType element)
{
  const gsize start = writer->out->len;

  tw_writer_list (writer, element, 0);
  return start;
}

void
tw_writer_list_end (TwWriter *writer, gsize start, guint32 n)
{
  TwBuffer *out = writer->out;
  guint8 *header = out->data + start;

  if (writer->protocol == TW_PROTOCOL_BINARY)
    {
      tw_codec_store32 (header + 1, n);
    }
  else if (n < 15)
    {
      *header |= (guint8) (n << 4);
    }
  else
    {
      const gsize end = out->len;
      gsize size;

      /* The long form's length takes room between the header and the elements: it is written behind them to see how
       * much, and again in its place. */
      *header |= 0xf0;
      put_varint (writer, n);
      size = out->len - end;
      header = out->data + start;
      memmove (header + 1 + size, header + 1, end - start - 1);
      out->len = start + 1;
      put_varint (writer, n);
      out->len = end + size;
    }
}

void
tw_writer_set (TwWriter *writer, TwWireType element, guint32 n)
{
  tw_writer_list (writer, element, n);
}

void
tw_writer_map (TwWriter *writer, TwWireType key, TwWireType value, guint32 n)
{
  if (writer->protocol == TW_PROTOCOL_BINARY)
    {
      tw_buffer_append_byte (writer->out, (guint8) key);
      tw_buffer_append_byte (writer->out, (guint8) value);
      put32 (writer, n);
    }
  else
    {
      put_varint (writer, n);
      if (n > 0)
        tw_buffer_append_byte (writer->out, (guint8) (tw_codec_to_compact (key) << 4 | tw_codec_to_compact (value)));
    }
}

void
tw_writer_application_exception (TwBuffer *out, const TwEncoding *encoding, const char *name, gsize name_length,
                                 gint32 sequence_id, TwApplicationError code, const char *message)
{
  TwWriter writer;

  tw_writer_init (&writer, encoding->protocol, out);
  tw_writer_message_begin (&writer, encoding->framed, TW_MESSAGE_EXCEPTION, name, name_length, sequence_id);
  tw_writer_struct_begin (&writer);
  tw_writer_field (&writer, TW_WIRE_STRING, 1);
  tw_writer_string (&writer, message, strlen (message));
  tw_writer_field (&writer, TW_WIRE_I32, 2);
  tw_writer_i32 (&writer, code);
  tw_writer_struct_end (&writer);
  tw_writer_message_end (&writer);
}
