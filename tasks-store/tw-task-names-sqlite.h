/* SPDX-License-Identifier: Apache-2.0 */

/* The index on names, for those who ask for tasks by name (db/tw-record-table.h): it costs a create a quarter more, and
 * most never do. Who does is put into it in the background, some tasks at a time; until then all of theirs are looked
 * at. */

#pragma once

#include "tw-sqlite.h"

G_BEGIN_DECLS

/* Whether all names of the user are in the index, as @connection sees it. */
gboolean tw_task_names_sqlite_are_there (TwSqliteConnection *connection, const char *user_id, gboolean *there,
                                         GError **error);

typedef struct _TwTaskNamesSqlite TwTaskNamesSqlite;

/* @db has to be closed before it is freed. */
TwTaskNamesSqlite *tw_task_names_sqlite_new (TwSqlite *db);
void tw_task_names_sqlite_free (TwTaskNamesSqlite *names);

/* Has them put there, if they are not; FALSE where that is under way already. Never blocks; thread-safe. */
gboolean tw_task_names_sqlite_make (TwTaskNamesSqlite *names, const char *user_id);

G_END_DECLS
