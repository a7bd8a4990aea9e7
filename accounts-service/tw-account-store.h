/* SPDX-License-Identifier: Apache-2.0 */

/* What the Accounts service needs of a store. tests/contract/ holds every implementation to this page.
 *
 * - Data has been validated before it gets here and addresses are in lower case; a store adds no limits of its own.
 * - Reads may block and may be called on any thread; mutations never block and complete by callback, on any thread,
 *   once they are durable. A mutation is one step: all of it happens or nothing, and no other comes between its parts.
 *   A read that starts after a mutation's callback sees it. What a mutation is given is copied.
 * - Time is handed in (now_ms, since 1970). What has expired (its time is not after now_ms) behaves as if it were not
 *   there; the store drops it by itself, a bounded number with each mutation that adds something, so that neither
 *   grows without end: revocations when they expire, sessions TW_ACCESS_TOKEN_MAX_S later, because access tokens that
 *   were bought last must still be revocable.
 * - Until @deadline_ms (tw-call-context.h) somebody waits: at that time nothing is begun any more, but fails with
 *   UNAVAILABLE; once it was told so before it had begun, it never happens.
 * - Errors: NOT_FOUND, CONFLICT, UNAVAILABLE, INTERNAL. None names a backend.
 */

#pragma once

#include "tw-account-key.h"
#include "tw-call-context.h"
#include "tw-id.h"
#include "tw-signup-key.h"
#include "tw-stored-records.h"

#include <glib.h>

G_BEGIN_DECLS

/* The longest life that a gateway may give an access token, in seconds: so long an ended session is remembered. */
#define TW_ACCESS_TOKEN_MAX_S 86400

/* A session that is open. */
typedef struct
{
  char id[TW_ID_SIZE];
  char user_id[TW_ID_SIZE];
  gint64 created_ms;
  gint64 ends_ms; /* at the latest, however often it is refreshed */
} TwSessionRecord;

#define TW_REFRESH_HASH_SIZE 32

/* What is kept of a refresh token: never the token. */
typedef struct
{
  guint8 hash[TW_REFRESH_HASH_SIZE]; /* see tw-refresh-token.h */
  gint64 expires_ms;                 /* of its session then; cut down to the session's end */
} TwRefreshRecord;

/* What is asked with. */
typedef struct
{
  guint8 hash[TW_REFRESH_HASH_SIZE];
  char session_id[TW_ID_SIZE]; /* as the token says; "" where it is of the first version, which says nothing */
} TwPresentedToken;

typedef enum
{
  TW_ROTATED,        /* the next token is good, whether by this or as it was before; the presented one still is */
  TW_ROTATE_REFUSED, /* unknown, or of a session that has ended: nothing was changed */
  TW_ROTATE_REUSED,  /* it is older than that: its session has been ended by this */
} TwRotation;

#define TW_ATTEMPT_HASH_SIZE 16

/* Who tried to sign in to what: keyed hashes (tw-login-guard.h), so that a store that is lost tells of nobody who has
 * no account. */
typedef struct
{
  guint8 account[TW_ATTEMPT_HASH_SIZE]; /* what was asked for, whether it is there or not */
  guint8 origin[TW_ATTEMPT_HASH_SIZE];  /* from where */
} TwAttempt;

G_STATIC_ASSERT (sizeof (TwAttempt) == 2 * TW_ATTEMPT_HASH_SIZE);

/* What is known of earlier ones. */
typedef struct
{
  gint64 seen_ms;         /* when somebody last signed in to the account from there; 0: never */
  gint64 from_origin_ms;  /* when the attempt from there failed that was the n-th last to; 0: there were not so many */
  gint64 from_strange_ms; /* the same from all origins that nobody had ever signed in from */
} TwAttempts;

/* Of an account so many origins are remembered: those from where somebody signed in last. */
#define TW_KNOWN_ORIGINS_MAX 20

/* So long a failure is remembered. */
#define TW_FAILURE_MS (G_GINT64_CONSTANT (60) * 60 * 1000)

/* The end of a mutation; @error is valid during the call. */
typedef void (*TwAccountStoreDone) (const GError *error, gpointer user_data);

/* The end of a rotation. @session: the token's session, or NULL where it was refused or @error is set; valid during
 * the call. */
typedef void (*TwAccountStoreRotated) (TwRotation rotation, const TwSessionRecord *session, const GError *error,
                                       gpointer user_data);

/* Called with each entry in turn; @session_id is valid during the call. */
typedef void (*TwRevocationFunc) (const char *session_id, gint64 expires_s, gpointer user_data);

typedef struct _TwAccountStore TwAccountStore;
typedef struct _TwAccountChange TwAccountChange;

typedef struct
{
  void (*free) (TwAccountStore *store);
  gboolean (*check) (TwAccountStore *store, gint64 deadline_ms, GError **error);
  gboolean (*key) (TwAccountStore *store, gint64 deadline_ms, TwAccountKey *key, GError **error);
  TwStoredAccountRecord *(*get) (TwAccountStore *store, gint64 deadline_ms, const char *id, GError **error);
  TwStoredAccountRecord *(*find) (TwAccountStore *store, gint64 deadline_ms, const char *email, GError **error);

  /* Makes @change happen, which it takes: tw-account-change.h. */
  void (*change) (TwAccountStore *store, gint64 deadline_ms, TwAccountChange *change);

  gboolean (*attempts) (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms,
                        guint n_origin, guint n_strange, TwAttempts *attempts, GError **error);
  gboolean (*revocations) (TwAccountStore *store, gint64 deadline_ms, gint64 since, gint64 now_ms, guint limit,
                           TwRevocationFunc row, gpointer user_data, gint64 *position, GError **error);
} TwAccountStoreClass;

