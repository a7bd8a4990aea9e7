/* SPDX-License-Identifier: Apache-2.0 */

/* What the cases of the commits' contract share: a store in a place of its own, commits by short scripts, and logs that
 * are easy to read.
 *
 * A script is what a step does, one after the other, with the tasks whose ids id_of() makes:
 *
 *     +1   puts a new task, "new"
 *     =1   finds it, and puts it with the name "changed"; NOT_FOUND where there is none
 *     -1   finds it, and removes it; NOT_FOUND where there is none
 *     ?1   NOT_FOUND where it does not find it
 *     ~1   PRECONDITION where it does
 *     @1   "+1" without that, "=1" with it
 *     >1   finds it, and gives it, "given", to BOB, or, in another partition than ANN's, to ANN; NOT_FOUND where there is none
 *     !    PRECONDITION
 *     #it  notes "it"
 */

#pragma once

#include "commit-contract.h"
#include "commit-waits.h"
#include "tw-records.h"

G_BEGIN_DECLS

#define ANN "ann"
#define BOB "bob"

/* When most of it happens. */
#define NOW_MS G_GINT64_CONSTANT (1795251600000)

typedef struct
{
  const TwCommitFactory *factory;
  gpointer place;
  gpointer store;
  TwCommits *commits; /* the store's */
} Fixture;

typedef struct
{
  const char *name; /* behind the store's */
  void (*run) (Fixture *f, gconstpointer factory);
} ContractCase;

void contract_add (const TwCommitFactory *factory, const ContractCase *cases, gsize n);

/* The cases of the other files. */
void contract_add_back (const TwCommitFactory *factory);
void contract_add_gives (const TwCommitFactory *factory);
void contract_add_keys (const TwCommitFactory *factory);
void contract_add_logs (const TwCommitFactory *factory);
void contract_add_races (const TwCommitFactory *factory);

/* Opens the store in the fixture's place again, closed before. */
void reopen_store (Fixture *f);

/* An id that is easy to read: 24 digits, of which the last are @n. */
const char *id_of (guint n, char id[TW_ID_SIZE]);

/* The bits of all that a task has which a script puts. */
extern const guint64 whole_task;

/* A TwCommitFunc that runs the script @data. */
gboolean run_script (TwCommit *commit, gpointer script, GError **error);

/* Runs @script in @partition at NOW_MS, and waits for it: the entry's number, or 0; with @error also 0. */
gint64 commit (TwCommits *commits, const char *partition, const char *script, GError **error);

/* The same, which has to work. */
gint64 commit_well (TwCommits *commits, const char *partition, const char *script);

/* Runs @script as @spec says. FALSE with @error. */
gboolean commit_spec (TwCommits *commits, const TwCommitSpec *spec, const char *script, TwCommitted *committed,
                      GError **error);

/* That the log behind @after is as @expected: "1:+1v1 2:=1v2 3:-1v3", a part of an entry each. */
void assert_log (TwCommits *commits, const char *partition, gint64 after, const char *expected);

/* The log behind @after, its entries given to @entry; NULL: none is looked at. */
TwCommitLog read_log (TwCommits *commits, const char *partition, gint64 after, TwCommitEntryFunc entry,
                      gpointer user_data);

/* The task as a step finds it, a copy; NULL where there is none. */
TwTaskRecord *find_task (TwCommits *commits, const char *partition, const char *id);

void assert_task (TwCommits *commits, const char *partition, guint n, const char *name, gint64 version);
void assert_no_task (TwCommits *commits, const char *partition, guint n);

/* Has what is too old at @now_ms dropped, until at least the entry @number has been. */
void tend_until_dropped (TwCommits *commits, gint64 now_ms, const char *partition, gint64 number);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskRecord, g_free)

G_END_DECLS
