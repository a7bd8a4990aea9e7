/* SPDX-License-Identifier: Apache-2.0 */

#include "samples.h"
#include "tw-error.h"
#include "tw-scanner.h"

static TwScanner *
new_scanner (void)
{
  return tw_scanner_new (&TW_WIRE_REQUEST_LIMITS);
}

/* Scans @length bytes in a copy of their own; the message then points to nothing but its numbers hold. */
static TwScanStatus
scan_copy (TwScanner *scanner, const guint8 *bytes, gsize length, TwMessage *message, GError **error)
{
  g_autofree guint8 *copy = sample_copy (bytes, length);
  const TwScanStatus status = tw_scanner_scan (scanner, copy, length, message, error);

  if (status == TW_SCAN_COMPLETE)
    {
      message->name = (const char *) bytes + ((const guint8 *) message->name - copy);
      message->body = bytes + (message->body - copy);
    }
  return status;
}

/* Feeds byte after byte; what the scanner asks for must be honest. */
static TwScanStatus
scan_trickle (const guint8 *bytes, gsize length, TwMessage *message, GError **error)
{
  g_autoptr (TwScanner) scanner = new_scanner ();
  gsize wanted = 1;

  for (gsize n = 1; n <= length; n++)
    {
      const TwScanStatus status = scan_copy (scanner, bytes, n, message, error);

      if (status == TW_SCAN_COMPLETE)
        g_assert_cmpuint (n, >=, wanted);
      if (status != TW_SCAN_MORE)
        return status;
      wanted = tw_scanner_wanted (scanner);
      g_assert_cmpuint (wanted, >, n);
    }
  return TW_SCAN_MORE;
}

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

static void
test_changed_encoding_is_refused (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (SAMPLE_ENCODINGS); j++)
      {
        g_auto (TwBuffer) first = TW_BUFFER_INIT, second = TW_BUFFER_INIT;
        g_autoptr (TwScanner) scanner = new_scanner ();
        g_autoptr (GError) error = NULL;
        TwMessage message;

        sample_nested (&first, &SAMPLE_ENCODINGS[i], 2);
        sample_nested (&second, &SAMPLE_ENCODINGS[j], 2);
        g_assert_cmpint (tw_scanner_scan (scanner, first.data, first.len, &message, NULL), ==, TW_SCAN_COMPLETE);
        g_assert_cmpint (tw_scanner_scan (scanner, second.data, second.len, &message, &error), ==,
                         i == j ? TW_SCAN_COMPLETE : TW_SCAN_REFUSED);
        if (i != j)
          g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
      }
}

/* The header of a binary call of "f", up to its body. */
#define BINARY "80010001 00000001 66 00000001 "
/* The same in compact. */
#define COMPACT "8221 01 01 66 "

