/* SPDX-License-Identifier: Apache-2.0 */

/* Signing up again with the same Idempotency-Key. */

#include "tw-signup-key.h"

#include "service-fixture.h"
#include "tw-account-change.h"
#include "tw-account-service-private.h"
#include "tw-error.h"
#include "tw-latch.h"

#include <string.h>

/* Somebody who signs up as Ann. */
typedef struct
{
  const char *key, *password, *name, *client;
} Ann;

static const Ann ann = { .key = "8e03978e-40d5-43dd-bc93-6894a57f9324", .password = "correct horse", .name = "Ann" };

static TwSessionGrant *
sign_up (ServiceFixture *fixture, const Ann *who, GError **error)
{
  const TwCallContext context = { .deadline_ms = TW_DEADLINE_NONE, .client = who->client };

  return tw_account_service_signup (fixture->service, &context, "ann@example.org", who->password, who->name, who->key,
                                    error);
}

static TwSessionGrant *
signed_up (ServiceFixture *fixture, const Ann *who)
{
  g_autoptr (GError) error = NULL;
  TwSessionGrant *grant = sign_up (fixture, who, &error);

  g_assert_no_error (error);
  return grant;
}

static void
assert_refused (ServiceFixture *fixture, const Ann *who, TwErrorCode code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sign_up (fixture, who, &error));
  g_assert_error (error, TW_ERROR, (int) code);
  if (code == TW_ERROR_CONFLICT)
    g_assert_cmpstr (error->message, ==, "That address has an account already");
}

static void
test_same_key_is_the_same_account (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = signed_up (fixture, &ann);
  g_autoptr (TwSessionGrant) second = signed_up (fixture, &ann);
  g_autoptr (TwSessionGrant) third = NULL;
  g_autoptr (TwSessionGrant) next = NULL;
  TwPasswordParams params = cheap_password_params (&fixture->work);

  g_assert_null (first->ended_session);
  g_assert_cmpstr (second->user_id, ==, first->user_id);
  g_assert_cmpstr (second->account->id, ==, first->user_id);
  g_assert_cmpstr (second->account->email, ==, "ann@example.org");
  g_assert_cmpstr (second->account->name, ==, "Ann");
  g_assert_cmpint (second->account->created_ms, ==, NOW);
  g_assert_cmpstr (second->session_id, !=, first->session_id);
  g_assert_cmpstr (second->ended_session, ==, first->session_id);
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, 1);
  g_assert_null (service_fixture_refused (fixture, first->refresh_token));

  service_fixture_restart (fixture, &params);
  third = signed_up (fixture, &ann);
  g_assert_cmpstr (third->user_id, ==, first->user_id);
  g_assert_cmpstr (third->ended_session, ==, second->session_id);
  g_assert_null (service_fixture_refused (fixture, second->refresh_token));
  next = service_fixture_refresh (fixture, third->refresh_token);
  g_assert_cmpstr (next->session_id, ==, third->session_id);
}

/* Sessions that were opened otherwise go on. */
static void
test_other_sessions_go_on (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = signed_up (fixture, &ann);
  g_autoptr (TwSessionGrant) other = service_fixture_login (fixture, "ann@example.org", "correct horse");
  g_autoptr (TwSessionGrant) again = signed_up (fixture, &ann);
  g_autoptr (TwSessionGrant) next = service_fixture_refresh (fixture, other->refresh_token);

  g_assert_cmpstr (again->user_id, ==, first->user_id);
  g_assert_cmpstr (next->session_id, ==, other->session_id);
}

static void
test_anything_else_is_a_conflict (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = signed_up (fixture, &ann);
  g_autoptr (TwSessionGrant) next = NULL;
  Ann other = ann;

  other.password = "wrong horse";
  assert_refused (fixture, &other, TW_ERROR_CONFLICT);
  other.name = "Bob"; /* nobody hears of the key who does not know the password */
  assert_refused (fixture, &other, TW_ERROR_CONFLICT);
  other = ann;
  other.key = "8e03978e-40d5-43dd-bc93-6894a57f9325";
  assert_refused (fixture, &other, TW_ERROR_CONFLICT);
  other.key = "";
  assert_refused (fixture, &other, TW_ERROR_CONFLICT);
  other.key = NULL;
  assert_refused (fixture, &other, TW_ERROR_CONFLICT);
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, 0);
  next = service_fixture_refresh (fixture, first->refresh_token);
}

static void
test_an_account_without_a_key_has_none (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = service_fixture_signup_ann (fixture);
  Ann other = ann;

  assert_refused (fixture, &ann, TW_ERROR_CONFLICT);
  other.key = "";
  assert_refused (fixture, &other, TW_ERROR_CONFLICT);
  g_assert_nonnull (first);
}

static void
test_another_request_is_told (ServiceFixture *fixture, gconstpointer unused)
{
  static const char *const names[] = { "Bob", "ann", NULL };
  g_autoptr (TwSessionGrant) first = signed_up (fixture, &ann);
  g_autoptr (TwSessionGrant) again = NULL;
  Ann other = ann;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      other.name = names[i];
      assert_refused (fixture, &other, TW_ERROR_REUSED);
    }
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, 0);
  again = signed_up (fixture, &ann);
  g_assert_cmpstr (again->user_id, ==, first->user_id);
}

