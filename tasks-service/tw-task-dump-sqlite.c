/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-dump.h"

#include "tw-record-table.h"
#include "tw-records.h"
#include "tw-sqlite-dump.h"
#include "tw-task-tables.h"

#define TABLE(kind, rare)                                                                                             \
  {                                                                                                                    \
    TW_##kind##_COLLECTION, TW_##kind##_PACKED, TW_##kind##_COLLECTION, TW_##kind##_KEY, TW_##kind##_COLUMNS,          \
      TW_##kind##_SELECTED, rare                                                                                       \
  }

TwDump *
tw_task_dump_sqlite_open (const char *path, TwDumpRole role, GError **error)
{
  static const TwSqliteDumpTable tables[] = { TABLE (TASK, TW_RECORD_TABLE_RARE), TABLE (SHARED_LIST, NULL),
                                              TABLE (MEMBER, NULL), TABLE (INVITATION, NULL), TABLE (CHORE, NULL) };
  const TwSqliteDumpSpec spec = {
    .application_id = tw_task_tables_kind.application_id,
    .migrations = tw_task_tables_migrations,
    .n_migrations = tw_task_tables_kind.version,
    .tables = tables,
    .n_tables = G_N_ELEMENTS (tables),
  };

  return tw_sqlite_dump_open (path, role, &spec, error);
}
