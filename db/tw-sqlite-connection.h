/* SPDX-License-Identifier: Apache-2.0 */

/* Inside db/: how a connection is opened, and what SQLite's result codes mean. */

#pragma once

#include "tw-sqlite.h"

G_BEGIN_DECLS

typedef enum
{
  TW_SQLITE_WRITER,
  TW_SQLITE_COPIER,      /* takes the log over into the database: tw-sqlite-checkpoint.h */
  TW_SQLITE_READER,      /* refuses to write */
  TW_SQLITE_MAIN_READER, /* the same with more pages at hand */
} TwSqliteRole;

/* Opens the database file @path with everything set that holds for one connection. Fails with
 * TW_ERROR_CONFIGURATION. */
TwSqliteConnection *tw_sqlite_connection_open (const char *path, TwSqliteRole role, GError **error);

/* The same to look at what is there: makes and changes nothing. @still: nobody writes to it meanwhile, and nothing waits
 * in its write-ahead log, so that SQLite needs no files beside it. Otherwise it may make FILE-shm, which it needs to read
 * the log. */
TwSqliteConnection *tw_sqlite_connection_open_read_only (const char *path, gboolean still, GError **error);

/* For locks that another process holds the connection waits until @deadline_ms at most, and never long. */
void tw_sqlite_connection_be_patient (TwSqliteConnection *connection, gint64 deadline_ms);

/* Or for none: what it can't do at once fails with UNAVAILABLE, of which the log hears nothing. */
void tw_sqlite_connection_be_prompt (TwSqliteConnection *connection);

/* All statements must have been given back. */
void tw_sqlite_connection_close (TwSqliteConnection *connection);

/* As tw_sqlite_run(), for what is done once, at start: @sql may hold several statements, is not kept, and an error is one line
 * for the operator. */
gboolean tw_sqlite_connection_setup (TwSqliteConnection *connection, const char *sql, GError **error);

/* The first column of @sql's first row as text, "" where there is none; NULL with an error for the operator. Free
 * with g_free(). */
char *tw_sqlite_connection_query (TwSqliteConnection *connection, const char *sql, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwSqliteConnection, tw_sqlite_connection_close)

G_END_DECLS
