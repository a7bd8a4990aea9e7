/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: rows as records, and back. Of GVariant's types: ay is a BLOB, s TEXT, x and b INTEGER, d REAL;
 * the same with an m before it (mx) may be NULL. */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* The row under @statement as a record of @type. INTERNAL where what should be text is none. */
GVariant *tw_sqlite_dump_row (sqlite3_stmt *statement, const char *type, GError **error);

/* Binds one value of a record. */
void tw_sqlite_dump_bind (sqlite3_stmt *statement, int place, GVariant *value);

G_END_DECLS
