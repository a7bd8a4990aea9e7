/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-record-statement.h"

#include "tw-error.h"
#include "tw-record-dump.h"
#include "tw-sqlite-dump-rows.h"

gboolean
tw_record_statement_next (const TwRecordType *type, TwSqliteConnection *connection, sqlite3_stmt *statement,
                    gpointer *record, GError **error)
{
  const int result = tw_sqlite_step (connection, statement, error);
  g_autoptr (GVariant) packed = NULL;

  *record = NULL;
  if (result != SQLITE_ROW)
    return result == SQLITE_DONE;
  packed = tw_sqlite_dump_row (statement, type->packed, error);
  if (packed == NULL)
    return FALSE;
  *record = tw_record_dump_unpack (type, packed);
  if (*record == NULL)
    g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "a row of '%s' has an id that is none", type->collection);
  return *record != NULL;
}

gboolean
tw_record_statement_insert (const TwRecordType *type, TwSqliteConnection *connection, gconstpointer record, GError **error)
{
  g_autoptr (TwSqliteStatement) statement = tw_sqlite_statement (connection, type->insert, error);
  g_autoptr (GVariant) packed = g_variant_ref_sink (tw_record_dump_pack (type, record));

  if (statement == NULL)
    return FALSE;
  for (gsize i = 0; i < g_variant_n_children (packed); i++)
    {
      g_autoptr (GVariant) value = g_variant_get_child_value (packed, i);

      tw_sqlite_dump_bind (statement, (int) i + 1, value);
    }
  return tw_sqlite_step (connection, statement, error) == SQLITE_DONE;
}
