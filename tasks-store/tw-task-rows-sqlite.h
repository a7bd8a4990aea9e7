/* SPDX-License-Identifier: Apache-2.0 */

/* Rows of the table of tasks (tw_sqlite_rows_query()). */

#pragma once

#include "tw-id.h"
#include "tw-record-table.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

/* What becomes of a statement's rows. */
typedef struct
{
  const TwRecordTable *table;
  const char *user_id; /* whose they are */
  const guint8 *id;    /* the one that is wanted; NULL: all */
  guint64 left;        /* as many of these, at least one */
  TwTaskRowFunc row;
  gpointer user_data;
  const TwTaskReading *raw; /* whose raw() each row is offered to first; NULL: none is */
  gboolean ended;      /* no more are wanted */
  TwSqliteRows taken;  /* inside tw_task_rows_take() */
} TwTaskRows;

/* Takes rows until no more are wanted, or to the statement's end. Its second place is the user's. Where no more were
 * wanted, and they are again, it goes on: @rows has to lie where it was. FALSE with @error where that failed. */
gboolean tw_task_rows_take (TwTaskRows *rows, TwSqliteConnection *connection, sqlite3_stmt *statement, GError **error);

G_END_DECLS