/* An implementation's struct starts with this. */
struct _TwAccountStore
{
  const TwAccountStoreClass *klass;
};

/* Finishes what is running, then frees. */
void tw_account_store_free (TwAccountStore *store);

/* Whether it can read now. */
gboolean tw_account_store_check (TwAccountStore *store, gint64 deadline_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The key that is kept with the data, always the same: a store that has none yet makes it. */
gboolean tw_account_store_key (TwAccountStore *store, gint64 deadline_ms, TwAccountKey *key,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The account with this id. NOT_FOUND, also where @id is no id at all. */
TwStoredAccountRecord *tw_account_store_get (TwAccountStore *store, gint64 deadline_ms, const char *id, GError **error);

/* The account with this address, which is compared as it stands. NOT_FOUND. */
TwStoredAccountRecord *tw_account_store_find (TwAccountStore *store, gint64 deadline_ms, const char *email, GError **error);

/* Inserts a copy of @account with its first session. CONFLICT where the address (or the id) is taken: then there is no
 * session either. */
void tw_account_store_insert (TwAccountStore *store, gint64 deadline_ms, const TwStoredAccountRecord *account,
                              const TwSessionRecord *session, const TwRefreshRecord *token, TwAccountStoreDone done,
                              gpointer user_data);

/* Opens @session, of an account that exists, with its first token. */
void tw_account_store_open_session (TwAccountStore *store, gint64 deadline_ms, const TwSessionRecord *session,
                                    const TwRefreshRecord *token, TwAccountStoreDone done, gpointer user_data);

/* Opens @session, of an account that was made with a key, in place of the one that the last answer under the key has
 * opened, where that still is @old: it is ended as end_session does. CONFLICT where there has been another since. */
void tw_account_store_replace_session (TwAccountStore *store, gint64 deadline_ms, const char *old,
                                       const TwSessionRecord *session, const TwRefreshRecord *token,
                                       TwAccountStoreDone done, gpointer user_data);

/* Sets the account's password hash where it still is @old_hash; else it does nothing, which is no error: whoever
 * changed the password meanwhile is right. */
void tw_account_store_replace_hash (TwAccountStore *store, gint64 deadline_ms, const char *id, const char *old_hash,
                                    const char *new_hash, TwAccountStoreDone done, gpointer user_data);

/* Exchanges the token for @next, which is the same whenever that token is presented. A session has two tokens: the one
 * that was given out last, and the one before, which is good until the last one has been used. So asking again, or N at
 * once, is the same TW_ROTATED. Another that is of the session is older, and ends it as end_session does. A token of
 * the first version is remembered until it expires; then it is unknown. */
void tw_account_store_rotate (TwAccountStore *store, gint64 deadline_ms, const TwPresentedToken *presented,
                              const TwRefreshRecord *next, gint64 now_ms, TwAccountStoreRotated done,
                              gpointer user_data);

/* Ends the session where it is this user's and enters it into the revocations, until TW_ACCESS_TOKEN_MAX_S from now:
 * all its tokens are refused from then on. A session that is not there, or another user's, is no error. */
void tw_account_store_end_session (TwAccountStore *store, gint64 deadline_ms, const char *user_id,
                                   const char *session_id, gint64 now_ms, TwAccountStoreDone done, gpointer user_data);

/* What is known of attempts like this one. Failures that are TW_FAILURE_MS old have been forgotten. @n_origin,
 * @n_strange: see TwAttempts; at least 1. */
gboolean tw_account_store_attempts (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms,
                                    guint n_origin, guint n_strange, TwAttempts *attempts,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* It failed; @strange: from where nobody has ever signed in to the account. */
void tw_account_store_add_failure (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt,
                                   gboolean strange, gint64 now_ms, TwAccountStoreDone done, gpointer user_data);

/* It succeeded: from now on the origin is known for the account. */
void tw_account_store_add_origin (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms,
                                  TwAccountStoreDone done, gpointer user_data);

/* The revocations behind position @since (0: from the start), oldest first, at most @limit of them. *@position becomes
 * that of the last one, or stays @since where there is none: ask with it next.
 *
 * Positions ascend in the order in which entries become visible, so that nobody who asks from where they left off
 * misses one. They are never below the time of the entry in ms since 1970: a store that was put back to an older copy
 * goes on above what it gave out before. Whoever is ahead of all that is there, because of such a copy, is answered
 * from the start. */
gboolean tw_account_store_revocations (TwAccountStore *store, gint64 deadline_ms, gint64 since, gint64 now_ms,
                                       guint limit, TwRevocationFunc row, gpointer user_data, gint64 *position,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwAccountStore, tw_account_store_free)

/* Accounts are the records that are kept (idl/accounts-store.thrift), each in one block. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwStoredAccountRecord, g_free)

G_END_DECLS
