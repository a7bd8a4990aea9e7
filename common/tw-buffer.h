/* SPDX-License-Identifier: Apache-2.0 */

/* A growing run of bytes whose appends are inlined: messages and replies are written into it field by field, where a
 * function call for each would be most of the cost. GByteArray is the same idea without that.
 *
 * Not thread-safe: one writer at a time.
 */

#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

typedef struct
{
  guint8 *data;
  gsize len;      /* bytes written */
  gsize capacity; /* bytes allocated */
} TwBuffer;

#define TW_BUFFER_INIT { NULL, 0, 0 }

/* Frees the bytes and makes the buffer empty again. */
void tw_buffer_clear (TwBuffer *buffer);

/* Makes room for @more bytes; aborts when memory is out, as g_malloc() does. */
void tw_buffer_grow (TwBuffer *buffer, gsize more);

/* Where the byte at @offset, at most @len, is: NULL in a buffer that never held any. C knows no NULL + 0; compilers
 * make a bare addition of this. */
static inline guint8 *
tw_buffer_at (const TwBuffer *buffer, gsize offset)
{
  return offset > 0 ? buffer->data + offset : buffer->data;
}

/* Gives the bytes away as a GBytes and makes the buffer empty again. */
GBytes *tw_buffer_steal_bytes (TwBuffer *buffer);

/* Makes room for @more bytes if there is none yet, and returns where they go; NULL where that is none at all. */
static inline guint8 *
tw_buffer_reserve (TwBuffer *buffer, gsize more)
{
  if (G_UNLIKELY (buffer->capacity - buffer->len < more))
    tw_buffer_grow (buffer, more);
  return tw_buffer_at (buffer, buffer->len);
}

/* @bytes may be NULL where @n is 0: then nothing happens. */
static inline void
tw_buffer_append (TwBuffer *buffer, const void *bytes, gsize n)
{
  if (n == 0)
    return;
  memcpy (tw_buffer_reserve (buffer, n), bytes, n);
  buffer->len += n;
}

static inline void
tw_buffer_append_byte (TwBuffer *buffer, guint8 byte)
{
  *tw_buffer_reserve (buffer, 1) = byte;
  buffer->len += 1;
}

/* Appends a NUL-terminated string without its NUL. */
static inline void
tw_buffer_append_string (TwBuffer *buffer, const char *string)
{
  tw_buffer_append (buffer, string, strlen (string));
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwBuffer, tw_buffer_clear)

G_END_DECLS
