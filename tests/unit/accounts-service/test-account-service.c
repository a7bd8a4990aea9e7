/* SPDX-License-Identifier: Apache-2.0 */

/* Accounts and signing in; test-account-sessions.c has what comes after. */

#include "tw-account-service-private.h"

#include "service-fixture.h"
#include "tw-account-change.h"
#include "tw-error.h"
#include "tw-monotonic.h"

#include <string.h>

static void
test_signup_opens_a_session (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) grant = service_fixture_signup_ann (fixture);
  g_autoptr (TwSessionGrant) next = NULL;
  g_autoptr (TwStoredAccountRecord) record = NULL;

  g_assert_true (tw_id_is_valid (grant->user_id));
  g_assert_true (tw_id_is_valid (grant->session_id));
  g_assert_cmpstr (grant->user_id, !=, grant->session_id);
  g_assert_cmpuint (strlen (grant->refresh_token), <=, 128);
  g_assert_cmpstr (grant->account->id, ==, grant->user_id);
  g_assert_cmpstr (grant->account->email, ==, "ann@example.org");
  g_assert_cmpstr (grant->account->name, ==, "Ann");
  g_assert_cmpint (grant->account->created_ms, ==, NOW);

  record = tw_account_service_get (fixture->service, &NOBODY, grant->user_id, NULL);
  g_assert_cmpstr (record->email, ==, "ann@example.org");
  g_assert_null (strstr (record->password_hash, "correct horse"));
  next = service_fixture_refresh (fixture, grant->refresh_token);
  g_assert_cmpstr (next->user_id, ==, grant->user_id);
  g_assert_cmpstr (next->session_id, ==, grant->session_id);
  g_assert_cmpstr (next->refresh_token, !=, grant->refresh_token);
  g_assert_null (next->account);
}

