/* SPDX-License-Identifier: Apache-2.0 */

/* How tasks are read from SQLite: which statement answers which question. */

#pragma once

#include "tw-record-table.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

typedef struct _TwTaskReadsSqlite TwTaskReadsSqlite;

/* Both must outlive it. */
TwTaskReadsSqlite *tw_task_reads_sqlite_new (TwSqlite *db, const TwRecordTable *table);
void tw_task_reads_sqlite_free (TwTaskReadsSqlite *reads);

/* See tw_task_store_read(). */
gboolean tw_task_reads_sqlite_read (const TwTaskReadsSqlite *reads, gint64 deadline_ms, const TwTaskQuery *query,
                                    const TwTaskReading *reading);

G_END_DECLS
