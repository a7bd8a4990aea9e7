/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-buffer.h"

void
tw_buffer_clear (TwBuffer *buffer)
{
  g_free (buffer->data);
  *buffer = (TwBuffer) TW_BUFFER_INIT;
}

void
tw_buffer_grow (TwBuffer *buffer, gsize more)
{
  gsize wanted, capacity = MAX (buffer->capacity, 256);

  if (!g_size_checked_add (&wanted, buffer->len, more) || wanted > G_MAXSIZE / 2)
    g_error ("a buffer of more than half the address space");
  while (capacity < wanted)
    capacity *= 2;
  buffer->data = g_realloc (buffer->data, capacity);
  buffer->capacity = capacity;
}

GBytes *
tw_buffer_steal_bytes (TwBuffer *buffer)
{
  GBytes *bytes = g_bytes_new_take (buffer->data, buffer->len);

  *buffer = (TwBuffer) TW_BUFFER_INIT;
  return bytes;
}