static void
test_addresses_are_compared_in_lower_case (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSessionGrant) grant =
    tw_account_service_signup (fixture->service, &NOBODY, "Ann.B@Example.ORG", "correct horse", NULL, NULL, &error);
  g_autoptr (TwSessionGrant) session = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (grant->account->email, ==, "ann.b@example.org");
  g_assert_null (grant->account->name);
  session = service_fixture_login (fixture, "ANN.B@example.org", "correct horse");
  g_assert_cmpstr (session->user_id, ==, grant->user_id);
  g_assert_null (
    tw_account_service_signup (fixture->service, &NOBODY, "ann.b@EXAMPLE.org", "another one", NULL, NULL, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  g_assert_cmpstr (error->message, ==, "That address has an account already");
}

static TwSessionGrant *
sign_up (ServiceFixture *fixture, const char *password, const char *name, GError **error)
{
  return tw_account_service_signup (fixture->service, &NOBODY, "ann@example.org", password, name, NULL, error);
}

static void
assert_taken (ServiceFixture *fixture, const char *password, const char *name)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sign_up (fixture, password, name, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  g_assert_cmpstr (error->message, ==, "That address has an account already");
}

/* Whoever did not hear the answer asks again. */
static void
test_signing_up_again_where_no_answer_came_opens_a_session (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = service_fixture_signup_ann (fixture);
  g_autoptr (TwSessionGrant) again = NULL;
  g_autoptr (TwSessionGrant) next = NULL;
  g_autoptr (TwSessionGrant) next_of_first = NULL;
  TwDoubt *late;

  assert_taken (fixture, "correct horse", "Ann");
  late = tw_doubts_begin (fixture->service->doubts, first->user_id, tw_monotonic_ms ());
  again = service_fixture_signup_ann (fixture);
  g_assert_cmpstr (again->user_id, ==, first->user_id);
  g_assert_cmpstr (again->session_id, !=, first->session_id);
  g_assert_cmpstr (again->account->id, ==, first->user_id);
  g_assert_cmpstr (again->account->name, ==, "Ann");
  g_assert_cmpint (again->account->created_ms, ==, NOW);
  next = service_fixture_refresh (fixture, again->refresh_token);
  next_of_first = service_fixture_refresh (fixture, first->refresh_token);

  assert_taken (fixture, "wrong horse", "Ann");
  assert_taken (fixture, "correct horse", "Bob");
  assert_taken (fixture, "correct horse", NULL);
  tw_doubts_end (fixture->service->doubts, late, TRUE, tw_monotonic_ms ());
}

/* A store that is slow in something, or fails. */
static const TwAccountStoreClass *real_store;

static void
open_nothing (TwAccountStore *store, gint64 deadline_ms, TwAccountChange *change)
{
  g_autoptr (GError) error = g_error_new_literal (TW_ERROR, TW_ERROR_UNAVAILABLE, "away");

  if (change->kind == TW_ACCOUNT_OPEN)
    {
      tw_account_change_done (change, error);
      tw_account_change_free (change);
    }
  else
    real_store->change (store, deadline_ms, change);
}

static void
add_origin_too_late (TwAccountStore *store, gint64 deadline_ms, TwAccountChange *change)
{
  while (change->kind == TW_ACCOUNT_ENTERED && tw_monotonic_ms () < deadline_ms)
    g_usleep (1000);
  real_store->change (store, deadline_ms, change);
}

/* Has the store do as @klass says; returns what it was. */
static const TwAccountStoreClass *
use_store (ServiceFixture *fixture, const TwAccountStoreClass *klass)
{
  TwAccountStore *store = fixture->service->parts.store;
  const TwAccountStoreClass *before = store->klass;

  store->klass = klass;
  return before;
}

/* What came to nothing leaves no doubt of what is made afterwards. */
static void
test_signing_up_again_where_nothing_was_made_is_the_first (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = NULL;
  g_autoptr (GError) error = NULL;
  TwAccountStoreClass failing = *fixture->service->parts.store->klass;

  failing.change = open_nothing;
  real_store = use_store (fixture, &failing);
  g_assert_null (sign_up (fixture, "correct horse", "Ann", &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  use_store (fixture, real_store);
  first = service_fixture_signup_ann (fixture);
  assert_taken (fixture, "correct horse", "Ann");
}

/* The account is there in time, but what is done after that takes too long. */
static void
test_signing_up_that_was_late_at_its_end_can_be_done_again (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) late = NULL;
  g_autoptr (TwSessionGrant) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *email = NULL;
  TwAccountStoreClass slow = *fixture->service->parts.store->klass;

  slow.change = add_origin_too_late;
  real_store = use_store (fixture, &slow);
  /* On a disk that is busy the account itself may be late. */
  for (guint i = 0; late == NULL; i++)
    {
      const TwCallContext impatient = { .deadline_ms = tw_monotonic_ms () + 4000 };

      g_free (email);
      email = g_strdup_printf ("ann%u@example.org", i);
      late = tw_account_service_signup (fixture->service, &impatient, email, "correct horse", "Ann", NULL, NULL);
    }
  use_store (fixture, real_store);
  again = tw_account_service_signup (fixture->service, &NOBODY, email, "correct horse", "Ann", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->user_id, ==, late->user_id);
}

static void *
race_signup (void *data)
{
  ServiceRacer *racer = data;

  pthread_barrier_wait (racer->start);
  racer->grant = sign_up (racer->fixture, racer->token, NULL, &racer->error);
  return NULL;
}

static void
test_of_parallel_signups_one_wins (ServiceFixture *fixture, gconstpointer unused)
{
  TwPasswordParams params = cheap_password_params (&fixture->work);
  ServiceRacer racers[8];
  guint n_won = 0;

  params.max_waiting = G_N_ELEMENTS (racers);
  service_fixture_restart (fixture, &params);
  service_fixture_run_race (fixture, race_signup, racers, G_N_ELEMENTS (racers), "correct horse");
  for (guint i = 0; i < G_N_ELEMENTS (racers); i++)
    {
      if (racers[i].grant != NULL)
        n_won++;
      else
        {
          g_assert_error (racers[i].error, TW_ERROR, TW_ERROR_CONFLICT);
          g_assert_cmpstr (racers[i].error->message, ==, "That address has an account already");
        }
      service_fixture_racer_clear (&racers[i]);
    }
  g_assert_cmpuint (n_won, ==, 1);
}

static void
test_name_is_kept_composed (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) grant = sign_up (fixture, "correct horse", "A\u0308nn", NULL);

  g_assert_cmpstr (grant->account->name, ==, "\u00c4nn");
}

static void
test_login_opens_sessions_apart (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = service_fixture_signup_ann (fixture);
  g_autoptr (TwSessionGrant) second = service_fixture_login (fixture, "ann@example.org", "correct horse");
  g_autoptr (TwSessionGrant) next = NULL;
  g_autofree char *ended = NULL;

  g_assert_cmpstr (second->user_id, ==, first->user_id);
  g_assert_cmpstr (second->session_id, !=, first->session_id);
  g_assert_null (second->account);
  g_assert_true (tw_account_service_logout (fixture->service, &NOBODY, first->user_id, first->session_id, NULL));
  ended = service_fixture_refused (fixture, first->refresh_token);
  g_assert_null (ended);
  next = service_fixture_refresh (fixture, second->refresh_token);
}

/* The same words and, counted instead of timed, the same work. */
static void
test_unknown_address_and_wrong_password_look_alike (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) grant = service_fixture_signup_ann (fixture);
  static const char *const attempts[][2] = {
    { "ann@example.org", "wrong horse" },
    { "bob@example.org", "correct horse" },
    { "", "" },
    { "ann@example.org", "" },
    { "no address", "correct horse" },
  };

  g_assert_nonnull (grant);
  for (guint i = 0; i < G_N_ELEMENTS (attempts); i++)
    {
      g_autoptr (GError) error = NULL;
      gint64 retry_after_s;
      guint before = password_work_count (&fixture->work);

      g_assert_null (
        tw_account_service_login (fixture->service, &NOBODY, attempts[i][0], attempts[i][1], &retry_after_s, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_UNAUTHENTICATED);
      g_assert_cmpstr (error->message, ==, "The address or the password is wrong");
      g_assert_cmpuint (password_work_count (&fixture->work), ==, before + 1);
    }
}

static void
test_login_brings_the_hash_up_to_date (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) grant = service_fixture_signup_ann (fixture);
  TwPasswordParams params = cheap_password_params (&fixture->work);
  g_autoptr (TwSessionGrant) once = NULL;
  g_autoptr (TwSessionGrant) twice = NULL;
  g_autoptr (TwStoredAccountRecord) before = tw_account_service_get (fixture->service, &NOBODY, grant->user_id, NULL);
  g_autoptr (TwStoredAccountRecord) after = NULL;
  guint n;

  g_assert_true (g_str_has_prefix (before->password_hash, "$argon2id$v=19$m=8,t=1,"));
  params.opslimit = 2;
  params.memlimit = 16384;
  service_fixture_restart (fixture, &params);
  once = service_fixture_login (fixture, "ann@example.org", "correct horse");
  after = tw_account_service_get (fixture->service, &NOBODY, grant->user_id, NULL);
  g_assert_true (g_str_has_prefix (after->password_hash, "$argon2id$v=19$m=16,t=2,"));
  n = password_work_count (&fixture->work);
  twice = service_fixture_login (fixture, "ann@example.org", "correct horse");
  g_assert_cmpuint (password_work_count (&fixture->work), ==, n + 1);
}

