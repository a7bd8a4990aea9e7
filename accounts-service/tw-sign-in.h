/* SPDX-License-Identifier: Apache-2.0 */

/* Somebody who shows a password: may they try, is it their turn, is it right, and what is remembered of it. All
 * functions are thread-safe and block; errors, besides those that are named: UNAVAILABLE, INTERNAL. */

#pragma once

#include "tw-account-store.h"
#include "tw-call-context.h"
#include "tw-clock.h"
#include "tw-origin.h"
#include "tw-password.h"

G_BEGIN_DECLS

/* What it takes; outlives every TwSignIn. */
typedef struct
{
  TwAccountStore *store;
  TwPasswords *passwords;
  const TwClock *clock;
} TwSignInParts;

/* On the stack. */
typedef struct
{
  const TwSignInParts *parts;
  TwAttempt attempt;
  char origin[TW_ORIGIN_SIZE];
  gint64 deadline_ms;
  gint64 seen_ms;       /* see TwAttempts; once it has been checked */
  gint64 retry_after_s; /* where it was refused as LIMITED */
} TwSignIn;

/* @address in lower case, whether it has an account or not. */
void tw_sign_in_begin (TwSignIn *sign_in, const TwSignInParts *parts, const TwAccountKey *key,
                       const TwCallContext *context, const char *address);

/* Waits for the turn (tw_passwords_begin()), before anything else is asked for this: so that many who come at once load
 * the database no more than they load the processor. After TRUE, tw_sign_in_leave(). */
gboolean tw_sign_in_enter (TwSignIn *sign_in, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void tw_sign_in_leave (TwSignIn *sign_in);

/* While it is its turn: whether @password is that of @account, which is NULL where there is none. A failure has been
 * counted when this is back. A hash that would be another today is made anew. Fails with LIMITED (tw-login-guard.h),
 * before anything is hashed. */
gboolean tw_sign_in_prove (TwSignIn *sign_in, const TwStoredAccountRecord *account, const char *password, gboolean *right,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Remembers from where somebody has signed in. */
void tw_sign_in_remember (TwSignIn *sign_in);

G_END_DECLS
