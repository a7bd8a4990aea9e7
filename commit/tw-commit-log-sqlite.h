/* SPDX-License-Identifier: Apache-2.0 */

/* Inside commit/: the log as rows of SQLite's (tw-commit-tables.h). Errors as tw_sqlite_step(). */

#pragma once

#include "tw-commit.h"
#include "tw-sqlite.h"

G_BEGIN_DECLS

/* The types whose records the log speaks of. */
typedef struct
{
  const TwRecordType *const *types;
  guint n;
} TwCommitKinds;

/* What all parts of an entry have in common. */
typedef struct
{
  const TwCommitSpec *spec;
  gint64 key_hash; /* of its key, where there is one */
  gint64 number;
  const guint8 *mark;
  GBytes *note; /* NULL: none */
} TwCommitEntryHead;

/* A part, as it is written. */
typedef struct
{
  const TwRecordType *type;
  const guint8 *id; /* TW_ID_BYTES */
  gint64 version;
  gboolean is_gone;
  guint64 changed;
  GBytes *former;   /* tw-commit-former.h; NULL: none */
  gint64 seq;       /* its row's */
  gint64 previous;  /* that of the partition's row before; 0: none */
  gboolean is_first;
} TwCommitPart;

/* What the commit's key is found by. */
gint64 tw_commit_log_sqlite_hash_key (const TwCommitSpec *spec);

/* For mutations. */
gboolean tw_commit_log_sqlite_append (TwSqliteConnection *connection, const TwCommitEntryHead *head,
                                      const TwCommitPart *part, GError **error);

/* Whether somebody's key, with its @key_hash, has been used already: then *@committed says for what, in *@parts, and in
 * *@note what lies beside it, or NULL. REUSED where by another request. */
gboolean tw_commit_log_sqlite_look_for_key (TwSqliteConnection *connection, const TwCommitKinds *kinds,
                                            const TwCommitSpec *spec, gint64 key_hash, TwCommitted *committed,
                                            GArray **parts, GBytes **note, GError **error);

/* Shows the part that a row has, which holds what columns have from TW_COMMIT_LOG_SHOWN on. */
#define TW_COMMIT_LOG_SHOWN "number, mark, time_ms, by_id, kind, id, version, gone, changed, former"
#define TW_COMMIT_LOG_N_SHOWN 10

gboolean tw_commit_log_sqlite_read_entry (const TwCommitKinds *kinds, sqlite3_stmt *statement, const char *partition,
                                          TwCommitEntry *entry, GError **error);

/* What the table of heads says of a partition, which may be behind; nothing is set where it says nothing. */
gboolean tw_commit_log_sqlite_read_head (TwSqliteConnection *connection, const char *partition, TwCommitLog *log,
                                         gint64 *seq, GError **error);

/* What is known of a partition's log, and the seq of its last row in *@seq; 0: there is none. */
gboolean tw_commit_log_sqlite_find_head (TwSqliteConnection *connection, const char *partition, TwCommitLog *log,
                                         gint64 *seq, GError **error);

/* See tw_commits_log(). @connection is a reader. */
gboolean tw_commit_log_sqlite_read (TwSqliteConnection *connection, const TwCommitKinds *kinds, const char *partition,
                                    gint64 after, TwCommitLog *log, TwCommitEntryFunc entry, gpointer user_data,
                                    GError **error);

G_END_DECLS
