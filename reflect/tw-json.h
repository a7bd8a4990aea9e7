/* SPDX-License-Identifier: Apache-2.0 */

/* Thrift to JSON (RFC 8259), by the schema, from bytes that have passed the scanner straight into the buffer.
 *
 * The mapping is tw-bind.h's in reverse. Fields the schema does not know are left out; so are, unless asked for,
 * fields marked tw.claim, and those of the top struct that a reply carries in a header or cookie (in a list's elements
 * they are shown). NaN and infinities become null, bytes that are not UTF-8 U+FFFD: what is stored is always served.
 */

#pragma once

#include "tw-buffer.h"
#include "tw-schema.h"
#include "tw-reader.h"

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

/* How many bytes behind a piece are read when it is copied sixteen at a time. */
#define TW_JSON_SLACK 16

/* Appends a JSON string, quoted and escaped. */
void tw_json_write_string (TwBuffer *out, const char *data, gsize length);

/* Appends a whole number in decimal. */
void tw_json_write_integer (TwBuffer *out, gint64 value);

/* What a reply holds. */
typedef enum
{
  TW_REPLY_VALUE,     /* also void */
  TW_REPLY_EXCEPTION, /* one that the method declares */
  TW_REPLY_MALFORMED, /* neither, or not by the schema */
} TwReplyKind;

/* Looks into a reply's struct: *@field becomes the value's or the exception's field of method->result (NULL for void),
 * and *@reader stands before its value. Thread-safe. */
TwReplyKind tw_reply_open (const TwMethod *method, TwProtocol protocol, const guint8 *bytes, gsize length,
                           const TwField **field, TwReader *reader);

/* The scalar that stands in @field of the struct before which @reader stands (not moved), as text: a string itself,
 * with U+FFFD for what is not UTF-8 and for NUL; any other as in JSON, without quotes. It may hold control characters.
 * NULL where it is absent or no scalar. Free with g_free(). Thread-safe. */
char *tw_reply_scalar (const TwReader *reader, const TwField *field);

/* The same of the scalar of @type before whose value @reader stands (not moved). */
char *tw_reply_text (const TwReader *reader, const TwType *type);

/* Calls @found, with the text of tw_reply_scalar(), for each field that is there of the struct before which @reader
 * stands (not moved) and that its JSON leaves out: those in a header or cookie (api.header, api.cookie) and claims; and for
 * those with tw.cookie, which it leaves out where it is told to. */
void tw_reply_each_outside (const TwReader *reader, const TwStruct *structure,
                            void (*found) (const TwField *field, const char *value, gpointer user_data),
                            gpointer user_data);

G_END_DECLS
