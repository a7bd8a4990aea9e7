/* SPDX-License-Identifier: Apache-2.0 */

#include "samples.h"

/* A reader of bytes that no scanner has seen. */
static void
init (TwReader *reader, TwProtocol protocol, guint8 *bytes, gsize length)
{
  tw_reader_init (reader, protocol, bytes, length);
}

static void
test_failure_is_sticky (void)
{
  guint8 bytes[] = { 0, 0, 0, 9, 'x' };
  TwReader reader;
  TwWireType type, value;
  const char *data;
  gsize length;
  gint16 id;

  init (&reader, TW_PROTOCOL_BINARY, bytes, sizeof bytes);
  tw_reader_string (&reader, &data, &length);
  g_assert_true (reader.failed);
  g_assert_cmpstr (data, ==, "");
  g_assert_cmpuint (length, ==, 0);
  g_assert_false (tw_reader_bool (&reader));
  g_assert_cmpint (tw_reader_byte (&reader), ==, 0);
  g_assert_cmpint (tw_reader_i16 (&reader), ==, 0);
  g_assert_cmpint (tw_reader_i32 (&reader), ==, 0);
  g_assert_cmpint (tw_reader_i64 (&reader), ==, 0);
  g_assert_true (tw_reader_double (&reader) >= 0 && tw_reader_double (&reader) <= 0);
  g_assert_cmpuint (tw_reader_list (&reader, &type), ==, 0);
  g_assert_cmpuint (tw_reader_map (&reader, &type, &value), ==, 0);
  tw_reader_struct_begin (&reader);
  g_assert_false (tw_reader_field (&reader, &type, &id));
  g_assert_cmpint (type, ==, TW_WIRE_STOP);
  g_assert_true (reader.failed);
}

/* Every cut of a body makes the reader fail, and never read behind it. */
static void
test_truncated_fails (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i += 2)
    {
      const gsize header = SAMPLE_ENCODINGS[i].protocol == TW_PROTOCOL_BINARY ? 28 : 24;
      g_autoptr (GString) text = g_string_new (NULL);
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;

      sample_every_type (&bytes, &SAMPLE_ENCODINGS[i], text);
      for (gsize n = header; n < bytes.len; n++)
        {
          g_autofree guint8 *copy = sample_copy (bytes.data + header, n - header);
          g_autoptr (GString) read = g_string_new (NULL);
          TwReader reader;

          init (&reader, SAMPLE_ENCODINGS[i].protocol, copy, n - header);
          sample_read (&reader, read);
          g_assert_true (reader.failed);
          init (&reader, SAMPLE_ENCODINGS[i].protocol, copy, n - header);
          tw_reader_skip (&reader, TW_WIRE_STRUCT);
          g_assert_true (reader.failed);
        }
    }
}

static void
test_count_beyond_the_bytes_fails (void)
{
  guint8 list[] = { TW_WIRE_STRUCT, 0x7f, 0xff, 0xff, 0xff, 0 };
  guint8 map[] = { TW_WIRE_BYTE, TW_WIRE_BYTE, 0, 0, 0, 2, 1, 2, 3 };
  TwWireType key, value;
  TwReader reader;

  init (&reader, TW_PROTOCOL_BINARY, list, sizeof list);
  g_assert_cmpuint (tw_reader_list (&reader, &value), ==, 0);
  g_assert_true (reader.failed);

  init (&reader, TW_PROTOCOL_BINARY, map, sizeof map);
  g_assert_cmpuint (tw_reader_map (&reader, &key, &value), ==, 0);
  g_assert_true (reader.failed);
}

static void
test_unknown_types_fail (void)
{
  guint8 bytes[] = { 5, 0, 1, 0 };
  TwReader reader;
  TwWireType type;
  gint16 id;

  init (&reader, TW_PROTOCOL_BINARY, bytes, sizeof bytes);
  g_assert_false (tw_reader_field (&reader, &type, &id));
  g_assert_true (reader.failed);

  init (&reader, TW_PROTOCOL_BINARY, bytes, sizeof bytes);
  tw_reader_skip (&reader, TW_WIRE_STOP);
  g_assert_true (reader.failed);
}

static void
test_depth_is_bounded (void)
{
  guint8 bytes[3 * 100 + 1];
  TwReader reader;

  for (gsize i = 0; i < 100; i++)
    memcpy (bytes + 3 * i, "\x0c\x00\x01", 3);
  bytes[sizeof bytes - 1] = 0;

  init (&reader, TW_PROTOCOL_BINARY, bytes, sizeof bytes);
  tw_reader_skip (&reader, TW_WIRE_STRUCT);
  g_assert_true (reader.failed);

  init (&reader, TW_PROTOCOL_BINARY, bytes, sizeof bytes);
  for (guint i = 0; i <= TW_WIRE_MAX_DEPTH; i++)
    tw_reader_struct_begin (&reader);
  g_assert_true (reader.failed);
}

/* A field that is passed over leaves the fields after it where they are, with their ids, whatever its type. */
static void
test_skip_keeps_its_place (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i += 2)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      const gsize header = SAMPLE_ENCODINGS[i].protocol == TW_PROTOCOL_BINARY ? 28 : 24;
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      TwReader reader;
      TwWireType type;
      gint16 id, expected = 0;
      guint n = 0;

      sample_every_type (&bytes, &SAMPLE_ENCODINGS[i], text);
      tw_reader_init (&reader, SAMPLE_ENCODINGS[i].protocol, bytes.data + header, bytes.len - header);
      tw_reader_struct_begin (&reader);
      while (tw_reader_field (&reader, &type, &id))
        {
          expected = (gint16) (expected + 1 + (gint16) (n++ / 11 * 7));
          g_assert_cmpint (id, ==, expected);
          tw_reader_skip (&reader, type);
        }
      tw_reader_struct_end (&reader);
      g_assert_cmpuint (n, ==, 33);
      g_assert_true (!reader.failed && reader.at == reader.end);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reader/failure-is-sticky", test_failure_is_sticky);
  g_test_add_func ("/reader/truncated-fails", test_truncated_fails);
  g_test_add_func ("/reader/count-beyond-the-bytes-fails", test_count_beyond_the_bytes_fails);
  g_test_add_func ("/reader/unknown-types-fail", test_unknown_types_fail);
  g_test_add_func ("/reader/depth-is-bounded", test_depth_is_bounded);
  g_test_add_func ("/reader/skip-keeps-its-place", test_skip_keeps_its_place);
  return g_test_run ();
}
