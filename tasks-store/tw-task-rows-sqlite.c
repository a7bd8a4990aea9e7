/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-rows-sqlite.h"

/* A row as SQLite gives it. */
typedef struct
{
  const TwTaskRows *rows;
  sqlite3_value **columns;
  guint n_columns;
} Row;

static gboolean
write_row (gconstpointer data, TwWriter *writer, TwTaskPosition *position)
{
  const Row *row = data;

  return tw_record_table_write (row->rows->table, row->columns, row->n_columns, row->rows->user_id, writer,
                                &position->created_ms, position->id);
}

static TwTaskRowEnd
offer_raw (const TwTaskRows *rows, sqlite3_value **columns, guint n_columns)
{
  const Row row = { rows, columns, n_columns };

  return rows->raw->raw (&(TwTaskRawRow) { write_row, &row }, rows->raw->state);
}

static gboolean
take_row (sqlite3_value **columns, guint n_columns, gpointer user_data)
{
  TwTaskRows *rows = user_data;
  TwRecordRowIds ids;
  TwTaskRecord task;

  if (rows->raw != NULL)
    {
      const TwTaskRowEnd end = offer_raw (rows, columns, n_columns);

      rows->ended = end == TW_TASK_ROW_REFUSED;
      if (end != TW_TASK_ROW_UNWRITTEN)
        return !rows->ended;
    }
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
