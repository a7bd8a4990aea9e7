/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: whose database it is, which version it has, and how it gets to the newest. */

#pragma once

#include "tw-sqlite.h"

G_BEGIN_DECLS

/* Brings the writer's @connection up to date. What is not ours or newer than @n is refused before anything is
 * written to it. Fails with TW_ERROR_CONFIGURATION; @path is for the message. */
gboolean tw_sqlite_schema_prepare (TwSqliteConnection *connection, const char *path, gint32 application_id,
                                   const TwSqliteMigration *migrations, guint n, GError **error);

/* Whether it is ours, or new, and not newer than @n. Reads only. Fails with TW_ERROR_CONFIGURATION; *@version is 0 where
 * it is new. */
gboolean tw_sqlite_schema_check (TwSqliteConnection *connection, const char *path, gint32 application_id, guint n,
                                 gint64 *version, GError **error);

G_END_DECLS
