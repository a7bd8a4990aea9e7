/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-account-service-private.h"

#include "tw-error.h"
#include "tw-monotonic.h"
#include "tw-outcome.h"
#include "tw-store-error.h"

#include <string.h>

/* The account with this address in lower case; *@account is NULL where there is none. */
static gboolean
find_account (TwAccountService *service, const TwCallContext *context, const char *address, TwStoredAccountRecord **account,
              GError **error)
{
  g_autoptr (GError) failure = NULL;

  *account = tw_account_store_find (service->parts.store, context->deadline_ms, address, &failure);
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
insert_account (TwAccountService *service, const TwCallContext *context, const TwStoredAccountRecord *account,
                const TwSessionRecord *session, const TwRefreshRecord *token, GError **error)
{
  TwOutcome outcome;
  g_autoptr (GError) failure = NULL;

  tw_outcome_init (&outcome);
  tw_account_store_insert (service->parts.store, context->deadline_ms, account, session, token, tw_outcome_set,
                           &outcome);
  if (tw_outcome_wait (&outcome, &failure))
    return TRUE;
  if (g_error_matches (failure, TW_ERROR, TW_ERROR_CONFLICT))
    set_taken (error);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
begin_sign_in (TwAccountService *service, const TwCallContext *context, const char *address, TwSignIn *sign_in,
               GError **error)
{
  TwAccountKey key;

  if (!tw_account_service_get_key (service, context->deadline_ms, &key, error))
    return FALSE;
  tw_sign_in_begin (sign_in, &service->parts, &key, context, address);
  return TRUE;
}

static TwSessionGrant *
open_session (TwAccountService *service, const TwCallContext *context, const char *user_id, GError **error)
{
  g_autoptr (TwSessionGrant) grant = NULL;
  TwSessionRecord session;
  TwRefreshRecord token;
  TwOutcome outcome;

  grant = tw_account_service_new_session (service, context, user_id, tw_clock_wall_ms (service->parts.clock), &session,
                                          &token, error);
  if (grant == NULL)
    return NULL;
  tw_outcome_init (&outcome);
  tw_account_store_open_session (service->parts.store, context->deadline_ms, &session, &token, tw_outcome_set,
                                 &outcome);
  return tw_outcome_wait (&outcome, error) ? g_steal_pointer (&grant) : NULL;
}

/* The account with this address, where @password is its own; *@account is NULL where it is not, or there is none. */
static gboolean
prove (TwAccountService *service, const TwCallContext *context, TwSignIn *sign_in, const char *address,
       const char *password, TwStoredAccountRecord **account, GError **error)
{
  gboolean ok, right = FALSE;

  if (!tw_sign_in_enter (sign_in, error))
    return FALSE;
  ok = find_account (service, context, address, account, error)
       && tw_sign_in_prove (sign_in, *account, password, &right, error);
  tw_sign_in_leave (sign_in);
  if (!ok || !right)
    g_clear_pointer (account, g_free);
  return ok;
}

TwSessionGrant *
tw_account_service_login (TwAccountService *service, const TwCallContext *context, const char *email,
                          const char *password, gint64 *retry_after_s, GError **error)
{
  g_autofree char *address = g_ascii_strdown (email, -1);
  g_autoptr (TwStoredAccountRecord) account = NULL;
  TwSignIn sign_in;

  if (!begin_sign_in (service, context, address, &sign_in, error))
    return NULL;
  if (!prove (service, context, &sign_in, address, password, &account, error))
    {
      *retry_after_s = sign_in.retry_after_s;
      return NULL;
    }
  if (account == NULL)
    {
      g_set_error_literal (error, TW_ERROR, TW_ERROR_UNAUTHENTICATED, "The address or the password is wrong");
      return NULL;
    }
  tw_sign_in_remember (&sign_in);
  return open_session (service, context, account->id, error);
}

/* What to call the person, composed, as it is counted. */
static char *
compose_name (const char *name)
{
  return name != NULL ? g_utf8_normalize (name, -1, G_NORMALIZE_DEFAULT_COMPOSE) : NULL;
}

typedef enum
{
  SIGNUP_FIRST,    /* the address has no account */
  SIGNUP_TAKEN,    /* it has one, and that is all that may be said */
  SIGNUP_DOUBTED,  /* it has what this has made before, and was not heard of */
  SIGNUP_REPEATED, /* it has what was made with the same key */
  SIGNUP_REUSED,   /* it has what the key made, but with another request */
} SignupKind;

/* Somebody who signs up. */
typedef struct
{
  TwSignIn sign_in;
  char *address;
  const char *password;
  char *name;
  gboolean has_key;
  TwSignupKey key;
  SignupKind kind;        /* once the address has been looked for */
  TwStoredAccountRecord *there; /* the account that it has, or NULL */
  char *password_hash;    /* where there is none */
  TwDoubt *doubt;         /* of the account that it has made, until it is answered */
} Signup;

static void
signup_clear (Signup *signup)
{
  g_free (signup->address);
  g_free (signup->name);
  g_free (signup->there);
  g_free (signup->password_hash);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Signup, signup_clear)

/* What the account that is there is to somebody who knows its password. */
static SignupKind
find_kind (TwAccountService *service, const Signup *signup)
{
  const TwStoredAccountRecord *there = signup->there;
  TwSignupKey kept;

  if (signup->has_key && there->signup_key.length == sizeof kept && there->signup_session != NULL
      && tw_clock_wall_ms (service->parts.clock) - there->created_ms < TW_SIGNUP_KEY_MS)
    {
      memcpy (&kept, there->signup_key.bytes, sizeof kept);
      if (memcmp (signup->key.key, kept.key, sizeof kept.key) == 0)
        return memcmp (signup->key.request, kept.request, sizeof kept.request) == 0 ? SIGNUP_REPEATED : SIGNUP_REUSED;
    }
  if (tw_doubts_have (service->doubts, there->id, tw_monotonic_ms ()) && g_strcmp0 (there->name, signup->name) == 0)
    return SIGNUP_DOUBTED;
  return SIGNUP_TAKEN;
}

/* Whoever asks for what they have made has to prove that it is theirs. It is an attempt to sign in like others; one
 * that is not allowed is as one with a wrong password. */
static gboolean
signup_prove (TwAccountService *service, Signup *signup, GError **error)
{
  const SignupKind kind = find_kind (service, signup);
  g_autoptr (GError) failure = NULL;
  gboolean right = FALSE;

  if (kind != SIGNUP_TAKEN && !tw_sign_in_prove (&signup->sign_in, signup->there, signup->password, &right, &failure)
      && !g_error_matches (failure, TW_ERROR, TW_ERROR_LIMITED))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  signup->kind = right ? kind : SIGNUP_TAKEN;
  return TRUE;
}

/* While it is its turn. */
static gboolean
signup_look (TwAccountService *service, const TwCallContext *context, Signup *signup, GError **error)
{
  if (!find_account (service, context, signup->address, &signup->there, error))
    return FALSE;
  if (signup->there != NULL)
    return signup_prove (service, signup, error);
  signup->password_hash = tw_passwords_hash (service->parts.passwords, signup->password, error);
  return signup->password_hash != NULL;
}

/* Finds out whether the address has an account, before the work of a hash that would be thrown away. */
static gboolean
signup_prepare (TwAccountService *service, const TwCallContext *context, Signup *signup, GError **error)
{
  gboolean ok;

  g_clear_pointer (&signup->password_hash, g_free);
  if (!tw_sign_in_enter (&signup->sign_in, error))
    return FALSE;
  ok = signup_look (service, context, signup, error);
  tw_sign_in_leave (&signup->sign_in);
  return ok;
}

/* All is done: what is left is to say so. */
static void
signup_answer (TwAccountService *service, Signup *signup, gboolean known)
{
  if (signup->doubt != NULL)
    tw_doubts_end (service->doubts, g_steal_pointer (&signup->doubt), known, tw_monotonic_ms ());
}

/* CONFLICT where the address has an account by the time that this one is inserted. */
static TwSessionGrant *
signup_insert (TwAccountService *service, const TwCallContext *context, Signup *signup, GError **error)
{
  gint64 now_ms = tw_clock_wall_ms (service->parts.clock);
  g_autoptr (TwSessionGrant) grant = NULL;
  g_autoptr (GError) failure = NULL;
  char id[TW_ID_SIZE];
  TwStoredAccountRecord account;
  TwSessionRecord session;
  TwRefreshRecord token;

  tw_id_new (now_ms, id);
  grant = tw_account_service_new_session (service, context, id, now_ms, &session, &token, error);
  if (grant == NULL)
    return NULL;
  account = (TwStoredAccountRecord) {
    .has = TW_STORED_ACCOUNT_ALWAYS | (signup->name != NULL ? TW_STORED_ACCOUNT_HAS_NAME : 0),
    .id = id,
    .email = signup->address,
    .name = signup->name,
    .password_hash = signup->password_hash,
    .created_ms = now_ms,
  };
  if (signup->has_key)
    {
      account.has |= TW_STORED_ACCOUNT_HAS_SIGNUP_KEY | TW_STORED_ACCOUNT_HAS_SIGNUP_SESSION;
      account.signup_key = (TwRecordBytes) { (const guint8 *) &signup->key, sizeof signup->key };
      account.signup_session = session.id;
    }
  grant->account = tw_record_copy (&tw_stored_account_type, &account);
  signup->doubt = tw_doubts_begin (service->doubts, id, context->deadline_ms);
  if (insert_account (service, context, grant->account, &session, &token, &failure))
    return g_steal_pointer (&grant);
  signup_answer (service, signup, g_error_matches (failure, TW_ERROR, TW_ERROR_CONFLICT));
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* More than are answered at a time: each that is in vain is one that somebody else's has won. */
#define REPEATS_MAX 1000

/* CONFLICT where another answer has opened a session since the account was read. */
static TwSessionGrant *
replace_session (TwAccountService *service, const TwCallContext *context, const TwStoredAccountRecord *account,
                 GError **error)
{
  g_autoptr (TwSessionGrant) grant = NULL;
  TwSessionRecord session;
  TwRefreshRecord token;
  TwOutcome outcome;

  grant = tw_account_service_new_session (service, context, account->id, tw_clock_wall_ms (service->parts.clock),
                                          &session, &token, error);
  if (grant == NULL)
    return NULL;
  grant->ended_session = g_strdup (account->signup_session);
  tw_outcome_init (&outcome);
  tw_account_store_replace_session (service->parts.store, context->deadline_ms, account->signup_session, &session,
                                    &token, tw_outcome_set, &outcome);
  return tw_outcome_wait (&outcome, error) ? g_steal_pointer (&grant) : NULL;
}

static TwSessionGrant *
signup_repeat (TwAccountService *service, const TwCallContext *context, Signup *signup, GError **error)
{
  for (guint i = 0; i < REPEATS_MAX; i++)
    {
      g_autoptr (GError) failure = NULL;
      TwSessionGrant *grant = replace_session (service, context, signup->there, &failure);
      TwStoredAccountRecord *now;

      if (grant != NULL)
        {
          grant->account = g_steal_pointer (&signup->there);
          return grant;
        }
      if (!g_error_matches (failure, TW_ERROR, TW_ERROR_CONFLICT))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      now = tw_account_store_get (service->parts.store, context->deadline_ms, signup->there->id, error);
      if (now == NULL)
        return NULL;
      g_free (signup->there);
      signup->there = now;
    }
  g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, TW_STORE_BUSY);
  return NULL;
}

static TwSessionGrant *
signup_again (TwAccountService *service, const TwCallContext *context, Signup *signup, GError **error)
{
  TwSessionGrant *grant = open_session (service, context, signup->there->id, error);

  if (grant != NULL)
    grant->account = g_steal_pointer (&signup->there);
  return grant;
}

static TwSessionGrant *
signup_finish (TwAccountService *service, const TwCallContext *context, Signup *signup, GError **error)
{
  switch (signup->kind)
    {
    case SIGNUP_FIRST:
      return signup_insert (service, context, signup, error);
    case SIGNUP_DOUBTED:
      return signup_again (service, context, signup, error);
    case SIGNUP_REPEATED:
      return signup_repeat (service, context, signup, error);
    case SIGNUP_REUSED:
      g_set_error_literal (error, TW_ERROR, TW_ERROR_REUSED, "This Idempotency-Key has been used for another request");
      return NULL;
    case SIGNUP_TAKEN:
    default:
      set_taken (error);
      return NULL;
    }
}

TwSessionGrant *
tw_account_service_signup (TwAccountService *service, const TwCallContext *context, const char *email,
                           const char *password, const char *name, const char *key, GError **error)
{
  g_auto (Signup)
    signup = { .address = g_ascii_strdown (email, -1), .password = password, .name = compose_name (name) };
  g_autoptr (TwSessionGrant) grant = NULL;
  g_autoptr (GError) failure = NULL;

  signup.has_key = key != NULL;
  if (key != NULL)
    tw_signup_key_init (&signup.key, key, signup.name);
  if (!begin_sign_in (service, context, signup.address, &signup.sign_in, error)
      || !signup_prepare (service, context, &signup, error))
    return NULL;
  grant = signup_finish (service, context, &signup, &failure);
  /* Somebody was faster, maybe the same one: now there is an account. */
  if (grant == NULL && signup.kind == SIGNUP_FIRST && g_error_matches (failure, TW_ERROR, TW_ERROR_CONFLICT))
    {
      g_clear_error (&failure);
      if (!signup_prepare (service, context, &signup, error))
        return NULL;
      grant = signup_finish (service, context, &signup, &failure);
    }
  if (grant != NULL)
    tw_sign_in_remember (&signup.sign_in);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  signup_answer (service, &signup, TRUE); /* after the last that takes time */
  return g_steal_pointer (&grant);
}
