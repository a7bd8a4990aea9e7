/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-table-private.h"

#include "tw-error.h"
#include "tw-id.h"

#include <string.h>

/* The names of the table's columns, in its order, each behind a letter that says whether it may be NULL; none where
 * there is no such table. */
#define NULLABLE 'n'

static GPtrArray *
look_at_table (const char *name, TwSqliteConnection *connection, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (TwSqliteStatement) statement
      = tw_sqlite_statement (connection,
                             "SELECT CASE \"notnull\" WHEN 0 THEN 'n' ELSE ' ' END || name FROM pragma_table_info (?1)",
                             error);
  int result;

  if (statement == NULL)
    return NULL;
  tw_sqlite_bind_text (statement, 1, name);
  while ((result = tw_sqlite_step (connection, statement, error)) == SQLITE_ROW)
    g_ptr_array_add (names, g_strdup ((const char *) sqlite3_column_text (statement, 0)));
  return result == SQLITE_DONE ? g_steal_pointer (&names) : NULL;
}

static guint
find_column (const TwRecordType *type, const char *column)
{
  guint i = 0;

  while (i < type->n_fields
         && (!tw_record_field_is_kept (&type->fields[i]) || strcmp (type->fields[i].column, column) != 0))
    i++;
  return i;
}

static gboolean
has_column (const GPtrArray *names, const char *column)
{
  for (guint i = 0; i < names->len; i++)
    if (strcmp ((const char *) names->pdata[i] + 1, column) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
check_complete (const TwRecordType *type, const GPtrArray *names, GError **error)
{
  for (guint i = 0; i < type->n_fields; i++)
    if (tw_record_field_is_kept (&type->fields[i]) && !has_column (names, type->fields[i].column))
      {
        g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "table '%s' has no column '%s', which records of %s have",
                     type->collection, type->fields[i].column, type->name);
        return FALSE;
      }
  return TRUE;
}

static void
append (GString *text, const char *separator, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
append (GString *text, const char *separator, const char *format, ...)
{
  va_list arguments;

  if (text->len > 0)
    g_string_append (text, separator);
  va_start (arguments, format);
  g_string_append_vprintf (text, format, arguments);
  va_end (arguments);
}

/* Adds the columns of those fields, in the reverse of the table's order. */
static void
add_columns (TwRecordTable *table, const GPtrArray *names, guint64 fields)
{
  for (guint i = names->len; i > 0; i--)
    {
      const char *name = names->pdata[i - 1];
      const guint field = find_column (table->type, name + 1);

      if (field == table->type->n_fields || field == table->owner || (fields & TW_RECORD_BIT (field)) == 0)
        continue;
      if (field == table->key)
        table->key_column = table->n_columns;
      table->columns[table->n_columns++]
          = (TwRecordColumn) { (guint8) field, *name == NULLABLE, TW_RECORD_BIT (field), table->type->fields[field].kind,
                               table->type->fields[field].offset };
    }
}

static void
find_sure (TwRecordTable *table)
{
  guint i = table->n_columns;

  for (; i > table->n_rare && !table->columns[i - 1].may_be_null; i--)
    table->sure |= table->columns[i - 1].bit;
  table->first_sure = i;
}

static const char *
column_of (const TwRecordTable *table, guint i)
{
  return table->type->fields[table->columns[i].field].column;
}

static void
append_take (const TwRecordTable *table, guint from, GString *text)
{
  g_string_append (text, "take_row (?1");
  for (guint i = from; i < table->n_columns; i++)
    g_string_append_printf (text, ", \"%s\"", column_of (table, i));
  g_string_append_c (text, ')');
}

static void
write_take (TwRecordTable *table)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (table->n_rare > 0)
    {
      /* What most rows need is last, from where SQLite has nowhere to go on to. */
      g_string_append (text, "CASE WHEN \"" TW_RECORD_TABLE_RARE "\" THEN ");
      append_take (table, 0, text);
      g_string_append (text, " ELSE ");
    }
  append_take (table, table->n_rare, text);
  g_string_append (text, table->n_rare > 0 ? " END" : "");
  table->take = g_string_free (g_steal_pointer (&text), FALSE);
}

static void
write_list (TwRecordTable *table)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < table->n_columns; i++)
    append (text, ", ", "\"%s\"", column_of (table, i));
  table->list = g_string_free (g_steal_pointer (&text), FALSE);
}

