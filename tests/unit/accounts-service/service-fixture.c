/* SPDX-License-Identifier: Apache-2.0 */

#include "service-fixture.h"

#include "tw-account-store-sqlite.h"
#include "tw-error.h"
#include "tw-temporary-folder.h"

static void
start (ServiceFixture *fixture, const TwPasswordParams *params)
{
  g_autofree char *path = g_build_filename (fixture->folder, "accounts.db", NULL);
  g_autoptr (GError) error = NULL;
  TwAccountStore *store = tw_account_store_sqlite_new (path, &error);
  TwPasswords *passwords;

  g_assert_no_error (error);
  passwords = tw_passwords_new (params, &error);
  g_assert_no_error (error);
  fixture->service = tw_account_service_new (store, passwords, fixture->clock);
}

void
service_fixture_set_up (ServiceFixture *fixture, gconstpointer unused)
{
  TwPasswordParams params = cheap_password_params (&fixture->work);

  fixture->work = (PasswordWork) PASSWORD_WORK_INIT;
  fixture->folder = tw_temporary_folder_new ();
  fixture->clock = tw_clock_new_fixed (NOW);
  start (fixture, &params);
}

void
service_fixture_tear_down (ServiceFixture *fixture, gconstpointer unused)
{
  tw_account_service_free (fixture->service);
  tw_clock_free (fixture->clock);
  tw_temporary_folder_remove (fixture->folder);
  g_free (fixture->folder);
}

void
service_fixture_restart (ServiceFixture *fixture, const TwPasswordParams *params)
{
  tw_account_service_free (fixture->service);
  start (fixture, params);
}

TwSessionGrant *
service_fixture_signup_ann (ServiceFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  TwSessionGrant *grant =
    tw_account_service_signup (fixture->service, &NOBODY, "ann@example.org", "correct horse", "Ann", NULL, &error);

  g_assert_no_error (error);
  return grant;
}

TwSessionGrant *
service_fixture_login (ServiceFixture *fixture, const char *email, const char *password)
{
  g_autoptr (GError) error = NULL;
  gint64 retry_after_s;
  TwSessionGrant *grant = tw_account_service_login (fixture->service, &NOBODY, email, password, &retry_after_s, &error);

  g_assert_no_error (error);
  return grant;
}

TwSessionGrant *
service_fixture_refresh (ServiceFixture *fixture, const char *token)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *ended = NULL;
  TwSessionGrant *grant = tw_account_service_refresh (fixture->service, &NOBODY, token, &ended, &error);

  g_assert_no_error (error);
  g_assert_null (ended);
  return grant;
}

char *
service_fixture_refused (ServiceFixture *fixture, const char *token)
{
  g_autoptr (GError) error = NULL;
  char *ended = NULL;

  g_assert_null (tw_account_service_refresh (fixture->service, &NOBODY, token, &ended, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAUTHENTICATED);
  g_assert_cmpstr (error->message, ==, "The session can't be continued: sign in again");
  return ended;
}

static void
count (const char *session_id, gint64 expires_s, gpointer n)
{
  *(guint *) n += 1;
}

guint
service_fixture_n_revocations (ServiceFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gint64 position = 0;
  guint n = 0;

  g_assert_true (tw_account_service_revocations (fixture->service, &NOBODY, 0, count, &n, &position, &error));
  g_assert_no_error (error);
  return n;
}

void
service_fixture_run_race (ServiceFixture *fixture, void *(*func) (void *), ServiceRacer *racers, guint n,
                          const char *token)
{
  g_autofree pthread_t *threads = g_new (pthread_t, n);
  pthread_barrier_t start;

  pthread_barrier_init (&start, NULL, n);
  for (guint i = 0; i < n; i++)
    {
      racers[i] = (ServiceRacer) { .fixture = fixture, .start = &start, .token = token };
      g_assert_cmpint (pthread_create (&threads[i], NULL, func, &racers[i]), ==, 0);
    }
  for (guint i = 0; i < n; i++)
    pthread_join (threads[i], NULL);
  pthread_barrier_destroy (&start);
}

void
service_fixture_racer_clear (ServiceRacer *racer)
{
  tw_session_grant_free (racer->grant);
  g_free (racer->ended);
  g_clear_error (&racer->error);
}