/* Bytes in hex, and what the refusal says. */
static const struct
{
  const char *name;
  const char *hex;
  const char *says;
} malformed[] = {
  { "frame-of-length-zero", "00000000", "too short" },
  { "frame-too-short-for-a-message", "00000005 8221010100", "too short" },
  { "frame-with-negative-length", "ffffffff", "longer than the limit" },
  { "frame-over-the-limit", "00100001", "longer than the limit" },
  { "frame-that-goes-on-behind-its-message", "00000010 " BINARY "00 0000", "behind its message" },
  { "frame-that-ends-inside-its-message", "0000000e " BINARY "0b 0001", "behind its end" },
  { "frame-that-ends-inside-its-header", "00000008 80010001 00000001 66", "behind its end" },
  { "string-that-spans-two-frames", "00000018 " BINARY "0b 0001 00000008 61626364", "more than the bytes" },
  { "header-without-version-word", "00000003 616c6c 01 00000000 00", "too short" },
  { "long-name-without-version-word", "00000006 757073657274 01 00000000 00", "no version" },
  { "http", "474554202f20485454502f312e310d0a", "not Thrift" },
  { "tls", "16030102000100", "not Thrift" },
  { "framed-http", "00000010 474554202f20485454502f312e310d0a", "no version" },
  { "binary-version-2", "80020001", "version" },
  { "binary-message-type-0", "80010000", "message's type" },
  { "binary-message-type-5", "80010005", "message's type" },
  { "compact-version-2", "8222", "version" },
  { "compact-message-type-0", "8201", "message's type" },
  { "compact-message-type-5", "82a1", "message's type" },
  { "binary-empty-name", "80010001 00000000 00000001 00", "empty" },
  { "compact-empty-name", "8221 01 00 00", "empty" },
  { "binary-negative-name", "80010001 ffffffff", "too long" },
  { "binary-overlong-name", "80010001 00000100", "too long" },
  { "compact-overlong-name", "8221 01 8002", "too long" },
  { "compact-name-length-beyond-32-bits", "8221 01 ffffffff1f", "varint" },
  { "compact-sequence-id-beyond-32-bits", "8221 ffffffff1f", "varint" },
  { "binary-name-with-nul", "80010001 00000002 6600 00000001 00", "bytes that no name has" },
  { "compact-name-with-newline", "8221 01 02 660a 00", "bytes that no name has" },
  { "name-that-is-not-ascii", "8221 01 02 c3a9 00", "bytes that no name has" },
  { "binary-field-type-1", BINARY "01", "unknown type" },
  { "binary-field-type-5", BINARY "05", "unknown type" },
  { "binary-field-type-16", BINARY "10", "unknown type" },
  { "binary-field-type-255", BINARY "ff", "unknown type" },
  { "compact-field-type-13", COMPACT "1d", "unknown type" },
  { "compact-stop-with-a-step", COMPACT "10", "unknown type" },
  { "compact-field-id-beyond-16-bits", COMPACT "03 feff03 00 13 00", "beyond 16 bits" },
  { "compact-long-field-id-beyond-16-bits", COMPACT "03 808004", "beyond 16 bits" },
  { "binary-bool-2", BINARY "02 0001 02", "neither 0 nor 1" },
  { "binary-bool-2-in-a-list", BINARY "0f 0001 02 00000002 01 02", "neither 0 nor 1" },
  { "compact-bool-3-in-a-list", COMPACT "19 21 01 03", "neither true nor false" },
  { "binary-string-of-length-minus-1", BINARY "0b 0001 ffffffff", "negative" },
  { "binary-string-of-2-gib", BINARY "0b 0001 7fffffff", "more than the bytes" },
  { "compact-string-of-2-gib", COMPACT "18 ffffffff07", "more than the bytes" },
  { "compact-string-of-length-minus-1", COMPACT "18 ffffffff0f", "negative" },
  { "compact-string-length-beyond-32-bits", COMPACT "18 ffffffff1f", "longer than 32 bits" },
  { "binary-list-of-2-gib-structs", BINARY "0f 0001 0c 7fffffff", "more than the bytes" },
  { "binary-list-of-minus-1", BINARY "0f 0001 08 ffffffff", "negative count" },
  { "binary-set-of-unknown-type", BINARY "0e 0001 01 00000000", "unknown type" },
  { "binary-list-of-stops", BINARY "0f 0001 00 00000001", "unknown type" },
  { "binary-map-of-unknown-keys", BINARY "0d 0001 07 08 00000000", "unknown type" },
  { "binary-map-of-unknown-values", BINARY "0d 0001 08 07 00000000", "unknown type" },
  { "binary-map-of-minus-1", BINARY "0d 0001 08 08 ffffffff", "negative count" },
  { "binary-map-of-2-gib", BINARY "0d 0001 0b 0b 7fffffff", "more than the bytes" },
  { "binary-numbers-that-leave-the-limit", BINARY "0f 0001 08 00040000", "more than the bytes" },
  { "compact-list-of-2-gib-structs", COMPACT "19 fc ffffffff07", "more than the bytes" },
  { "compact-list-of-minus-1", COMPACT "19 f5 ffffffff0f", "negative" },
  { "compact-list-with-a-long-count-that-is-short", COMPACT "19 f5 0e", "not canonical" },
  { "compact-list-of-unknown-type", COMPACT "19 1d", "unknown type" },
  { "compact-list-of-stops", COMPACT "19 10", "unknown type" },
  { "compact-map-of-minus-1", COMPACT "1b ffffffff0f", "negative" },
  { "compact-map-of-2-gib", COMPACT "1b ffffffff07 88", "more than the bytes" },
  { "compact-map-of-unknown-keys", COMPACT "1b 01 d5", "unknown type" },
  { "compact-map-of-unknown-values", COMPACT "1b 01 5d", "unknown type" },
  { "compact-i16-beyond-16-bits", COMPACT "14 808004", "longer than its type" },
  { "compact-i32-beyond-32-bits", COMPACT "15 ffffffff1f", "longer than its type" },
  { "compact-i32-of-six-bytes", COMPACT "15 808080808000", "longer than its type" },
  { "compact-i64-beyond-64-bits", COMPACT "16 ffffffffffffffffff02", "longer than its type" },
  { "compact-i64-of-eleven-bytes", COMPACT "16 8080808080808080808000", "longer than its type" },
};

