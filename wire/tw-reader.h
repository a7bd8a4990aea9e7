/* SPDX-License-Identifier: Apache-2.0 */

/* A cursor over a struct's bytes, in either protocol, that have passed a TwScanner.
 *
 * It checks bounds all the same: a read past the end (or against the wrong type) sets `failed`, after which every
 * read gives zero, an empty string or a stop. So a walk needs one check, at its end. Not thread-safe; plain data, on
 * the stack.
 *
 *     tw_reader_struct_begin (&r);
 *     while (tw_reader_field (&r, &type, &id))
 *       if (id == 1 && type == TW_WIRE_I32) n = tw_reader_i32 (&r); else tw_reader_skip (&r, type);
 *     tw_reader_struct_end (&r);
 */

#pragma once

#include "tw-wire.h"

#include <string.h>

G_BEGIN_DECLS

typedef struct
{
  const guint8 *at;
  const guint8 *end;
  TwProtocol protocol;
  gboolean failed;
  /* private: compact's state */
  gint8 pending_bool;
  guint depth;
  gint16 last_id[TW_WIRE_MAX_DEPTH + 1];
} TwReader;

void tw_reader_init (TwReader *reader, TwProtocol protocol, const guint8 *bytes, gsize length);

void tw_reader_struct_begin (TwReader *reader);
void tw_reader_struct_end (TwReader *reader);

/* The next field's type and id; FALSE at the struct's stop. */
static inline gboolean tw_reader_field (TwReader *reader, TwWireType *type, gint16 *id);

gboolean tw_reader_bool (TwReader *reader);
gint8 tw_reader_byte (TwReader *reader);
gint16 tw_reader_i16 (TwReader *reader);
gint32 tw_reader_i32 (TwReader *reader);
gint64 tw_reader_i64 (TwReader *reader);
double tw_reader_double (TwReader *reader);

/* A string or binary: points into the bytes, is not NUL-terminated and not checked for UTF-8. */
static inline void tw_reader_string (TwReader *reader, const char **data, gsize *length);

/* A list's or set's header: the number of elements, which the caller then reads one by one. */
guint32 tw_reader_list (TwReader *reader, TwWireType *element);

/* A map's header: key and value follow in turn. An empty compact map has no types: both are TW_WIRE_STOP then. */
guint32 tw_reader_map (TwReader *reader, TwWireType *key, TwWireType *value);

/* Passes over a value of @type, iteratively. */
static inline void tw_reader_skip (TwReader *reader, TwWireType type);

/* --- Private: the walk over a message's fields is most of what a call costs, so what is usual in it, binary's bytes all
 * there, is inlined; the rest is behind a call. --- */

gboolean tw_reader_field_slowly (TwReader *reader, TwWireType *type, gint16 *id);
void tw_reader_string_slowly (TwReader *reader, const char **data, gsize *length);
void tw_reader_skip_slowly (TwReader *reader, TwWireType type);

#define TW_READER_TYPES                                                                                                \
  (1u << TW_WIRE_BOOL | 1u << TW_WIRE_BYTE | 1u << TW_WIRE_DOUBLE | 1u << TW_WIRE_I16 | 1u << TW_WIRE_I32              \
   | 1u << TW_WIRE_I64 | 1u << TW_WIRE_STRING | 1u << TW_WIRE_STRUCT | 1u << TW_WIRE_MAP | 1u << TW_WIRE_SET           \
   | 1u << TW_WIRE_LIST)

static inline gboolean
tw_reader_field (TwReader *reader, TwWireType *type, gint16 *id)
{
  const guint8 *at = reader->at;

  if (G_LIKELY (reader->protocol == TW_PROTOCOL_BINARY && reader->end - at >= 3 && at[0] < 16
                && (TW_READER_TYPES >> at[0] & 1) != 0))
    {
      *type = (TwWireType) at[0];
      *id = (gint16) (guint16) (at[1] << 8 | at[2]);
      reader->at = at + 3;
      return TRUE;
    }
  return tw_reader_field_slowly (reader, type, id);
}

static inline void
tw_reader_string (TwReader *reader, const char **data, gsize *length)
{
  const guint8 *at = reader->at;
  guint32 n;

  if (G_LIKELY (reader->protocol == TW_PROTOCOL_BINARY && reader->end - at >= 4))
    {
      memcpy (&n, at, sizeof n);
      n = GUINT32_FROM_BE (n);
      if (G_LIKELY (n <= (gsize) (reader->end - at) - 4))
        {
          *data = (const char *) at + 4;
          *length = n;
          reader->at = at + 4 + n;
          return;
        }
    }
  tw_reader_string_slowly (reader, data, length);
}

static inline void
tw_reader_skip (TwReader *reader, TwWireType type)
{
  const char *data;
  gsize length;

  if (type == TW_WIRE_STRING)
    tw_reader_string (reader, &data, &length);
  else
    tw_reader_skip_slowly (reader, type);
}

G_END_DECLS
