/* SPDX-License-Identifier: Apache-2.0 */

/* Records as documents of MongoDB, whose fields have the IDL's names; the key is _id, an ObjectId, as other ids are;
 * times are dates. What may be a date or a time is the text that tw_record_when_format() writes, whose order is that of
 * time; a list of texts is an array of strings, which is not empty. Beside a text that is kept folded too
 * (tw.kept = "folded") there is a member more with tw_fold_key() of it, by which documents are ordered: nothing reads it.
 *
 * What others wrote is read as far as it goes: a number may be of any type, a boolean too, a text that is not UTF-8 is
 * made so, what is no text in a list is left out, and what is missing or of another type means what
 * tw_record_complete() says, or is not there. Without what is
 * needed, a key, an owner and the time of creation, or all that is always there where a record has no owner, a document is
 * no record. */

#pragma once

#include "tw-record.h"

#include <mongoc/mongoc.h>
#include <stdatomic.h>

G_BEGIN_DECLS

/* What is left of a record that was removed (commit/): its _id, its version, and here when that was. It has no owner, so
 * that nobody finds it who does not ask for its _id. No record may have a field of this name. */
#define TW_RECORD_TOMBSTONE "gone"

gboolean tw_record_document_is_tombstone (const bson_t *document);

/* Of @record, whose ids are 24 hex digits. Free with bson_destroy(). */
bson_t *tw_record_document_new (const TwRecordType *type, gconstpointer record);

/* The record that @document is; free with g_free(). NULL where it is none: *@why says what is wrong, "its _id is not an
 * ObjectId"; free with g_free(). It is NULL too where the document is a tombstone. */
gpointer tw_record_document_read (const TwRecordType *type, const bson_t *document, char **why);

/* The same; where it is none the log says so the first time, as @warned remembers, but not of a tombstone. */
gpointer tw_record_document_read_or_warn (const TwRecordType *type, const bson_t *document, atomic_flag *warned);

/* What an update sets and takes away so that @change and @clear (tw_record_apply()) hold: appended to @set and @unset,
 * the operands of $set and $unset. A field that is always there is set, never taken away. */
void tw_record_document_change (const TwRecordType *type, gconstpointer change, guint64 clear, bson_t *set,
                                bson_t *unset);

G_END_DECLS
