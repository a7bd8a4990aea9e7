/* SPDX-License-Identifier: Apache-2.0 */

#include "samples.h"
#include "tw-scanner.h"

#include <math.h>

static const TwProtocol PROTOCOLS[] = { TW_PROTOCOL_BINARY, TW_PROTOCOL_COMPACT };

/* Writes a struct of what @write does, then reads it back with @read. */
static void
round_trip (void (*write) (TwWriter *writer), void (*read) (TwReader *reader))
{
  for (gsize i = 0; i < G_N_ELEMENTS (PROTOCOLS); i++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      TwWriter writer;
      TwReader reader;
      TwWireType type;
      gint16 id;

      tw_writer_init (&writer, PROTOCOLS[i], &bytes);
      tw_writer_struct_begin (&writer);
      write (&writer);
      tw_writer_struct_end (&writer);

      tw_reader_init (&reader, PROTOCOLS[i], bytes.data, bytes.len);
      tw_reader_struct_begin (&reader);
      read (&reader);
      g_assert_false (tw_reader_field (&reader, &type, &id));
      g_assert_cmpint (type, ==, TW_WIRE_STOP);
      tw_reader_struct_end (&reader);
      g_assert_false (reader.failed);
      g_assert_true (reader.at == reader.end);
    }
}

static void
expect_field (TwReader *reader, TwWireType expected_type, gint16 expected_id)
{
  TwWireType type;
  gint16 id;

  g_assert_true (tw_reader_field (reader, &type, &id));
  g_assert_cmpint (type, ==, expected_type);
  g_assert_cmpint (id, ==, expected_id);
}

static const gint64 INTEGERS[] = {
  0, 1, -1, 63, 64, -64, -65, 127, -128, 8191, -8192, 8192, G_MAXINT16, G_MININT16, G_MAXINT16 + 1, 1048575,
  G_MAXINT32, G_MININT32, (gint64) G_MAXINT32 + 1, G_GINT64_CONSTANT (1) << 42, G_MAXINT64, G_MININT64,
};

static void
write_integers (TwWriter *writer)
{
  for (gsize i = 0; i < G_N_ELEMENTS (INTEGERS); i++)
    {
      tw_writer_field (writer, TW_WIRE_BYTE, 1);
      tw_writer_byte (writer, (gint8) INTEGERS[i]);
      tw_writer_field (writer, TW_WIRE_I16, 2);
      tw_writer_i16 (writer, (gint16) INTEGERS[i]);
      tw_writer_field (writer, TW_WIRE_I32, 3);
      tw_writer_i32 (writer, (gint32) INTEGERS[i]);
      tw_writer_field (writer, TW_WIRE_I64, 4);
      tw_writer_i64 (writer, INTEGERS[i]);
    }
}

static void
read_integers (TwReader *reader)
{
  for (gsize i = 0; i < G_N_ELEMENTS (INTEGERS); i++)
    {
      expect_field (reader, TW_WIRE_BYTE, 1);
      g_assert_cmpint (tw_reader_byte (reader), ==, (gint8) INTEGERS[i]);
      expect_field (reader, TW_WIRE_I16, 2);
      g_assert_cmpint (tw_reader_i16 (reader), ==, (gint16) INTEGERS[i]);
      expect_field (reader, TW_WIRE_I32, 3);
      g_assert_cmpint (tw_reader_i32 (reader), ==, (gint32) INTEGERS[i]);
      expect_field (reader, TW_WIRE_I64, 4);
      g_assert_cmpint (tw_reader_i64 (reader), ==, INTEGERS[i]);
    }
}

static void
test_integers (void)
{
  round_trip (write_integers, read_integers);
}

static const gint16 IDS[] = { 1, 16, 17, 33, 32, 1, 0, -1, 14, G_MAXINT16, G_MININT16 + 1, 5 };

static void
write_bools (TwWriter *writer)
{
  for (gsize i = 0; i < G_N_ELEMENTS (IDS); i++)
    {
      tw_writer_field (writer, TW_WIRE_BOOL, IDS[i]);
      tw_writer_bool (writer, i % 3 == 0);
    }
  tw_writer_field (writer, TW_WIRE_LIST, 6);
  tw_writer_list (writer, TW_WIRE_BOOL, 20);
  for (guint i = 0; i < 20; i++)
    tw_writer_bool (writer, i % 3 == 0);
}

