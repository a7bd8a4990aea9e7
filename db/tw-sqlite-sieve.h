/* SPDX-License-Identifier: Apache-2.0 */

/* Which texts a column may have, kept in memory: a statement that would find nothing, which is what most look-ups of
 * somebody's memberships find, need not be run.
 *
 * What is said is that a text is not there, never that it is: a text sets a bit, from before its row can be read until
 * the process ends, and others may share it. It is noted by a trigger on the connection that writes, whatever statement
 * of ours puts it there; one process writes (tw-data-folder.h). Where another one has written all the same, that is
 * noticed sooner or later, is a warning in the log, and nothing is ruled out any more (docs/plain.md). */

#pragma once

#include "tw-sqlite.h"

G_BEGIN_DECLS

typedef struct _TwSqliteSieve TwSqliteSieve;

/* For @column of @table, where each row that has one is looked at now. NULL with @error. Free it behind @db. */
TwSqliteSieve *tw_sqlite_sieve_new (TwSqlite *db, const char *table, const char *column, GError **error);
void tw_sqlite_sieve_free (TwSqliteSieve *sieve);

/* Whether no row has the text, of whichever moment one reads that was not over when this was called. One in some dozens
 * is not ruled out though it could be, for what follows. Thread-safe. */
gboolean tw_sqlite_sieve_rules_out (TwSqliteSieve *sieve, const char *text);

/* To be told of a row that was found by such a text. Thread-safe. */
void tw_sqlite_sieve_was_found (TwSqliteSieve *sieve, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwSqliteSieve, tw_sqlite_sieve_free)

G_END_DECLS