/* Places are numbered as fields are, from 1 on, in every statement; whether a row has what is rare is behind them. */
static int
rare_place (const TwRecordTable *table)
{
  return (int) table->type->n_fields + 1;
}

/* All in one statement, of one table: a trigger would have SQLite keep a copy of each page that the statement changes. */
static void
append_folded (const TwRecordTable *table, guint i, GString *into, GString *places, GString *set)
{
  const char *column = table->type->fields[i].column, *collection = table->type->collection;
  const guint text = i + 1, owner = table->owner + 1;

  append (into, ", ", "\"%s" TW_RECORD_TABLE_FOLDED "\"", column);
  append (places, ", ", "(SELECT fold (?%u) FROM %s" TW_RECORD_TABLE_FOLDED " WHERE owner = ?%u)", text, collection,
          owner);
  append (set, ", ",
          "\"%s" TW_RECORD_TABLE_FOLDED "\" = CASE WHEN \"%s" TW_RECORD_TABLE_FOLDED "\" IS NULL THEN NULL"
          " WHEN \"%s\" = ?%u THEN \"%s" TW_RECORD_TABLE_FOLDED "\" ELSE fold (?%u) END",
          column, column, column, text, column, text);
}

static void
write_statements (TwRecordTable *table, const GPtrArray *names)
{
  const TwRecordType *type = table->type;
  g_autoptr (GString) into = g_string_new (NULL), places = g_string_new (NULL);
  g_autoptr (GString) set = g_string_new (NULL), which = g_string_new (NULL);

  for (guint i = 0; i < type->n_fields; i++)
    {
      const TwRecordField *field = &type->fields[i];
      const gboolean tells = field->role == TW_RECORD_KEY || field->role == TW_RECORD_OWNER
                             || field->role == TW_RECORD_CREATED;
      g_autofree char *folded = NULL;

      if (!tw_record_field_is_kept (field))
        continue;
      append (into, ", ", "\"%s\"", field->column);
      append (places, ", ", "?%u", i + 1);
      append (tells ? which : set, tells ? " AND " : ", ", "\"%s\" = ?%u", field->column, i + 1);
      folded = g_strconcat (field->column, TW_RECORD_TABLE_FOLDED, NULL);
      if (field->kind == TW_RECORD_TEXT && has_column (names, folded))
        append_folded (table, i, into, places, set);
    }
  if (table->n_rare > 0)
    {
      append (into, ", ", "\"%s\"", TW_RECORD_TABLE_RARE);
      append (places, ", ", "?%d", rare_place (table));
      append (set, ", ", "\"%s\" = ?%d", TW_RECORD_TABLE_RARE, rare_place (table));
    }
  table->insert = g_strdup_printf ("INSERT INTO %s (%s) VALUES (%s)", type->collection, into->str, places->str);
  table->update = g_strdup_printf ("UPDATE %s SET %s WHERE %s", type->collection, set->str, which->str);
}

