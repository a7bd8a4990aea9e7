/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-base64url.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *
tw_base64url_encode (const void *bytes, gsize n)
{
  const guint8 *in = bytes;
  char *text = g_malloc (n / 3 * 4 + 5), *out = text;
  guint32 bits = 0;
  guint held = 0;

  for (gsize i = 0; i < n; i++)
    {
      bits = bits << 8 | in[i];
      held += 8;
      for (; held >= 6; held -= 6)
        *out++ = digits[bits >> (held - 6) & 63];
    }
  if (held > 0)
    *out++ = digits[bits << (6 - held) & 63];
  *out = '\0';
  return text;
}

guint8 *
tw_base64url_decode (const char *text, gsize length, gsize *n)
{
  g_autofree guint8 *bytes = g_malloc (length / 4 * 3 + 3);
  guint8 *out = bytes;
  guint32 bits = 0;
  guint held = 0;

  if (length % 4 == 1)
    return NULL;
  for (gsize i = 0; i < length; i++)
    {
      const char *digit = text[i] == '\0' ? NULL : strchr (digits, text[i]);

      if (digit == NULL)
        return NULL;
      bits = bits << 6 | (guint32) (digit - digits);
      held += 6;
      if (held >= 8)
        {
          held -= 8;
          *out++ = (guint8) (bits >> held);
        }
    }
  /* Bits that no byte came of must be zero, or one value would have several texts. */
  if ((bits & ((1u << held) - 1)) != 0)
    return NULL;
  *n = (gsize) (out - bytes);
  return g_steal_pointer (&bytes);
}
