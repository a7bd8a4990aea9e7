/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: whether SQLite has made of a query what a take_row() in it relies on. */

#pragma once

#include "tw-sqlite.h"

G_BEGIN_DECLS

/* Whether, in the program that SQLite runs for @sql (https://sqlite.org/opcode.html), nothing comes behind take_row()
 * that could leave out a row it was given, give it again, or put it into another order: then it is given the rows that
 * are the answer, in the answer's order. That is not so where a condition is looked at later, or rows are sorted. What
 * is not known is taken for an obstacle. FALSE with @error where @sql can't be prepared; where it is FALSE without one,
 * *@obstacle is the step that is in the way, free with g_free(). */
gboolean tw_sqlite_program_takes_rows_last (TwSqliteConnection *connection, const char *sql, char **obstacle,
                                            GError **error);

G_END_DECLS