TwRecordTable *
tw_record_table_new (const TwRecordType *type, TwSqliteConnection *connection, GError **error)
{
  g_autoptr (GPtrArray) names = connection != NULL ? look_at_table (type->collection, connection, error) : NULL;
  TwRecordTable *table;

  if (names == NULL || !check_complete (type, names, error))
    return NULL;
  table = g_new0 (TwRecordTable, 1);
  table->type = type;
  table->key = tw_record_find_role (type, TW_RECORD_KEY);
  table->owner = tw_record_find_role (type, TW_RECORD_OWNER);
  for (guint i = 0; i < type->n_fields; i++)
    if (tw_record_field_is_kept (&type->fields[i]))
      *(type->fields[i].always ? &table->always : &table->rare) |= TW_RECORD_BIT (i);
  if (has_column (names, TW_RECORD_TABLE_RARE))
    {
      add_columns (table, names, table->rare);
      table->n_rare = table->n_columns;
      add_columns (table, names, table->always);
    }
  else
    add_columns (table, names, table->rare | table->always);
  find_sure (table);
  tw_record_table_plan_writing (table);
  write_list (table);
  write_take (table);
  write_statements (table, names);
  return table;
}

void
tw_record_table_free (TwRecordTable *table)
{
  if (table == NULL)
    return;
  g_free (table->list);
  g_free (table->take);
  g_free (table->insert);
  g_free (table->update);
  g_free (table);
}

const char *
tw_record_table_columns (const TwRecordTable *table)
{
  return table->list;
}

const char *
tw_record_table_take (const TwRecordTable *table)
{
  return table->take;
}

const char *
tw_record_table_insert (const TwRecordTable *table)
{
  return table->insert;
}

const char *
tw_record_table_update (const TwRecordTable *table)
{
  return table->update;
}

/* How many of the table's columns are not among those that were taken: what is rare is there, or it is not. */
static inline guint
left_out (const TwRecordTable *table, guint n_columns)
{
  return table->n_columns - n_columns;
}

const guint8 *
tw_record_table_key (const TwRecordTable *table, sqlite3_value **columns, guint n_columns)
{
  return sqlite3_value_blob (columns[table->key_column - left_out (table, n_columns)]);
}

/* Reads a column that is not NULL; FALSE where it is not what it should be. Inlined: most of what a row costs us. */
static inline gboolean
read_member (TwRecordKind kind, sqlite3_value *value, gpointer member, char id[TW_ID_SIZE])
{
  gconstpointer blob;
  gsize length;

  switch (kind)
    {
    case TW_RECORD_TEXT:
      *(const char **) member = (const char *) sqlite3_value_text (value);
      return TRUE;
    case TW_RECORD_ID:
      if (sqlite3_value_bytes (value) != TW_ID_BYTES)
        return FALSE;
      tw_id_from_bytes (sqlite3_value_blob (value), id);
      *(const char **) member = id;
      return TRUE;
    case TW_RECORD_TIME:
    case TW_RECORD_WHEN:
    case TW_RECORD_NUMBER:
      *(gint64 *) member = sqlite3_value_int64 (value);
      return TRUE;
    case TW_RECORD_BOOL:
      *(gboolean *) member = sqlite3_value_int (value) != 0;
      return TRUE;
    case TW_RECORD_REAL:
      *(double *) member = sqlite3_value_double (value);
      return TRUE;
    case TW_RECORD_TEXTS:
      blob = sqlite3_value_blob (value);
      length = (gsize) sqlite3_value_bytes (value);
      if (length == 0 || !tw_record_texts_end (blob, length))
        return FALSE;
      *(TwRecordTexts *) member = (TwRecordTexts) { blob, length };
      return TRUE;
    case TW_RECORD_BYTES:
      blob = sqlite3_value_blob (value);
      *(TwRecordBytes *) member = (TwRecordBytes) { blob, (gsize) sqlite3_value_bytes (value) };
      return TRUE;
    case TW_RECORD_STRUCT:
    case TW_RECORD_LIST:
    case TW_RECORD_CLEAR:
    case TW_RECORD_OTHER:
    default:
      g_assert_not_reached ();
    }
}

