/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-service.h"

#include "tw-error.h"
#include "tw-latch.h"
#include "tw-log.h"
#include "tw-refresh-token.h"

#include <pthread.h>
#include <sodium.h>

#define DAY_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)

struct _TwAccountService
{
  TwAccountStore *store;
  TwPasswords *passwords;
  const TwClock *clock;

  pthread_mutex_t mutex; /* guards what follows */
  gboolean has_key;
  TwAccountKey key; /* the store's, once it was needed */
};

/* A mutation of the store that this thread waits for. */
typedef struct
{
  TwLatch latch;
  GError *error;
  TwRotation rotation;
  TwSessionRecord session;
} Wait;

static void
wait_done (const GError *error, gpointer user_data)
{
  Wait *wait = user_data;

  wait->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&wait->latch);
}

static void
wait_rotated (TwRotation rotation, const TwSessionRecord *session, const GError *error, gpointer user_data)
{
  Wait *wait = user_data;

  wait->rotation = rotation;
  if (session != NULL)
    wait->session = *session;
  wait_done (error, wait);
}

/* TRUE once the mutation has happened; FALSE with what went wrong. */
static gboolean
wait_end (Wait *wait, GError **error)
{
  tw_latch_wait (&wait->latch);
  if (wait->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&wait->error));
  return FALSE;
}

void
tw_session_grant_free (TwSessionGrant *grant)
{
  if (grant == NULL)
    return;
  g_free (grant->user_id);
  g_free (grant->session_id);
  tw_refresh_token_free (grant->refresh_token);
  tw_account_record_free (grant->account);
  g_free (grant);
}

/* The store's key. Asked for when it is needed first: at the start a database may be away. */
static gboolean
get_key (TwAccountService *service, TwAccountKey *key, GError **error)
{
  gboolean has_key;

  pthread_mutex_lock (&service->mutex);
  has_key = service->has_key;
  *key = service->key;
  pthread_mutex_unlock (&service->mutex);
  if (has_key)
    return TRUE;
  if (!tw_account_store_key (service->store, key, error))
    return FALSE;
  pthread_mutex_lock (&service->mutex);
  service->key = *key;
  service->has_key = TRUE;
  pthread_mutex_unlock (&service->mutex);
  return TRUE;
}

/* A grant with this token, for a session of this user. */
static TwSessionGrant *
grant_new (const TwRefreshToken *token, const TwAccountKey *key, const char *user_id)
{
  TwSessionGrant *grant = g_new0 (TwSessionGrant, 1);

  grant->user_id = g_strdup (user_id);
  grant->session_id = g_strdup (token->session_id);
  grant->refresh_token = tw_refresh_token_write (token, key);
  return grant;
}

/* What is kept of a token that is given out now. */
static TwRefreshRecord
record_of (const TwRefreshToken *token, gint64 now_ms)
{
  TwRefreshRecord record = { .expires_ms = now_ms + TW_REFRESH_DAYS * DAY_MS };

  tw_refresh_token_hash (token, record.hash);
  return record;
}

/* A grant for a session that is yet to be stored. */
static TwSessionGrant *
grant_new_session (TwAccountService *service, const char *user_id, gint64 now_ms, TwSessionRecord *session,
                   TwRefreshRecord *record, GError **error)
{
  g_auto (TwRefreshToken) token = { 0 };
  TwAccountKey key;

  if (!get_key (service, &key, error))
    return NULL;
  *session = (TwSessionRecord) { .created_ms = now_ms, .ends_ms = now_ms + TW_SESSION_DAYS * DAY_MS };
  tw_id_new (now_ms, session->id);
  g_strlcpy (session->user_id, user_id, sizeof session->user_id);
  tw_refresh_token_first (session->id, &token);
  *record = record_of (&token, now_ms);
  return grant_new (&token, &key, user_id);
}

