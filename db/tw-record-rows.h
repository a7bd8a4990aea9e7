/* SPDX-License-Identifier: Apache-2.0 */

/* Records of one type, one row at a time, as a mutation needs them (tw-sqlite.h). Which record: its owner and the bytes
 * of its key. Errors as tw_sqlite_step(). */

#pragma once

#include "tw-id.h"
#include "tw-record-table.h"

G_BEGIN_DECLS

typedef struct _TwRecordRows TwRecordRows;

/* See tw_record_table_new(). Somebody owns the records, and their key is an id. To be freed once the database is closed. */
TwRecordRows *tw_record_rows_new (const TwRecordType *type, TwSqliteConnection *connection, GError **error);
void tw_record_rows_free (TwRecordRows *rows);

/* *@record is a copy, to be freed with g_free(), or NULL: there is none. */
gboolean tw_record_rows_find (const TwRecordRows *rows, TwSqliteConnection *connection, const char *owner,
                              const guint8 key[TW_ID_BYTES], gpointer *record, GError **error);

/* CONFLICT where somebody's record has the key already. */
gboolean tw_record_rows_insert (const TwRecordRows *rows, TwSqliteConnection *connection, gconstpointer record,
                                GError **error);

/* INTERNAL where there is none of this key, owner and creation. */
gboolean tw_record_rows_update (const TwRecordRows *rows, TwSqliteConnection *connection, gconstpointer record,
                                GError **error);

/* INTERNAL where there is none. */
gboolean tw_record_rows_remove (const TwRecordRows *rows, TwSqliteConnection *connection, const char *owner,
                                const guint8 key[TW_ID_BYTES], GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwRecordRows, tw_record_rows_free)

G_END_DECLS
