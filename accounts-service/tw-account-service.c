/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-service-private.h"

#include "tw-error.h"
#include "tw-log.h"
#include "tw-outcome.h"
#include "tw-refresh-token.h"

#include <sodium.h>

#define DAY_MS (G_GINT64_CONSTANT (24) * 60 * 60 * 1000)

void
tw_session_grant_free (TwSessionGrant *grant)
{
  if (grant == NULL)
    return;
  g_free (grant->user_id);
  g_free (grant->session_id);
  tw_refresh_token_free (grant->refresh_token);
  g_free (grant->account);
  g_free (grant->ended_session);
  g_free (grant);
}

gboolean
tw_account_service_get_key (TwAccountService *service, gint64 deadline_ms, TwAccountKey *key, GError **error)
{
  gboolean has_key;

  pthread_mutex_lock (&service->mutex);
  has_key = service->has_key;
  *key = service->key;
  pthread_mutex_unlock (&service->mutex);
  if (has_key)
    return TRUE;
  if (!tw_account_store_key (service->parts.store, deadline_ms, key, error))
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

TwSessionGrant *
tw_account_service_new_session (TwAccountService *service, const TwCallContext *context, const char *user_id,
                                gint64 now_ms, TwSessionRecord *session, TwRefreshRecord *record, GError **error)
{
  g_auto (TwRefreshToken) token = { 0 };
  TwAccountKey key;

  if (!tw_account_service_get_key (service, context->deadline_ms, &key, error))
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

  *service = (TwAccountService) { .parts = { store, passwords, clock }, .doubts = tw_doubts_new () };
  pthread_mutex_init (&service->mutex, NULL);
  return service;
}

void
tw_account_service_free (TwAccountService *service)
{
  if (service == NULL)
    return;
  tw_passwords_free (service->parts.passwords);
  tw_account_store_free (service->parts.store);
  tw_doubts_free (service->doubts);
  pthread_mutex_destroy (&service->mutex);
  sodium_memzero (&service->key, sizeof service->key);
  g_free (service);
}

static void
set_refused (GError **error)
{
  g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAUTHENTICATED, "The session can't be continued: sign in again");
}

typedef struct
{
  TwOutcome outcome;
  TwRotation rotation;
  TwSessionRecord session; /* unless it was refused */
} Rotation;

static void
rotated (TwRotation result, const TwSessionRecord *session, const GError *error, gpointer user_data)
{
  Rotation *rotation = user_data;

  rotation->rotation = result;
  if (session != NULL)
    rotation->session = *session;
  tw_outcome_set (error, &rotation->outcome);
}

/* Exchanges @token in the store. FALSE on error. */
static gboolean
rotate (TwAccountService *service, const TwCallContext *context, const TwRefreshToken *token, const TwAccountKey *key,
        Rotation *rotation, GError **error)
{
  gint64 now_ms = tw_clock_wall_ms (service->parts.clock);
  g_auto (TwRefreshToken) next = { 0 };
  TwPresentedToken presented;
  TwRefreshRecord record;

  tw_refresh_token_next (token, token->session_id, key, &next);
  record = record_of (&next, now_ms);
  tw_refresh_token_hash (token, presented.hash);
  g_strlcpy (presented.session_id, token->session_id, sizeof presented.session_id);
  tw_outcome_init (&rotation->outcome);
  tw_account_store_rotate (service->parts.store, context->deadline_ms, &presented, &record, now_ms, rotated, rotation);
  return tw_outcome_wait (&rotation->outcome, error);
}

TwSessionGrant *
tw_account_service_refresh (TwAccountService *service, const TwCallContext *context, const char *refresh_token,
                            char **ended_session, GError **error)
{
  g_auto (TwRefreshToken) token = { 0 }, next = { 0 };
  TwAccountKey key;
  Rotation rotation;

  *ended_session = NULL;
  if (!tw_account_service_get_key (service, context->deadline_ms, &key, error))
    return NULL;
  if (!tw_refresh_token_read (refresh_token, &key, &token))
    {
      set_refused (error);
      return NULL;
    }
  if (!rotate (service, context, &token, &key, &rotation, error))
    return NULL;
  if (rotation.rotation == TW_ROTATED)
    {
      tw_refresh_token_next (&token, rotation.session.id, &key, &next);
      return grant_new (&next, &key, rotation.session.user_id);
    }
  if (rotation.rotation == TW_ROTATE_REUSED)
    {
      tw_log_warning ("session %s was ended: a refresh token came after its successor had been used", rotation.session.id);
      *ended_session = g_strdup (rotation.session.id);
    }
  set_refused (error);
  return NULL;
}

gboolean
tw_account_service_logout (TwAccountService *service, const TwCallContext *context, const char *user_id,
                           const char *session_id, GError **error)
{
  TwOutcome outcome;

  tw_outcome_init (&outcome);
  tw_account_store_end_session (service->parts.store, context->deadline_ms, user_id, session_id,
                                tw_clock_wall_ms (service->parts.clock), tw_outcome_set, &outcome);
  return tw_outcome_wait (&outcome, error);
}

TwStoredAccountRecord *
tw_account_service_get (TwAccountService *service, const TwCallContext *context, const char *user_id, GError **error)
{
  return tw_account_store_get (service->parts.store, context->deadline_ms, user_id, error);
}

gboolean
tw_account_service_revocations (TwAccountService *service, const TwCallContext *context, gint64 since,
                                TwRevocationFunc row, gpointer user_data, gint64 *position, GError **error)
{
  return tw_account_store_revocations (service->parts.store, context->deadline_ms, since,
                                       tw_clock_wall_ms (service->parts.clock), TW_REVOCATIONS_MAX, row, user_data,
                                       position, error);
}

gboolean
tw_account_service_check (TwAccountService *service, const TwCallContext *context, GError **error)
{
  return tw_account_store_check (service->parts.store, context->deadline_ms, error);
}
