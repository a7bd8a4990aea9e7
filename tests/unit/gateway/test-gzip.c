/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-gzip.h"

#include <gio/gio.h>
#include <string.h>

/* What GLib, which is not what compressed it, makes of @gzip. */
static GBytes *
decompress (const TwBuffer *gzip)
{
  g_autoptr (GZlibDecompressor) decompressor = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GInputStream) source = g_memory_input_stream_new_from_data (gzip->data, (gssize) gzip->len, NULL);
  g_autoptr (GInputStream) plain = g_converter_input_stream_new (source, G_CONVERTER (decompressor));
  g_autoptr (GOutputStream) out = g_memory_output_stream_new_resizable ();
  g_autoptr (GError) error = NULL;

  g_output_stream_splice (out, plain, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &error);
  g_assert_no_error (error);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (out));
}

static void
test_there_and_back (void)
{
  for (guint effort = TW_GZIP_QUICK; effort <= TW_GZIP_THOROUGH; effort++)
    for (gsize lines = 20; lines < 100000; lines *= 10)
      {
        g_autoptr (GString) text = g_string_new (NULL);
        g_auto (TwBuffer) gzip = TW_BUFFER_INIT;
        g_autoptr (GBytes) back = NULL, sent = NULL;

        for (gsize i = 0; i < lines; i++)
          g_string_append_printf (text, "{\"number\":%" G_GSIZE_FORMAT ",\"ünï\":%u}", i, (guint) (i * 2654435761u) % 977);
        g_assert_true (tw_gzip (effort, (const guint8 *) text->str, text->len, &gzip));
        g_assert_cmpuint (gzip.len, <, text->len / 2);
        g_assert_cmpuint (gzip.capacity, ==, gzip.len);
        back = decompress (&gzip);
        sent = g_bytes_new (text->str, text->len);
        g_assert_true (g_bytes_equal (back, sent));
      }
}

static void
test_what_gets_no_shorter_stays (void)
{
  static const guint8 few[] = "abcdefghij";

  for (gsize length = 0; length < sizeof few; length++)
    {
      g_auto (TwBuffer) gzip = TW_BUFFER_INIT;

      g_assert_false (tw_gzip (TW_GZIP_QUICK, few, length, &gzip));
      g_assert_cmpuint (gzip.len, ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gzip/there-and-back", test_there_and_back);
  g_test_add_func ("/gzip/what-gets-no-shorter-stays", test_what_gets_no_shorter_stays);
  return g_test_run ();
}
