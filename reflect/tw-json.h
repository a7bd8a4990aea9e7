/* SPDX-License-Identifier: Apache-2.0 */

/* Thrift to JSON (RFC 8259), by the schema, from bytes that have passed the scanner straight into the buffer.
 *
 * The mapping is tw-bind.h's in reverse. Fields the schema does not know are left out; so are, unless asked for,
 * fields marked tw.claim, and those of the top struct that a reply carries in a header or cookie (in a list's elements
 * they are shown). NaN and infinities become null, bytes that are not UTF-8 U+FFFD: what is stored is always served.
 */

#pragma once

#include "tw-json-text.h"
#include "tw-reader.h"
#include "tw-schema.h"

G_BEGIN_DECLS

typedef enum
{
  TW_JSON_PLAIN = 0,
  TW_JSON_CLAIMS = 1 << 0, /* with those too: for trusted readers */
  TW_JSON_OPEN = 1 << 1,   /* a struct's closing brace is left out, so that members can be added */
  TW_JSON_COOKIES = 1 << 2, /* without what travels as a cookie (tw.cookie), of the top struct */
} TwJsonFlags;

/* Appends one value of @type, read from @reader. FALSE if the bytes do not fit the schema: the buffer is as it was.
 * Thread-safe. */
gboolean tw_json_write (TwBuffer *out, const TwType *type, TwReader *reader, TwJsonFlags flags);

/* Who is told of each field with a link (tw.link) of the top struct that is there: @value stands before its value. */
typedef struct
{
  void (*found) (const TwField *field, const TwReader *value, gpointer user_data);
  gpointer user_data;
} TwJsonLinks;

/* The same, and tells @links, which saves reading the value again for them. */
gboolean tw_json_write_linked (TwBuffer *out, const TwType *type, TwReader *reader, TwJsonFlags flags,
                               const TwJsonLinks *links);

G_END_DECLS
