/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-query-sqlite.h"

#include "tw-record-rows.h"

#include <string.h>

/* Which records they are is one statement; each is then read as a mutation reads it. */
typedef struct
{
  const TwRecordType *type;
  TwRecordRows *rows;
  char *all;
  char *by[64]; /* for each field that can be asked for */
  char *newest[64]; /* the same, newest first */
} Kind;

struct _TwRecordQuerySqlite
{
  TwSqlite *db;
  guint n_kinds;
  Kind *kinds;
};

static gboolean
can_be_asked_for (const TwRecordField *field)
{
  return tw_record_field_is_kept (field) && (field->kind == TW_RECORD_TEXT || field->kind == TW_RECORD_ID);
}

static gboolean
kind_init (Kind *kind, const TwRecordType *type, TwSqliteConnection *connection, GError **error)
{
  const char *key = type->fields[tw_record_find_role (type, TW_RECORD_KEY)].column;
  const char *owner = type->fields[tw_record_find_role (type, TW_RECORD_OWNER)].column;
  g_autofree char *select = g_strdup_printf ("SELECT \"%s\", \"%s\" FROM %s", key, owner, type->collection);

  kind->type = type;
  kind->rows = tw_record_rows_new (type, connection, error);
  kind->all = g_strdup_printf ("%s LIMIT ?1", select);
  for (guint i = 0; i < type->n_fields; i++)
    if (can_be_asked_for (&type->fields[i]))
      {
        const char *column = type->fields[i].column;

        kind->by[i] = g_strdup_printf ("%s WHERE \"%s\" = ?2 LIMIT ?1", select, column);
        kind->newest[i] = g_strdup_printf ("%s WHERE \"%s\" = ?2 AND \"%s\" < ?3 ORDER BY \"%s\" DESC LIMIT ?1", select,
                                           column, key, key);
      }
  return kind->rows != NULL;
}

TwRecordQuerySqlite *
tw_record_query_sqlite_new (TwSqlite *db, const TwRecordType *const *types, guint n_types, GError **error)
{
  g_autoptr (TwRecordQuerySqlite) queries = g_new0 (TwRecordQuerySqlite, 1);
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (db, TW_DEADLINE_NONE, error);
  gboolean ok = connection != NULL;

  queries->db = db;
  queries->kinds = g_new0 (Kind, n_types);
  while (ok && queries->n_kinds < n_types)
    {
      ok = kind_init (&queries->kinds[queries->n_kinds], types[queries->n_kinds], connection, error);
      queries->n_kinds++;
    }
  tw_sqlite_reader_return (db, connection);
  return ok ? g_steal_pointer (&queries) : NULL;
}

void
tw_record_query_sqlite_free (TwRecordQuerySqlite *queries)
{
  if (queries == NULL)
    return;
  for (guint i = 0; i < queries->n_kinds; i++)
    {
      tw_record_rows_free (queries->kinds[i].rows);
      g_free (queries->kinds[i].all);
      for (guint k = 0; k < G_N_ELEMENTS (queries->kinds[i].by); k++)
        {
          g_free (queries->kinds[i].by[k]);
          g_free (queries->kinds[i].newest[k]);
        }
    }
  g_free (queries->kinds);
  g_free (queries);
}

static const Kind *
find_kind (const TwRecordQuerySqlite *queries, const TwRecordType *type)
{
  const Kind *kind = queries->kinds;

  while (kind->type != type)
    g_assert (++kind < queries->kinds + queries->n_kinds);
  return kind;
}

typedef struct
{
  guint8 key[TW_ID_BYTES];
  char *owner;
} Found;

static void
found_clear (gpointer data)
{
  g_free (((Found *) data)->owner);
}

/* FALSE where @value, for the field @i, can be no record's. */
static gboolean
bind_value (sqlite3_stmt *statement, const TwRecordField *field, const char *value, guint8 id[TW_ID_BYTES])
{
  if (field->kind == TW_RECORD_TEXT)
    tw_sqlite_bind_text (statement, 2, value);
  else if (tw_id_to_bytes (value, id))
    sqlite3_bind_blob (statement, 2, id, TW_ID_BYTES, SQLITE_STATIC);
  else
    return FALSE;
  return TRUE;
}

/* Behind any key, and before each. */
static const guint8 past_all[TW_ID_BYTES + 1] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const guint8 before_all[TW_ID_BYTES] = { 0 };

