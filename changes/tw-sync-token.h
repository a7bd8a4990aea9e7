/* SPDX-License-Identifier: Apache-2.0 */

/* How far somebody has read, as the text that they hand back: STORE.SEALED, base64url both. STORE is the id of the store
 * (tw_commits_look()), so that a token of another one is known for what it is; the rest is sealed with the store's key and for
 * its user (libsodium, XChaCha20-Poly1305), so that it says nothing to anybody and can't be made or changed.
 *
 * What is in it: groups of what lies with one owner and was read up to the same entry of that owner's log. The first group
 * may be half read; all others are read up to where they say. */

#pragma once

#include "tw-commit.h"

G_BEGIN_DECLS

/* The IDL's limit, which it keeps as long as nobody is in more than TW_SYNC_LISTS lists of others. */
#define TW_SYNC_TOKEN_MAX 8192
#define TW_SYNC_LISTS 120

#define TW_SYNC_MARK_BYTES 8

/* An entry of a log. Number 0: the log's beginning. */
typedef struct
{
  gint64 number;
  guint8 mark[TW_SYNC_MARK_BYTES]; /* the first bytes of its mark */
} TwSyncMark;

TwSyncMark tw_sync_mark (gint64 number, const guint8 mark[TW_COMMIT_MARK_BYTES]);
gboolean tw_sync_mark_is (const TwSyncMark *one, const TwSyncMark *other);

typedef enum
{
  TW_SYNC_READ, /* all up to the mark */
  TW_SYNC_WALK, /* it is told whole: so far as the walk has come */
  TW_SYNC_BACK, /* it is read from a newer entry back to the mark: so far as that has come */
} TwSyncState;

/* How far a walk has come: first lists, each with its members, in the order of their ids, then tasks, newest first. */
typedef struct
{
  enum
  {
    TW_SYNC_LISTS_FIRST,
    TW_SYNC_TASKS_NEXT,
  } phase;
  char list_id[TW_ID_SIZE];   /* behind this one, or "", */
  char member_id[TW_ID_SIZE]; /* and behind this one of it: the record's id, or "" */
  gint64 created_ms;          /* behind this task, */
  char task_id[TW_ID_SIZE];   /* or, "", from the start */
} TwSyncWalk;

typedef struct
{
  gboolean is_own;  /* all that lies with the user. Otherwise: */
  GPtrArray *lists; /* ids of lists of one other owner, in text */
  TwSyncMark at;
  TwSyncMark seen;  /* what was told is as of here at most, where that is above @at; number 0: nothing */
  gint64 seen_row;  /* that entry's place */
  gboolean seen_is_met; /* not in the token: the log has that entry */
  TwSyncState state;
  TwSyncWalk walk;
  TwSyncMark to;    /* BACK: where it is then read up to */
  TwCommitPlace place;
  char pending[TW_ID_SIZE]; /* a list of which the user's own member is still to be told; "": none */
} TwSyncGroup;

TwSyncGroup *tw_sync_group_new (void);
void tw_sync_group_free (TwSyncGroup *group);

gboolean tw_sync_group_has (const TwSyncGroup *group, const char *list_id);
void tw_sync_group_drop (TwSyncGroup *group, const char *list_id);

/* Free with g_free(). Thread-safe. */
char *tw_sync_token_seal (const TwCommitStore *store, const char *user_id, const GPtrArray *groups);

/* TwSyncGroups, to be freed with g_ptr_array_unref(). NULL with GONE where the token is another store's, or of
 * another version's making; INVALID where it is none, or another user's. Thread-safe. */
GPtrArray *tw_sync_token_open (const TwCommitStore *store, const char *user_id, const char *token, GError **error);

/* Sets GONE, of its own type (tw_error_type()): who has the token has to begin anew. Returns FALSE. */
#define TW_SYNC_TOKEN_GONE_TYPE "/docs#sync-token-gone"
gboolean tw_sync_token_gone (GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwSyncGroup, tw_sync_group_free)

G_END_DECLS
