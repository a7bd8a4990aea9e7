/* SPDX-License-Identifier: Apache-2.0 */

#include "samples.h"

const TwEncoding SAMPLE_ENCODINGS[4] = {
  { TW_PROTOCOL_BINARY, FALSE },
  { TW_PROTOCOL_BINARY, TRUE },
  { TW_PROTOCOL_COMPACT, FALSE },
  { TW_PROTOCOL_COMPACT, TRUE },
};

static const TwWireType TYPES[] = {
  TW_WIRE_BOOL,   TW_WIRE_BYTE,   TW_WIRE_DOUBLE, TW_WIRE_I16, TW_WIRE_I32, TW_WIRE_I64,
  TW_WIRE_STRING, TW_WIRE_STRUCT, TW_WIRE_MAP,    TW_WIRE_SET, TW_WIRE_LIST,
};

static void
say_double (GString *text, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, g_ascii_dtostr (digits, sizeof digits, value));
}

static void
say_string (GString *text, const char *data, gsize length)
{
  g_string_append_c (text, '"');
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02x", (guint8) data[i]);
  g_string_append_c (text, '"');
}

/* Integers of all lengths, negative ones too. */
static gint64
random_integer (GRand *random, guint bits)
{
  const guint64 all = (guint64) g_rand_int (random) << 32 | g_rand_int (random);

  return (gint64) all >> (64 - (guint) g_rand_int_range (random, 1, (gint32) bits + 1));
}

static void write_struct (TwWriter *writer, GRand *random, guint depth, GString *text);
static void write_value (TwWriter *writer, TwWireType type, GRand *random, guint depth, GString *text);

static TwWireType
random_type (GRand *random, guint depth)
{
  const gint32 last = (gint32) G_N_ELEMENTS (TYPES) - (depth == 0 ? 4 : 0);

  return TYPES[g_rand_int_range (random, 0, last)];
}

static void
write_list (TwWriter *writer, TwWireType type, GRand *random, guint depth, GString *text)
{
  const TwWireType element = random_type (random, depth - 1);
  const guint32 n = (guint32) g_rand_int_range (random, 0, g_rand_boolean (random) ? 4 : 20);

  if (type == TW_WIRE_LIST)
    tw_writer_list (writer, element, n);
  else
    tw_writer_set (writer, element, n);
  g_string_append_printf (text, "[%u:", element);
  for (guint32 i = 0; i < n; i++)
    write_value (writer, element, random, depth - 1, text);
  g_string_append_c (text, ']');
}

static void
write_map (TwWriter *writer, GRand *random, guint depth, GString *text)
{
  const TwWireType key = random_type (random, depth - 1), value = random_type (random, depth - 1);
  const guint32 n = (guint32) g_rand_int_range (random, 0, 5);

  tw_writer_map (writer, key, value, n);
  if (n > 0)
    g_string_append_printf (text, "<%u,%u:", key, value);
  else
    g_string_append (text, "<");
  for (guint32 i = 0; i < n; i++)
    {
      write_value (writer, key, random, depth - 1, text);
      write_value (writer, value, random, depth - 1, text);
    }
  g_string_append_c (text, '>');
}

static void
write_string (TwWriter *writer, GRand *random, GString *text)
{
  char data[200];
  const gsize length = (gsize) g_rand_int_range (random, 0, g_rand_boolean (random) ? 4 : 200);

  for (gsize i = 0; i < length; i++)
    data[i] = (char) g_rand_int_range (random, 0, 256);
  tw_writer_string (writer, data, length);
  say_string (text, data, length);
}

static void
write_integer (TwWriter *writer, TwWireType type, GRand *random, GString *text)
{
  const guint bits = type == TW_WIRE_BYTE ? 8 : type == TW_WIRE_I16 ? 16 : type == TW_WIRE_I32 ? 32 : 64;
  const gint64 value = random_integer (random, bits);

  if (type == TW_WIRE_BYTE)
    tw_writer_byte (writer, (gint8) value);
  else if (type == TW_WIRE_I16)
    tw_writer_i16 (writer, (gint16) value);
  else if (type == TW_WIRE_I32)
    tw_writer_i32 (writer, (gint32) value);
  else
    tw_writer_i64 (writer, value);
  g_string_append_printf (text, "%" G_GINT64_FORMAT, value);
}

static void
write_value (TwWriter *writer, TwWireType type, GRand *random, guint depth, GString *text)
{
  g_string_append_c (text, ' ');
  if (type == TW_WIRE_BOOL)
    {
      const gboolean value = g_rand_boolean (random);

      tw_writer_bool (writer, value);
      g_string_append (text, value ? "true" : "false");
    }
  else if (type == TW_WIRE_DOUBLE)
    {
      const double value = g_rand_double_range (random, -1e9, 1e9);

      tw_writer_double (writer, value);
      say_double (text, value);
    }
  else if (type == TW_WIRE_STRING)
    write_string (writer, random, text);
  else if (type == TW_WIRE_STRUCT)
    write_struct (writer, random, depth, text);
  else if (type == TW_WIRE_MAP)
    write_map (writer, random, depth, text);
  else if (type == TW_WIRE_LIST || type == TW_WIRE_SET)
    write_list (writer, type, random, depth, text);
  else
    write_integer (writer, type, random, text);
}

