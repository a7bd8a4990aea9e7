/* SPDX-License-Identifier: Apache-2.0 */

/* The interface's own part: each function goes to the implementation. */

#include "tw-account-change.h"

void
tw_account_change_done (const TwAccountChange *change, const GError *error)
{
  gboolean refused;

  if (change->kind != TW_ACCOUNT_ROTATE)
    {
      change->done (error, change->user_data);
      return;
    }
  refused = error != NULL || change->rotation == TW_ROTATE_REFUSED;
  change->rotated (refused ? TW_ROTATE_REFUSED : change->rotation, refused ? NULL : &change->rotated_session, error,
                   change->user_data);
}

void
tw_account_change_free (TwAccountChange *change)
{
  g_free (change->account);
  g_free (change->id);
  g_free (change->session_id);
  g_free (change->old_hash);
  g_free (change->new_hash);
  g_free (change);
}

void
tw_account_store_free (TwAccountStore *store)
{
  if (store != NULL)
    store->klass->free (store);
}

gboolean
tw_account_store_check (TwAccountStore *store, gint64 deadline_ms, GError **error)
{
  return store->klass->check (store, deadline_ms, error);
}

gboolean
tw_account_store_key (TwAccountStore *store, gint64 deadline_ms, TwAccountKey *key, GError **error)
{
  return store->klass->key (store, deadline_ms, key, error);
}

TwStoredAccountRecord *
tw_account_store_get (TwAccountStore *store, gint64 deadline_ms, const char *id, GError **error)
{
  return store->klass->get (store, deadline_ms, id, error);
}

TwStoredAccountRecord *
tw_account_store_find (TwAccountStore *store, gint64 deadline_ms, const char *email, GError **error)
{
  return store->klass->find (store, deadline_ms, email, error);
}

static void
start (TwAccountStore *store, gint64 deadline_ms, const TwAccountChange *with)
{
  TwAccountChange *copy = g_new (TwAccountChange, 1);

  *copy = *with;
  copy->store = store;
  store->klass->change (store, deadline_ms, copy);
}

void
tw_account_store_insert (TwAccountStore *store, gint64 deadline_ms, const TwStoredAccountRecord *account,
                         const TwSessionRecord *session, const TwRefreshRecord *token, TwAccountStoreDone done,
                         gpointer user_data)
{
  start (store, deadline_ms,
         &(TwAccountChange) {
             .kind = TW_ACCOUNT_OPEN,
             .now_ms = session->created_ms,
             .account = account != NULL ? tw_record_copy (&tw_stored_account_type, account) : NULL,
             .session = *session,
             .token = *token,
             .done = done,
             .user_data = user_data,
         });
}

void
tw_account_store_open_session (TwAccountStore *store, gint64 deadline_ms, const TwSessionRecord *session,
                               const TwRefreshRecord *token, TwAccountStoreDone done, gpointer user_data)
{
  tw_account_store_insert (store, deadline_ms, NULL, session, token, done, user_data);
}

void
tw_account_store_replace_session (TwAccountStore *store, gint64 deadline_ms, const char *old,
                                  const TwSessionRecord *session, const TwRefreshRecord *token,
                                  TwAccountStoreDone done, gpointer user_data)
{
  start (store, deadline_ms,
         &(TwAccountChange) {
             .kind = TW_ACCOUNT_REPLACE,
             .now_ms = session->created_ms,
             .session = *session,
             .token = *token,
             .session_id = g_strdup (old),
             .done = done,
             .user_data = user_data,
         });
}

void
tw_account_store_replace_hash (TwAccountStore *store, gint64 deadline_ms, const char *id, const char *old_hash,
                               const char *new_hash, TwAccountStoreDone done, gpointer user_data)
{
  start (store, deadline_ms,
         &(TwAccountChange) {
             .kind = TW_ACCOUNT_REHASH,
             .id = g_strdup (id),
             .old_hash = g_strdup (old_hash),
             .new_hash = g_strdup (new_hash),
             .done = done,
             .user_data = user_data,
         });
}

void
tw_account_store_rotate (TwAccountStore *store, gint64 deadline_ms, const TwPresentedToken *presented,
                         const TwRefreshRecord *next, gint64 now_ms, TwAccountStoreRotated done, gpointer user_data)
{
  start (store, deadline_ms,
         &(TwAccountChange) {
             .kind = TW_ACCOUNT_ROTATE,
             .now_ms = now_ms,
             .presented = *presented,
             .token = *next,
             .rotated = done,
             .user_data = user_data,
         });
}

void
tw_account_store_end_session (TwAccountStore *store, gint64 deadline_ms, const char *user_id, const char *session_id,
                              gint64 now_ms, TwAccountStoreDone done, gpointer user_data)
{
  start (store, deadline_ms,
         &(TwAccountChange) {
             .kind = TW_ACCOUNT_END,
             .now_ms = now_ms,
             .id = g_strdup (user_id),
             .session_id = g_strdup (session_id),
             .done = done,
             .user_data = user_data,
         });
}

gboolean
tw_account_store_attempts (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms,
                           guint n_origin, guint n_strange, TwAttempts *attempts, GError **error)
{
  return store->klass->attempts (store, deadline_ms, attempt, now_ms, n_origin, n_strange, attempts, error);
}

void
tw_account_store_add_failure (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gboolean strange,
                              gint64 now_ms, TwAccountStoreDone done, gpointer user_data)
{
  start (store, deadline_ms,
         &(TwAccountChange) {
             .kind = TW_ACCOUNT_FAILED,
             .now_ms = now_ms,
             .attempt = *attempt,
             .strange = strange,
             .done = done,
             .user_data = user_data,
         });
}

void
tw_account_store_add_origin (TwAccountStore *store, gint64 deadline_ms, const TwAttempt *attempt, gint64 now_ms,
                             TwAccountStoreDone done, gpointer user_data)
{
  start (store, deadline_ms,
         &(TwAccountChange) {
             .kind = TW_ACCOUNT_ENTERED,
             .now_ms = now_ms,
             .attempt = *attempt,
             .done = done,
             .user_data = user_data,
         });
}

gboolean
tw_account_store_revocations (TwAccountStore *store, gint64 deadline_ms, gint64 since, gint64 now_ms, guint limit,
                              TwRevocationFunc row, gpointer user_data, gint64 *position, GError **error)
{
  return store->klass->revocations (store, deadline_ms, since, now_ms, limit, row, user_data, position, error);
}
