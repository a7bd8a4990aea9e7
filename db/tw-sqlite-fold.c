/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sqlite-fold.h"

#include "tw-fold.h"

static void
fold (sqlite3_context *context, int n, sqlite3_value **values)
{
  if (sqlite3_value_type (values[0]) == SQLITE_TEXT)
    sqlite3_result_text (context, tw_fold_key ((const char *) sqlite3_value_text (values[0])), -1, g_free);
}

gboolean
tw_sqlite_fold_install (sqlite3 *handle)
{
  return sqlite3_create_function (handle, "fold", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL, fold,
                                  NULL, NULL)
         == SQLITE_OK;
}
