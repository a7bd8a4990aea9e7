/* SPDX-License-Identifier: Apache-2.0 */

/* How often signing in may fail: what makes guessing too slow, and locks nobody out where they sign in.
 *
 * In an hour, for one account: 20 times from one origin (tw-origin.h), and 100 times from all origins together that
 * nobody has ever signed in to it from. Whoever is beyond that is refused, whether the password is right or not: from
 * there, or, where it is the second, from everywhere but where somebody has signed in before. It is the same for an
 * account that does not exist: what is counted is the address that is asked for. */

#pragma once

#include "tw-account-store.h"

G_BEGIN_DECLS

#define TW_LOGIN_FAILURES_ORIGIN 20
#define TW_LOGIN_FAILURES_STRANGE 100

/* Who tries what: @address in lower case. Thread-safe. */
void tw_login_guard_identify (const TwAccountKey *key, const char *address, const char *origin, TwAttempt *attempt);

/* Whether @attempt may be made now; until @deadline_ms somebody waits to hear it. FALSE with LIMITED, and
 * *@retry_after_s is in how many seconds it may; or with what the store says. *@seen_ms: see TwAttempts. Thread-safe;
 * blocks on the store. */
gboolean tw_login_guard_check (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms,
                               gint64 *seen_ms, gint64 *retry_after_s, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
