/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-accounts-handler.h"

#include "service-fixture.h"
#include "tw-cglib-finalizers.h"
#include "tw-generated-types.h"

#include <string.h>

/* What the generated processor does around a handler: it makes the result, hands it in, and drops it. */

typedef struct
{
  ServiceFixture base;
  TwAccountsHandler *handler;
  TwAccountsIf *iface;
  const TwCallContext *context;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer unused)
{
  static const TwCallContext nobody = { .deadline_ms = TW_DEADLINE_NONE };

  service_fixture_set_up (&fixture->base, unused);
  fixture->context = &nobody;
  fixture->handler = tw_accounts_handler_new (fixture->base.service, &fixture->context);
  fixture->iface = TW_ACCOUNTS_IF (fixture->handler);
}

static void
tear_down (Fixture *fixture, gconstpointer unused)
{
  g_object_unref (fixture->handler);
  service_fixture_tear_down (&fixture->base, unused);
}

static TwSession *
signup_with (Fixture *fixture, const char *email, const char *name, const char *key, TwBaseException **ouch)
{
  g_autoptr (GObject) options = g_object_new (TW_TYPE_CREATE_OPTIONS, NULL);
  TwSession *session = g_object_new (TW_TYPE_SESSION, NULL);
  g_autoptr (GObject) account
      = g_object_new (TW_TYPE_NEW_ACCOUNT, "email", email, "password", "correct horse", NULL);
  g_autoptr (GError) error = NULL;

  if (name != NULL)
    g_object_set (account, "name", name, NULL);
  if (key != NULL)
    g_object_set (options, "idempotencyKey", key, NULL);
  if (!tw_accounts_handler_signup (fixture->iface, &session, TW_NEW_ACCOUNT (account),
                                   TW_CREATE_OPTIONS (options), ouch, &error))
    g_clear_object (&session);
  g_assert_no_error (error);
  /* The password is gone from the struct that came in. */
  g_assert_cmpmem (TW_NEW_ACCOUNT (account)->password, 13, "\0\0\0\0\0\0\0\0\0\0\0\0\0", 13);
  return session;
}

static TwSession *
signup (Fixture *fixture, const char *email, const char *name, TwBaseException **ouch)
{
  return signup_with (fixture, email, name, NULL, ouch);
}

static void
assert_ouch (TwBaseException *ouch, int code, const char *message)
{
  g_assert_nonnull (ouch);
  g_assert_cmpint (ouch->code, ==, code);
  g_assert_cmpstr (ouch->message, ==, message);
  g_object_unref (ouch);
}

static void
test_signup (Fixture *fixture, gconstpointer unused)
{
  TwBaseException *ouch = NULL;
  g_autoptr (GObject) session = G_OBJECT (signup (fixture, "Ann@example.org", "Ann", &ouch));
  g_autoptr (GObject) nameless = G_OBJECT (signup (fixture, "bob@example.org", NULL, &ouch));
  const TwAccount *account = TW_SESSION (session)->account;

  g_assert_null (ouch);
  g_assert_true (TW_SESSION (session)->__isset_account);
  g_assert_cmpstr (account->id, ==, TW_SESSION (session)->userId);
  g_assert_cmpstr (account->email, ==, "ann@example.org");
  g_assert_true (account->__isset_name);
  g_assert_cmpstr (account->name, ==, "Ann");
  g_assert_cmpstr (account->createdOn, ==, "2026-09-21T14:13:20.000Z");
  g_assert_false (TW_SESSION (nameless)->account->__isset_name);

  g_assert_null (signup (fixture, "ann@EXAMPLE.org", NULL, &ouch));
  assert_ouch (ouch, 409, "That address has an account already");
}

