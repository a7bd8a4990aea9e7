/* SPDX-License-Identifier: Apache-2.0 */

/* Records as rows of the table that their type names, one at a time: for what is not asked for so often that it would
 * take more (tw-record-table.h). Columns stand in the order of a copy (tw-record-dump.h): TW_..._SELECTED. A key that is
 * an id, and other ids, are blobs of 12 bytes, other texts TEXT; what is not there is NULL. */

#pragma once

#include "tw-record.h"
#include "tw-sqlite.h"

G_BEGIN_DECLS

/* Steps @statement: *@record is the record of its next row, to be freed with g_free(), or NULL where there is none.
 * FALSE as tw_sqlite_step() does, or with INTERNAL where the row is no record. */
gboolean tw_record_statement_next (const TwRecordType *type, TwSqliteConnection *connection, sqlite3_stmt *statement,
                             gpointer *record, GError **error);

/* Inserts @record, which has what is always there. CONFLICT, and what else tw_sqlite_step() says. */
gboolean tw_record_statement_insert (const TwRecordType *type, TwSqliteConnection *connection, gconstpointer record,
                               GError **error);

G_END_DECLS
