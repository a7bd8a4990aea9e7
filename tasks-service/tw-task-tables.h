/* SPDX-License-Identifier: Apache-2.0 */

/* The schema of the database that tasks are kept in, for tw_sqlite_open(). */

#pragma once

#include "tw-sqlite.h"

G_BEGIN_DECLS

#define TW_TASK_TABLES_APPLICATION_ID 0x5457546b /* "TWTk" */

#define TW_TASK_TABLES_VERSION 1
extern const TwSqliteMigration tw_task_tables_migrations[TW_TASK_TABLES_VERSION];

G_END_DECLS