static void
test_signup_again (Fixture *fixture, gconstpointer unused)
{
  TwBaseException *ouch = NULL;
  g_autoptr (GObject) first = G_OBJECT (signup_with (fixture, "ann@example.org", "Ann", "k", &ouch));
  g_autoptr (GObject) again = G_OBJECT (signup_with (fixture, "ann@example.org", "Ann", "k", &ouch));

  g_assert_null (ouch);
  g_assert_false (TW_SESSION (first)->__isset_endedSession);
  g_assert_cmpstr (TW_SESSION (again)->userId, ==, TW_SESSION (first)->userId);
  g_assert_true (TW_SESSION (again)->__isset_endedSession);
  g_assert_cmpstr (TW_SESSION (again)->endedSession, ==, TW_SESSION (first)->sessionId);
  g_assert_null (signup_with (fixture, "ann@example.org", "Bob", "k", &ouch));
  assert_ouch (ouch, 422, "This Idempotency-Key has been used for another request");
  ouch = NULL;
  g_assert_null (signup_with (fixture, "ann@example.org", "Ann", "K", &ouch));
  assert_ouch (ouch, 409, "That address has an account already");
}

static void
test_login (Fixture *fixture, gconstpointer unused)
{
  TwBaseException *ouch = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) first = G_OBJECT (signup (fixture, "ann@example.org", NULL, &ouch));
  g_autoptr (GObject) right
      = g_object_new (TW_TYPE_CREDENTIALS, "email", "ann@example.org", "password", "correct horse", NULL);
  g_autoptr (GObject) wrong
      = g_object_new (TW_TYPE_CREDENTIALS, "email", "ann@example.org", "password", "wrong horse", NULL);
  TwSession *session = g_object_new (TW_TYPE_SESSION, NULL);

  g_assert_true (tw_accounts_handler_login (fixture->iface, &session, TW_CREDENTIALS (right), &ouch, &error));
  g_assert_cmpstr (session->userId, ==, TW_SESSION (first)->userId);
  g_assert_false (session->__isset_account);
  g_assert_cmpstr (TW_CREDENTIALS (right)->password, ==, "");
  g_assert_false (tw_accounts_handler_login (fixture->iface, &session, TW_CREDENTIALS (wrong), &ouch, &error));
  g_assert_no_error (error);
  assert_ouch (ouch, 401, "The address or the password is wrong");
  g_object_unref (session);
}

static void
test_login_too_often (Fixture *fixture, gconstpointer unused)
{
  TwSession *session = g_object_new (TW_TYPE_SESSION, NULL);
  TwBaseException *ouch = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i <= 20; i++)
    {
      g_autoptr (GObject) wrong =
        g_object_new (TW_TYPE_CREDENTIALS, "email", "ann@example.org", "password", "wrong horse", NULL);

      g_assert_false (tw_accounts_handler_login (fixture->iface, &session, TW_CREDENTIALS (wrong), &ouch, &error));
      g_assert_cmpint (ouch->__isset_retryAfter, ==, i == 20);
      if (i < 20)
        g_clear_object (&ouch);
    }
  g_assert_cmpint (ouch->retryAfter, ==, 3600);
  assert_ouch (ouch, 429, "Signing in has failed too often: try again later");
  g_object_unref (session);
}

static gboolean
refresh (Fixture *fixture, const char *token, TwSession *session, TwRefreshRefused **refused)
{
  g_autoptr (GObject) request = g_object_new (TW_TYPE_REFRESH_REQUEST, "refreshToken", token, NULL);
  g_autoptr (GError) error = NULL;
  TwBaseException *ouch = NULL;
  gboolean ok = tw_accounts_handler_refresh (fixture->iface, &session, TW_REFRESH_REQUEST (request), refused, &ouch,
                                             &error);

  g_assert_no_error (error);
  g_assert_null (ouch);
  g_assert_cmpstr (TW_REFRESH_REQUEST (request)->refreshToken, ==, "");
  return ok;
}

