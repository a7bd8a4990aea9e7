/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-dump.h"

#include "tw-records.h"
#include "tw-sqlite-dump.h"
#include "tw-task-tables.h"

TwDump *
tw_task_dump_sqlite_open (const char *path, TwDumpRole role, GError **error)
{
  TwSqliteDumpTable tables[TW_TASKS_RECORDS];
  const TwSqliteDumpSpec spec = {
    .application_id = tw_task_tables_kind.application_id,
    .migrations = tw_task_tables_migrations,
    .n_migrations = tw_task_tables_kind.version,
    .tables = tables,
    .n_tables = TW_TASKS_RECORDS,
  };

  for (guint i = 0; i < TW_TASKS_RECORDS; i++)
    tables[i] = tw_sqlite_dump_table_of (tw_tasks_records[i]);
  return tw_sqlite_dump_open (path, role, &spec, error);
}
