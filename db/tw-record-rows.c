/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-rows.h"

#include "tw-error.h"

struct _TwRecordRows
{
  const TwRecordType *type;
  TwRecordTable *table;
  char *find, *remove;
};

TwRecordRows *
tw_record_rows_new (const TwRecordType *type, TwSqliteConnection *connection, GError **error)
{
  const guint key = tw_record_find_role (type, TW_RECORD_KEY), owner = tw_record_find_role (type, TW_RECORD_OWNER);
  TwRecordTable *table = tw_record_table_new (type, connection, error);
  g_autofree char *which = NULL;
  TwRecordRows *rows;

  if (table == NULL)
    return NULL;
  g_assert (key < type->n_fields && type->fields[key].kind == TW_RECORD_ID && owner < type->n_fields);
  which = g_strdup_printf ("FROM %s WHERE \"%s\" = ?2 AND \"%s\" = ?3", type->collection, type->fields[key].column,
                           type->fields[owner].column);
  rows = g_new (TwRecordRows, 1);
  *rows = (TwRecordRows) {
    .type = type,
    .table = table,
    .find = g_strdup_printf ("SELECT %s %s", tw_record_table_columns (table), which),
    .remove = g_strdup_printf ("DELETE %s", which),
  };
  return rows;
}

void
tw_record_rows_free (TwRecordRows *rows)
{
  if (rows == NULL)
    return;
  tw_record_table_free (rows->table);
  g_free (rows->find);
  g_free (rows->remove);
  g_free (rows);
}

static gboolean
internal (const TwRecordRows *rows, const char *what, GError **error)
{
  g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "a record of '%s' %s", rows->type->collection, what);
  return FALSE;
}

static void
bind_which (sqlite3_stmt *statement, const char *owner, const guint8 key[TW_ID_BYTES])
{
  sqlite3_bind_blob (statement, 2, key, TW_ID_BYTES, SQLITE_STATIC);
  tw_sqlite_bind_text (statement, 3, owner);
}

typedef struct
{
  const TwRecordRows *rows;
  const char *owner;
  gpointer record; /* with room for one, until it is found */
  gpointer found;
} Taking;

static gboolean
take (sqlite3_value **columns, guint n_columns, gpointer data)
{
  Taking *taking = data;
  TwRecordRowIds ids;

  tw_record_table_read (taking->rows->table, columns, n_columns, taking->owner, &ids, taking->record);
  taking->found = tw_record_copy (taking->rows->type, taking->record);
  return FALSE;
}

gboolean
tw_record_rows_find (const TwRecordRows *rows, TwSqliteConnection *connection, const char *owner,
                     const guint8 key[TW_ID_BYTES], gpointer *record, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, rows->find, error);
  g_autofree gpointer room = g_malloc (rows->type->size);
  Taking taking = { rows, owner, room, NULL };
  const TwSqliteRows taken = { take, &taking };

  *record = NULL;
  if (statement == NULL)
    return FALSE;
  bind_which (statement, owner, key);
  if (!tw_sqlite_take_rows (connection, statement, &taken, error))
    {
      g_free (taking.found);
      return FALSE;
    }
  *record = taking.found;
  return TRUE;
}

/* Runs @sql, one of the table's, with @record. */
static gboolean
run_with (const TwRecordRows *rows, TwSqliteConnection *connection, const char *sql, gconstpointer record,
          GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, sql, error);

  if (statement == NULL)
    return FALSE;
  if (!tw_record_table_bind (rows->table, statement, record))
    return internal (rows, "has an id that is none", error);
  return tw_sqlite_step (connection, statement, error) >= 0;
}

static gboolean
one_was_changed (const TwRecordRows *rows, TwSqliteConnection *connection, GError **error)
{
  return sqlite3_changes (tw_sqlite_handle (connection)) == 1
         || internal (rows, "is not as it was found", error);
}

gboolean
tw_record_rows_insert (const TwRecordRows *rows, TwSqliteConnection *connection, gconstpointer record, GError **error)
{
  return run_with (rows, connection, tw_record_table_insert (rows->table), record, error);
}

gboolean
tw_record_rows_update (const TwRecordRows *rows, TwSqliteConnection *connection, gconstpointer record, GError **error)
{
  return run_with (rows, connection, tw_record_table_update (rows->table), record, error)
         && one_was_changed (rows, connection, error);
}

gboolean
tw_record_rows_remove (const TwRecordRows *rows, TwSqliteConnection *connection, const char *owner,
                       const guint8 key[TW_ID_BYTES], GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, rows->remove, error);

  if (statement == NULL)
    return FALSE;
  bind_which (statement, owner, key);
  return tw_sqlite_step (connection, statement, error) >= 0 && one_was_changed (rows, connection, error);
}
