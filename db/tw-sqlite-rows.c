/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-rows.h"

#include "tw-log.h"
#include "tw-sqlite-program.h"

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

static void
append_end (const TwSqliteRowsQuery *query, GString *sql)
{
  g_string_append_printf (sql, " ORDER BY %s", query->order);
  if (query->limit > 0)
    g_string_append_printf (sql, " LIMIT %u", query->limit);
}

/* Where rows can be given away. */
static char *
write_taking (const TwSqliteRowsQuery *query)
{
  g_autoptr (GString) sql = g_string_new (NULL);

  if (query->limit > 0 || query->by_step)
    g_string_append_printf (sql, "SELECT %s FROM %s", query->take, query->from);
  else
    g_string_append_printf (sql, "SELECT 1 FROM %s AND %s", query->from, query->take);
  append_end (query, sql);
  return g_string_free (g_steal_pointer (&sql), FALSE);
}

static char *
write_plain (const TwSqliteRowsQuery *query)
{
  g_autoptr (GString) sql = g_string_new (NULL);

  g_string_append_printf (sql, "SELECT %s FROM %s", query->columns, query->from);
  append_end (query, sql);
  return g_string_free (g_steal_pointer (&sql), FALSE);
}

/* FALSE with @error where SQLite can't prepare @sql; without one where it would not do what is needed. */
static gboolean
can_take (TwSqlite *db, const char *sql, GError **error)
{
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, error);
  g_autofree char *obstacle = NULL;
  gboolean can = connection != NULL && tw_sqlite_program_takes_rows_last (connection, sql, &obstacle, error);

  tw_sqlite_reader_return (db, connection);
  if (obstacle != NULL)
    tw_log_warning ("SQLite %s would do more with rows that it has given away (%s), so they are asked for one by one: %s",
                    sqlite3_libversion (), obstacle, sql);
  return can;
}

char *
tw_sqlite_rows_query (TwSqlite *db, const TwSqliteRowsQuery *query, GError **error)
{
  g_autofree char *taking = write_taking (query);
  g_autoptr (GError) failure = NULL;

  if ((tw_sqlite_plain (db) & TW_PLAIN_ROWS) != 0)
    return write_plain (query);
  if (can_take (db, taking, &failure))
    return g_steal_pointer (&taking);
  if (failure == NULL)
    return write_plain (query);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* Asks for the columns of the row that the statement has stepped to. */
static gboolean
give_row (sqlite3_stmt *statement, const TwSqliteRows *rows)
{
  sqlite3_value *columns[64];
  const int n = sqlite3_column_count (statement);

  g_assert (n <= (int) G_N_ELEMENTS (columns));
  /* These are as good as any others: no other thread uses the connection (https://sqlite.org/c3ref/value.html). */
  for (int i = 0; i < n; i++)
    columns[i] = sqlite3_column_value (statement, i);
  return rows->take (columns, (guint) n, rows->user_data);
}

gboolean
tw_sqlite_take_rows (TwSqliteConnection *connection, sqlite3_stmt *statement, const TwSqliteRows *rows, GError **error)
{
  const gboolean taking = sqlite3_bind_parameter_name (statement, 1) != NULL;
  gboolean go_on = TRUE;
  int result = SQLITE_ROW;

  if (taking && !sqlite3_stmt_busy (statement))
    sqlite3_bind_pointer (statement, 1, (gpointer) (guintptr) rows, POINTER_TYPE, NULL);
  while (go_on && (result = tw_sqlite_step (connection, statement, error)) == SQLITE_ROW)
    go_on = taking ? sqlite3_column_int (statement, 0) == 0 : give_row (statement, rows);
  return result >= 0;
}
