/* SPDX-License-Identifier: Apache-2.0 */

/* The schema of the database that tasks are kept in, for tw_sqlite_open(). */

#pragma once

#include "tw-sqlite-snapshot.h"
#include "tw-sqlite.h"

G_BEGIN_DECLS

extern const TwSqliteMigration tw_task_tables_migrations[];

/* Its version is the number of the migrations. */
extern const TwSqliteKind tw_task_tables_kind;

G_END_DECLS
