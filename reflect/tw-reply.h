/* SPDX-License-Identifier: Apache-2.0 */

/* What a reply's struct holds, before any of it is written as JSON. */

#pragma once

#include "tw-reader.h"
#include "tw-schema.h"

G_BEGIN_DECLS

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

/* Puts *@at before the value of @field in the struct before which @reader stands (not moved). FALSE where it is absent,
 * or of another type than it should be. Thread-safe. */
gboolean tw_reply_find (const TwReader *reader, const TwField *field, TwReader *at);

typedef void (*TwReplyFound) (const TwField *field, const char *value, gpointer user_data);

/* Calls @found, with the text of tw_reply_scalar(), for each claim that is there of the struct before which @reader stands
 * (not moved). */
void tw_reply_each_claim (const TwReader *reader, const TwStruct *structure, TwReplyFound found, gpointer user_data);

/* The same for each field that an answer has in a header or cookie (api.header, api.cookie), and those with tw.cookie, which
 * its JSON leaves out where it is told to. */
void tw_reply_each_outside (const TwReader *reader, const TwStruct *structure, TwReplyFound found, gpointer user_data);

G_END_DECLS
