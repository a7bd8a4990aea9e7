/* SPDX-License-Identifier: Apache-2.0 */

/* A number that stands for texts in an index: of 8 bytes, however long they are, and compared at once. Different texts
 * may have the same one, so that who finds it looks at them too; nobody makes many of these on purpose. It is the same in
 * every version, since rows hold it. */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

gint64 tw_sqlite_hash (const char *const *texts, guint n);

/* Inside db/: SQL on every connection has hash (text, …), which is that; NULL where one is no text. FALSE where SQLite
 * refuses it: then it has the error. */
gboolean tw_sqlite_hash_install (sqlite3 *handle);

G_END_DECLS
