/* SPDX-License-Identifier: Apache-2.0 */

/* The tasks of a store as records (db/tw-dump.h). One section, "tasks", in the order of ids:
 *
 *     (id: ay (12 bytes), user_id: s, name: s, created_ms: x, updated_ms: x, version: x, done: b) */

#pragma once

#include "tw-dump.h"

G_BEGIN_DECLS

#define TW_TASK_DUMP_TYPE "(ayssxxxb)"

/* Fails with TW_ERROR_CONFIGURATION, also where a service holds the target, and UNAVAILABLE. */
TwDump *tw_task_dump_sqlite_open (const char *path, TwDumpRole role, GError **error);
TwDump *tw_task_dump_mongo_open (const char *uri, TwDumpRole role, GError **error);

G_END_DECLS
