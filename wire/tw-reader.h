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
gboolean tw_reader_field (TwReader *reader, TwWireType *type, gint16 *id);

gboolean tw_reader_bool (TwReader *reader);
gint8 tw_reader_byte (TwReader *reader);
gint16 tw_reader_i16 (TwReader *reader);
gint32 tw_reader_i32 (TwReader *reader);
gint64 tw_reader_i64 (TwReader *reader);
double tw_reader_double (TwReader *reader);

/* A string or binary: points into the bytes, is not NUL-terminated and not checked for UTF-8. */
void tw_reader_string (TwReader *reader, const char **data, gsize *length);

/* A list's or set's header: the number of elements, which the caller then reads one by one. */
guint32 tw_reader_list (TwReader *reader, TwWireType *element);

/* A map's header: key and value follow in turn. An empty compact map has no types: both are TW_WIRE_STOP then. */
guint32 tw_reader_map (TwReader *reader, TwWireType *key, TwWireType *value);

/* Passes over a value of @type, iteratively. */
void tw_reader_skip (TwReader *reader, TwWireType type);

G_END_DECLS
