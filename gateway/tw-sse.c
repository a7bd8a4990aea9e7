/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sse.h"

#include <string.h>

gboolean
tw_sse_is_id (const char *id)
{
  return strpbrk (id, "\r\n") == NULL;
}

static const guint8 *
end_of_line (const guint8 *at, const guint8 *end)
{
  const guint8 *newline = memchr (at, '\n', (gsize) (end - at));
  const guint8 *stop = newline != NULL ? newline : end;
  const guint8 *carriage = memchr (at, '\r', (gsize) (stop - at));

  return carriage != NULL ? carriage : stop;
}

static void
append_data (GByteArray *out, const guint8 *data, gsize length)
{
  const guint8 *at = data, *end = data + length;

  for (;;)
    {
      const guint8 *stop = end_of_line (at, end);

      g_byte_array_append (out, (const guint8 *) "data: ", 6);
      g_byte_array_append (out, at, (guint) (stop - at));
      g_byte_array_append (out, (const guint8 *) "\n", 1);
      if (stop == end)
        return;
      at = stop + (*stop == '\r' && stop + 1 < end && stop[1] == '\n' ? 2 : 1);
    }
}

GBytes *
tw_sse_event (const char *name, const char *id, const guint8 *data, gsize length)
{
  g_autofree char *head = g_strdup_printf ("event: %s\nid%s%s\n", name, id[0] != '\0' ? ": " : "", id);
  GByteArray *out = g_byte_array_sized_new ((guint) (strlen (head) + length + 16));

  g_return_val_if_fail (tw_sse_is_id (name) && tw_sse_is_id (id), NULL);
  g_byte_array_append (out, (const guint8 *) head, (guint) strlen (head));
  append_data (out, data, length);
  g_byte_array_append (out, (const guint8 *) "\n", 1);
  return g_byte_array_free_to_bytes (out);
}