/* One name, typed in two ways. */
static void
test_names_are_compared_composed (ServiceFixture *fixture, gconstpointer unused)
{
  Ann composed = ann, decomposed = ann;
  g_autoptr (TwSessionGrant) first = NULL;
  g_autoptr (TwSessionGrant) again = NULL;

  composed.name = "\u00c4nn";
  decomposed.name = "A\u0308nn";
  first = signed_up (fixture, &composed);
  again = signed_up (fixture, &decomposed);
  g_assert_cmpstr (again->user_id, ==, first->user_id);
}

/* Nobody has a key yet who signs up: what somebody else uses is theirs. */
static void
test_key_is_one_addresss (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSessionGrant) first = signed_up (fixture, &ann);
  g_autoptr (TwSessionGrant) other = tw_account_service_signup (fixture->service, &NOBODY, "bob@example.org",
                                                                "correct horse", "Ann", ann.key, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (other->user_id, !=, first->user_id);
  g_assert_null (other->ended_session);
}

static void
test_key_is_kept_for_30_days (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = signed_up (fixture, &ann);
  g_autoptr (TwSessionGrant) again = NULL;

  tw_clock_advance (fixture->clock, 30 * DAY_MS - 1);
  again = signed_up (fixture, &ann);
  g_assert_cmpstr (again->user_id, ==, first->user_id);
  tw_clock_advance (fixture->clock, 1);
  assert_refused (fixture, &ann, TW_ERROR_CONFLICT);
}

/* Counted instead of timed. */
static void
test_right_and_wrong_take_the_same_work (ServiceFixture *fixture, gconstpointer unused)
{
  static const char *const passwords[] = { "correct horse", "wrong horse", "another" };
  g_autoptr (TwSessionGrant) first = signed_up (fixture, &ann);
  Ann other = ann;

  for (guint i = 0; i < G_N_ELEMENTS (passwords); i++)
    {
      const guint before = password_work_count (&fixture->work);
      g_autoptr (TwSessionGrant) grant = NULL;

      other.password = passwords[i];
      grant = sign_up (fixture, &other, NULL);
      g_assert_cmpuint (password_work_count (&fixture->work), ==, before + 1);
    }
  g_assert_nonnull (first);
}

static void
test_wrong_passwords_count_as_signing_in_does (ServiceFixture *fixture, gconstpointer unused)
{
  const TwCallContext there = { .deadline_ms = TW_DEADLINE_NONE, .client = "192.0.2.1" };
  g_autoptr (TwSessionGrant) first = signed_up (fixture, &ann);
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSessionGrant) elsewhere = NULL;
  Ann other = ann;
  gint64 retry_after_s;
  guint before;

  other.client = there.client;
  other.password = "wrong horse";
  for (guint i = 0; i < 20; i++)
    assert_refused (fixture, &other, TW_ERROR_CONFLICT);
  before = password_work_count (&fixture->work);
  other.password = "correct horse";
  assert_refused (fixture, &other, TW_ERROR_CONFLICT);
  g_assert_null (tw_account_service_login (fixture->service, &there, "ann@example.org", "correct horse", &retry_after_s,
                                           &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_LIMITED);
  g_assert_cmpuint (password_work_count (&fixture->work), ==, before);
  elsewhere = signed_up (fixture, &ann);
  g_assert_cmpstr (elsewhere->user_id, ==, first->user_id);
}

/* Who comes with another key guesses nothing, so that nothing is counted. */
static void
test_another_key_does_not_count (ServiceFixture *fixture, gconstpointer unused)
{
  g_autoptr (TwSessionGrant) first = signed_up (fixture, &ann);
  g_autoptr (TwSessionGrant) again = NULL;
  Ann other = ann;

  other.key = "another";
  other.password = "wrong horse";
  for (guint i = 0; i < 25; i++)
    assert_refused (fixture, &other, TW_ERROR_CONFLICT);
  again = signed_up (fixture, &ann);
  g_assert_cmpstr (again->user_id, ==, first->user_id);
}

/* A store that does what it is asked for and dies before it can say so. */

static const TwAccountStoreClass *real_store;

static void
note_death (const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  tw_latch_open (user_data);
}

static void
do_and_die (TwAccountStore *store, gint64 deadline_ms, TwAccountChange *change)
{
  g_autoptr (GError) error = g_error_new_literal (TW_ERROR, TW_ERROR_UNAVAILABLE, "away");
  const TwAccountStoreDone done = change->done;
  const gpointer user_data = change->user_data;
  TwLatch latch;

  tw_latch_init (&latch);
  change->done = note_death;
  change->user_data = &latch;
  real_store->change (store, deadline_ms, change);
  tw_latch_wait (&latch);
  done (error, user_data);
}

