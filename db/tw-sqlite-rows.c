/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-rows.h"

/* What a pointer is of: SQLite gives it to nobody who does not know that, and no SQL can make one
 * (https://sqlite.org/bindptr.html). */
#define POINTER_TYPE "TwSqliteRows"

static void
take_row (sqlite3_context *context, int n, sqlite3_value **values)
{
  const TwSqliteRows *rows = n > 0 ? sqlite3_value_pointer (values[0], POINTER_TYPE) : NULL;

  if (rows == NULL)
    sqlite3_result_error (context, "take_row() has nobody to give rows to", -1);
  else if (!rows->take (values + 1, (guint) n - 1, rows->user_data))
    sqlite3_result_int (context, 1);
}

gboolean
tw_sqlite_rows_install (sqlite3 *handle)
{
  return sqlite3_create_function (handle, "take_row", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, take_row, NULL, NULL)
         == SQLITE_OK;
}

void
tw_sqlite_bind_rows (sqlite3_stmt *statement, int index, const TwSqliteRows *rows)
{
  sqlite3_bind_pointer (statement, index, (gpointer) (guintptr) rows, POINTER_TYPE, NULL);
}
