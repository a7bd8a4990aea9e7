/* SPDX-License-Identifier: Apache-2.0 */

/* The one write. Every change of a record goes through a commit, which is atomic and durable, raises versions, and
 * leaves an entry in the log of its partition, with the next number: from 1, without a gap, in order, for every reader,
 * whoever writes at the same time. A partition is what one user owns: the records that have this user as their owner
 * (tw.kept = "owner").
 *
 * What a commit changes is decided by a function, in a step of the store's: what it finds there is as it will be when
 * the changes are made, so it may ask for expected versions, look at other records, and be refused. Where somebody else
 * was faster it runs again, from its beginning.
 *
 * An Idempotency-Key lies in the entry, so that it is remembered exactly when the change was made, and as long as the
 * log is kept: tw_commits_set_kept(). It is found whichever partition it was used in; but two commits of two partitions at
 * the same moment may both have it where there are no transactions (MongoDB).
 *
 * All functions may be called on any thread, but those of a step only by its function.
 *
 * Errors: what the function said; CONFLICT for a new record whose id is taken; REUSED for a key that another request
 * came with; UNAVAILABLE, INTERNAL. None names a backend. Nothing is begun at or after its @deadline_ms
 * (tw-call-context.h), but fails with UNAVAILABLE, and is never done. Only what had been begun before may be done
 * although it failed so. */

#pragma once

#include "tw-call-context.h"
#include "tw-id.h"
#include "tw-record.h"

#include <glib.h>

G_BEGIN_DECLS

/* How long entries are kept, and with them the keys, where nothing else is said: 30 days. */
#define TW_COMMIT_DAY_MS (G_GINT64_CONSTANT (24) * 3600 * 1000)
#define TW_COMMIT_KEPT_MS (30 * TW_COMMIT_DAY_MS)

#define TW_COMMIT_MARK_BYTES 16
#define TW_COMMIT_FINGERPRINT_BYTES 16
#define TW_COMMIT_NOTE_BYTES 256
#define TW_COMMIT_STORE_ID_BYTES 16
#define TW_COMMIT_STORE_KEY_BYTES 32

/* A step, while it is decided. */
typedef struct _TwCommit TwCommit;

/* Decides what is changed. FALSE with @error: nothing is, and the commit fails so. It may run more than once, each time
 * from the beginning, and on another thread; what it leaves in @data counts of the last time alone. */
typedef gboolean (*TwCommitFunc) (TwCommit *commit, gpointer data, GError **error);

/* The partition's record @id, as it is now, or as the step has put it; valid until the function returns. NULL where
 * there is none, which is no error, as another's and a malformed @id is none; NULL with @error where that can't be
 * said. */
gconstpointer tw_commit_find (TwCommit *commit, const TwRecordType *type, const char *id, GError **error);

/* Says that the step is going to look for the records @ids, some of which may be none: then they are looked for all
 * together, where each would be waited for by itself. FALSE where nothing is ever waited for, so that there is no need to
 * say more of that: which no ids ask for alone. What can't be said of them tw_commit_find() says. */
gboolean tw_commit_expect (TwCommit *commit, const TwRecordType *type, const char *const *ids, guint n);

/* The same of one that may be there, in *@found: FALSE with @error where that can't be said. */
gboolean tw_commit_look (TwCommit *commit, const TwRecordType *type, const char *id, gconstpointer *found,
                         GError **error);

/* The same of one that has to be there: NULL with @error, which @missing sets where there is none. */
gconstpointer tw_commit_need (TwCommit *commit, const TwRecordType *type, const char *id,
                              gboolean (*missing) (GError **error), GError **error);

/* Has @record be so from now on. What the step has found before is changed, and its key and creation have to be as they
 * were; another one is new, and its id has to be one that nobody else can have made. Sets its owner, its key's version
 * 1, or one more than it had. The texts are copied. Returns the record as it will be, valid until the commit's end has
 * been told. A step puts, removes or gives each record once. */
gconstpointer tw_commit_put (TwCommit *commit, const TwRecordType *type, gconstpointer record);

/* Removes a record that the step has found. */
void tw_commit_remove (TwCommit *commit, const TwRecordType *type, const char *id);

/* Keeps @n bytes, TW_COMMIT_NOTE_BYTES at most, beside the commit's key, for whoever comes with it again: what can't be
 * told by the parts. Once a step; without a key, or where nothing is changed, nothing is kept. */
void tw_commit_note (TwCommit *commit, gconstpointer bytes, gsize n);

