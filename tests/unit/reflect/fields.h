/* SPDX-License-Identifier: Apache-2.0 */

/* Fields in one call, for tests that write structs by hand. */

#pragma once

#include "tw-writer.h"

#include <string.h>

G_BEGIN_DECLS

/* Opens the struct that is the field @id. */
static inline void
open_struct (TwWriter *writer, gint16 id)
{
  tw_writer_field (writer, TW_WIRE_STRUCT, id);
  tw_writer_struct_begin (writer);
}

static inline void
put_string (TwWriter *writer, gint16 id, const char *text)
{
  tw_writer_field (writer, TW_WIRE_STRING, id);
  tw_writer_string (writer, text, strlen (text));
}

static inline void
put_i32 (TwWriter *writer, gint16 id, gint32 value)
{
  tw_writer_field (writer, TW_WIRE_I32, id);
  tw_writer_i32 (writer, value);
}

G_END_DECLS
