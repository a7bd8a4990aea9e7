/* SPDX-License-Identifier: Apache-2.0 */

/* What is well-formed, in whatever pieces it comes, and what chance makes of it. */

#include "samples.h"
#include "scans.h"

static void
assert_sample (const TwMessage *message, const TwEncoding *encoding, const TwBuffer *bytes, const char *text)
{
  g_autoptr (GString) read = g_string_new (NULL);
  TwReader reader;

  g_assert_cmpint (message->encoding.protocol, ==, encoding->protocol);
  g_assert_cmpint (message->encoding.framed, ==, encoding->framed);
  g_assert_cmpint (message->type, ==, TW_MESSAGE_CALL);
  g_assert_cmpint (message->sequence_id, ==, -7);
  g_assert_cmpmem (message->name, message->name_length, "sample:all.types", strlen ("sample:all.types"));
  g_assert_cmpuint (message->total, ==, bytes->len);

  tw_reader_init (&reader, encoding->protocol, message->body, message->body_length);
  sample_read (&reader, read);
  g_assert_false (reader.failed);
  g_assert_true (reader.at == reader.end);
  g_assert_cmpstr (read->str, ==, text);
}

static void
test_every_encoding_is_told (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (TwScanner) scanner = new_scanner ();
      TwMessage message;

      sample_every_type (&bytes, &SAMPLE_ENCODINGS[i], text);
      g_assert_cmpint (scan_copy (scanner, bytes.data, bytes.len, &message, NULL), ==, TW_SCAN_COMPLETE);
      assert_sample (&message, &SAMPLE_ENCODINGS[i], &bytes, text->str);
    }
}

static void
test_truncated_wants_more (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      g_autoptr (GString) text = g_string_new (NULL);

      sample_every_type (&bytes, &SAMPLE_ENCODINGS[i], text);
      for (gsize n = 0; n < bytes.len; n++)
        {
          g_autoptr (TwScanner) scanner = new_scanner ();
          g_autoptr (GError) error = NULL;
          TwMessage message;

          g_assert_cmpint (scan_copy (scanner, bytes.data, n, &message, &error), ==, TW_SCAN_MORE);
          g_assert_no_error (error);
          g_assert_cmpuint (tw_scanner_wanted (scanner), >, n);
          g_assert_cmpuint (tw_scanner_wanted (scanner), <=, bytes.len);
          g_assert_cmpint (scan_copy (scanner, bytes.data, bytes.len, &message, &error), ==, TW_SCAN_COMPLETE);
          assert_sample (&message, &SAMPLE_ENCODINGS[i], &bytes, text->str);
        }
    }
}

static void
test_trickle_equals_one_shot (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      g_autoptr (GString) text = g_string_new (NULL);
      TwMessage message;

      sample_every_type (&bytes, &SAMPLE_ENCODINGS[i], text);
      g_assert_cmpint (scan_trickle (bytes.data, bytes.len, &message, NULL), ==, TW_SCAN_COMPLETE);
      assert_sample (&message, &SAMPLE_ENCODINGS[i], &bytes, text->str);
    }
}

/* What has been judged may turn to garbage, since it is not looked at again. */
static void
test_never_looks_back (void)
{
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  g_autoptr (TwScanner) scanner = new_scanner ();
  TwWriter writer;
  TwMessage message;
  gsize judged = 0;

  tw_writer_init (&writer, TW_PROTOCOL_COMPACT, &bytes);
  tw_writer_message_begin (&writer, FALSE, TW_MESSAGE_CALL, "f", 1, 1);
  tw_writer_struct_begin (&writer);
  tw_writer_field (&writer, TW_WIRE_LIST, 1);
  tw_writer_list (&writer, TW_WIRE_I64, 500);
  for (gint64 i = 0; i < 500; i++)
    tw_writer_i64 (&writer, i * i * i * i * i);
  tw_writer_struct_end (&writer);

  for (gsize n = 1; n < bytes.len; n++)
    {
      g_assert_cmpint (tw_scanner_scan (scanner, bytes.data, n, &message, NULL), ==, TW_SCAN_MORE);
      /* A token is at most ten bytes here. */
      for (; judged + 10 < n; judged++)
        bytes.data[judged] = 0xff;
    }
  g_assert_cmpint (tw_scanner_scan (scanner, bytes.data, bytes.len, &message, NULL), ==, TW_SCAN_COMPLETE);
  g_assert_cmpuint (message.total, ==, bytes.len);
}

