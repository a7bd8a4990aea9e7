/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-login-guard.h"

#include "tw-error.h"

#include <sodium.h>
#include <string.h>

G_STATIC_ASSERT (TW_ATTEMPT_HASH_SIZE == crypto_generichash_BYTES_MIN);

static void
hash (const guint8 *key, const char *kind, const char *text, guint8 out[TW_ATTEMPT_HASH_SIZE])
{
  crypto_generichash_state state;

  crypto_generichash_init (&state, key, TW_ACCOUNT_KEY_SIZE, TW_ATTEMPT_HASH_SIZE);
  crypto_generichash_update (&state, (const guint8 *) kind, strlen (kind) + 1);
  crypto_generichash_update (&state, (const guint8 *) text, strlen (text));
  crypto_generichash_final (&state, out, TW_ATTEMPT_HASH_SIZE);
}

void
tw_login_guard_identify (const TwAccountKey *key, const char *address, const char *origin, TwAttempt *attempt)
{
  guint8 subkey[TW_ACCOUNT_KEY_SIZE];

  tw_account_key_derive (key, TW_ACCOUNT_KEY_ATTEMPTS, subkey);
  hash (subkey, "account", address, attempt->account);
  hash (subkey, "origin", origin, attempt->origin);
  sodium_memzero (subkey, sizeof subkey);
}

gboolean
tw_login_guard_check (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms,
                      gint64 *seen_ms, gint64 *retry_after_s, GError **error)
{
  TwAttempts attempts;
  gint64 oldest_ms;

  if (!tw_account_store_attempts (store, deadline_ms, attempt, now_ms, TW_LOGIN_FAILURES_ORIGIN,
                                  TW_LOGIN_FAILURES_STRANGE, &attempts, error))
    return FALSE;
  *seen_ms = attempts.seen_ms;
  oldest_ms = attempts.seen_ms == 0 ? MAX (attempts.from_origin_ms, attempts.from_strange_ms) : attempts.from_origin_ms;
  if (oldest_ms == 0)
    return TRUE;
  *retry_after_s = CLAMP ((oldest_ms + TW_FAILURE_MS - now_ms + 999) / 1000, 1, TW_FAILURE_MS / 1000);
  g_set_error_literal (error, TW_ERROR, TW_ERROR_LIMITED, "Signing in has failed too often: try again later");
  return FALSE;
}