static void
test_what_was_done_and_not_told_is_found (ServiceFixture *fixture, gconstpointer unused)
{
  TwPasswordParams params = cheap_password_params (&fixture->work);
  TwAccountStoreClass dying = *fixture->service->parts.store->klass;
  g_autoptr (TwSessionGrant) again = NULL;
  g_autoptr (TwSessionGrant) login = NULL;
  g_autoptr (TwSessionGrant) next = NULL;

  dying.change = do_and_die;
  /* First the account's own, then what comes again. */
  for (guint i = 0; i < 2; i++)
    {
      real_store = fixture->service->parts.store->klass;
      fixture->service->parts.store->klass = &dying;
      assert_refused (fixture, &ann, TW_ERROR_UNAVAILABLE);
      fixture->service->parts.store->klass = real_store;
      service_fixture_restart (fixture, &params);
    }
  again = signed_up (fixture, &ann);
  login = service_fixture_login (fixture, "ann@example.org", "correct horse");
  g_assert_cmpstr (login->user_id, ==, again->user_id);
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, 2);
  next = service_fixture_refresh (fixture, again->refresh_token);
}

static void *
race_signup (void *data)
{
  ServiceRacer *racer = data;

  pthread_barrier_wait (racer->start);
  racer->grant = sign_up (racer->fixture, &ann, &racer->error);
  return NULL;
}

static gboolean
is_open (ServiceFixture *fixture, const TwSessionGrant *grant)
{
  g_autofree char *ended = NULL;
  g_autoptr (TwSessionGrant) next
      = tw_account_service_refresh (fixture->service, &NOBODY, grant->refresh_token, &ended, NULL);

  return next != NULL;
}

static void
test_parallel_ones_are_one_account (ServiceFixture *fixture, gconstpointer unused)
{
  TwPasswordParams params = cheap_password_params (&fixture->work);
  ServiceRacer racers[8];
  guint n_open = 0;

  params.places = 4;
  params.max_waiting = G_N_ELEMENTS (racers);
  service_fixture_restart (fixture, &params);
  service_fixture_run_race (fixture, race_signup, racers, G_N_ELEMENTS (racers), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (racers); i++)
    {
      g_assert_no_error (racers[i].error);
      g_assert_cmpstr (racers[i].grant->user_id, ==, racers[0].grant->user_id);
      n_open += is_open (fixture, racers[i].grant) ? 1 : 0;
    }
  g_assert_cmpuint (n_open, ==, 1);
  g_assert_cmpuint (service_fixture_n_revocations (fixture), ==, G_N_ELEMENTS (racers) - 1);
  for (guint i = 0; i < G_N_ELEMENTS (racers); i++)
    service_fixture_racer_clear (&racers[i]);
}

static void
test_hashes (void)
{
  TwSignupKey key, same, other_key, other_name, none, empty;

  tw_signup_key_init (&key, "k", "Ann");
  tw_signup_key_init (&same, "k", "Ann");
  tw_signup_key_init (&other_key, "K", "Ann");
  tw_signup_key_init (&other_name, "k", "Anna");
  tw_signup_key_init (&none, "k", NULL);
  tw_signup_key_init (&empty, "k", "");
  g_assert_cmpmem (&key, sizeof key, &same, sizeof same);
  g_assert_cmpmem (key.request, sizeof key.request, other_key.request, sizeof other_key.request);
  g_assert_true (memcmp (key.key, other_key.key, sizeof key.key) != 0);
  g_assert_cmpmem (key.key, sizeof key.key, other_name.key, sizeof other_name.key);
  g_assert_true (memcmp (key.request, other_name.request, sizeof key.request) != 0);
  g_assert_true (memcmp (none.request, empty.request, sizeof none.request) != 0);
}

#define ADD(name, func)                                                                                               \
  g_test_add ("/signup-key/" name, ServiceFixture, NULL, service_fixture_set_up, func, service_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("same-one-is-the-same-account", test_same_key_is_the_same_account);
  ADD ("other-sessions-go-on", test_other_sessions_go_on);
  ADD ("anything-else-is-a-conflict", test_anything_else_is_a_conflict);
  ADD ("an-account-without-one-has-none", test_an_account_without_a_key_has_none);
  ADD ("another-request-is-told", test_another_request_is_told);
  ADD ("names-are-compared-composed", test_names_are_compared_composed);
  ADD ("is-one-addresss", test_key_is_one_addresss);
  ADD ("is-kept-for-30-days", test_key_is_kept_for_30_days);
  ADD ("right-and-wrong-take-the-same-work", test_right_and_wrong_take_the_same_work);
  ADD ("wrong-passwords-count-as-signing-in-does", test_wrong_passwords_count_as_signing_in_does);
  ADD ("another-key-does-not-count", test_another_key_does_not_count);
  ADD ("what-was-done-and-not-told-is-found", test_what_was_done_and_not_told_is_found);
  ADD ("parallel-ones-are-one-account", test_parallel_ones_are_one_account);
  g_test_add_func ("/signup-key/hashes", test_hashes);
  return g_test_run ();
}