static void
test_messages_follow_each_other (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i++)
    {
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      g_autoptr (TwScanner) scanner = new_scanner ();
      TwMessage message;
      gsize at = 0;

      for (guint depth = 1; depth <= 3; depth++)
        sample_nested (&bytes, &SAMPLE_ENCODINGS[i], depth);
      for (guint depth = 1; depth <= 3; depth++)
        {
          g_assert_cmpint (tw_scanner_scan (scanner, bytes.data + at, bytes.len - at, &message, NULL), ==,
                           TW_SCAN_COMPLETE);
          at += message.total;
        }
      g_assert_cmpuint (at, ==, bytes.len);
      g_assert_cmpint (tw_scanner_scan (scanner, bytes.data + at, 0, &message, NULL), ==, TW_SCAN_MORE);
      g_assert_cmpuint (tw_scanner_wanted (scanner), ==, 1);
    }
}

/* What is unusual and yet what real peers may send. */
static const struct
{
  const char *name;
  const char *hex;
  const char *text;
} unusual[] = {
  { "compact-false-as-0-in-a-list", COMPACT "19 31 00 01 02 00", "{ 1:15 [2: false true false]}" },
  { "compact-list-of-bool-named-by-false", COMPACT "19 12 01 00", "{ 1:15 [2: true]}" },
  { "compact-map-of-bools", COMPACT "1b 01 12 01 02 00", "{ 1:13 <2,2: true false>}" },
  { "compact-empty-map", COMPACT "1b 00 00", "{ 1:13 <>}" },
  { "compact-varint-that-is-not-the-shortest", COMPACT "15 8200 00", "{ 1:8 1}" },
  { "compact-field-that-goes-back", COMPACT "53 01 03 02 02 00", "{ 5:3 1 1:3 2}" },
  { "compact-negative-field-id", COMPACT "03 01 02 23 03 00", "{ -1:3 2 1:3 3}" },
  { "compact-empty-list-without-type", COMPACT "19 00 00", "{ 1:15 [0:]}" },
  { "binary-empty-map-without-types", BINARY "0d 0001 00 00 00000000 00", "{ 1:13 <>}" },
  { "binary-empty-list-without-type", BINARY "0f 0001 00 00000000 00", "{ 1:15 [0:]}" },
  { "binary-negative-field-id", BINARY "03 ffff 02 00", "{ -1:3 2}" },
  { "no-arguments", BINARY "00", "{}" },
};

static void
test_unusual (gconstpointer index)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  TwMessage message;
  TwReader reader;
  guint8 bytes[64];
  const gsize n = from_hex (unusual[GPOINTER_TO_SIZE (index)].hex, bytes, sizeof bytes);

  scan_trickle (bytes, n, &message, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (message.total, ==, n);
  tw_reader_init (&reader, message.encoding.protocol, message.body, message.body_length);
  sample_read (&reader, text);
  g_assert_false (reader.failed);
  g_assert_cmpstr (text->str, ==, unusual[GPOINTER_TO_SIZE (index)].text);
}

/* Valid messages with a few bytes changed, cut or doubled: most are refused, and what is not can be read. */
static void
mutate (GRand *random, TwBuffer *bytes)
{
  const gint32 changes = g_rand_int_range (random, 1, 4);

  for (gint32 i = 0; i < changes; i++)
    {
      guint8 *at = bytes->data + g_rand_int_range (random, 0, (gint32) bytes->len);

      switch (g_rand_int_range (random, 0, 4))
        {
        case 0:
          *at ^= (guint8) (1u << g_rand_int_range (random, 0, 8));
          break;
        case 1:
          *at = (guint8) g_rand_int_range (random, 0, 256);
          break;
        case 2:
          *at = (guint8) g_rand_int_range (random, 0, 16);
          break;
        default:
          memmove (at, bytes->data + g_rand_int_range (random, 0, (gint32) bytes->len),
                   (gsize) g_rand_int_range (random, 0, 2));
          break;
        }
    }
}

