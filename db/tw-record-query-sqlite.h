/* SPDX-License-Identifier: Apache-2.0 */

/* tw-record-query.h on SQLite. Thread-safe. */

#pragma once

#include "tw-record-query.h"
#include "tw-sqlite.h"

G_BEGIN_DECLS

typedef struct _TwRecordQuerySqlite TwRecordQuerySqlite;

/* For records of @types, which must outlive it. INTERNAL where a table lacks a column. To be freed once @db is
 * closed. */
TwRecordQuerySqlite *tw_record_query_sqlite_new (TwSqlite *db, const TwRecordType *const *types, guint n_types,
                                                 GError **error);
void tw_record_query_sqlite_free (TwRecordQuerySqlite *queries);

/* What is shown is of one moment. Blocks, or, between tw_sqlite_reads_begin() and its end, fails with UNAVAILABLE where it
 * would have to. FALSE with @error; what was shown before counts for nothing then. */
gboolean tw_record_query_sqlite_run (const TwRecordQuerySqlite *queries, gint64 deadline_ms,
                                     const TwRecordQuery *query,
                                     gboolean (*row) (gconstpointer record, gpointer user_data), gpointer user_data,
                                     GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwRecordQuerySqlite, tw_record_query_sqlite_free)

G_END_DECLS
