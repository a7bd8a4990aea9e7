/* SPDX-License-Identifier: Apache-2.0 */

/* Sessions, from the first refresh to the end, by the rules of tw-account-service.h. */

#include "tw-account-service.h"

#include "service-fixture.h"
#include "tw-error.h"

static void *
race_refresh (void *data)
{
  ServiceRacer *racer = data;

  pthread_barrier_wait (racer->start);
  racer->grant = tw_account_service_refresh (racer->fixture->service, racer->token, &racer->ended, &racer->error);
  return NULL;
}

static void
test_used_token_ends_the_session (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = service_fixture_signup_ann (fixture);
  g_autoptr (TwSessionGrant) second = service_fixture_refresh (fixture, first->refresh_token);
  g_autofree char *ended = service_fixture_refused (fixture, first->refresh_token);
  g_autofree char *again = service_fixture_refused (fixture, first->refresh_token);
  g_autofree char *of_second = service_fixture_refused (fixture, second->refresh_token);

  g_assert_cmpstr (ended, ==, first->session_id);
  g_assert_null (again);
  g_assert_null (of_second);
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, 1);
}

static void
test_of_16_parallel_refreshes_one_wins (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) grant = service_fixture_signup_ann (fixture);
  g_autofree char *won = NULL;
  g_autofree char *ended = NULL;
  ServiceRacer racers[16];
  guint n_won = 0, n_ended = 0;

  service_fixture_run_race (fixture, race_refresh, racers, G_N_ELEMENTS (racers), grant->refresh_token);
  for (guint i = 0; i < G_N_ELEMENTS (racers); i++)
    {
      n_won += racers[i].grant != NULL ? 1 : 0;
      n_ended += racers[i].ended != NULL ? 1 : 0;
      if (racers[i].grant != NULL)
        won = g_strdup (racers[i].grant->refresh_token);
      else
        g_assert_error (racers[i].error, TW_ERROR, TW_ERROR_UNAUTHENTICATED);
      service_fixture_racer_clear (&racers[i]);
    }
  g_assert_cmpuint (n_won, ==, 1);
  g_assert_cmpuint (n_ended, ==, 1);
  ended = service_fixture_refused (fixture, won);
  g_assert_null (ended);
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, 1);
}

static void
test_text_that_is_no_token_is_refused (ServiceFixture *fixture, gconstpointer unused)
{
  static const char *const texts[]
      = { "", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "' OR 1=1 --", "\xc3\xa4" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *ended = service_fixture_refused (fixture, texts[i]);

      g_assert_null (ended);
    }
}

static void
test_session_lasts_while_it_is_refreshed_but_90_days (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) grant = service_fixture_signup_ann (fixture);
  g_autoptr (TwSessionGrant) idle = service_fixture_login (fixture, "ann@example.org", "correct horse");
  g_autofree char *ended = NULL;
  g_autofree char *ended_idle = NULL;

  for (guint day = 29; day < TW_SESSION_DAYS; day += 29)
    {
      TwSessionGrant *next;

      tw_clock_advance (fixture->clock, 29 * DAY_MS);
      next = service_fixture_refresh (fixture, grant->refresh_token);
      tw_session_grant_free (grant);
      grant = next;
    }
  tw_clock_advance (fixture->clock, 3 * DAY_MS);
  ended = service_fixture_refused (fixture, grant->refresh_token);
  g_assert_null (ended);
  ended_idle = service_fixture_refused (fixture, idle->refresh_token);
  g_assert_null (ended_idle);
}

static void
test_token_lasts_30_days (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = service_fixture_signup_ann (fixture);
  g_autoptr (TwSessionGrant) second = service_fixture_login (fixture, "ann@example.org", "correct horse");
  g_autoptr (TwSessionGrant) next = NULL;
  g_autofree char *ended = NULL;

  tw_clock_advance (fixture->clock, TW_REFRESH_DAYS * DAY_MS - 1);
  next = service_fixture_refresh (fixture, first->refresh_token);
  tw_clock_advance (fixture->clock, 1);
  ended = service_fixture_refused (fixture, second->refresh_token);
  g_assert_null (ended);
}

static void
test_logout_is_the_owners_alone (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) ann = service_fixture_signup_ann (fixture);
  g_autoptr (TwSessionGrant) bob
      = tw_account_service_signup (fixture->service, "bob@example.org", "correct horse", NULL, NULL);
  g_autoptr (TwSessionGrant) next = NULL;
  g_autofree char *ended = NULL;

  g_assert_true (tw_account_service_logout (fixture->service, bob->user_id, ann->session_id, NULL));
  g_assert_true (tw_account_service_logout (fixture->service, "nobody", "nothing", NULL));
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, 0);
  next = service_fixture_refresh (fixture, ann->refresh_token);
  for (guint i = 0; i < 2; i++)
    g_assert_true (tw_account_service_logout (fixture->service, ann->user_id, ann->session_id, NULL));
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, 1);
  ended = service_fixture_refused (fixture, next->refresh_token);
  g_assert_null (ended);
}

#define ADD(name, func)                                                                                               \
  g_test_add ("/account-service/" name, ServiceFixture, NULL, service_fixture_set_up, func, service_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("refresh/used-token-ends-the-session", test_used_token_ends_the_session);
  ADD ("refresh/of-16-parallel-ones-one-wins", test_of_16_parallel_refreshes_one_wins);
  ADD ("refresh/text-that-is-no-token-is-refused", test_text_that_is_no_token_is_refused);
  ADD ("refresh/session-lasts-while-it-is-refreshed-but-90-days", test_session_lasts_while_it_is_refreshed_but_90_days);
  ADD ("refresh/token-lasts-30-days", test_token_lasts_30_days);
  ADD ("logout/is-the-owners-alone", test_logout_is_the_owners_alone);
  return g_test_run ();
}