static void
write_struct (TwWriter *writer, GRand *random, guint depth, GString *text)
{
  const gint32 n = g_rand_int_range (random, 0, 6);

  tw_writer_struct_begin (writer);
  g_string_append_c (text, '{');
  for (gint32 i = 0; i < n; i++)
    {
      const TwWireType type = random_type (random, depth - 1);
      const gint16 id = (gint16) random_integer (random, g_rand_boolean (random) ? 5 : 16);

      tw_writer_field (writer, type, id);
      g_string_append_printf (text, " %d:%u", id, type);
      write_value (writer, type, random, depth - 1, text);
    }
  tw_writer_struct_end (writer);
  g_string_append_c (text, '}');
}

void
sample_random (TwBuffer *out, const TwEncoding *encoding, GRand *random, guint max_depth, GString *text)
{
  TwWriter writer;

  tw_writer_init (&writer, encoding->protocol, out);
  tw_writer_message_begin (&writer, encoding->framed, TW_MESSAGE_CALL, "random", strlen ("random"),
                           (gint32) g_rand_int (random));
  write_struct (&writer, random, max_depth, text);
  tw_writer_message_end (&writer);
}

void
sample_every_type (TwBuffer *out, const TwEncoding *encoding, GString *text)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  TwWriter writer;
  gint16 id = 0;

  tw_writer_init (&writer, encoding->protocol, out);
  tw_writer_message_begin (&writer, encoding->framed, TW_MESSAGE_CALL, "sample:all.types", strlen ("sample:all.types"),
                           -7);
  tw_writer_struct_begin (&writer);
  g_string_append_c (text, '{');
  for (gsize round = 0; round < 3; round++)
    for (gsize i = 0; i < G_N_ELEMENTS (TYPES); i++)
      {
        id = (gint16) (id + 1 + (gint16) (round * 7));
        tw_writer_field (&writer, TYPES[i], id);
        g_string_append_printf (text, " %d:%u", id, TYPES[i]);
        write_value (&writer, TYPES[i], random, 4, text);
      }
  tw_writer_struct_end (&writer);
  g_string_append_c (text, '}');
  tw_writer_message_end (&writer);
}

void
sample_nested (TwBuffer *out, const TwEncoding *encoding, guint depth)
{
  TwWriter writer;

  tw_writer_init (&writer, encoding->protocol, out);
  tw_writer_message_begin (&writer, encoding->framed, TW_MESSAGE_CALL, "nested", strlen ("nested"), 1);
  tw_writer_struct_begin (&writer);
  for (guint i = 1; i < depth; i++)
    {
      tw_writer_field (&writer, TW_WIRE_STRUCT, 1);
      tw_writer_struct_begin (&writer);
    }
  for (guint i = 0; i < depth; i++)
    tw_writer_struct_end (&writer);
  tw_writer_message_end (&writer);
}

static void
read_value (TwReader *reader, TwWireType type, GString *text)
{
  TwWireType key, value;
  const char *data;
  gsize length;
  guint32 n;

  g_string_append_c (text, ' ');
  switch (type)
    {
    case TW_WIRE_BOOL:
      g_string_append (text, tw_reader_bool (reader) ? "true" : "false");
      break;
    case TW_WIRE_BYTE:
      g_string_append_printf (text, "%d", tw_reader_byte (reader));
      break;
    case TW_WIRE_I16:
      g_string_append_printf (text, "%d", tw_reader_i16 (reader));
      break;
    case TW_WIRE_I32:
      g_string_append_printf (text, "%d", tw_reader_i32 (reader));
      break;
    case TW_WIRE_I64:
      g_string_append_printf (text, "%" G_GINT64_FORMAT, tw_reader_i64 (reader));
      break;
    case TW_WIRE_DOUBLE:
      say_double (text, tw_reader_double (reader));
      break;
    case TW_WIRE_STRING:
      tw_reader_string (reader, &data, &length);
      say_string (text, data, length);
      break;
    case TW_WIRE_STRUCT:
      sample_read (reader, text);
      break;
    case TW_WIRE_MAP:
      n = tw_reader_map (reader, &key, &value);
      g_string_append (text, "<");
      if (n > 0)
        g_string_append_printf (text, "%u,%u:", key, value);
      for (guint32 i = 0; i < n && !reader->failed; i++)
        {
          read_value (reader, key, text);
          read_value (reader, value, text);
        }
      g_string_append_c (text, '>');
      break;
    case TW_WIRE_SET:
    case TW_WIRE_LIST:
      n = tw_reader_list (reader, &value);
      g_string_append_printf (text, "[%u:", value);
      for (guint32 i = 0; i < n && !reader->failed; i++)
        read_value (reader, value, text);
      g_string_append_c (text, ']');
      break;
    case TW_WIRE_STOP:
    default:
      g_assert_not_reached ();
    }
}

void
sample_read (TwReader *reader, GString *text)
{
  TwWireType type;
  gint16 id;

  tw_reader_struct_begin (reader);
  g_string_append_c (text, '{');
  while (tw_reader_field (reader, &type, &id))
    {
      g_string_append_printf (text, " %d:%u", id, type);
      read_value (reader, type, text);
    }
  tw_reader_struct_end (reader);
  g_string_append_c (text, '}');
}

guint8 *
sample_copy (const void *bytes, gsize length)
{
  guint8 *copy = g_malloc (length > 0 ? length : 1);

  if (length > 0)
    memcpy (copy, bytes, length);
  return copy;
}