static void *
login_in_thread (void *data)
{
  ServiceRacer *racer = data;
  gint64 retry_after_s;

  racer->grant = tw_account_service_login (racer->fixture->service, &NOBODY, "ann@example.org", "correct horse",
                                           &retry_after_s, &racer->error);
  return NULL;
}

/* A storm of logins is refused once the pool is full, and nothing else waits for it. */
static void
test_login_storm_holds_nothing_else_up (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) grant = service_fixture_signup_ann (fixture);
  g_autoptr (TwSessionGrant) next = NULL;
  g_autoptr (TwStoredAccountRecord) record = NULL;
  pthread_t threads[3]; /* as many as the pool takes */
  ServiceRacer racers[G_N_ELEMENTS (threads)];
  guint before = password_work_count (&fixture->work), n_in = 0;

  password_work_hold (&fixture->work);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      racers[i] = (ServiceRacer) { .fixture = fixture };
      g_assert_cmpint (pthread_create (&threads[i], NULL, login_in_thread, &racers[i]), ==, 0);
      if (i == 0)
        password_work_wait (&fixture->work, before + 1);
    }
  record = tw_account_service_get (fixture->service, &NOBODY, grant->user_id, NULL);
  g_assert_nonnull (record);
  next = service_fixture_refresh (fixture, grant->refresh_token);
  g_assert_true (tw_account_service_logout (fixture->service, &NOBODY, grant->user_id, grant->session_id, NULL));
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, 1);
  g_assert_true (tw_account_service_check (fixture->service, &NOBODY, NULL));
  g_assert_cmpuint (password_work_count (&fixture->work), ==, before + 1);

  password_work_go_on (&fixture->work);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      pthread_join (threads[i], NULL);
      n_in += racers[i].grant != NULL ? 1 : 0;
      service_fixture_racer_clear (&racers[i]);
    }
  g_assert_cmpuint (n_in, ==, G_N_ELEMENTS (threads));
}

static void
test_unknown_account_is_not_found (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (tw_account_service_get (fixture->service, &NOBODY, "0123456789abcdef01234567", &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "Account not found");
}

#define ADD(name, func)                                                                                               \
  g_test_add ("/account-service/" name, ServiceFixture, NULL, service_fixture_set_up, func, service_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("signup/opens-a-session", test_signup_opens_a_session);
  ADD ("signup/addresses-are-compared-in-lower-case", test_addresses_are_compared_in_lower_case);
  ADD ("signup/again-where-no-answer-came-opens-a-session", test_signing_up_again_where_no_answer_came_opens_a_session);
  ADD ("signup/of-parallel-ones-one-wins", test_of_parallel_signups_one_wins);
  ADD ("signup/again-where-nothing-was-made-is-the-first", test_signing_up_again_where_nothing_was_made_is_the_first);
  ADD ("signup/that-was-late-at-its-end-can-be-done-again", test_signing_up_that_was_late_at_its_end_can_be_done_again);
  ADD ("signup/name-is-kept-composed", test_name_is_kept_composed);
  ADD ("login/opens-sessions-apart", test_login_opens_sessions_apart);
  ADD ("login/unknown-address-and-wrong-password-look-alike", test_unknown_address_and_wrong_password_look_alike);
  ADD ("login/brings-the-hash-up-to-date", test_login_brings_the_hash_up_to_date);
  ADD ("login/storm-holds-nothing-else-up", test_login_storm_holds_nothing_else_up);
  ADD ("get/unknown-account-is-not-found", test_unknown_account_is_not_found);
  return g_test_run ();
}
