/* SPDX-License-Identifier: Apache-2.0 */

/* What --from and --to name, and how it is opened. */

#pragma once

#include "tw-dump.h"
#include "tw-sqlite-snapshot.h"

G_BEGIN_DECLS

/* The data of one service. */
typedef enum
{
  TW_COPY_TASKS,
  TW_COPY_ACCOUNTS,
  TW_COPY_N_DATA,
} TwCopyData;

/* "tasks", "accounts". */
const char *tw_copy_data_name (TwCopyData data);
gboolean tw_copy_data_parse (const char *name, TwCopyData *data);

/* The name of its database in a data folder: "tasks.db"; and what makes that one its own. */
const char *tw_copy_data_file (TwCopyData data);
const TwSqliteKind *tw_copy_data_kind (TwCopyData data);

/* One end. A field that is NULL names nothing: an end that is one database says nothing about the other. */
typedef struct
{
  gboolean is_mongo;
  char *locations[TW_COPY_N_DATA]; /* a file's path, or the URI */
} TwCopyEnd;

void tw_copy_end_clear (TwCopyEnd *end);

/* Reads @uri: sqlite:FOLDER, sqlite:FILE.db, or a MongoDB connection string. @only: the one data that is to be moved,
 * or -1; one database needs it. Fails with TW_ERROR_CONFIGURATION, naming @flag and never repeating a URI that may hold
 * a password. */
gboolean tw_copy_end_parse (TwCopyEnd *end, const char *uri, const char *flag, int only, GError **error);

/* Opens it for @data. See tw-task-dump.h, tw-account-dump.h. */
TwDump *tw_copy_end_open (const TwCopyEnd *end, TwCopyData data, TwDumpRole role, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwCopyEnd, tw_copy_end_clear)

G_END_DECLS