static void
test_refresh (Fixture *fixture, gconstpointer unused)
{
  TwBaseException *ouch = NULL;
  g_autoptr (GObject) first = G_OBJECT (signup (fixture, "ann@example.org", NULL, &ouch));
  g_autoptr (GObject) next = g_object_new (TW_TYPE_SESSION, NULL);
  g_autoptr (GObject) third = g_object_new (TW_TYPE_SESSION, NULL);
  TwRefreshRefused *unknown = NULL, *reused = NULL;

  g_assert_true (refresh (fixture, TW_SESSION (first)->refreshToken, TW_SESSION (next), &unknown));
  g_assert_cmpstr (TW_SESSION (next)->sessionId, ==, TW_SESSION (first)->sessionId);

  g_assert_false (refresh (fixture, "no token", TW_SESSION (third), &unknown));
  g_assert_cmpint (unknown->code, ==, 401);
  g_assert_false (unknown->__isset_sessionId);
  g_assert_true (refresh (fixture, TW_SESSION (next)->refreshToken, TW_SESSION (third), &unknown));
  g_assert_false (refresh (fixture, TW_SESSION (first)->refreshToken, TW_SESSION (next), &reused));
  g_assert_cmpint (reused->code, ==, 401);
  g_assert_cmpstr (reused->message, ==, unknown->message);
  g_assert_true (reused->__isset_sessionId);
  g_assert_cmpstr (reused->sessionId, ==, TW_SESSION (first)->sessionId);
  g_object_unref (unknown);
  g_object_unref (reused);
}

static void
test_logout_and_revocations (Fixture *fixture, gconstpointer unused)
{
  TwBaseException *ouch = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) session = G_OBJECT (signup (fixture, "ann@example.org", NULL, &ouch));
  TwRevocations *revocations = g_object_new (TW_TYPE_REVOCATIONS, NULL);
  const TwRevocation *entry;

  g_assert_true (tw_accounts_handler_revocations (fixture->iface, &revocations, 0, &ouch, &error));
  g_assert_cmpuint (revocations->ended->len, ==, 0);
  g_assert_cmpint (revocations->position, ==, 0);

  g_assert_true (tw_accounts_handler_logout (fixture->iface, TW_SESSION (session)->userId,
                                             TW_SESSION (session)->sessionId, &ouch, &error));
  g_assert_true (tw_accounts_handler_logout (fixture->iface, TW_SESSION (session)->userId, "unknown", &ouch, &error));
  g_assert_true (tw_accounts_handler_revocations (fixture->iface, &revocations, 0, &ouch, &error));
  g_assert_cmpuint (revocations->ended->len, ==, 1);
  g_assert_cmpint (revocations->position, >, 0);
  entry = g_ptr_array_index (revocations->ended, 0);
  g_assert_cmpstr (entry->sessionId, ==, TW_SESSION (session)->sessionId);
  g_assert_cmpint (entry->expires, >=, NOW / 1000 + TW_ACCESS_TOKEN_MAX_S);
  g_object_unref (revocations);
}

static void
test_get (Fixture *fixture, gconstpointer unused)
{
  TwBaseException *ouch = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) session = G_OBJECT (signup (fixture, "ann@example.org", NULL, &ouch));
  TwAccount *account = g_object_new (TW_TYPE_ACCOUNT, NULL);

  g_assert_true (tw_accounts_handler_get (fixture->iface, &account, TW_SESSION (session)->userId, &ouch, &error));
  g_assert_cmpstr (account->email, ==, "ann@example.org");
  g_assert_false (tw_accounts_handler_get (fixture->iface, &account, "unknown", &ouch, &error));
  g_assert_no_error (error);
  assert_ouch (ouch, 404, "Account not found");
  g_object_unref (account);
}

static void
test_check (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  TwHealthcheck *health = g_object_new (TW_TYPE_HEALTHCHECK, NULL);

  g_assert_true (tw_accounts_handler_check (fixture->iface, &health, &error));
  g_assert_true (health->ok);
  g_assert_cmpstr (health->message, ==, "");
  g_object_unref (health);
}

#define ADD(name, func) g_test_add ("/accounts-handler/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tw_cglib_init (tw_generated_types, TW_N_GENERATED_TYPES);
  tw_cglib_mend_finalizers (tw_generated_types, TW_N_GENERATED_TYPES);
  ADD ("signup", test_signup);
  ADD ("signup-again", test_signup_again);
  ADD ("login", test_login);
  ADD ("login-too-often", test_login_too_often);
  ADD ("refresh", test_refresh);
  ADD ("logout-and-revocations", test_logout_and_revocations);
  ADD ("get", test_get);
  ADD ("check", test_check);
  return g_test_run ();
}
