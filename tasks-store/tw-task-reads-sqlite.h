/* SPDX-License-Identifier: Apache-2.0 */

/* How tasks are read from SQLite: which statement answers which question. */

#pragma once

#include "tw-record-table.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

typedef struct _TwTaskReadsSqlite TwTaskReadsSqlite;

/* Both must outlive it. NULL with @error where SQLite can't prepare its queries. To be freed when @db is closed: see
 * tw_sqlite_rows_query(). */
TwTaskReadsSqlite *tw_task_reads_sqlite_new (TwSqlite *db, const TwRecordTable *table, GError **error);
void tw_task_reads_sqlite_free (TwTaskReadsSqlite *reads);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskReadsSqlite, tw_task_reads_sqlite_free)

/* See tw_task_store_read(). */
gboolean tw_task_reads_sqlite_read (const TwTaskReadsSqlite *reads, gint64 deadline_ms, const TwTaskQuery *query,
                                    const TwTaskReading *reading);

G_END_DECLS
