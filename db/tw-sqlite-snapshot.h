/* SPDX-License-Identifier: Apache-2.0 */

/* A database as of one moment, in a file of its own, while others go on writing to it; and whether such a file is
 * whole.
 *
 * One read transaction holds the moment, from opening to closing: SQLite's online backup
 * (https://sqlite.org/backup.html) then goes through at once, where otherwise it begins anew whenever another process
 * has committed between two of its steps. In WAL mode that holds nobody up; the log, though, can't be begun anew meanwhile,
 * and grows by what is written.
 *
 * Everything fails with TW_ERROR_CONFIGURATION, with a line for an operator.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whose database it is. */
typedef struct
{
  gint32 application_id; /* see tw_sqlite_open() */
  guint version;         /* the newest that is known */
} TwSqliteKind;

/* Called now and then with how many bytes of how many are done; FALSE stops. */
typedef gboolean (*TwSqliteProgress) (guint64 done, guint64 total, gpointer user_data);

typedef struct _TwSqliteSnapshot TwSqliteSnapshot;

/* The database as it is now. It is only read; no lock of a service's is asked for, nor held. */
TwSqliteSnapshot *tw_sqlite_snapshot_open (const char *path, const TwSqliteKind *kind, GError **error);

void tw_sqlite_snapshot_free (TwSqliteSnapshot *snapshot);

/* Writes it to @target, which must not be there: mode 0600, without a log beside it, and in no need of one, so that it
 * can be read where nothing can be written. Not synced. */
gboolean tw_sqlite_snapshot_save (TwSqliteSnapshot *snapshot, const char *target, TwSqliteProgress progress,
                                  gpointer user_data, GError **error);

/* Whether the file @path, which nobody writes to, is a whole database of that @kind, of a version that is known.
 * @progress is asked whether to go on, with 0 of 0. */
gboolean tw_sqlite_snapshot_check (const char *path, const TwSqliteKind *kind, TwSqliteProgress progress,
                                   gpointer user_data, GError **error);

/* Called with each table and its number of rows. */
typedef void (*TwSqliteTableFunc) (const char *table, guint64 rows, gpointer user_data);

/* The tables of such a file, by name. */
gboolean tw_sqlite_snapshot_count (const char *path, TwSqliteTableFunc table, gpointer user_data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwSqliteSnapshot, tw_sqlite_snapshot_free)

G_END_DECLS
