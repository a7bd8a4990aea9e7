/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: take_row(), as tw-sqlite.h tells of it. */

#pragma once

#include "tw-sqlite.h"

G_BEGIN_DECLS

/* Gives the connection its function. FALSE where SQLite refuses it: then it has the error. */
gboolean tw_sqlite_rows_install (sqlite3 *handle);

G_END_DECLS
