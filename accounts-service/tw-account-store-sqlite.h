/* SPDX-License-Identifier: Apache-2.0 */

/* The account store in a SQLite file (see db/tw-sqlite.h). */

#pragma once

#include "tw-account-store.h"

G_BEGIN_DECLS

/* Opens or makes the file at @path. Fails with TW_ERROR_CONFIGURATION. */
TwAccountStore *tw_account_store_sqlite_new (const char *path, GError **error);

G_END_DECLS