TwAccountService *
tw_account_service_new (TwAccountStore *store, TwPasswords *passwords, const TwClock *clock)
{
  TwAccountService *service = g_new (TwAccountService, 1);

  *service = (TwAccountService) { .store = store, .passwords = passwords, .clock = clock };
  pthread_mutex_init (&service->mutex, NULL);
  return service;
}

void
tw_account_service_free (TwAccountService *service)
{
  if (service == NULL)
    return;
  tw_passwords_free (service->passwords);
  tw_account_store_free (service->store);
  pthread_mutex_destroy (&service->mutex);
  sodium_memzero (&service->key, sizeof service->key);
  g_free (service);
}

/* The account with this address in lower case; *@account is NULL where there is none. */
static gboolean
find_account (TwAccountService *service, const char *address, TwAccountRecord **account, GError **error)
{
  g_autoptr (GError) failure = NULL;

  *account = tw_account_store_find (service->store, address, &failure);
  if (*account != NULL || g_error_matches (failure, TW_ERROR, TW_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static void
set_taken (GError **error)
{
  g_set_error_literal (error, TW_ERROR, TW_ERROR_CONFLICT, "That address has an account already");
}

static gboolean
insert_account (TwAccountService *service, const TwAccountRecord *account, const TwSessionRecord *session,
                const TwRefreshRecord *token, GError **error)
{
  Wait wait = { 0 };
  g_autoptr (GError) failure = NULL;

  tw_latch_init (&wait.latch);
  tw_account_store_insert (service->store, account, session, token, wait_done, &wait);
  if (wait_end (&wait, &failure))
    return TRUE;
  if (g_error_matches (failure, TW_ERROR, TW_ERROR_CONFLICT))
    set_taken (error);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

TwSessionGrant *
tw_account_service_signup (TwAccountService *service, const char *email, const char *password, const char *name,
                           GError **error)
{
  g_autofree char *address = g_ascii_strdown (email, -1);
  g_autofree char *password_hash = NULL;
  g_autoptr (TwAccountRecord) taken = NULL;
  g_autoptr (TwSessionGrant) grant = NULL;
  gint64 now_ms;
  char id[TW_ID_SIZE];
  TwSessionRecord session;
  TwRefreshRecord token;

  /* The store has the last word; asking first saves the work of a hash that would be thrown away. */
  if (!find_account (service, address, &taken, error))
    return NULL;
  if (taken != NULL)
    {
      set_taken (error);
      return NULL;
    }
  password_hash = tw_passwords_hash (service->passwords, password, error);
  if (password_hash == NULL)
    return NULL;

  now_ms = tw_clock_wall_ms (service->clock);
  tw_id_new (now_ms, id);
  grant = grant_new_session (service, id, now_ms, &session, &token, error);
  if (grant == NULL)
    return NULL;
  grant->account = g_new (TwAccountRecord, 1);
  *grant->account = (TwAccountRecord) {
    .id = g_strdup (id),
    .email = g_steal_pointer (&address),
    .name = g_strdup (name),
    .password_hash = g_steal_pointer (&password_hash),
    .created_ms = now_ms,
  };
  return insert_account (service, grant->account, &session, &token, error) ? g_steal_pointer (&grant) : NULL;
}

/* Brings a hash up to today's parameters. That it can't be done now is no reason to keep anyone out: the next login
 * tries again. */
static void
rehash (TwAccountService *service, const TwAccountRecord *account, const char *password)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *password_hash = tw_passwords_hash (service->passwords, password, &error);

  if (password_hash != NULL)
    {
      Wait wait = { 0 };

      tw_latch_init (&wait.latch);
      tw_account_store_replace_hash (service->store, account->id, account->password_hash, password_hash, wait_done,
                                     &wait);
      if (wait_end (&wait, &error))
        return;
    }
  tw_log_warning ("account %s keeps the hash it has: %s", account->id, error->message);
}

TwSessionGrant *
tw_account_service_login (TwAccountService *service, const char *email, const char *password, GError **error)
{
  g_autofree char *address = g_ascii_strdown (email, -1);
  g_autoptr (TwAccountRecord) account = NULL;
  g_autoptr (TwSessionGrant) grant = NULL;
  TwPasswordVerdict verdict;
  TwSessionRecord session;
  TwRefreshRecord token;
  Wait wait = { 0 };

  if (!find_account (service, address, &account, error)
      || !tw_passwords_verify (service->passwords, account != NULL ? account->password_hash : NULL, password, &verdict,
                               error))
    return NULL;
  if (account == NULL || verdict == TW_PASSWORD_WRONG)
    {
      g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAUTHENTICATED, "The address or the password is wrong");
      return NULL;
    }
  if (verdict == TW_PASSWORD_RIGHT_REHASH)
    rehash (service, account, password);

  grant = grant_new_session (service, account->id, tw_clock_wall_ms (service->clock), &session, &token, error);
  if (grant == NULL)
    return NULL;
  tw_latch_init (&wait.latch);
  tw_account_store_open_session (service->store, &session, &token, wait_done, &wait);
  return wait_end (&wait, error) ? g_steal_pointer (&grant) : NULL;
}

static void
set_refused (GError **error)
{
  g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAUTHENTICATED, "The session can't be continued: sign in again");
}

/* Exchanges @token in the store. FALSE on error. */
static gboolean
rotate (TwAccountService *service, const TwRefreshToken *token, const TwAccountKey *key, Wait *wait, GError **error)
{
  gint64 now_ms = tw_clock_wall_ms (service->clock);
  g_auto (TwRefreshToken) next = { 0 };
  TwPresentedToken presented;
  TwRefreshRecord record;

  tw_refresh_token_next (token, token->session_id, key, &next);
  record = record_of (&next, now_ms);
  tw_refresh_token_hash (token, presented.hash);
  g_strlcpy (presented.session_id, token->session_id, sizeof presented.session_id);
  tw_latch_init (&wait->latch);
  tw_account_store_rotate (service->store, &presented, &record, now_ms, wait_rotated, wait);
  return wait_end (wait, error);
}

TwSessionGrant *
tw_account_service_refresh (TwAccountService *service, const char *refresh_token, char **ended_session,
                            GError **error)
{
  g_auto (TwRefreshToken) token = { 0 }, next = { 0 };
  TwAccountKey key;
  Wait wait = { 0 };

  *ended_session = NULL;
  if (!get_key (service, &key, error))
    return NULL;
  if (!tw_refresh_token_read (refresh_token, &key, &token))
    {
      set_refused (error);
      return NULL;
    }
  if (!rotate (service, &token, &key, &wait, error))
    return NULL;
  if (wait.rotation == TW_ROTATED)
    {
      tw_refresh_token_next (&token, wait.session.id, &key, &next);
      return grant_new (&next, &key, wait.session.user_id);
    }
  if (wait.rotation == TW_ROTATE_REUSED)
    {
      tw_log_warning ("session %s was ended: a refresh token came after its successor had been used", wait.session.id);
      *ended_session = g_strdup (wait.session.id);
    }
  set_refused (error);
  return NULL;
}

gboolean
tw_account_service_logout (TwAccountService *service, const char *user_id, const char *session_id, GError **error)
{
  Wait wait = { 0 };

  tw_latch_init (&wait.latch);
  tw_account_store_end_session (service->store, user_id, session_id, tw_clock_wall_ms (service->clock), wait_done,
                                &wait);
  return wait_end (&wait, error);
}

TwAccountRecord *
tw_account_service_get (TwAccountService *service, const char *user_id, GError **error)
{
  return tw_account_store_get (service->store, user_id, error);
}

gboolean
tw_account_service_revocations (TwAccountService *service, gint64 since, TwRevocationFunc row, gpointer user_data,
                                gint64 *position, GError **error)
{
  return tw_account_store_revocations (service->store, since, tw_clock_wall_ms (service->clock), TW_REVOCATIONS_MAX,
                                       row, user_data, position, error);
}

gboolean
tw_account_service_check (TwAccountService *service, GError **error)
{
  return tw_account_store_check (service->store, error);
}
