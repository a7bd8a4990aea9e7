/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-dump.h"

#include "tw-sqlite-dump.h"
#include "tw-task-tables.h"

TwDump *
tw_task_dump_sqlite_open (const char *path, TwDumpRole role, GError **error)
{
  static const TwSqliteDumpTable tables[] = {
    { "tasks", TW_TASK_DUMP_TYPE, "tasks", "id", "id, user_id, name, created_ms, updated_ms, version, done" },
  };
  static const TwSqliteDumpSpec spec = {
    .application_id = TW_TASK_TABLES_APPLICATION_ID,
    .migrations = tw_task_tables_migrations,
    .n_migrations = TW_TASK_TABLES_VERSION,
    .tables = tables,
    .n_tables = G_N_ELEMENTS (tables),
  };

  return tw_sqlite_dump_open (path, role, &spec, error);
}