/* Has @record, which the step has found, as it is to be, be @partition's from now on, another one than the step's: it
 * is in one of both at any moment. This partition's log says that it is gone; the other's says nothing before somebody
 * changes it there. Whoever has that happen puts a record in this step as well, which says so to who comes next, if they
 * die. Versions go on, one more here too. Returns the record as it will be, as tw_commit_put() does. */
gconstpointer tw_commit_give (TwCommit *commit, const TwRecordType *type, gconstpointer record, const char *partition);

/* A record that a commit has changed. */
typedef struct
{
  const TwRecordType *type;
  char id[TW_ID_SIZE];
} TwCommittedPart;

/* What has become of a commit. */
typedef struct
{
  gint64 number; /* of its entry; 0 where it changed nothing */

  /* Its key had been used by the same request: the function has not run, and nothing has been changed now. What was
   * changed then: */
  gboolean is_repeat;
  TwCommittedPart first;
  const TwCommittedPart *parts; /* all, in their order, @first among them; valid until the commit's end has been told */
  guint n_parts;
  const guint8 *note; /* what was kept beside the key, valid as long; NULL: nothing was */
  gsize note_length;
} TwCommitted;

/* The end of a commit: durable, and seen by what is read from now on; or with an @error, and @committed is NULL. Called
 * once, on any thread; not to block for long. Where the error is UNAVAILABLE, the function may be running still: then
 * only what of @data has been there before the commit was asked for may be looked at. */
typedef void (*TwCommitDone) (const TwCommitted *committed, const GError *error, gpointer data);

typedef struct
{
  const char *partition; /* 1 to 128 bytes */
  const char *by;        /* whose doing it is; NULL: the partition's user's */
  gint64 now_ms;         /* wall clock */

  /* Idempotency-Key, one of @by's; NULL: none. */
  const char *key;
  guint8 fingerprint[TW_COMMIT_FINGERPRINT_BYTES]; /* of the request that came with it */

  TwCommitFunc decide;
  TwCommitDone done;
  gpointer data;
  GDestroyNotify free_data; /* when nobody uses @data any more; NULL: the caller keeps it */
} TwCommitSpec;

/* Sets a commit's key, or none (NULL), and the fingerprint of @length bytes that came with it: of any length, or none. */
void tw_commit_spec_set_key (TwCommitSpec *spec, const char *key, const guint8 *fingerprint, gsize length);

/* Sets NOT_FOUND: what was made with a key, or changed, is no more. Returns FALSE. */
gboolean tw_commit_was_removed (GError **error);

/* A part of an entry: what it did to one record. Parts of one entry have its number and its mark. */
typedef struct
{
  gint64 number;
  guint8 mark[TW_COMMIT_MARK_BYTES]; /* random: tells this log from another one that goes on otherwise */
  gint64 time_ms;
  const char *by;
  const TwRecordType *type;
  char id[TW_ID_SIZE];
  gint64 row;        /* where in the entry, as in a TwCommitPlace; set by tw_commits_log_back() alone */
  gint64 version;    /* as the entry leaves it, also where it is gone */
  gboolean is_gone;  /* removed, or given to another partition */
  guint64 changed;   /* bits of the fields that are other than before; of a new one, those that it has */

  /* Where one of the fields with tw.former became another, or the record is gone: what each was, in the order of
   * type->former; NULL: it was not there. */
  gboolean has_former;
  const char *former[TW_RECORD_FORMER_MAX];
} TwCommitEntry;

/* FALSE: no more are wanted. */
typedef gboolean (*TwCommitEntryFunc) (const TwCommitEntry *entry, gpointer user_data);

/* What is known of a partition's log. */
typedef struct
{
  gint64 newest;  /* number; 0: nothing has been changed */

  /* Set by tw_commits_look() alone. */
  guint8 newest_mark[TW_COMMIT_MARK_BYTES]; /* zeroes where nothing has been changed */
  gint64 newest_row;                        /* that entry's place */

  gint64 dropped; /* number of the newest one that is no longer kept; 0: none */
  guint8 dropped_mark[TW_COMMIT_MARK_BYTES];
} TwCommitLog;

/* What is kept beside the logs, made once for each store, and taken along by nothing that copies records: an id that says
 * which store it is, and a key that is known to nobody else. */
typedef struct
{
  guint8 id[TW_COMMIT_STORE_ID_BYTES];
  guint8 key[TW_COMMIT_STORE_KEY_BYTES];
} TwCommitStore;

/* A part of an entry of a log: the entry's number, and where in it, which says nothing to others than the store. Number 0:
 * none. */
typedef struct
{
  gint64 number, row;
} TwCommitPlace;

/* Where a way back through a log has ended. */
typedef enum
{
  TW_COMMIT_BACK_MORE, /* no more were wanted */
  TW_COMMIT_BACK_DONE, /* at its end */
  TW_COMMIT_BACK_LOST, /* at what is not there: this log never had it, or it has been dropped */
} TwCommitBackEnd;

