/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-gzip.h"

#include <zlib.h>

/* Added to a window's bits it asks for gzip's head and tail in place of zlib's. */
#define GZIP_FORMAT 16

/* JSON says the same few names over and over, close to each other: a small window, which costs little to make ready,
 * finds nearly all that a large one would. */
static const struct
{
  int level;
  int window_bits;
  int memory_level;
} efforts[] = {
  [TW_GZIP_QUICK] = { 1, 13, 6 },
  [TW_GZIP_THOROUGH] = { 9, 15, 9 },
};

gboolean
tw_gzip (TwGzipEffort effort, const guint8 *bytes, gsize length, TwBuffer *out)
{
  z_stream stream = { .next_in = (Bytef *) (guintptr) bytes, .avail_in = (uInt) length };
  int result;

  if (length < 2 || length > G_MAXUINT32
      || deflateInit2 (&stream, efforts[effort].level, Z_DEFLATED, efforts[effort].window_bits + GZIP_FORMAT,
                       efforts[effort].memory_level, Z_DEFAULT_STRATEGY)
             != Z_OK)
    return FALSE;
  stream.avail_out = (uInt) length - 1;
  stream.next_out = tw_buffer_reserve (out, length - 1);
  result = deflate (&stream, Z_FINISH);
  out->len = stream.total_out;
  deflateEnd (&stream);
  if (result != Z_STREAM_END)
    {
      tw_buffer_clear (out);
      return FALSE;
    }
  /* It may wait long for a slow client. */
  out->data = g_realloc (out->data, out->len);
  out->capacity = out->len;
  return TRUE;
}
