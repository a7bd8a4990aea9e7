/* SPDX-License-Identifier: Apache-2.0 */

/* What the loops over a tasks.db have in common: SQLite and nothing around it. What goes wrong ends the program, with a
 * line that says what it was. */

#pragma once

#include "measure.h"

#include <sqlite3.h>

/* @synchronous is NORMAL or FULL. */
sqlite3 *sqlite_loop_open (const char *path, const char *synchronous);

sqlite3_stmt *sqlite_loop_prepare (sqlite3 *db, const char *sql);

/* TRUE where there is a row, FALSE at the end, at which the statement is reset for the next time. */
gboolean sqlite_loop_step (sqlite3_stmt *statement);

/* The users that have tasks; an array of strings, not empty. */
GPtrArray *sqlite_loop_users (sqlite3 *db);

/* @text as a number of seconds. */
double sqlite_loop_seconds (const char *text);

/* Runs @once, which gets the number of the round, for so many seconds, and appends to @line how that went under @name. */
void sqlite_loop_run (GString *line, const char *name, double seconds,
                      void (*once) (guint64 round, gpointer user_data), gpointer user_data);
