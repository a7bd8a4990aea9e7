/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: the one thread that writes, with one commit for all that is waiting. */

#pragma once

#include "tw-sqlite-checkpoint.h"

G_BEGIN_DECLS

typedef struct _TwSqliteWriter TwSqliteWriter;

/* Starts the thread, which alone uses @connection (taken, also where it fails: TW_ERROR_CONFIGURATION) from now on, and
 * has @checkpoint, which must outlive it, take over the log. */
TwSqliteWriter *tw_sqlite_writer_new (TwSqliteConnection *connection, TwSqliteCheckpoint *checkpoint, GError **error);

/* See tw_sqlite_mutate() and, for @once, tw_sqlite_mutate_once(). */
void tw_sqlite_writer_push (TwSqliteWriter *writer, gint64 deadline_ms, TwSqliteMutation mutation, gboolean once,
                            TwSqliteDone done, gpointer user_data);

/* See tw_sqlite_set_undone(). */
void tw_sqlite_writer_set_undone (TwSqliteWriter *writer, void (*undone) (gpointer user_data), gpointer user_data);

/* Finishes what is waiting, ends the thread and closes the connection. */
void tw_sqlite_writer_free (TwSqliteWriter *writer);

G_END_DECLS
