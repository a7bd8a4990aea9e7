/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: what is asked of logs from their newest entries on, on SQLite. @connection is a reader; all that is
 * read is of one moment. */

#pragma once

#include "tw-commit-log-sqlite.h"

G_BEGIN_DECLS

/* See tw_commits_log_back(), tw_commits_look(). */
gboolean tw_commit_back_sqlite_read (TwSqliteConnection *connection, const TwCommitKinds *kinds, TwCommitBack *back,
                                     TwCommitEntryFunc entry, gpointer user_data, GError **error);
gboolean tw_commit_back_sqlite_look (TwSqliteConnection *connection, const char *const *partitions, guint n,
                                     TwCommitLog *logs, TwCommitStore *store, GError **error);

/* The store's id and key: *@found where it has them; a mutation that makes them where it has not. */
gboolean tw_commit_back_sqlite_find_store (TwSqliteConnection *connection, TwCommitStore *store, gboolean *found,
                                           GError **error);
gboolean tw_commit_back_sqlite_make_store (TwSqliteConnection *connection, GError **error);

G_END_DECLS
