/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-accounts-handler.h"

#include "tw-error.h"
#include "tw-log.h"

#include <sodium.h>
#include <string.h>

typedef struct
{
  TwAccountsHandler parent;
  TwAccountService *service;
  const TwCallContext *const *context; /* of the call that is being answered */
} TwAccountServiceHandler;

typedef TwAccountsHandlerClass TwAccountServiceHandlerClass;

GType tw_account_service_handler_get_type (void);
G_DEFINE_TYPE (TwAccountServiceHandler, tw_account_service_handler, TW_TYPE_ACCOUNTS_HANDLER)

static TwAccountService *
service_of (TwAccountsIf *iface)
{
  return ((TwAccountServiceHandler *) iface)->service;
}

static const TwCallContext *
context_of (TwAccountsIf *iface)
{
  return *((TwAccountServiceHandler *) iface)->context;
}

/* The structs of a call are dropped when it has been answered; their secrets shall not stay behind in free memory. */
static void
wipe (char *secret)
{
  sodium_memzero (secret, strlen (secret));
}

static void
set_string (char **member, const char *value)
{
  g_free (*member);
  *member = g_strdup (value);
}

/* Makes the declared exception of @error, whose details, where they are ours to mend, are for the log alone. */
static gboolean
refuse (const GError *error, TwBaseException **ouch)
{
  if (tw_error_status (error) == 500)
    tw_log_error ("%s", error->message);
  *ouch = g_object_new (TW_TYPE_BASE_EXCEPTION, "code", tw_error_status (error), "message",
                        tw_error_public_message (error), NULL);
  return FALSE;
}

static void
fill_account (TwAccount *account, const TwStoredAccountRecord *record)
{
  char created_on[TW_TIME_SIZE];

  tw_time_format (record->created_ms, created_on);
  set_string (&account->id, record->id);
  set_string (&account->email, record->email);
  set_string (&account->name, record->name);
  account->__isset_name = record->name != NULL;
  set_string (&account->createdOn, created_on);
}

static void
fill_session (TwSession *session, const TwSessionGrant *grant)
{
  set_string (&session->userId, grant->user_id);
  set_string (&session->sessionId, grant->session_id);
  set_string (&session->refreshToken, grant->refresh_token);
  session->__isset_account = grant->account != NULL;
  if (grant->account != NULL)
    fill_account (session->account, grant->account);
  session->__isset_endedSession = grant->ended_session != NULL;
  set_string (&session->endedSession, grant->ended_session);
}

static gboolean
handle_signup (TwAccountsIf *iface, TwSession **result, const TwNewAccount *account, const TwCreateOptions *options,
               TwBaseException **ouch, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (TwSessionGrant) grant =
    tw_account_service_signup (service_of (iface), context_of (iface), account->email, account->password,
                               account->__isset_name ? account->name : NULL,
                               options != NULL && options->__isset_idempotencyKey ? options->idempotencyKey : NULL,
                               &failure);

  wipe (account->password);
  if (grant == NULL)
    return refuse (failure, ouch);
  fill_session (*result, grant);
  return TRUE;
}

static gboolean
handle_login (TwAccountsIf *iface, TwSession **result, const TwCredentials *credentials, TwBaseException **ouch,
              GError **error)
{
  gint64 retry_after_s = 0;
  g_autoptr (GError) failure = NULL;
  g_autoptr (TwSessionGrant) grant = tw_account_service_login (
    service_of (iface), context_of (iface), credentials->email, credentials->password, &retry_after_s, &failure);

  wipe (credentials->password);
  if (grant == NULL)
    {
      refuse (failure, ouch);
      if (retry_after_s > 0)
        g_object_set (*ouch, "retryAfter", (gint) retry_after_s, NULL);
      return FALSE;
    }
  fill_session (*result, grant);
  return TRUE;
}

static gboolean
handle_refresh (TwAccountsIf *iface, TwSession **result, const TwRefreshRequest *request, TwRefreshRefused **refused,
                TwBaseException **ouch, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autofree char *ended_session = NULL;
  g_autoptr (TwSessionGrant) grant = tw_account_service_refresh (service_of (iface), context_of (iface),
                                                                 request->refreshToken, &ended_session, &failure);

  wipe (request->refreshToken);
  if (grant != NULL)
    {
      fill_session (*result, grant);
      return TRUE;
    }
  if (!g_error_matches (failure, TW_ERROR, TW_ERROR_UNAUTHENTICATED))
    return refuse (failure, ouch);
  *refused = g_object_new (TW_TYPE_REFRESH_REFUSED, "code", tw_error_status (failure), "message",
                           tw_error_public_message (failure), NULL);
  if (ended_session != NULL)
    g_object_set (*refused, "sessionId", ended_session, NULL);
  return FALSE;
}

static gboolean
handle_logout (TwAccountsIf *iface, const char *user_id, const char *session_id, TwBaseException **ouch,
               GError **error)
{
  g_autoptr (GError) failure = NULL;

  return tw_account_service_logout (service_of (iface), context_of (iface), user_id, session_id, &failure)
         || refuse (failure, ouch);
}

static gboolean
handle_get (TwAccountsIf *iface, TwAccount **result, const char *user_id, TwBaseException **ouch, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (TwStoredAccountRecord) record =
    tw_account_service_get (service_of (iface), context_of (iface), user_id, &failure);

  if (record == NULL)
    return refuse (failure, ouch);
  fill_account (*result, record);
  return TRUE;
}

static void
add_revocation (const char *session_id, gint64 expires_s, gpointer user_data)
{
  GPtrArray *ended = user_data;
  TwRevocation *revocation = g_object_new (TW_TYPE_REVOCATION, NULL);

  set_string (&revocation->sessionId, session_id);
  revocation->expires = expires_s;
  g_ptr_array_add (ended, revocation);
}

static gboolean
handle_revocations (TwAccountsIf *iface, TwRevocations **result, gint64 since, TwBaseException **ouch, GError **error)
{
  g_autoptr (GError) failure = NULL;

  return tw_account_service_revocations (service_of (iface), context_of (iface), since, add_revocation,
                                         (*result)->ended, &(*result)->position, &failure)
         || refuse (failure, ouch);
}

static gboolean
handle_check (TwAccountsIf *iface, TwHealthcheck **result, GError **error)
{
  g_autoptr (GError) failure = NULL;

  (*result)->ok = tw_account_service_check (service_of (iface), context_of (iface), &failure);
  set_string (&(*result)->message, failure != NULL ? tw_error_public_message (failure) : "");
  return TRUE;
}

static void
tw_account_service_handler_class_init (TwAccountServiceHandlerClass *klass)
{
  klass->signup = handle_signup;
  klass->login = handle_login;
  klass->refresh = handle_refresh;
  klass->logout = handle_logout;
  klass->get = handle_get;
  klass->revocations = handle_revocations;
  klass->check = handle_check;
}

static void
tw_account_service_handler_init (TwAccountServiceHandler *handler)
{
}

TwAccountsHandler *
tw_accounts_handler_new (TwAccountService *service, const TwCallContext *const *context)
{
  TwAccountServiceHandler *handler = g_object_new (tw_account_service_handler_get_type (), NULL);

  handler->service = service;
  handler->context = context;
  return &handler->parent;
}