static void
read_bools (TwReader *reader)
{
  TwWireType type;

  for (gsize i = 0; i < G_N_ELEMENTS (IDS); i++)
    {
      expect_field (reader, TW_WIRE_BOOL, IDS[i]);
      g_assert_cmpint (tw_reader_bool (reader), ==, i % 3 == 0);
    }
  expect_field (reader, TW_WIRE_LIST, 6);
  g_assert_cmpuint (tw_reader_list (reader, &type), ==, 20);
  g_assert_cmpint (type, ==, TW_WIRE_BOOL);
  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (tw_reader_bool (reader), ==, i % 3 == 0);
}

static void
test_bools (void)
{
  round_trip (write_bools, read_bools);
}

static const double DOUBLES[] = { 0.0, -0.0, 1.5, -1e300, 5e-324, INFINITY, -INFINITY };

static void
write_doubles (TwWriter *writer)
{
  tw_writer_field (writer, TW_WIRE_SET, 1);
  tw_writer_set (writer, TW_WIRE_DOUBLE, G_N_ELEMENTS (DOUBLES) + 1);
  for (gsize i = 0; i < G_N_ELEMENTS (DOUBLES); i++)
    tw_writer_double (writer, DOUBLES[i]);
  tw_writer_double (writer, NAN);
}

static void
read_doubles (TwReader *reader)
{
  TwWireType type;

  expect_field (reader, TW_WIRE_SET, 1);
  g_assert_cmpuint (tw_reader_list (reader, &type), ==, G_N_ELEMENTS (DOUBLES) + 1);
  for (gsize i = 0; i < G_N_ELEMENTS (DOUBLES); i++)
    {
      const double value = tw_reader_double (reader);

      g_assert_cmpmem (&value, sizeof value, &DOUBLES[i], sizeof value);
    }
  g_assert_true (isnan (tw_reader_double (reader)));
}

static void
test_doubles (void)
{
  round_trip (write_doubles, read_doubles);
}

static void
write_strings (TwWriter *writer)
{
  g_autofree char *longer = g_strnfill (300, 'y');

  tw_writer_field (writer, TW_WIRE_STRING, 1);
  tw_writer_string (writer, "", 0);
  tw_writer_field (writer, TW_WIRE_STRING, 2);
  tw_writer_string (writer, NULL, 0);
  tw_writer_field (writer, TW_WIRE_STRING, 3);
  tw_writer_string (writer, "a\0b", 3);
  tw_writer_field (writer, TW_WIRE_STRING, 4);
  tw_writer_string (writer, longer, 300);
}

static void
read_strings (TwReader *reader)
{
  g_autofree char *longer = g_strnfill (300, 'y');
  const char *expected[] = { "", "", "a\0b", longer };
  const gsize lengths[] = { 0, 0, 3, 300 };

  for (gint16 i = 0; i < 4; i++)
    {
      const char *data;
      gsize length;

      expect_field (reader, TW_WIRE_STRING, (gint16) (i + 1));
      tw_reader_string (reader, &data, &length);
      g_assert_cmpmem (data, length, expected[i], lengths[i]);
    }
}

static void
test_strings (void)
{
  round_trip (write_strings, read_strings);
}

/* Fields of strings are written as fields and strings are, also where the step between ids is a long one, or back. */
static void
test_string_fields (void)
{
  static const gint16 ids[] = { 1, 2, 40, 300, 5, -1 };
  static const char *const texts[] = { "", "a", "ab" };

  for (gsize i = 0; i < G_N_ELEMENTS (PROTOCOLS); i++)
    {
      g_auto (TwBuffer) parted = TW_BUFFER_INIT, whole = TW_BUFFER_INIT;
      TwWriter one, other;

      tw_writer_init (&one, PROTOCOLS[i], &parted);
      tw_writer_init (&other, PROTOCOLS[i], &whole);
      tw_writer_struct_begin (&one);
      tw_writer_struct_begin (&other);
      for (gsize k = 0; k < G_N_ELEMENTS (ids); k++)
        {
          const char *text = texts[k % G_N_ELEMENTS (texts)];

          tw_writer_field (&one, TW_WIRE_STRING, ids[k]);
          tw_writer_string (&one, text, strlen (text));
          tw_writer_string_field (&other, ids[k], text, strlen (text));
        }
      g_assert_cmpmem (whole.data, whole.len, parted.data, parted.len);
    }
}

