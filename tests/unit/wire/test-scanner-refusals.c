/* SPDX-License-Identifier: Apache-2.0 */

/* What no scanner may take: malformed messages, such as go over a limit, and a change of encoding. */

#include "samples.h"
#include "scans.h"
#include "tw-error.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scanner/changed-encoding-is-refused", test_changed_encoding_is_refused);
  for (gsize i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autofree char *path = g_strdup_printf ("/scanner/malformed/%s-is-refused", malformed[i].name);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_malformed);
    }
  g_test_add_func ("/scanner/limits/depth", test_depth_limit);
  g_test_add_func ("/scanner/limits/depth-of-containers", test_depth_limit_holds_for_containers);
  g_test_add_func ("/scanner/limits/200000-nested-structs-are-refused", test_200000_nested_structs_are_refused);
  g_test_add_func ("/scanner/limits/size", test_size_limit);
  return g_test_run ();
}
