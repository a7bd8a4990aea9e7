/* SPDX-License-Identifier: Apache-2.0 */

/* All records of a store, of each kind that idl/tasks.thrift has, as those of a copy (db/tw-record-dump.h), in the order of ids. */

#pragma once

#include "tw-dump.h"

G_BEGIN_DECLS

/* Fails with TW_ERROR_CONFIGURATION, also where a service holds the target, and UNAVAILABLE. */
TwDump *tw_task_dump_sqlite_open (const char *path, TwDumpRole role, GError **error);
TwDump *tw_task_dump_mongo_open (const char *uri, TwDumpRole role, GError **error);

G_END_DECLS
