/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-sign-in.h"

#include "tw-log.h"
#include "tw-login-guard.h"
#include "tw-outcome.h"

/* So often it is noted from where somebody signs in. */
#define REMEMBER_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)

void
tw_sign_in_begin (TwSignIn *sign_in, const TwSignInParts *parts, const TwAccountKey *key, const TwCallContext *context,
                  const char *address)
{
  *sign_in = (TwSignIn) { .parts = parts, .deadline_ms = context->deadline_ms };
  tw_origin_of (context->client, sign_in->origin);
  tw_login_guard_identify (key, address, sign_in->origin, &sign_in->attempt);
}

static gint64
now_ms (const TwSignIn *sign_in)
{
  return tw_clock_wall_ms (sign_in->parts->clock);
}

static gboolean
check (TwSignIn *sign_in, GError **error)
{
  return tw_login_guard_check (sign_in->parts->store, sign_in->deadline_ms, &sign_in->attempt, now_ms (sign_in),
                               &sign_in->seen_ms, &sign_in->retry_after_s, error);
}

static gboolean
count_failure (const TwSignIn *sign_in, GError **error)
{
  TwOutcome outcome;

  tw_outcome_init (&outcome);
  tw_account_store_add_failure (sign_in->parts->store, sign_in->deadline_ms, &sign_in->attempt, sign_in->seen_ms == 0,
                                now_ms (sign_in), tw_outcome_set, &outcome);
  return tw_outcome_wait (&outcome, error);
}

/* Brings a hash up to today's parameters. That it can't be done now is no reason to keep anyone out: the next login
 * tries again. */
static void
rehash (const TwSignIn *sign_in, const TwStoredAccountRecord *account, const char *password)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *password_hash = tw_passwords_hash (sign_in->parts->passwords, password, &error);

  if (password_hash != NULL)
    {
      TwOutcome outcome;

      tw_outcome_init (&outcome);
      tw_account_store_replace_hash (sign_in->parts->store, sign_in->deadline_ms, account->id, account->password_hash,
                                     password_hash, tw_outcome_set, &outcome);
      if (tw_outcome_wait (&outcome, &error))
        return;
    }
  tw_log_warning ("account %s keeps the hash it has: %s", account->id, error->message);
}

gboolean
tw_sign_in_enter (TwSignIn *sign_in, GError **error)
{
  return tw_passwords_begin (sign_in->parts->passwords, sign_in->origin, sign_in->deadline_ms, error);
}

void
tw_sign_in_leave (TwSignIn *sign_in)
{
  tw_passwords_end (sign_in->parts->passwords);
}

/* A failure is counted before the next one has its turn, so that no more than have it at one time go beyond what is
 * allowed; what can't be counted is no answer. */
gboolean
tw_sign_in_prove (TwSignIn *sign_in, const TwStoredAccountRecord *account, const char *password, gboolean *right,
                  GError **error)
{
  const char *password_hash = account != NULL ? account->password_hash : NULL;
  TwPasswordVerdict verdict;

  if (!check (sign_in, error)
      || !tw_passwords_verify (sign_in->parts->passwords, password_hash, password, &verdict, error))
    return FALSE;
  *right = verdict != TW_PASSWORD_WRONG;
  if (!*right)
    return count_failure (sign_in, error);
  if (verdict == TW_PASSWORD_RIGHT_REHASH)
    rehash (sign_in, account, password);
  return TRUE;
}

/* Not to have done so changes nothing now. */
void
tw_sign_in_remember (TwSignIn *sign_in)
{
  g_autoptr (GError) error = NULL;
  TwOutcome outcome;

  if (now_ms (sign_in) - sign_in->seen_ms < REMEMBER_MS)
    return;
  tw_outcome_init (&outcome);
  tw_account_store_add_origin (sign_in->parts->store, sign_in->deadline_ms, &sign_in->attempt, now_ms (sign_in),
                               tw_outcome_set, &outcome);
  if (!tw_outcome_wait (&outcome, &error))
    tw_log_warning ("from where somebody signed in was not noted: %s", error->message);
}
