/* SPDX-License-Identifier: Apache-2.0 */

/* A SQLite database as a server needs it: one thread that writes, with a commit for all that is waiting; connections
 * for readers; numbered migrations.
 *
 * WAL and synchronous=FULL (https://sqlite.org/wal.html, https://sqlite.org/pragma.html#pragma_synchronous): a write
 * that was acknowledged survives a crash of the process, the system or its power. Each mutation undoes itself
 * where it fails, and nothing of its neighbours; its callback comes after the COMMIT that made it
 * durable. Where SQLite gives up a whole transaction (disk full, I/O), every mutation in it is told UNAVAILABLE, and
 * the writer goes on with the next. */

#pragma once

#include "tw-call-context.h"
#include "tw-plain.h"

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct _TwSqlite TwSqlite;

/* A step of the schema: SQL that brings version i to version i + 1, i being its place in the table. */
typedef const char *TwSqliteMigration;

/* Opens or makes (mode 0600) the database at @path and brings it up to date, each migration in a transaction of its
 * own. @application_id (PRAGMA application_id, not 0) tells our databases apart; PRAGMA user_version counts the
 * migrations. Reads back that WAL and synchronous=FULL hold for the connection that writes. Fails with
 * TW_ERROR_CONFIGURATION: not a database, another's, of a newer version, or locked. Starts the writer thread and
 * opens @readers connections. */
TwSqlite *tw_sqlite_open (const char *path, gint32 application_id, const TwSqliteMigration *migrations,
                          guint n_migrations, guint readers, GError **error);

/* What of it is done in the plain way: TW_PLAIN_ROWS, TW_PLAIN_NOWAIT, TW_PLAIN_SIEVE. Nothing is, where this is not
 * said. Call before anything else is asked of @db. */
void tw_sqlite_be_plain (TwSqlite *db, TwPlain plain);
TwPlain tw_sqlite_plain (const TwSqlite *db);

/* Finishes all waiting mutations, then closes. Every reader must have been returned. */
void tw_sqlite_close (TwSqlite *db);

/* A connection with its prepared statements. */
typedef struct _TwSqliteConnection TwSqliteConnection;

/* The statement for @sql, prepared once a connection, reset and unbound: give it back with
 * tw_sqlite_statement_done(). @sql must be a string literal. NULL with @error where it can't be prepared. With a
 * @connection that is NULL it is NULL, and @error stays as it is: it says why none could be borrowed. */
sqlite3_stmt *tw_sqlite_statement (TwSqliteConnection *connection, const char *sql, GError **error);
void tw_sqlite_statement_done (sqlite3_stmt *statement);
sqlite3 *tw_sqlite_handle (TwSqliteConnection *connection);

/* The same, given back at the end of the scope: g_autoptr (TwSqliteStatement). */
typedef sqlite3_stmt TwSqliteStatement;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwSqliteStatement, tw_sqlite_statement_done)

/* Binds @text, or NULL, as it lies: it must stay until the statement is given back. */
void tw_sqlite_bind_text (sqlite3_stmt *statement, int index, const char *text);

/* Steps once: SQLITE_ROW, SQLITE_DONE, or -1 with @error: CONFLICT for a uniqueness constraint, UNAVAILABLE for
 * busy, a full disk or I/O, INTERNAL otherwise. */
int tw_sqlite_step (TwSqliteConnection *connection, sqlite3_stmt *statement, GError **error);

/* Runs @sql, a string literal, which gives no rows and in which nothing is bound. Errors as tw_sqlite_step(). */
gboolean tw_sqlite_run (TwSqliteConnection *connection, const char *sql, GError **error);

/* Who is given rows. */
typedef struct
{
  /* Called in turn with each row's columns, which are valid during the call; FALSE: no more. */
  gboolean (*take) (sqlite3_value **columns, guint n_columns, gpointer user_data);
  gpointer user_data;
} TwSqliteRows;

/* A query for rows. Its places are numbered from ?2 on. */
typedef struct
{
  const char *take;    /* an expression that hands a row over once, by take_row (?1, column, ...) */
  const char *columns; /* the same plainly: what stands behind SELECT */
  const char *from;    /* what stands behind FROM: with a WHERE, at the end */
  const char *order;   /* what stands behind ORDER BY */
  guint limit;         /* so many rows are looked for; 0: until no more are wanted */
  gboolean by_step;    /* a step for each row, as where there is a limit: conditions are looked at late */
} TwSqliteRowsQuery;

