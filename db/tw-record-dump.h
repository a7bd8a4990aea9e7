/* SPDX-License-Identifier: Apache-2.0 */

/* Records as those of a copy (tw-dump.h): a tuple of what is kept, the key first, then as the table of fields has it. Ids are
 * byte strings; what need not be there is a maybe. */

#pragma once

#include "tw-record.h"

G_BEGIN_DECLS

/* The GVariant type: "(ayssxbxx)"; and the columns in the same order: "id, user_id, ...". Free with g_free(). */
char *tw_record_dump_type (const TwRecordType *type);
char *tw_record_dump_columns (const TwRecordType *type);

/* A record whose ids are 24 hex digits; not floating. */
GVariant *tw_record_dump_pack (const TwRecordType *type, gconstpointer record);

/* The reverse; free with g_free(). NULL where an id in it has not 12 bytes. */
gpointer tw_record_dump_unpack (const TwRecordType *type, GVariant *packed);

G_END_DECLS