/* A way back through the log of @partition: newest first. */
typedef struct
{
  const char *partition;
  gint64 until;        /* entries above this number; -1: as many as there are */
  TwCommitPlace place; /* the first part to be shown; none: the newest. Becomes the next one where there are more */

  /* What becomes known of it. */
  TwCommitLog log;
  TwCommitBackEnd end;
  guint8 until_mark[TW_COMMIT_MARK_BYTES]; /* that entry's, where it is DONE; zeroes of none */
} TwCommitBack;

/* Who hears of commits, as long as there are any. Both are called on any thread, and not to block. */
typedef struct
{
  /* A step is about to put or remove @record, which is of @type and was found so. It may be refused still, or run again. */
  const TwRecordType *type;
  void (*touching) (gconstpointer record, gpointer user_data);

  /* A commit in @partition has ended, and may have changed something. */
  void (*ended) (const char *partition, gpointer user_data);

  gpointer user_data;
} TwCommitWatch;

typedef struct _TwCommits TwCommits;

typedef struct
{
  void (*run) (TwCommits *commits, gint64 deadline_ms, const TwCommitSpec *spec);
  gboolean (*log) (TwCommits *commits, gint64 deadline_ms, const char *partition, gint64 after, TwCommitLog *log,
                   TwCommitEntryFunc entry, gpointer user_data, GError **error);
  gboolean (*log_back) (TwCommits *commits, gint64 deadline_ms, TwCommitBack *back, TwCommitEntryFunc entry,
                        gpointer user_data, GError **error);
  gboolean (*look) (TwCommits *commits, gint64 deadline_ms, const char *const *partitions, guint n, TwCommitLog *logs,
                    TwCommitStore *store, GError **error);
  void (*tend) (TwCommits *commits, gint64 now_ms);

  gconstpointer (*find) (TwCommit *commit, const TwRecordType *type, const char *id, GError **error);
  void (*expect) (TwCommit *commit, const TwRecordType *type, const char *const *ids, guint n); /* NULL: nothing waits */
  gconstpointer (*put) (TwCommit *commit, const TwRecordType *type, gconstpointer record);
  void (*remove) (TwCommit *commit, const TwRecordType *type, const char *id);
  void (*note) (TwCommit *commit, gconstpointer bytes, gsize n);
  gconstpointer (*give) (TwCommit *commit, const TwRecordType *type, gconstpointer record, const char *partition);
} TwCommitsClass;

/* An implementation's structs start with these. */
struct _TwCommits
{
  const TwCommitsClass *klass;
  gint64 kept_ms; /* TW_COMMIT_KEPT_MS, or what somebody has set */
  TwCommitWatch watch; /* set by tw_commits_watch(); all zero: nobody hears */
};

struct _TwCommit
{
  TwCommits *commits;
};

/* How long entries are to be kept; before the first other call. */
void tw_commits_set_kept (TwCommits *commits, gint64 kept_ms);

/* Has @watch hear of all commits. Once, before the first. */
void tw_commits_watch (TwCommits *commits, const TwCommitWatch *watch);

/* For implementations. */
void tw_commits_tell_ended (const TwCommits *commits, const char *partition);

/* Never blocks: copies of @spec what it points to, but for @data. */
void tw_commit_run (TwCommits *commits, gint64 deadline_ms, const TwCommitSpec *spec);

/* Shows the partition's entries behind number @after, in order, and says in *@log what there is. Their records can be
 * read as they leave them, or newer. Blocks. */
gboolean tw_commits_log (TwCommits *commits, gint64 deadline_ms, const char *partition, gint64 after, TwCommitLog *log,
                         TwCommitEntryFunc entry, gpointer user_data, GError **error);

/* The same backwards, along @back, with the parts of each entry in reverse too. Blocks. */
gboolean tw_commits_log_back (TwCommits *commits, gint64 deadline_ms, TwCommitBack *back, TwCommitEntryFunc entry,
                              gpointer user_data, GError **error);

/* What there is of the logs of @n partitions, none of them named twice, and of the store. Records may be behind what the
 * logs say. Costs little, whatever @n is. Blocks. */
gboolean tw_commits_look (TwCommits *commits, gint64 deadline_ms, const char *const *partitions, guint n,
                          TwCommitLog *logs, TwCommitStore *store, GError **error);

/* Does what is due: to be called every second or so. Never blocks. Finishes what somebody who died left half done, and
 * drops entries that are too old. */
void tw_commits_tend (TwCommits *commits, gint64 now_ms);

G_END_DECLS
