/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of the Accounts service, apart from how it is called.
 *
 * - A session begins with signing up or in and lasts as long as it is refreshed within TW_REFRESH_DAYS, but no longer
 *   than TW_SESSION_DAYS; then one signs in again.
 * - A refresh token is good until the one that it was exchanged for has been used, and is always exchanged for the
 * same: whoever did not hear an answer asks again. One that comes later was stolen, before or after its owner used it,
 * and nobody can tell which: its session ends.
 * - Whoever guesses learns nothing: an unknown address and a wrong password are refused with the same words and the
 *   same work, and all refresh tokens that can't be used with the same words. Nor does anybody guess for long, or keep
 *   others from signing in by it.
 *
 * All functions are thread-safe and block: on the store, and signup and login until it is their turn to hash, for
 * which no more than tw_passwords_max_blocked() threads wait at a time. Arguments have passed the limits of the IDL.
 * Errors, besides those that are named: UNAVAILABLE, INTERNAL.
 */

#pragma once

#include "tw-account-store.h"
#include "tw-call-context.h"
#include "tw-clock.h"
#include "tw-password.h"

G_BEGIN_DECLS

#define TW_REFRESH_DAYS 30
#define TW_SESSION_DAYS 90

/* At most so many revocations an answer. */
#define TW_REVOCATIONS_MAX 1000

typedef struct _TwAccountService TwAccountService;

/* A session that its owner may go on with. Owned strings; free with tw_session_grant_free(), which wipes the token. */
typedef struct
{
  char *user_id;
  char *session_id;
  char *refresh_token;
  TwStoredAccountRecord *account; /* after signing up, else NULL */
  char *ended_session;      /* that this has taken the place of, or NULL */
} TwSessionGrant;

void tw_session_grant_free (TwSessionGrant *grant);

/* Takes @store and @passwords, not @clock, which must outlive it. */
TwAccountService *tw_account_service_new (TwAccountStore *store, TwPasswords *passwords, const TwClock *clock);

/* Finishes what the store has been given, then frees. No other call may be running. */
void tw_account_service_free (TwAccountService *service);

/* For whom something is done, and until when somebody waits for it, is said by @context. */

/* Makes an account and opens its first session. @name may be NULL. CONFLICT where the address, upper and lower case
 * being the same, has an account; but whoever heard no answer in time (tw-doubts.h) and does the same again gets
 * another session of the account that they made.
 *
 * @key is an Idempotency-Key, or NULL. Who comes again with the key that the account was made with, within
 * TW_SIGNUP_KEY_MS, and with its password, gets the account as it is now and another session, which takes the place of
 * the one that the last such answer has opened; REUSED where the name is not the one that came with the key then. A
 * wrong password is CONFLICT, as without the key, and counts as signing in that failed. */
TwSessionGrant *tw_account_service_signup (TwAccountService *service, const TwCallContext *context, const char *email,
                                           const char *password, const char *name, const char *key, GError **error);

/* Opens a session. UNAUTHENTICATED; LIMITED where it failed too often (tw-login-guard.h), with *@retry_after_s, in how
 * many seconds to try again. A hash that would be another today is made anew. */
TwSessionGrant *tw_account_service_login (TwAccountService *service, const TwCallContext *context, const char *email,
                                          const char *password, gint64 *retry_after_s, GError **error);

/* Exchanges a refresh token. UNAUTHENTICATED, and if that ended its session *@ended_session names it, else it is NULL;
 * free with g_free(). */
TwSessionGrant *tw_account_service_refresh (TwAccountService *service, const TwCallContext *context,
                                            const char *refresh_token, char **ended_session, GError **error);

/* Ends the session where it is this user's; else it does nothing, which is no error. */
gboolean tw_account_service_logout (TwAccountService *service, const TwCallContext *context, const char *user_id,
                                    const char *session_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* NOT_FOUND. */
TwStoredAccountRecord *tw_account_service_get (TwAccountService *service, const TwCallContext *context, const char *user_id,
                                         GError **error);

/* As tw_account_store_revocations(), at most TW_REVOCATIONS_MAX of them. */
gboolean tw_account_service_revocations (TwAccountService *service, const TwCallContext *context, gint64 since,
                                         TwRevocationFunc row, gpointer user_data, gint64 *position,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the service can do its work now. */
gboolean tw_account_service_check (TwAccountService *service, const TwCallContext *context,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwSessionGrant, tw_session_grant_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwAccountService, tw_account_service_free)

G_END_DECLS
