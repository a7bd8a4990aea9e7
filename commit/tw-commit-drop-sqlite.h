/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: what is too old goes from the log, on SQLite. */

#pragma once

#include "tw-commit-heads-sqlite.h"

G_BEGIN_DECLS

/* A mutation's work: drops the entries at the log's beginning that are older than @keep_from_ms, some hundred at a time,
 * and leaves in the heads what has been dropped. What says that it is of after @now_ms goes with what follows it: a clock
 * that was wrong for a while keeps nothing for ever. *@next_ms is the time of the first entry that may be left, or
 * @now_ms where there is none. */
gboolean tw_commit_drop_sqlite (TwSqliteConnection *connection, TwCommitHeadsSqlite *heads, gint64 keep_from_ms,
                                gint64 now_ms, gint64 *next_ms, GError **error);

G_END_DECLS
