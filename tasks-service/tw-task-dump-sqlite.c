/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-dump.h"

#include "tw-record-table.h"
#include "tw-records.h"
#include "tw-sqlite-dump.h"
#include "tw-task-tables.h"

TwDump *
tw_task_dump_sqlite_open (const char *path, TwDumpRole role, GError **error)
{
  static const TwSqliteDumpTable tables[] = {
    { TW_TASK_COLLECTION, TW_TASK_PACKED, TW_TASK_COLLECTION, TW_TASK_KEY, TW_TASK_COLUMNS, TW_TASK_SELECTED,
      TW_RECORD_TABLE_RARE },
  };
  const TwSqliteDumpSpec spec = {
    .application_id = tw_task_tables_kind.application_id,
    .migrations = tw_task_tables_migrations,
    .n_migrations = tw_task_tables_kind.version,
    .tables = tables,
    .n_tables = G_N_ELEMENTS (tables),
  };

  return tw_sqlite_dump_open (path, role, &spec, error);
}