static gsize
from_hex (const char *hex, guint8 *bytes, gsize size)
{
  gsize n = 0;

  for (; *hex != '\0'; hex++)
    {
      if (*hex == ' ')
        continue;
      g_assert_cmpuint (n, <, size);
      bytes[n++] = (guint8) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));
      hex++;
    }
  return n;
}

static void
test_malformed (gconstpointer index)
{
  const char *says = malformed[GPOINTER_TO_SIZE (index)].says;
  g_autoptr (TwScanner) scanner = new_scanner ();
  g_autoptr (GError) error = NULL, trickled = NULL;
  TwMessage message;
  guint8 bytes[64];
  const gsize n = from_hex (malformed[GPOINTER_TO_SIZE (index)].hex, bytes, sizeof bytes);

  g_assert_cmpint (scan_copy (scanner, bytes, n, &message, &error), ==, TW_SCAN_REFUSED);
  g_assert_error (error, TW_ERROR, TW_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, says));

  g_assert_cmpint (scan_trickle (bytes, n, &message, &trickled), ==, TW_SCAN_REFUSED);
  g_assert_cmpstr (trickled->message, ==, error->message);
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

static void
test_depth_limit (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i++)
    for (guint depth = 14; depth <= 18; depth++)
      {
        g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
        g_autoptr (TwScanner) scanner = new_scanner ();
        TwMessage message;

        sample_nested (&bytes, &SAMPLE_ENCODINGS[i], depth);
        g_assert_cmpint (tw_scanner_scan (scanner, bytes.data, bytes.len, &message, NULL), ==,
                         depth <= 16 ? TW_SCAN_COMPLETE : TW_SCAN_REFUSED);
      }
}

/* Empty and number-only containers are passed without being entered: they are as deep as others all the same. */
static void
test_depth_limit_holds_for_containers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i++)
    for (guint depth = 14; depth <= 18; depth++)
      {
        g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
        g_autoptr (TwScanner) scanner = new_scanner ();
        TwWriter writer;
        TwMessage message;

        tw_writer_init (&writer, SAMPLE_ENCODINGS[i].protocol, &bytes);
        tw_writer_message_begin (&writer, SAMPLE_ENCODINGS[i].framed, TW_MESSAGE_CALL, "f", 1, 1);
        tw_writer_struct_begin (&writer);
        tw_writer_field (&writer, TW_WIRE_LIST, 1);
        for (guint level = 2; level < depth; level++)
          tw_writer_list (&writer, TW_WIRE_LIST, 1);
        tw_writer_list (&writer, TW_WIRE_I32, depth & 1);
        if (depth & 1)
          tw_writer_i32 (&writer, 7);
        tw_writer_struct_end (&writer);
        tw_writer_message_end (&writer);

        g_assert_cmpint (tw_scanner_scan (scanner, bytes.data, bytes.len, &message, NULL), ==,
                         depth <= 16 ? TW_SCAN_COMPLETE : TW_SCAN_REFUSED);
      }
}

