/* SPDX-License-Identifier: Apache-2.0 */

/* What a store of accounts keeps as records of a copy (db/tw-record-dump.h): accounts, keys, sessions, tokens (those of
 * the first version), failures, origins and revocations, as idl/accounts-store.thrift has them, by their keys. */

#pragma once

#include "tw-dump.h"

G_BEGIN_DECLS

/* Fails with TW_ERROR_CONFIGURATION, also where a service holds the target, and UNAVAILABLE. */
TwDump *tw_account_dump_sqlite_open (const char *path, TwDumpRole role, GError **error);
TwDump *tw_account_dump_mongo_open (const char *uri, TwDumpRole role, GError **error);

G_END_DECLS
