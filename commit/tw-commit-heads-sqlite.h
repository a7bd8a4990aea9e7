/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: how far the log of each partition is, on SQLite. The one thread that writes remembers it, and the table
 * is written behind, many at a time, since a row of it for each commit would cost as much as the entry does.
 *
 * What holds: **what is remembered is what the transaction sees.** So it is set as the last thing of a mutation, which
 * then ends well, and all is forgotten where a transaction is undone (tw_sqlite_set_undone()), or a mutation fails that
 * has set something: then it is read from the file again, which is right at any time, since the rows of the log that the
 * table knows nothing of are known by their seq. Numbers are without a gap for that reason, whatever fails.
 *
 * All but new, free and forget are for mutations: they run on the writer's connection. */

#pragma once

#include "tw-sqlite.h"

G_BEGIN_DECLS

typedef struct _TwCommitHeadsSqlite TwCommitHeadsSqlite;

/* A partition's newest entry. */
typedef struct
{
  gint64 number; /* 0: none */
  gint64 seq;    /* of its last row */
} TwCommitHead;

TwCommitHeadsSqlite *tw_commit_heads_sqlite_new (void);
void tw_commit_heads_sqlite_free (TwCommitHeadsSqlite *heads);

/* The head of @partition, and the seq of the last row of all. */
gboolean tw_commit_heads_sqlite_get (TwCommitHeadsSqlite *heads, TwSqliteConnection *connection, const char *partition,
                                     TwCommitHead *head, gint64 *last_seq, GError **error);

/* The rows up to @head's have been written: what it is from now on, in a mutation that does not fail any more. */
void tw_commit_heads_sqlite_set (TwCommitHeadsSqlite *heads, const char *partition, const TwCommitHead *head);

/* Nothing that was set is known to be so. */
void tw_commit_heads_sqlite_forget (TwCommitHeadsSqlite *heads);

/* Whether many rows are ahead of the table by now. */
gboolean tw_commit_heads_sqlite_are_due (const TwCommitHeadsSqlite *heads);

/* Brings the table up to the log. */
gboolean tw_commit_heads_sqlite_write (TwCommitHeadsSqlite *heads, TwSqliteConnection *connection, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwCommitHeadsSqlite, tw_commit_heads_sqlite_free)

G_END_DECLS
