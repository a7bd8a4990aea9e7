/* SPDX-License-Identifier: Apache-2.0 */

/* Records as those of a copy (tw-dump.h): a tuple of what is kept, the key first, then as the table of fields has it.
 * Ids are byte strings, a date or time is its number (tw-record-when.h); what need not be there is a maybe.
 * The record's type has the tuple's type, and the columns in the same order. */

#pragma once

#include "tw-record.h"

G_BEGIN_DECLS

/* A record whose ids are 24 hex digits; floating. */
GVariant *tw_record_dump_pack (const TwRecordType *type, gconstpointer record);

/* The reverse; free with g_free(). NULL where an id in it has not 12 bytes. */
gpointer tw_record_dump_unpack (const TwRecordType *type, GVariant *packed);

G_END_DECLS
