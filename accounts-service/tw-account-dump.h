/* SPDX-License-Identifier: Apache-2.0 */

/* Accounts, sessions, refresh tokens and revocations of a store as records (db/tw-dump.h):
 *
 *     accounts     (id: s, email: s, name: ms, password_hash: s, created_ms: x, signup_key: may, signup_session: ms), by id
 *     keys         (name: s, key: ay (32 bytes)), by name
 *     sessions     (id: s, user_id: s, created_ms: x, ends_ms: x, expires_ms: x, token: ay, token_before: ay), by id;
 *                  hashes of 32 bytes, or empty
 *     tokens       (hash: ay (32 bytes), session_id: s, used: b, expires_ms: x), by hash: those of the first version
 *     failures     (id: s, account: ay, origin: ay, strange: b, at_ms: x), by id
 *     origins      (key: ay, account: ay, seen_ms: x), by key
 *     revocations  (position: x, session_id: s, expires_s: x), by position */

#pragma once

#include "tw-dump.h"

G_BEGIN_DECLS

#define TW_ACCOUNT_DUMP_ACCOUNT "(ssmssxmayms)"
#define TW_ACCOUNT_DUMP_KEY "(say)"
#define TW_ACCOUNT_DUMP_SESSION "(ssxxxayay)"
#define TW_ACCOUNT_DUMP_FAILURE "(sayaybx)"
#define TW_ACCOUNT_DUMP_ORIGIN "(ayayx)"
#define TW_ACCOUNT_DUMP_TOKEN "(aysbx)"
#define TW_ACCOUNT_DUMP_REVOCATION "(xsx)"

/* Fails with TW_ERROR_CONFIGURATION, also where a service holds the target, and UNAVAILABLE. */
TwDump *tw_account_dump_sqlite_open (const char *path, TwDumpRole role, GError **error);
TwDump *tw_account_dump_mongo_open (const char *uri, TwDumpRole role, GError **error);

G_END_DECLS