static void
test_200000_nested_structs_are_refused (void)
{
  const guint8 deeper[3] = { TW_WIRE_STRUCT, 0, 1 };
  g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
  g_autoptr (TwScanner) scanner = new_scanner ();
  g_autoptr (GError) error = NULL;
  TwWriter writer;
  TwMessage message;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &bytes);
  tw_writer_message_begin (&writer, FALSE, TW_MESSAGE_CALL, "f", 1, 1);
  for (guint i = 0; i < 200000; i++)
    tw_buffer_append (&bytes, deeper, sizeof deeper);
  g_assert_cmpint (tw_scanner_scan (scanner, bytes.data, bytes.len, &message, &error), ==, TW_SCAN_REFUSED);
  g_assert_nonnull (strstr (error->message, "nested too deeply"));
}

/* A message with one string, @size bytes long all in all, without its frame. */
static void
write_message_of_size (TwBuffer *bytes, const TwEncoding *encoding, gsize size)
{
  const gsize around = encoding->protocol == TW_PROTOCOL_BINARY ? 21 : 10;
  g_autofree char *filler = g_strnfill (size - around, 'x');
  TwWriter writer;

  tw_writer_init (&writer, encoding->protocol, bytes);
  tw_writer_message_begin (&writer, encoding->framed, TW_MESSAGE_CALL, "f", 1, 1);
  tw_writer_struct_begin (&writer);
  tw_writer_field (&writer, TW_WIRE_STRING, 1);
  tw_writer_string (&writer, filler, size - around);
  tw_writer_struct_end (&writer);
  tw_writer_message_end (&writer);
  g_assert_cmpuint (bytes->len, ==, size + (encoding->framed ? 4 : 0));
}

static void
test_size_limit (void)
{
  const TwWireLimits limits = { .max_message = 100000, .max_depth = 4 };

  for (gsize i = 0; i < G_N_ELEMENTS (SAMPLE_ENCODINGS); i++)
    for (gsize size = 99999; size <= 100001; size++)
      {
        g_auto (TwBuffer) bytes = TW_BUFFER_INIT;
        g_autoptr (TwScanner) scanner = tw_scanner_new (&limits);
        TwMessage message;

        write_message_of_size (&bytes, &SAMPLE_ENCODINGS[i], size);
        g_assert_cmpint (tw_scanner_scan (scanner, bytes.data, bytes.len, &message, NULL), ==,
                         size <= limits.max_message ? TW_SCAN_COMPLETE : TW_SCAN_REFUSED);
      }
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
  g_test_add_func ("/scanner/changed-encoding-is-refused", test_changed_encoding_is_refused);
  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autofree char *path = g_strdup_printf ("/scanner/malformed/%s-is-refused", malformed[i].name);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_malformed);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (unusual); i++)
    {
      g_autofree char *path = g_strdup_printf ("/scanner/unusual/%s-is-taken", unusual[i].name);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_unusual);
    }
  g_test_add_func ("/scanner/limits/depth", test_depth_limit);
  g_test_add_func ("/scanner/limits/depth-of-containers", test_depth_limit_holds_for_containers);
  g_test_add_func ("/scanner/limits/200000-nested-structs-are-refused", test_200000_nested_structs_are_refused);
  g_test_add_func ("/scanner/limits/size", test_size_limit);
  g_test_add_func ("/scanner/mutations-are-refused-or-readable", test_mutations);
  g_test_add_func ("/scanner/noise-is-refused-or-readable", test_noise);
  return g_test_run ();
}
