/* SPDX-License-Identifier: Apache-2.0 */

/* How tasks are read from SQLite: which statement answers which question. */

#pragma once

#include "tw-random.h"
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

/* Shows one task, as @connection sees it, to @row. NOT_FOUND. */
gboolean tw_task_reads_sqlite_one (const TwTaskReadsSqlite *reads, TwSqliteConnection *connection, const char *user_id,
                                   const guint8 id[TW_ID_BYTES],
                                   gboolean (*row) (const TwTaskRecord *task, gpointer user_data), gpointer user_data,
                                   GError **error);

G_END_DECLS