/* Behind what can't be an id there is nothing. */
static void
bind_after (sqlite3_stmt *statement, const char *after, guint8 id[TW_ID_BYTES])
{
  if (after == NULL)
    sqlite3_bind_blob (statement, 3, past_all, sizeof past_all, SQLITE_STATIC);
  else
    sqlite3_bind_blob (statement, 3, tw_id_to_bytes (after, id) ? id : before_all, TW_ID_BYTES, SQLITE_STATIC);
}

static const char *
sql_of (const Kind *kind, const TwRecordQuery *query, const char *value)
{
  if (value == NULL)
    return kind->all;
  return (query->newest_first ? kind->newest : kind->by)[tw_record_query_field (query)];
}

/* Which records have @value, or, where that is NULL, all; appended to @found. */
static gboolean
find (const Kind *kind, TwSqliteConnection *connection, const TwRecordQuery *query, const char *value, GArray *found,
      GError **error)
{
  const guint field = value != NULL ? tw_record_query_field (query) : 0;
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, sql_of (kind, query, value), error);
  guint8 id[TW_ID_BYTES], after[TW_ID_BYTES];
  int result;

  if (statement == NULL)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, query->limit - found->len);
  if (value != NULL && !bind_value (statement, &kind->type->fields[field], value, id))
    return TRUE;
  if (query->newest_first)
    bind_after (statement, query->after, after);
  while ((result = tw_sqlite_step (connection, statement, error)) == SQLITE_ROW)
    if (sqlite3_column_bytes (statement, 0) == TW_ID_BYTES)
      {
        Found one = { .owner = g_strdup ((const char *) sqlite3_column_text (statement, 1)) };

        memcpy (one.key, sqlite3_column_blob (statement, 0), sizeof one.key);
        g_array_append_val (found, one);
      }
  return result >= 0;
}

static gboolean
find_all (const Kind *kind, TwSqliteConnection *connection, const TwRecordQuery *query, GArray *found, GError **error)
{
  if (query->field == 0)
    return find (kind, connection, query, NULL, found, error);
  for (guint i = 0; i < query->n_values && found->len < query->limit; i++)
    if (!find (kind, connection, query, query->values[i], found, error))
      return FALSE;
  return TRUE;
}

static gboolean
show_all (const Kind *kind, TwSqliteConnection *connection, const GArray *found,
          gboolean (*row) (gconstpointer record, gpointer user_data), gpointer user_data, GError **error)
{
  gboolean wanted = TRUE;

  for (guint i = 0; wanted && i < found->len; i++)
    {
      const Found *one = &g_array_index (found, Found, i);
      g_autofree gpointer record = NULL;

      if (!tw_record_rows_find (kind->rows, connection, one->owner, one->key, &record, error))
        return FALSE;
      wanted = record == NULL || row (record, user_data);
    }
  return TRUE;
}

/* All that is shown is of one moment: where there is no transaction yet, it takes one. What is found, and removed before
 * it is read, would be missing among what the limit asks for. */
static gboolean
find_and_show (const Kind *kind, TwSqliteConnection *connection, const TwRecordQuery *query,
               gboolean (*row) (gconstpointer record, gpointer user_data), gpointer user_data, GError **error)
{
  sqlite3 *handle = tw_sqlite_handle (connection);
  const gboolean begin = sqlite3_get_autocommit (handle) != 0;
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Found));
  gboolean ok;

  g_array_set_clear_func (found, found_clear);
  if (begin && !tw_sqlite_run (connection, "BEGIN", error))
    return FALSE;
  ok = find_all (kind, connection, query, found, error) && show_all (kind, connection, found, row, user_data, error);
  if (begin && sqlite3_get_autocommit (handle) == 0)
    tw_sqlite_run (connection, "COMMIT", NULL);
  return ok;
}

gboolean
tw_record_query_sqlite_run (const TwRecordQuerySqlite *queries, gint64 deadline_ms, const TwRecordQuery *query,
                            gboolean (*row) (gconstpointer record, gpointer user_data), gpointer user_data,
                            GError **error)
{
  const Kind *kind = find_kind (queries, query->type);
  TwSqliteConnection *connection = tw_sqlite_reader_borrow (queries->db, deadline_ms, error);
  const gboolean ok = connection != NULL && find_and_show (kind, connection, query, row, user_data, error);

  tw_sqlite_reader_return (queries->db, connection);
  return ok;
}
