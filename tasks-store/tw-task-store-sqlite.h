/* SPDX-License-Identifier: Apache-2.0 */

/* Tasks in a SQLite database: see db/tw-sqlite.h for what makes it durable and fast. */

#pragma once

#include "tw-plain.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

/* Opens or makes the database at @path, whose folder exists; @plain is what to do in the plain way. Fails with
 * TW_ERROR_CONFIGURATION. */
TwTaskStore *tw_task_store_sqlite_open (const char *path, TwPlain plain, GError **error);

G_END_DECLS
