/* SPDX-License-Identifier: Apache-2.0 */

/* A call's context on the wire: one more field of the arguments' struct, before all others, with the highest number that
 * there is. A server that knows nothing of it skips it, as every Thrift library does with unknown fields.
 *
 *     32767: struct { 1: i32 remaining_ms, 2: string request_id, 3: string traceparent, 4: string client, 5: string session }
 *
 * Time travels as what is left of it, never as a clock's reading: two machines' clocks have nothing in common. */

#pragma once

#include "tw-call-context.h"
#include "tw-reader.h"
#include "tw-writer.h"

G_BEGIN_DECLS

/* Writes the field; @writer stands at the begin of the arguments' struct. @now_ms is of tw_clock_monotonic_ms(). Returns
 * where in the writer's buffer the time that is left stands, or 0 where there is none or the protocol is not binary. */
gsize tw_context_field_write (TwWriter *writer, const TwCallContext *context, gint64 now_ms);

/* Writes the time that is left anew, @at where tw_context_field_write() has put it. */
void tw_context_field_set_remaining (guint8 *at, gint64 deadline_ms, gint64 now_ms);

/* What an arguments' struct says of its context. The texts point into its bytes and are not NUL-terminated. */
typedef struct
{
  gboolean has_remaining;
  gint32 remaining_ms;
  struct
  {
    const char *data; /* NULL: none, or none that keeps the limits */
    gsize length;
  } texts[4]; /* request id, traceparent, client, session */
  gsize size; /* bytes that tw_context_field_copy() needs */
} TwContextField;

/* Reads the context, if any, of the arguments' struct in @bytes, which have passed the scanner. A text that breaks
 * tw-call-context.h is as one that is absent: it would end up in logs. */
void tw_context_field_read (TwProtocol protocol, const guint8 *bytes, gsize length, TwContextField *field);

/* Copies the texts to @room, which has @field->size bytes, and has @context point to them. Leaves its deadline. */
void tw_context_field_copy (const TwContextField *field, char *room, TwCallContext *context);

G_END_DECLS
