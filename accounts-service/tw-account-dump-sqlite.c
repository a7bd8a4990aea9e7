/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-dump.h"

#include "tw-account-tables.h"
#include "tw-sqlite-dump.h"

/* A session refers to its account: that goes first. */
static const TwSqliteDumpTable tables[] = {
  { "accounts", TW_ACCOUNT_DUMP_ACCOUNT, "accounts", "id",
    "id, email, name, password_hash, created_ms, signup_key, signup_session", NULL, NULL },
  { "keys", TW_ACCOUNT_DUMP_KEY, "keys", "name", "name, key", NULL, NULL },
  { "sessions", TW_ACCOUNT_DUMP_SESSION, "sessions", "id",
    "id, user_id, created_ms, ends_ms, expires_ms, token, token_before", NULL, NULL },
  { "tokens", TW_ACCOUNT_DUMP_TOKEN, "refresh_tokens", "hash", "hash, session_id, used, expires_ms", NULL, NULL },
  { "failures", TW_ACCOUNT_DUMP_FAILURE, "failures", "id", "id, account, origin, strange, at_ms", NULL, NULL },
  { "origins", TW_ACCOUNT_DUMP_ORIGIN, "origins", "key", "key, account, seen_ms", NULL, NULL },
  { "revocations", TW_ACCOUNT_DUMP_REVOCATION, "revocations", "position", "position, session_id, expires_s", NULL, NULL },
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
