/* SPDX-License-Identifier: Apache-2.0 */

/* Writes Thrift values, in either protocol, at the end of a TwBuffer. The caller writes well-formed sequences: what is
 * not is a programming error. Not thread-safe; plain data, on the stack. */

#pragma once

#include "tw-buffer.h"
#include "tw-wire.h"

G_BEGIN_DECLS

typedef struct
{
  TwBuffer *out;
  TwProtocol protocol;
  /* private */
  gboolean framed;
  gsize start;           /* where the message began, for the frame's length */
  gint16 pending_bool;   /* compact: id of a bool field whose header waits for its value; G_MININT16 for none */
  guint depth;
  gint16 last_id[TW_WIRE_MAX_DEPTH + 1];
} TwWriter;

void tw_writer_init (TwWriter *writer, TwProtocol protocol, TwBuffer *out);

/* Begins a message; @framed leaves room for the frame's length, which tw_writer_message_end() fills in. @name has
 * @name_length bytes. What lies between is one struct. */
void tw_writer_message_begin (TwWriter *writer, gboolean framed, TwMessageType type, const char *name,
                              gsize name_length, gint32 sequence_id);
void tw_writer_message_end (TwWriter *writer);

static inline void tw_writer_struct_begin (TwWriter *writer);
static inline void tw_writer_struct_end (TwWriter *writer); /* with the stop */

static inline void tw_writer_field (TwWriter *writer, TwWireType type, gint16 id); /* the value follows */

/* A field that is a string, and its value. */
static inline void tw_writer_string_field (TwWriter *writer, gint16 id, const void *data, gsize length);

static inline void tw_writer_bool (TwWriter *writer, gboolean value);
void tw_writer_byte (TwWriter *writer, gint8 value);
void tw_writer_i16 (TwWriter *writer, gint16 value);
void tw_writer_i32 (TwWriter *writer, gint32 value);
static inline void tw_writer_i64 (TwWriter *writer, gint64 value);
void tw_writer_double (TwWriter *writer, double value);
static inline void tw_writer_string (TwWriter *writer, const void *data, gsize length); /* at most G_MAXINT32 bytes */
void tw_writer_list (TwWriter *writer, TwWireType element, guint32 n); /* the elements follow */

/* A list whose length is known only when its elements have been written: begin returns what end wants. */
gsize tw_writer_list_begin (TwWriter *writer, TwWireType element);
void tw_writer_list_end (TwWriter *writer, gsize start, guint32 n);

void tw_writer_set (TwWriter *writer, TwWireType element, guint32 n);
void tw_writer_map (TwWriter *writer, TwWireType key, TwWireType value, guint32 n); /* key and value in turn */

/* A whole EXCEPTION message that holds a TApplicationException. */
void tw_writer_application_exception (TwBuffer *out, const TwEncoding *encoding, const char *name, gsize name_length,
                                      gint32 sequence_id, TwApplicationError code, const char *message);

/* --- Inlined: a list's rows are fields of a few bytes, and a call for each took longer than its bytes do. Only in
 * binary, which our gateway speaks. --- */

void tw_writer_compact_field (TwWriter *writer, TwWireType type, gint16 id);
void tw_writer_compact_bool (TwWriter *writer, gboolean value);
void tw_writer_compact_i64 (TwWriter *writer, gint64 value);
void tw_writer_compact_string (TwWriter *writer, const void *data, gsize length);

static inline void
tw_writer_struct_begin (TwWriter *writer)
{
  g_assert (writer->depth < TW_WIRE_MAX_DEPTH);
  writer->last_id[++writer->depth] = 0;
}

static inline void
tw_writer_struct_end (TwWriter *writer)
{
  tw_buffer_append_byte (writer->out, TW_WIRE_STOP);
  writer->depth--;
}

static inline void
tw_writer_bool (TwWriter *writer, gboolean value)
{
  if (G_LIKELY (writer->protocol == TW_PROTOCOL_BINARY))
    tw_buffer_append_byte (writer->out, value ? 1 : 0);
  else
    tw_writer_compact_bool (writer, value);
}

static inline void
tw_writer_i64 (TwWriter *writer, gint64 value)
{
  const guint64 bytes = GUINT64_TO_BE ((guint64) value);

  if (G_UNLIKELY (writer->protocol != TW_PROTOCOL_BINARY))
    {
      tw_writer_compact_i64 (writer, value);
      return;
    }
  tw_buffer_append (writer->out, &bytes, sizeof bytes);
}

static inline void
tw_writer_field (TwWriter *writer, TwWireType type, gint16 id)
{
  guint8 *at;

  if (G_UNLIKELY (writer->protocol != TW_PROTOCOL_BINARY))
    {
      tw_writer_compact_field (writer, type, id);
      return;
    }
  at = tw_buffer_reserve (writer->out, 3);
  at[0] = (guint8) type;
  at[1] = (guint8) ((guint16) id >> 8);
  at[2] = (guint8) id;
  writer->out->len += 3;
}

static inline void
tw_writer_string (TwWriter *writer, const void *data, gsize length)
{
  const guint32 header = GUINT32_TO_BE ((guint32) length);
  guint8 *at;

  g_assert (length <= G_MAXINT32);
  if (G_UNLIKELY (writer->protocol != TW_PROTOCOL_BINARY))
    {
      tw_writer_compact_string (writer, data, length);
      return;
    }
  at = tw_buffer_reserve (writer->out, sizeof header + length);
  memcpy (at, &header, sizeof header);
  if (length > 0)
    memcpy (at + sizeof header, data, length);
  writer->out->len += sizeof header + length;
}

static inline void
tw_writer_string_field (TwWriter *writer, gint16 id, const void *data, gsize length)
{
  const guint32 header = GUINT32_TO_BE ((guint32) length);
  guint8 *at;

  g_assert (length <= G_MAXINT32);
  if (G_UNLIKELY (writer->protocol != TW_PROTOCOL_BINARY))
    {
      tw_writer_compact_field (writer, TW_WIRE_STRING, id);
      tw_writer_compact_string (writer, data, length);
      return;
    }
  at = tw_buffer_reserve (writer->out, 3 + sizeof header + length);
  at[0] = TW_WIRE_STRING;
  at[1] = (guint8) ((guint16) id >> 8);
  at[2] = (guint8) id;
  memcpy (at + 3, &header, sizeof header);
  if (length > 0)
    memcpy (at + 3 + sizeof header, data, length);
  writer->out->len += 3 + sizeof header + length;
}

G_END_DECLS
