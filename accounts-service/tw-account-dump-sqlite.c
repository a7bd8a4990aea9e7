/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-dump.h"

#include "tw-account-tables.h"
#include "tw-sqlite-dump.h"
#include "tw-stored-records.h"

TwDump *
tw_account_dump_sqlite_open (const char *path, TwDumpRole role, GError **error)
{
  TwSqliteDumpTable tables[TW_ACCOUNTS_STORE_RECORDS];
  const TwSqliteDumpSpec spec = {
    .application_id = tw_account_tables_kind.application_id,
    .migrations = tw_account_tables_migrations,
    .n_migrations = tw_account_tables_kind.version,
    .tables = tables,
    .n_tables = TW_ACCOUNTS_STORE_RECORDS,
  };

  /* A session refers to its account: the IDL has that first. */
  for (guint i = 0; i < TW_ACCOUNTS_STORE_RECORDS; i++)
    tables[i] = tw_sqlite_dump_table_of (tw_accounts_store_records[i]);
  return tw_sqlite_dump_open (path, role, &spec, error);
}