static void
write_containers (TwWriter *writer)
{
  tw_writer_field (writer, TW_WIRE_MAP, 1);
  tw_writer_map (writer, TW_WIRE_STRING, TW_WIRE_LIST, 1);
  tw_writer_string (writer, "k", 1);
  tw_writer_list (writer, TW_WIRE_STRUCT, 2);
  for (gint16 i = 1; i <= 2; i++)
    {
      tw_writer_struct_begin (writer);
      tw_writer_field (writer, TW_WIRE_I32, (gint16) (i * 100));
      tw_writer_i32 (writer, i);
      tw_writer_struct_end (writer);
    }
  tw_writer_field (writer, TW_WIRE_MAP, 2);
  tw_writer_map (writer, TW_WIRE_I64, TW_WIRE_BOOL, 0);
  tw_writer_field (writer, TW_WIRE_LIST, 3);
  tw_writer_list (writer, TW_WIRE_STRING, 0);
}

static void
read_containers (TwReader *reader)
{
  TwWireType key, value, type;
  const char *data;
  gsize length;
  gint16 id;

  expect_field (reader, TW_WIRE_MAP, 1);
  g_assert_cmpuint (tw_reader_map (reader, &key, &value), ==, 1);
  g_assert_cmpint (key, ==, TW_WIRE_STRING);
  g_assert_cmpint (value, ==, TW_WIRE_LIST);
  tw_reader_string (reader, &data, &length);
  g_assert_cmpmem (data, length, "k", 1);
  g_assert_cmpuint (tw_reader_list (reader, &value), ==, 2);
  for (gint16 i = 1; i <= 2; i++)
    {
      tw_reader_struct_begin (reader);
      expect_field (reader, TW_WIRE_I32, (gint16) (i * 100));
      g_assert_cmpint (tw_reader_i32 (reader), ==, i);
      g_assert_false (tw_reader_field (reader, &type, &id));
      tw_reader_struct_end (reader);
    }
  expect_field (reader, TW_WIRE_MAP, 2);
  g_assert_cmpuint (tw_reader_map (reader, &key, &value), ==, 0);
  expect_field (reader, TW_WIRE_LIST, 3);
  g_assert_cmpuint (tw_reader_list (reader, &value), ==, 0);
  g_assert_cmpint (value, ==, TW_WIRE_STRING);
}

static void
test_containers (void)
{
  round_trip (write_containers, read_containers);
}

/* Elements of a length that is known afterwards are the same bytes as of one that is known before. */
static void
test_lists_of_unknown_length (void)
{
  const guint32 lengths[] = { 0, 1, 14, 15, 16, 127, 128, 20000 };

  for (gsize i = 0; i < G_N_ELEMENTS (PROTOCOLS); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (lengths); j++)
      {
        g_auto (TwBuffer) known = TW_BUFFER_INIT, unknown = TW_BUFFER_INIT;
        TwWriter one, other;
        gsize start;

        tw_writer_init (&one, PROTOCOLS[i], &known);
        tw_writer_init (&other, PROTOCOLS[i], &unknown);
        tw_writer_list (&one, TW_WIRE_I32, lengths[j]);
        start = tw_writer_list_begin (&other, TW_WIRE_I32);
        for (guint32 k = 0; k < lengths[j]; k++)
          {
            tw_writer_i32 (&one, (gint32) k);
            tw_writer_i32 (&other, (gint32) k);
          }
        tw_writer_list_end (&other, start, lengths[j]);
        g_assert_cmpmem (unknown.data, unknown.len, known.data, known.len);
      }
}