void
tw_record_table_read (const TwRecordTable *table, sqlite3_value **columns, guint n_columns, const char *owner,
                      TwRecordRowIds *ids, gpointer record)
{
  const TwRecordType *type = table->type;
  const TwRecordColumn *column = table->columns + left_out (table, n_columns), *end = table->columns + table->n_columns;
  const TwRecordColumn *sure = table->columns + table->first_sure;
  guint64 has = TW_RECORD_BIT (table->owner) | table->sure;
  char (*id)[TW_ID_SIZE] = ids->ids;

  memset (record, 0, type->size);
  *tw_record_text (type, record, table->owner) = owner;
  for (; column < sure; column++, columns++)
    {
      if (sqlite3_value_type (*columns) == SQLITE_NULL
          || !read_member (column->kind, *columns, (guint8 *) record + column->offset, *id))
        continue;
      id += column->kind == TW_RECORD_ID ? 1 : 0;
      has |= column->bit;
    }
  for (; column < end; column++, columns++)
    {
      if (G_UNLIKELY (!read_member (column->kind, *columns, (guint8 *) record + column->offset, *id)))
        has &= ~column->bit;
      id += column->kind == TW_RECORD_ID ? 1 : 0;
    }
  *tw_record_has (record) = has;
  /* A row may be older than a column. */
  if (G_UNLIKELY ((has & table->always) != table->always))
    tw_record_complete (type, record);
}

static gboolean
bind_id (sqlite3_stmt *statement, int place, const char *id)
{
  guint8 bytes[TW_ID_BYTES];

  if (!tw_id_to_bytes (id, bytes))
    return FALSE;
  sqlite3_bind_blob (statement, place, bytes, sizeof bytes, SQLITE_TRANSIENT);
  return TRUE;
}

/* An empty list is kept as none. */
static void
bind_texts (sqlite3_stmt *statement, int place, const TwRecordTexts *texts)
{
  if (texts->length > 0)
    sqlite3_bind_blob64 (statement, place, texts->bytes, texts->length, SQLITE_STATIC);
}

/* What has no bytes is not NULL. */
static void
bind_bytes (sqlite3_stmt *statement, int place, const TwRecordBytes *bytes)
{
  sqlite3_bind_blob64 (statement, place, bytes->length > 0 ? bytes->bytes : (const guint8 *) "", bytes->length,
                       SQLITE_STATIC);
}

gboolean
tw_record_table_bind (const TwRecordTable *table, sqlite3_stmt *statement, gconstpointer record)
{
  const TwRecordType *type = table->type;

  if (table->n_rare > 0)
    sqlite3_bind_int (statement, rare_place (table), (*tw_record_has (record) & table->rare) != 0 ? 1 : 0);
  for (guint64 left = *tw_record_has (record) & (table->always | table->rare); left != 0; left &= left - 1)
    {
      const guint i = tw_record_first (left);
      const TwRecordField *field = &type->fields[i];
      gconstpointer member = (const guint8 *) record + field->offset;
      const int place = (int) i + 1;

      switch (field->kind)
        {
        case TW_RECORD_TEXT:
          tw_sqlite_bind_text (statement, place, *(const char *const *) member);
          break;
        case TW_RECORD_ID:
          if (!bind_id (statement, place, *(const char *const *) member))
            return FALSE;
          break;
        case TW_RECORD_TEXTS:
          bind_texts (statement, place, member);
          break;
        case TW_RECORD_BYTES:
          bind_bytes (statement, place, member);
          break;
        case TW_RECORD_TIME:
        case TW_RECORD_WHEN:
        case TW_RECORD_NUMBER:
          sqlite3_bind_int64 (statement, place, *(const gint64 *) member);
          break;
        case TW_RECORD_BOOL:
          sqlite3_bind_int (statement, place, *(const gboolean *) member ? 1 : 0);
          break;
        case TW_RECORD_REAL:
          sqlite3_bind_double (statement, place, *(const double *) member);
          break;
        case TW_RECORD_STRUCT:
        case TW_RECORD_LIST:
        case TW_RECORD_CLEAR:
        case TW_RECORD_OTHER:
        default:
          g_assert_not_reached ();
        }
    }
  return TRUE;
}
