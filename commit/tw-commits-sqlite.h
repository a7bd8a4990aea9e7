/* SPDX-License-Identifier: Apache-2.0 */

/* The one write on SQLite: a step is a mutation of the writer's, so that nothing comes between what it finds and what it
 * changes, and it never runs twice. */

#pragma once

#include "tw-commit.h"
#include "tw-sqlite.h"

G_BEGIN_DECLS

/* Commits records of @types, which are kept, to @db, whose migrations made their tables and those of
 * tw-commit-tables.h, and which nobody has written to yet. @types must outlive it. INTERNAL where a table lacks something. */
TwCommits *tw_commits_sqlite_new (TwSqlite *db, const TwRecordType *const *types, guint n_types, GError **error);

/* Once the database has been closed, which finishes what is waiting. */
void tw_commits_sqlite_free (TwCommits *commits);

G_END_DECLS
