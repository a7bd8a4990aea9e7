/* SPDX-License-Identifier: Apache-2.0 */

/* GLib does the arithmetic; strictness comes from writing what was read once more and comparing. */

#include "tw-base64.h"

void
tw_base64_append (TwBuffer *out, const void *bytes, gsize n)
{
  char *at = (char *) tw_buffer_reserve (out, (n / 3 + 1) * 4 + 4);
  int state = 0, save = 0;
  gsize written = g_base64_encode_step (bytes, n, FALSE, at, &state, &save);

  written += g_base64_encode_close (FALSE, at + written, &state, &save);
  out->len += written;
}

guint8 *
tw_base64_decode (const char *text, gsize length, gsize *n)
{
  g_autofree guint8 *bytes = g_malloc (length / 4 * 3 + 3);
  g_auto (TwBuffer) again = TW_BUFFER_INIT;
  int state = 0;
  guint save = 0;

  *n = g_base64_decode_step (text, length, bytes, &state, &save);
  tw_base64_append (&again, bytes, *n);
  if (again.len != length || (length > 0 && memcmp (again.data, text, length) != 0))
    return NULL;
  return g_steal_pointer (&bytes);
}
