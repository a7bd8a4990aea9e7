/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: SQL on every connection has fold (text), which is tw_fold_key(), and NULL of what is no text. What it
 * says may change with GLib's Unicode, so that no index is to be made of it, but of columns that hold it. */

#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* FALSE where SQLite refuses it: then it has the error. */
gboolean tw_sqlite_fold_install (sqlite3 *handle);

G_END_DECLS