/* The SQL for tw_sqlite_take_rows() and this @db alone: free with g_free(), not before @db is closed where statements
 * were made of it. NULL with @error where SQLite can't prepare it.
 *
 * It hands columns over from inside of the step: asking for each with sqlite3_column_*() takes half as long again as
 * reading it does. SQL on every connection has a function for that, take_row (rows, column, ...), which is NULL, or 1
 * where there are to be no more rows. It is the WHERE's last condition, so that one step takes all, or else the result.
 * SQL promises neither that other conditions are looked at before it, nor that rows come in the answer's order by then:
 * SQLite is asked what it will do, and where that is not so, or the plain way is asked for, the query is a plain SELECT.
 * The former is a warning in the log. */
char *tw_sqlite_rows_query (TwSqlite *db, const TwSqliteRowsQuery *query, GError **error);

/* Gives the rows of such a query, or of any SELECT that has no ?1, in its order to @rows until no more are wanted; the
 * places must be bound. Called again it goes on behind that, with @rows where it was. FALSE with @error, as
 * tw_sqlite_step(). */
gboolean tw_sqlite_take_rows (TwSqliteConnection *connection, sqlite3_stmt *statement, const TwSqliteRows *rows,
                              GError **error);

/* Borrows a reader for this thread; waits while all are lent, until @deadline_ms (tw-call-context.h) at most: NULL with
 * UNAVAILABLE then. Give it back with tw_sqlite_reader_return(), which does nothing with NULL. Thread-safe. */
TwSqliteConnection *tw_sqlite_reader_borrow (TwSqlite *db, gint64 deadline_ms, GError **error);
void tw_sqlite_reader_return (TwSqlite *db, TwSqliteConnection *connection);

/* For a thread that must not wait. From the one call to the other it has one reader, which it gets whenever it borrows
 * one, and all that it reads is of one moment, which is not before the first call: SQLite locks the database once for
 * all of it, which costs as much as a small query does. A read that would have to wait for the disk, or for whoever
 * holds a lock, fails with UNAVAILABLE, and what is read after that may be of a later moment. Pairs do not nest.
 * @foremost: the thread that reads most, of which there is one, has a reader of its own with more pages at hand.
 *
 * FALSE, and nothing has begun, where all readers are lent, or this kernel or file system can't do that. */
gboolean tw_sqlite_reads_begin (TwSqlite *db, gboolean foremost);
void tw_sqlite_reads_end (TwSqlite *db);

/* Changes the database: runs on the writer thread, inside a savepoint. FALSE with @error undoes what it did. */
typedef gboolean (*TwSqliteMutation) (TwSqliteConnection *connection, gpointer mutation, GError **error);

/* Called on the writer thread once the change is durable (@error NULL), or undone; on another one where it was never
 * begun. It must not block for long: it holds up all writers. */
typedef void (*TwSqliteDone) (gpointer mutation, const GError *error);

/* Queues a mutation; never blocks. More than 4,096 waiting: @done is called at once, on this thread, with
 * UNAVAILABLE. At @deadline_ms it is not begun any more, but told UNAVAILABLE then: it never happens. One that was
 * begun before comes to its end. Thread-safe. */
void tw_sqlite_mutate (TwSqlite *db, gint64 deadline_ms, TwSqliteMutation mutation, TwSqliteDone done,
                       gpointer user_data);

/* The same for a mutation that undoes itself where it fails, and needs no savepoint, which would keep a copy of each page
 * that is changed: it changes something with one statement at most, since a statement that fails undoes itself
 * (https://sqlite.org/lang_conflict.html: ABORT), or has savepoints of its own, or gives the transaction up. */
void tw_sqlite_mutate_once (TwSqlite *db, gint64 deadline_ms, TwSqliteMutation mutation, TwSqliteDone done,
                            gpointer user_data);

/* For a mutation that can be neither finished nor undone by itself, and fails so: undoes the whole transaction. All
 * mutations in it that had ended well are told UNAVAILABLE. */
void tw_sqlite_give_up (TwSqliteConnection *connection);

/* Has @undone called, on the writer thread and before anything else runs there, where a transaction has been undone in which
 * mutations had ended well: what these have left in memory is not so. To be said before the first mutation. */
void tw_sqlite_set_undone (TwSqlite *db, void (*undone) (gpointer user_data), gpointer user_data);

/* The same as tw_sqlite_mutate(), waiting for the end. Not for the writer thread itself. */
gboolean tw_sqlite_mutate_wait (TwSqlite *db, gint64 deadline_ms, TwSqliteMutation mutation, gpointer user_data,
                                GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwSqlite, tw_sqlite_close)

G_END_DECLS
