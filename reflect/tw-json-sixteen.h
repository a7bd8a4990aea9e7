/* SPDX-License-Identifier: Apache-2.0 */

/* Inside reflect/: strings of JSON, sixteen bytes at a time. Inlined, since an answer is mostly short strings. */

#pragma once

#include "tw-json-text.h"

#include <string.h>

G_BEGIN_DECLS

/* Bytes that are looked at together: the compiler has instructions for such a vector, or makes do without. Signed, so
 * that what is above 0x7f is below a blank as well. */
typedef gint8 TwSixteen __attribute__ ((vector_size (16)));
typedef guint64 TwHalves __attribute__ ((vector_size (16)));

/* Not zero where one of the sixteen is a control character, a quote, a backslash or above 0x7f. */
static inline TwHalves
tw_sixteen_need_care (TwSixteen bytes)
{
  return (TwHalves) ((bytes < 0x20) | (bytes == '"') | (bytes == '\\'));
}

/* Pieces are short, and a call of memcpy(3) would be most of what they cost: they are copied in whole sixteens. */
static inline TwSixteen
tw_sixteen_copy (guint8 *to, const void *from)
{
  TwSixteen bytes;

  memcpy (&bytes, from, sizeof bytes);
  memcpy (to, &bytes, sizeof bytes);
  return bytes;
}

/* Nothing that needs care instead of what stands behind the first @n bytes. */
static inline TwSixteen
tw_sixteen_mask_tail (TwSixteen bytes, gsize n)
{
  static const gint8 keep[32] = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
  TwSixteen mask;

  memcpy (&mask, keep + 16 - n, sizeof mask);
  return (bytes & mask) | (~mask & 'a');
}

/* Writes a string of which @left bytes from @data on may be read, if none of its bytes needs care. */
static inline gboolean
tw_json_write_plain (TwBuffer *out, const char *data, gsize length, gsize left)
{
  guint8 *to = tw_buffer_reserve (out, length + 2 + TW_JSON_SLACK);
  TwHalves care;

  to[0] = '"';
  if (G_LIKELY (length >= 16))
    {
      /* The last sixteen are these again in part. */
      care = tw_sixteen_need_care (tw_sixteen_copy (to + 1 + length - 16, data + length - 16));
      for (gsize i = 0; i < length - 16; i += 16)
        care |= tw_sixteen_need_care (tw_sixteen_copy (to + 1 + i, data + i));
    }
  else if (left >= 16)
    care = tw_sixteen_need_care (tw_sixteen_mask_tail (tw_sixteen_copy (to + 1, data), length));
  else
    return FALSE;
  if (G_UNLIKELY ((care[0] | care[1]) != 0))
    return FALSE;
  to[length + 1] = '"';
  out->len += length + 2;
  return TRUE;
}

G_END_DECLS
