/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: the SQL of a copy. */

#pragma once

#include "tw-sqlite-dump.h"

G_BEGIN_DECLS

/* A table, and the SQL for it, which has to live as long as a connection that knows it. */
typedef struct
{
  guint n_key; /* columns, and so members of a record */
  char *name, *type, *table, *columns;
  char *count, *first, *behind, *last;
  char *insert; /* of a target's */
} TwSqliteTable;

TwSqliteTable *tw_sqlite_table_new (const TwSqliteDumpTable *from);
void tw_sqlite_table_free (gpointer table);

/* Looks at the table that is there, so that there is an insert. No statement of the one before may be known any more. */
gboolean tw_sqlite_table_find_insert (TwSqliteTable *table, TwSqliteConnection *connection, GError **error);

G_END_DECLS
