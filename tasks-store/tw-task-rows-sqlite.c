/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-rows-sqlite.h"

static gboolean
take_row (sqlite3_value **columns, guint n_columns, gpointer user_data)
{
  TwTaskRows *rows = user_data;
  TwRecordRowIds ids;
  TwTaskRecord task;

  if (rows->id != NULL && memcmp (tw_record_table_key (rows->table, columns, n_columns), rows->id, TW_ID_BYTES) != 0)
    return TRUE;
  tw_record_table_read (rows->table, columns, n_columns, rows->user_id, &ids, &task);
  rows->ended = !rows->row (&task, rows->user_data) || --rows->left == 0;
  return !rows->ended;
}

gboolean
tw_task_rows_take (TwTaskRows *rows, TwSqliteConnection *connection, sqlite3_stmt *statement, GError **error)
{
  rows->taken = (TwSqliteRows) { take_row, rows };
  if (!sqlite3_stmt_busy (statement))
    tw_sqlite_bind_text (statement, 2, rows->user_id);
  return tw_sqlite_take_rows (connection, statement, &rows->taken, error);
}
