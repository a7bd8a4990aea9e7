/* SPDX-License-Identifier: Apache-2.0 */

/* What a store keeps beside tasks, and how it is found: by what one field is (db/tw-record-query.h). */

#pragma once

#include "tw-task-store.h"

G_BEGIN_DECLS

/* Shows the records that @query, of one of tw_tasks_records, asks for, and tells the end: both before this returns, or later.
 * FALSE where the thread would have had to wait and must not: some may have been shown, and there is no end. */
gboolean tw_task_store_query (TwTaskStore *store, gint64 deadline_ms, const TwRecordQuery *query,
                              const TwRecordReading *reading);

/* The same, waited for: records to be freed with g_free(), as the array does; NULL with @error. */
GPtrArray *tw_task_store_gather (TwTaskStore *store, gint64 deadline_ms, const TwRecordQuery *query, GError **error);

G_END_DECLS
