/* SPDX-License-Identifier: Apache-2.0 */

/* The statements that walk along the table of tasks and its indexes (tw-task-tables.c). */

#pragma once

#include "tw-record-table.h"
#include "tw-task-page.h"

G_BEGIN_DECLS

/* Along what: all that is a user's; what of it is open, or done; the same of a list. Only the first goes without `done`,
 * by creation: behind a condition on that an index has the order of its key. */
typedef enum
{
  TW_TASK_PATH_ALL,
  TW_TASK_PATH_OPEN,
  TW_TASK_PATH_DONE,
  TW_TASK_PATH_LIST_OPEN,
  TW_TASK_PATH_LIST_DONE,
} TwTaskPath;

#define TW_TASK_PATHS (TW_TASK_PATH_LIST_DONE + 1)

/* Places in every statement that has them. */
enum
{
  TW_TASK_AT_USER = 2,
  TW_TASK_AT_CREATED, /* of the place behind which the walk begins */
  TW_TASK_AT_ID,
  TW_TASK_AT_LOW,
  TW_TASK_AT_HIGH,
  TW_TASK_AT_LIST,
};

typedef struct _TwTaskWalksSqlite TwTaskWalksSqlite;

/* NULL with @error where SQLite can't prepare them. To be freed when @db is closed. */
TwTaskWalksSqlite *tw_task_walks_sqlite_new (TwSqlite *db, const TwRecordTable *table, GError **error);
void tw_task_walks_sqlite_free (TwTaskWalksSqlite *walks);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskWalksSqlite, tw_task_walks_sqlite_free)

/* The statement of @walk along @path; it stays as long as @walks does. Not KEYS, KEYS_BACK and TIES along ALL.
 * Thread-safe. */
const char *tw_task_walks_sqlite_get (const TwTaskWalksSqlite *walks, const TwTaskWalk *walk, TwTaskPath path);

G_END_DECLS
