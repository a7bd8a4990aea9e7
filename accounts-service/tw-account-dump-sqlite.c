/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-dump.h"

#include "tw-account-tables.h"
#include "tw-sqlite-dump.h"

TW_SQLITE_DUMP_DEFINE (accounts, TW_ACCOUNT_DUMP_ACCOUNT, "accounts", "id", "id, email, name, password_hash, created_ms",
                       "?1, ?2, ?3, ?4, ?5")
TW_SQLITE_DUMP_DEFINE (sessions, TW_ACCOUNT_DUMP_SESSION, "sessions", "id",
                       "id, user_id, created_ms, ends_ms, expires_ms, token, token_before",
                       "?1, ?2, ?3, ?4, ?5, ?6, ?7")
TW_SQLITE_DUMP_DEFINE (keys, TW_ACCOUNT_DUMP_KEY, "keys", "name", "name, key", "?1, ?2")
TW_SQLITE_DUMP_DEFINE (tokens, TW_ACCOUNT_DUMP_TOKEN, "refresh_tokens", "hash", "hash, session_id, used, expires_ms",
                       "?1, ?2, ?3, ?4")
TW_SQLITE_DUMP_DEFINE (failures, TW_ACCOUNT_DUMP_FAILURE, "failures", "id", "id, account, origin, strange, at_ms",
                       "?1, ?2, ?3, ?4, ?5")
TW_SQLITE_DUMP_DEFINE (origins, TW_ACCOUNT_DUMP_ORIGIN, "origins", "key", "key, account, seen_ms", "?1, ?2, ?3")
TW_SQLITE_DUMP_DEFINE (revocations, TW_ACCOUNT_DUMP_REVOCATION, "revocations", "position",
                       "position, session_id, expires_s", "?1, ?2, ?3")

/* A session refers to its account: that goes first. */
static const TwDumpSection sections[] = {
  TW_SQLITE_DUMP_SECTION (accounts, TW_ACCOUNT_DUMP_ACCOUNT),
  TW_SQLITE_DUMP_SECTION (keys, TW_ACCOUNT_DUMP_KEY),
  TW_SQLITE_DUMP_SECTION (sessions, TW_ACCOUNT_DUMP_SESSION),
  TW_SQLITE_DUMP_SECTION (tokens, TW_ACCOUNT_DUMP_TOKEN),
  TW_SQLITE_DUMP_SECTION (failures, TW_ACCOUNT_DUMP_FAILURE),
  TW_SQLITE_DUMP_SECTION (origins, TW_ACCOUNT_DUMP_ORIGIN),
  TW_SQLITE_DUMP_SECTION (revocations, TW_ACCOUNT_DUMP_REVOCATION),
};

TwDump *
tw_account_dump_sqlite_open (const char *path, TwDumpRole role, GError **error)
{
  static const TwSqliteDumpSpec spec = {
    .application_id = TW_ACCOUNT_TABLES_APPLICATION_ID,
    .migrations = tw_account_tables_migrations,
    .n_migrations = TW_ACCOUNT_TABLES_VERSION,
    .sections = sections,
    .n_sections = G_N_ELEMENTS (sections),
  };

  return tw_sqlite_dump_open (path, role, &spec, error);
}
