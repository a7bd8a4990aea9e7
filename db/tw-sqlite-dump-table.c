/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-dump-table.h"

#include "tw-record-table.h"
#include "tw-sqlite-connection.h"

#include <string.h>

TwSqliteDumpTable
tw_sqlite_dump_table_of (const TwRecordType *type)
{
  return (TwSqliteDumpTable) {
    .name = type->collection, .type = type->packed, .table = type->collection,
    .key = type->key, .columns = type->columns, .selected = type->selected,
  };
}

/* "?1, ?2", up to @n */
static char *
places_new (guint n)
{
  GString *places = g_string_new ("?1");

  for (guint i = 2; i <= n; i++)
    g_string_append_printf (places, ", ?%u", i);
  return g_string_free (places, FALSE);
}

/* What inserts a record: which of its members are maybes its type tells. */
static char *
insert_new (const TwSqliteTable *table, gboolean has_rare)
{
  const guint n = (guint) g_variant_type_n_items (G_VARIANT_TYPE (table->type));
  const GVariantType *member = g_variant_type_first (G_VARIANT_TYPE (table->type));
  g_autofree char *places = places_new (n);
  g_autoptr (GString) rare = g_string_new ("0");

  if (!has_rare)
    return g_strdup_printf ("INSERT INTO %s (%s) VALUES (%s)", table->table, table->columns, places);
  for (guint i = 1; i <= n; i++, member = g_variant_type_next (member))
    if (g_variant_type_is_maybe (member))
      g_string_append_printf (rare, " OR ?%u IS NOT NULL", i);
  return g_strdup_printf ("INSERT INTO %s (%s, %s) VALUES (%s, %s)", table->table, table->columns, TW_RECORD_TABLE_RARE,
                          places, rare->str);
}

TwSqliteTable *
tw_sqlite_table_new (const TwSqliteDumpTable *from)
{
  g_auto (GStrv) key = g_strsplit (from->key, ", ", -1), columns = g_strsplit (from->columns, ", ", -1);
  guint n_key = g_strv_length (key), n = g_strv_length (columns);
  g_autofree char *key_places = places_new (n_key);
  g_autofree char *backwards = g_strjoinv (" DESC, ", key);
  g_autofree char *select = g_strdup_printf (
    "SELECT %s FROM %s", from->selected != NULL ? from->selected : from->columns, from->table);
  TwSqliteTable *table = g_new (TwSqliteTable, 1);

  g_assert (g_variant_type_n_items (G_VARIANT_TYPE (from->type)) == n);
  *table = (TwSqliteTable) {
    .n_key = n_key,
    .name = g_strdup (from->name),
    .type = g_strdup (from->type),
    .table = g_strdup (from->table),
    .columns = g_strdup (from->columns),
    .count = g_strdup_printf ("SELECT count(*) FROM %s", from->table),
    .first = g_strdup_printf ("%s ORDER BY %s LIMIT ?%u", select, from->key, n_key + 1),
    .behind = g_strdup_printf ("%s WHERE (%s) > (%s) ORDER BY %s LIMIT ?%u", select, from->key, key_places, from->key,
                               n_key + 1),
    .last = g_strdup_printf ("%s ORDER BY %s DESC LIMIT 1", select, backwards),
  };
  return table;
}

void
tw_sqlite_table_free (gpointer data)
{
  TwSqliteTable *table = data;

  g_free (table->name);
  g_free (table->type);
  g_free (table->table);
  g_free (table->columns);
  g_free (table->count);
  g_free (table->first);
  g_free (table->behind);
  g_free (table->last);
  g_free (table->insert);
  g_free (table);
}

gboolean
tw_sqlite_table_find_insert (TwSqliteTable *table, TwSqliteConnection *connection, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM pragma_table_info ('%s') WHERE name = '%s'", table->table,
                                          TW_RECORD_TABLE_RARE);
  g_autofree char *n = tw_sqlite_connection_query (connection, sql, error);

  if (n == NULL)
    return FALSE;
  g_free (table->insert);
  table->insert = insert_new (table, strcmp (n, "0") != 0);
  return TRUE;
}
