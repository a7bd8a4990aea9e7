/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: which fields of a record an entry has changed. At rest each is a bit by its id in the IDL, since a
 * field's place in the table of fields follows from which others there are. */

#pragma once

#include "tw-record.h"

G_BEGIN_DECLS

/* Fields of @after that are other than in @before, which is NULL for a new record: those that it has then. */
guint64 tw_commit_changed (const TwRecordType *type, gconstpointer before, gconstpointer after);

/* INTERNAL where an id of a field that is kept has no bit: from 64 on. */
gboolean tw_commit_changed_check (const TwRecordType *type, GError **error);

/* Bits by places in the table, as TW_RECORD_BIT() has them, and bits by ids. Ids of no field are left out. */
guint64 tw_commit_changed_to_ids (const TwRecordType *type, guint64 places);
guint64 tw_commit_changed_from_ids (const TwRecordType *type, guint64 ids);

G_END_DECLS