static void
assert_readable (const TwMessage *message)
{
  g_autoptr (GString) text = g_string_new (NULL);
  TwReader reader;

  tw_reader_init (&reader, message->encoding.protocol, message->body, message->body_length);
  sample_read (&reader, text);
  g_assert_false (reader.failed);
  g_assert_true (reader.at == reader.end);

  tw_reader_init (&reader, message->encoding.protocol, message->body, message->body_length);
  tw_reader_skip (&reader, TW_WIRE_STRUCT);
  g_assert_false (reader.failed);
  g_assert_true (reader.at == reader.end);
}

static void
assert_trickle_agrees (const guint8 *bytes, gsize length, TwScanStatus status, gsize total)
{
  g_autoptr (TwScanner) scanner = new_scanner ();
  TwScanStatus trickled = TW_SCAN_MORE;
  TwMessage message;

  for (gsize n = 1; n <= length && trickled == TW_SCAN_MORE; n++)
    trickled = tw_scanner_scan (scanner, bytes, n, &message, NULL);
  g_assert_cmpint (trickled, ==, status);
  if (status == TW_SCAN_COMPLETE)
    g_assert_cmpuint (message.total, ==, total);
}

static void
test_mutations (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (20261121);
  guint complete = 0, refused = 0;

  for (guint i = 0; i < 20000; i++)
    {
      const TwEncoding *encoding = &SAMPLE_ENCODINGS[i % G_N_ELEMENTS (SAMPLE_ENCODINGS)];
      g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (TwScanner) scanner = new_scanner ();
      g_autofree guint8 *copy = NULL;
      TwMessage message;
      TwScanStatus status;

      sample_random (&bytes, encoding, random, 4, text);
      mutate (random, &bytes);
      copy = sample_copy (bytes.data, bytes.len);
      status = tw_scanner_scan (scanner, copy, bytes.len, &message, NULL);
      if (status == TW_SCAN_COMPLETE)
        assert_readable (&message);
      if (i % 16 < G_N_ELEMENTS (SAMPLE_ENCODINGS))
        assert_trickle_agrees (bytes.data, bytes.len, status, status == TW_SCAN_COMPLETE ? message.total : 0);
      complete += status == TW_SCAN_COMPLETE;
      refused += status == TW_SCAN_REFUSED;
    }
  g_assert_cmpuint (complete, >, 1000);
  g_assert_cmpuint (refused, >, 1000);
}

static void
test_noise (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (TwScanner) scanner = new_scanner ();
      guint8 noise[48] = { 0x82, 0x21, 0x01, 0x01, 'f' };
      TwMessage message;

      for (gsize at = 5; at < sizeof noise; at++)
        noise[at] = (guint8) g_rand_int_range (random, 0, g_rand_boolean (random) ? 32 : 256);
      if (tw_scanner_scan (scanner, noise, sizeof noise, &message, NULL) == TW_SCAN_COMPLETE)
        assert_readable (&message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scanner/every-encoding-is-told", test_every_encoding_is_told);
  g_test_add_func ("/scanner/truncated-wants-more", test_truncated_wants_more);
  g_test_add_func ("/scanner/trickle-equals-one-shot", test_trickle_equals_one_shot);
  g_test_add_func ("/scanner/never-looks-back", test_never_looks_back);
  g_test_add_func ("/scanner/messages-follow-each-other", test_messages_follow_each_other);
  for (gsize i = 0; i < G_N_ELEMENTS (unusual); i++)
    {
      g_autofree char *path = g_strdup_printf ("/scanner/unusual/%s-is-taken", unusual[i].name);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_unusual);
    }
  g_test_add_func ("/scanner/mutations-are-refused-or-readable", test_mutations);
  g_test_add_func ("/scanner/noise-is-refused-or-readable", test_noise);
  return g_test_run ();
}
