/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-dump.h"

#include "tw-account-tables.h"
#include "tw-sqlite-dump.h"

#define TABLE(NAME)                                                                                                   \
  {                                                                                                                   \
    .name = TW_STORED_##NAME##_COLLECTION, .type = TW_STORED_##NAME##_PACKED,                                         \
    .table = TW_STORED_##NAME##_COLLECTION, .key = TW_STORED_##NAME##_KEY, .columns = TW_STORED_##NAME##_COLUMNS,     \
    .selected = TW_STORED_##NAME##_SELECTED,                                                                          \
  }

/* A session refers to its account: that goes first. */
static const TwSqliteDumpTable tables[] = {
  TABLE (ACCOUNT), TABLE (KEY), TABLE (SESSION), TABLE (TOKEN), TABLE (FAILURE), TABLE (ORIGIN), TABLE (REVOCATION),
};

TwDump *
tw_account_dump_sqlite_open (const char *path, TwDumpRole role, GError **error)
{
  const TwSqliteDumpSpec spec = {
    .application_id = tw_account_tables_kind.application_id,
    .migrations = tw_account_tables_migrations,
    .n_migrations = tw_account_tables_kind.version,
    .tables = tables,
    .n_tables = G_N_ELEMENTS (tables),
  };

  return tw_sqlite_dump_open (path, role, &spec, error);
}
