/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: a step on SQLite, in a mutation. What it finds is read from the tables; what it puts and removes is
 * gathered, and written when it has been decided: what is refused has written nothing. */

#pragma once

#include "tw-commit-heads-sqlite.h"
#include "tw-commit-log-sqlite.h"
#include "tw-commit-marks.h"
#include "tw-record-rows.h"

G_BEGIN_DECLS

/* What all steps of a store need; of the writer's thread. */
typedef struct
{
  TwCommitKinds kinds;
  TwRecordRows **rows; /* one for each kind */
  TwCommitHeadsSqlite *heads;
  TwCommitMarks marks;
} TwCommitTables;

typedef struct _TwCommitTouched TwCommitTouched;

typedef struct
{
  TwCommit parent;
  TwCommitTables *tables;
  TwSqliteConnection *connection;
  const TwCommitSpec *spec;
  gint64 key_hash; /* where it has a key */
  TwCommitTouched *touched;              /* what it has looked at */
  TwCommitTouched *changed, **changed_end; /* what it changes, in turn */
  GBytes *note;                          /* NULL: none */
  GError *error;                         /* what is wrong with what it has put or removed */
} TwCommitStepSqlite;

void tw_commit_step_sqlite_init (TwCommitStepSqlite *step, TwCommits *commits, TwCommitTables *tables,
                                 TwSqliteConnection *connection, const TwCommitSpec *spec, gint64 key_hash);

/* Frees also what has been found and put. */
void tw_commit_step_sqlite_clear (TwCommitStepSqlite *step);

/* For TwCommitsClass. */
gconstpointer tw_commit_step_sqlite_find (TwCommit *step, const TwRecordType *type, const char *id, GError **error);
gconstpointer tw_commit_step_sqlite_put (TwCommit *step, const TwRecordType *type, gconstpointer record);
void tw_commit_step_sqlite_remove (TwCommit *step, const TwRecordType *type, const char *id);
void tw_commit_step_sqlite_note (TwCommit *step, gconstpointer bytes, gsize n);
gconstpointer tw_commit_step_sqlite_give (TwCommit *step, const TwRecordType *type, gconstpointer record,
                                          const char *partition);

/* Writes what it changes, and the entry, of which *@number is the number; 0 where nothing is changed. */
gboolean tw_commit_step_sqlite_write (TwCommitStepSqlite *step, gint64 *number, GError **error);

G_END_DECLS
