/* SPDX-License-Identifier: Apache-2.0 */

#include "orders.h"

#include <stdlib.h>

void
orders_check (sqlite3 *db, int result)
{
  if (result == SQLITE_OK || result == SQLITE_ROW || result == SQLITE_DONE)
    return;
  g_printerr ("SQLite: %s\n", sqlite3_errmsg (db));
  exit (1);
}

/* As GLib folds for a search, but for what can't be told apart by a reader. */
char *
orders_fold (const char *text)
{
  g_autofree char *decomposed = NULL, *folded = NULL;
  GString *result;

  if (g_str_is_ascii (text))
    return g_ascii_strdown (text, -1);
  decomposed = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);
  folded = g_utf8_casefold (decomposed, -1);
  result = g_string_new (NULL);
  for (const char *at = folded; *at != '\0'; at += g_utf8_skip[(guchar) *at])
    if (!g_unichar_ismark (g_utf8_get_char (at)))
      g_string_append_unichar (result, g_utf8_get_char (at));
  return g_string_free (result, FALSE);
}

static void
fold (sqlite3_context *context, int n, sqlite3_value **values)
{
  char *folded = orders_fold ((const char *) sqlite3_value_text (values[0]));

  sqlite3_result_text (context, folded, -1, g_free);
}

sqlite3 *
orders_open (const char *path, const char *synchronous, const char *schema)
{
  g_autofree char *setup =
    g_strdup_printf ("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -8192;"
                     "PRAGMA synchronous = %s;",
                     synchronous);
  sqlite3 *db;

  orders_check (NULL,
                sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));
  orders_check (db, sqlite3_create_function (db, "fold", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                                             fold, NULL, NULL));
  orders_check (db, sqlite3_exec (db, setup, NULL, NULL, NULL));
  orders_check (db, sqlite3_exec (db, schema, NULL, NULL, NULL));
  return db;
}

sqlite3_stmt *
orders_prepare (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement;

  orders_check (db, sqlite3_prepare_v3 (db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL));
  return statement;
}

gboolean
orders_step (sqlite3_stmt *statement)
{
  int result = sqlite3_step (statement);

  orders_check (sqlite3_db_handle (statement), result);
  if (result == SQLITE_ROW)
    return TRUE;
  sqlite3_reset (statement);
  return FALSE;
}

/* Seconds, then a counter: ids ascend as a service's do. */
void
orders_id (guint64 created_ms, guint64 n, guint8 id[ID_BYTES])
{
  guint32 seconds = GUINT32_TO_BE ((guint32) (created_ms / 1000));
  guint64 rest = GUINT64_TO_BE (n);

  memcpy (id, &seconds, sizeof seconds);
  memcpy (id + sizeof seconds, &rest, sizeof rest);
}

static gint64
value_of (sqlite3_stmt *row, int column)
{
  switch (sqlite3_column_type (row, column))
    {
    case SQLITE_INTEGER:
      return sqlite3_column_int64 (row, column);
    case SQLITE_FLOAT:
      return (gint64) sqlite3_column_double (row, column);
    case SQLITE_TEXT:
    case SQLITE_BLOB:
      return *(const guint8 *) sqlite3_column_blob (row, column);
    default:
      return 0;
    }
}

guint
orders_ask (sqlite3_stmt *statement, gint64 *sum)
{
  guint rows = 0;

  for (; orders_step (statement); rows++)
    for (int i = 0; i < sqlite3_column_count (statement); i++)
      *sum += value_of (statement, i);
  return rows;
}
