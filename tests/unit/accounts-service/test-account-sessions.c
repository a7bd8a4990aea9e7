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
  racer->grant =
    tw_account_service_refresh (racer->fixture->service, &NOBODY, racer->token, &racer->ended, &racer->error);
  return NULL;
}

static void
test_asking_again_gives_the_same_token (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = service_fixture_signup_ann (fixture);
  g_autoptr (TwSessionGrant) second = service_fixture_refresh (fixture, first->refresh_token);
  g_autoptr (TwSessionGrant) again = NULL;
  g_autoptr (TwSessionGrant) third = NULL;
  TwPasswordParams params = cheap_password_params (&fixture->work);

  /* The key outlasts the process. */
  service_fixture_restart (fixture, &params);
  again = service_fixture_refresh (fixture, first->refresh_token);
  g_assert_cmpstr (again->refresh_token, ==, second->refresh_token);
  g_assert_cmpstr (again->session_id, ==, first->session_id);
  g_assert_cmpstr (again->user_id, ==, first->user_id);
  third = service_fixture_refresh (fixture, again->refresh_token);
  g_assert_cmpstr (third->refresh_token, !=, second->refresh_token);
}

static void
test_token_whose_successor_was_used_ends_the_session (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = service_fixture_signup_ann (fixture);
  g_autoptr (TwSessionGrant) second = service_fixture_refresh (fixture, first->refresh_token);
  g_autoptr (TwSessionGrant) third = service_fixture_refresh (fixture, second->refresh_token);
  g_autofree char *ended = service_fixture_refused (fixture, first->refresh_token);
  g_autofree char *again = service_fixture_refused (fixture, first->refresh_token);
  g_autofree char *of_third = service_fixture_refused (fixture, third->refresh_token);

  g_assert_cmpstr (ended, ==, first->session_id);
  g_assert_null (again);
  g_assert_null (of_third);
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, 1);
}

static void
test_16_parallel_refreshes_get_the_same (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) grant = service_fixture_signup_ann (fixture);
  g_autoptr (TwSessionGrant) next = NULL;
  ServiceRacer racers[16];

  service_fixture_run_race (fixture, race_refresh, racers, G_N_ELEMENTS (racers), grant->refresh_token);
  for (guint i = 0; i < G_N_ELEMENTS (racers); i++)
    {
      g_assert_no_error (racers[i].error);
      g_assert_cmpstr (racers[i].grant->refresh_token, ==, racers[0].grant->refresh_token);
    }
  next = service_fixture_refresh (fixture, racers[0].grant->refresh_token);
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (racers); i++)
    service_fixture_racer_clear (&racers[i]);
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
  g_autoptr (TwSessionGrant) bob =
    tw_account_service_signup (fixture->service, &NOBODY, "bob@example.org", "correct horse", NULL, NULL, NULL);
  g_autoptr (TwSessionGrant) next = NULL;
  g_autofree char *ended = NULL;

  g_assert_true (tw_account_service_logout (fixture->service, &NOBODY, bob->user_id, ann->session_id, NULL));
  g_assert_true (tw_account_service_logout (fixture->service, &NOBODY, "nobody", "nothing", NULL));
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, 0);
  next = service_fixture_refresh (fixture, ann->refresh_token);
  for (guint i = 0; i < 2; i++)
    g_assert_true (tw_account_service_logout (fixture->service, &NOBODY, ann->user_id, ann->session_id, NULL));
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
  ADD ("refresh/asking-again-gives-the-same-token", test_asking_again_gives_the_same_token);
  ADD ("refresh/token-whose-successor-was-used-ends-the-session", test_token_whose_successor_was_used_ends_the_session);
  ADD ("refresh/16-parallel-ones-get-the-same", test_16_parallel_refreshes_get_the_same);
  ADD ("refresh/text-that-is-no-token-is-refused", test_text_that_is_no_token_is_refused);
  ADD ("refresh/session-lasts-while-it-is-refreshed-but-90-days", test_session_lasts_while_it_is_refreshed_but_90_days);
  ADD ("refresh/token-lasts-30-days", test_token_lasts_30_days);
  ADD ("logout/is-the-owners-alone", test_logout_is_the_owners_alone);
  return g_test_run ();
}