/* Whatever a random message holds, it is scanned, read back the same, and passed over. */
static void
test_random_messages (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (42);

  for (guint i = 0; i < 4000; i++)
    {
      const TwEncoding *encoding = &SAMPLE_ENCODINGS[i % G_N_ELEMENTS (SAMPLE_ENCODINGS)];
      g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REPLY_LIMITS);
      g_autoptr (GString) text = g_string_new (NULL), read = g_string_new (NULL);
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      TwMessage message;
      TwReader reader;

      sample_random (&bytes, encoding, random, 5, text);
      g_assert_cmpint (tw_scanner_scan (scanner, bytes.data, bytes.len, &message, NULL), ==, TW_SCAN_COMPLETE);
      g_assert_cmpuint (message.total, ==, bytes.len);
      tw_reader_init (&reader, encoding->protocol, message.body, message.body_length);
      sample_read (&reader, read);
      g_assert_false (reader.failed);
      g_assert_cmpstr (read->str, ==, text->str);
      tw_reader_init (&reader, encoding->protocol, message.body, message.body_length);
      tw_reader_skip (&reader, TW_WIRE_STRUCT);
      g_assert_true (!reader.failed && reader.at == reader.end);
    }
}

static void
test_message_types (void)
{
  const gint32 sequence_ids[] = { 0, 1, -1, G_MAXINT32, G_MININT32, 300 };

  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (sequence_ids); j++)
      for (guint type = TW_MESSAGE_CALL; type <= TW_MESSAGE_ONEWAY; type++)
        {
          g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REPLY_LIMITS);
          g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
          TwMessage message;
          TwWriter writer;

          tw_writer_init (&writer, SAMPLE_ENCODINGS[i].protocol, &bytes);
          tw_writer_message_begin (&writer, SAMPLE_ENCODINGS[i].framed, (TwMessageType) type, "m", 1, sequence_ids[j]);
          tw_writer_struct_begin (&writer);
          tw_writer_struct_end (&writer);
          tw_writer_message_end (&writer);
          g_assert_cmpint (tw_scanner_scan (scanner, bytes.data, bytes.len, &message, NULL), ==, TW_SCAN_COMPLETE);
          g_assert_cmpint (message.type, ==, type);
          g_assert_cmpint (message.sequence_id, ==, sequence_ids[j]);
          g_assert_cmpuint (message.body_length, ==, 1);
        }
}

static void
test_application_exception (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i++)
    {
      g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REPLY_LIMITS);
      g_autoptr (GString) text = g_string_new (NULL);
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      TwMessage message;
      TwReader reader;

      tw_writer_application_exception (&bytes, &SAMPLE_ENCODINGS[i], "nix", 3, 9, TW_APPLICATION_UNKNOWN_METHOD, "Hm");
      g_assert_cmpint (tw_scanner_scan (scanner, bytes.data, bytes.len, &message, NULL), ==, TW_SCAN_COMPLETE);
      g_assert_cmpint (message.type, ==, TW_MESSAGE_EXCEPTION);
      g_assert_cmpint (message.sequence_id, ==, 9);
      g_assert_cmpmem (message.name, message.name_length, "nix", 3);
      tw_reader_init (&reader, message.encoding.protocol, message.body, message.body_length);
      sample_read (&reader, text);
      g_assert_cmpstr (text->str, ==, "{ 1:11 \"486d\" 2:8 1}");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/writer/integers-come-back", test_integers);
  g_test_add_func ("/writer/bools-come-back", test_bools);
  g_test_add_func ("/writer/doubles-come-back", test_doubles);
  g_test_add_func ("/writer/strings-come-back", test_strings);
  g_test_add_func ("/writer/string-fields", test_string_fields);
  g_test_add_func ("/writer/containers-come-back", test_containers);
  g_test_add_func ("/writer/lists-of-unknown-length", test_lists_of_unknown_length);
  g_test_add_func ("/writer/random-messages-come-back", test_random_messages);
  g_test_add_func ("/writer/message-types-and-sequence-ids", test_message_types);
  g_test_add_func ("/writer/application-exception", test_application_exception);
  return g_test_run ();
}
