/* SPDX-License-Identifier: Apache-2.0 */

/* Walks along the table of tasks: by one statement where one index has them all, else by several, merged. */

#pragma once

#include "tw-task-rows-sqlite.h"
#include "tw-task-walks-sqlite.h"

G_BEGIN_DECLS

/* One reader's. */
typedef struct
{
  const TwTaskWalksSqlite *walks;
  const TwRecordTable *table;
  TwSqliteConnection *connection;
  const TwTaskQuery *query;
  guint64 seen; /* rows, by and by: but for those that were written as they lie */
  const TwTaskReading *raw; /* of a page that is one walk: who may write rows as they lie; or NULL */
} TwTaskRunsSqlite;

/* A TwTaskWalkFunc; @runs is a TwTaskRunsSqlite. */
gboolean tw_task_runs_sqlite_walk (gpointer runs, const TwTaskWalk *walk, TwTaskRowFunc row, gpointer user_data,
                                   GError **error);

G_END_DECLS
