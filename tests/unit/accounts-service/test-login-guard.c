/* SPDX-License-Identifier: Apache-2.0 */

/* How often signing in may fail, through the service. */

#include "tw-login-guard.h"

#include "service-fixture.h"
#include "tw-account-service-private.h"
#include "tw-error.h"
#include "tw-monotonic.h"

#define HOME "203.0.113.7"
#define STRANGER "198.51.100.%u"
#define HOUR_MS G_GINT64_CONSTANT (3600000)

/* The HTTP status that a login from @client ends with; 201 where it opens a session. */
static int
try (ServiceFixture *fixture, const char *client, const char *email, const char *password, gint64 *retry_after_s)
{
  const TwCallContext context = { .deadline_ms = TW_DEADLINE_NONE, .client = client };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSessionGrant) grant = NULL;

  *retry_after_s = 0;
  grant = tw_account_service_login (fixture->service, &context, email, password, retry_after_s, &error);
  return grant != NULL ? 201 : tw_error_status (error);
}

static void
assert_tries (ServiceFixture *fixture, const char *client, const char *email, const char *password, int status)
{
  gint64 retry_after_s;

  g_assert_cmpint (try (fixture, client, email, password, &retry_after_s), ==, status);
  g_assert_cmpint (retry_after_s > 0, ==, status == 429);
}

static void
fail (ServiceFixture *fixture, const char *client, const char *email, guint n)
{
  for (guint i = 0; i < n; i++)
    assert_tries (fixture, client, email, "wrong horse", 401);
}

static void
sign_up_at_home (ServiceFixture *fixture)
{
  const TwCallContext context = { .deadline_ms = TW_DEADLINE_NONE, .client = HOME };
  g_autoptr (TwSessionGrant) grant =
    tw_account_service_signup (fixture->service, &context, "ann@example.org", "correct horse", "Ann", NULL, NULL);

  g_assert_nonnull (grant);
}

static void
test_20_failures_from_one_origin (ServiceFixture *fixture, gconstpointer unused)
{
  static const char *const addresses[] = { "ann@example.org", "nobody@example.org" };

  sign_up_at_home (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      guint before;

      fail (fixture, "192.0.2.1", addresses[i], 20);
      before = password_work_count (&fixture->work);
      assert_tries (fixture, "192.0.2.1", addresses[i], "wrong horse", 429);
      assert_tries (fixture, "192.0.2.1", addresses[i], "correct horse", 429);
      g_assert_cmpuint (password_work_count (&fixture->work), ==, before);
    }
  /* Upper and lower case are the same; other origins, and other accounts, are others. */
  assert_tries (fixture, "192.0.2.1", "ANN@example.org", "correct horse", 429);
  assert_tries (fixture, "192.0.2.2", "ann@example.org", "correct horse", 201);
  assert_tries (fixture, "192.0.2.1", "bob@example.org", "correct horse", 401);
}

static void
test_home_is_an_origin_like_others (ServiceFixture *fixture, gconstpointer unused)
{
  sign_up_at_home (fixture);
  fail (fixture, HOME, "ann@example.org", 20);
  assert_tries (fixture, HOME, "ann@example.org", "correct horse", 429);
}

static void
test_retry_after_is_when_the_first_is_an_hour_old (ServiceFixture *fixture, gconstpointer unused)
{
  gint64 retry_after_s;

  sign_up_at_home (fixture);
  fail (fixture, "192.0.2.1", "ann@example.org", 1);
  tw_clock_advance (fixture->clock, HOUR_MS / 2);
  fail (fixture, "192.0.2.1", "ann@example.org", 19);
  g_assert_cmpint (try (fixture, "192.0.2.1", "ann@example.org", "correct horse", &retry_after_s), ==, 429);
  g_assert_cmpint (retry_after_s, ==, 1800);
  tw_clock_advance (fixture->clock, HOUR_MS / 2 - 1);
  g_assert_cmpint (try (fixture, "192.0.2.1", "ann@example.org", "correct horse", &retry_after_s), ==, 429);
  g_assert_cmpint (retry_after_s, ==, 1);
  tw_clock_advance (fixture->clock, 1);
  fail (fixture, "192.0.2.1", "ann@example.org", 1);
  g_assert_cmpint (try (fixture, "192.0.2.1", "ann@example.org", "correct horse", &retry_after_s), ==, 429);
  tw_clock_advance (fixture->clock, HOUR_MS);
  assert_tries (fixture, "192.0.2.1", "ann@example.org", "correct horse", 201);
}

/* Addresses of one network of IPv6 are one; whoever has none is one. */
static void
test_an_ipv6_network_is_one_origin (ServiceFixture *fixture, gconstpointer unused)
{
  sign_up_at_home (fixture);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *client = g_strdup_printf ("2001:db8::%x", i + 1);

      fail (fixture, client, "ann@example.org", 1);
    }
  assert_tries (fixture, "2001:db8::ffff", "ann@example.org", "correct horse", 429);
  assert_tries (fixture, "2001:db8:0:1::1", "ann@example.org", "correct horse", 201);
  fail (fixture, NULL, "ann@example.org", 20);
  assert_tries (fixture, NULL, "ann@example.org", "correct horse", 429);
}

static void
test_100_failures_from_strange_origins_lock_nobody_out_at_home (ServiceFixture *fixture, gconstpointer unused)
{
  static const char *const addresses[] = { "ann@example.org", "nobody@example.org" };

  sign_up_at_home (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      for (guint k = 0; k < 10; k++)
        {
          g_autofree char *client = g_strdup_printf (STRANGER, k);

          fail (fixture, client, addresses[i], 10);
        }
      assert_tries (fixture, "192.0.2.1", addresses[i], "correct horse", 429);
      assert_tries (fixture, "192.0.2.1", addresses[i], "wrong horse", 429);
    }
  /* At home it is as always, failures included. */
  assert_tries (fixture, HOME, "ann@example.org", "wrong horse", 401);
  assert_tries (fixture, HOME, "ann@example.org", "correct horse", 201);
  tw_clock_advance (fixture->clock, HOUR_MS);
  assert_tries (fixture, "192.0.2.1", "ann@example.org", "correct horse", 201);
}

static void
test_failures_at_home_are_not_strange (ServiceFixture *fixture, gconstpointer unused)
{
  sign_up_at_home (fixture);
  for (guint i = 0; i < 9; i++)
    {
      g_autofree char *client = g_strdup_printf (STRANGER, i);

      fail (fixture, client, "ann@example.org", 11);
    }
  fail (fixture, HOME, "ann@example.org", 15);
  assert_tries (fixture, "192.0.2.1", "ann@example.org", "wrong horse", 401);
  assert_tries (fixture, "192.0.2.1", "ann@example.org", "wrong horse", 429);
}

static void
test_counts_outlast_a_restart (ServiceFixture *fixture, gconstpointer unused)
{
  TwPasswordParams params = cheap_password_params (&fixture->work);

  sign_up_at_home (fixture);
  fail (fixture, "192.0.2.1", "ann@example.org", 20);
  service_fixture_restart (fixture, &params);
  assert_tries (fixture, "192.0.2.1", "ann@example.org", "correct horse", 429);
}

/* Signing up once more is signing in: it is no way around. */
static void
test_signing_up_again_counts (ServiceFixture *fixture, gconstpointer unused)
{
  const TwCallContext context = { .deadline_ms = TW_DEADLINE_NONE, .client = "192.0.2.1" };
  g_autoptr (TwSessionGrant) first = service_fixture_signup_ann (fixture);
  TwDoubt *late;

  late = tw_doubts_begin (fixture->service->doubts, first->user_id, tw_monotonic_ms ());
  for (guint i = 0; i < 25; i++)
    {
      g_autoptr (GError) error = NULL;
      guint before = password_work_count (&fixture->work);

      g_assert_null (tw_account_service_signup (fixture->service, &context, "ann@example.org",
                                                i < 24 ? "wrong horse" : "correct horse", "Ann", NULL, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
      g_assert_cmpuint (password_work_count (&fixture->work), ==, before + (i < 20 ? 1 : 0));
    }
  assert_tries (fixture, "192.0.2.1", "ann@example.org", "correct horse", 429);
  tw_doubts_end (fixture->service->doubts, late, TRUE, tw_monotonic_ms ());
}

typedef struct
{
  ServiceFixture *fixture;
  int status;
} Attacker;

static void *
attack (void *data)
{
  Attacker *attacker = data;
  gint64 retry_after_s;

  attacker->status = try (attacker->fixture, "192.0.2.1", "ann@example.org", "wrong horse", &retry_after_s);
  return NULL;
}

/* With one place no more than 20 are ever hashed, however many come at once. */
static void
test_parallel_attempts_do_not_go_beyond (ServiceFixture *fixture, gconstpointer unused)
{
  TwPasswordParams params = cheap_password_params (&fixture->work);
  pthread_t threads[60];
  Attacker attackers[G_N_ELEMENTS (threads)];
  guint n_failed = 0, before;

  params.max_waiting = G_N_ELEMENTS (threads);
  service_fixture_restart (fixture, &params);
  sign_up_at_home (fixture);
  before = password_work_count (&fixture->work);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      attackers[i] = (Attacker) { .fixture = fixture };
      g_assert_cmpint (pthread_create (&threads[i], NULL, attack, &attackers[i]), ==, 0);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      pthread_join (threads[i], NULL);
      g_assert_true (attackers[i].status == 401 || attackers[i].status == 429);
      n_failed += attackers[i].status == 401 ? 1 : 0;
    }
  g_assert_cmpuint (n_failed, ==, 20);
  g_assert_cmpuint (password_work_count (&fixture->work), ==, before + 20);
}

#define ADD(name, func)                                                                                                \
  g_test_add ("/login-guard/" name, ServiceFixture, NULL, service_fixture_set_up, func, service_fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("20-failures-from-one-origin", test_20_failures_from_one_origin);
  ADD ("home-is-an-origin-like-others", test_home_is_an_origin_like_others);
  ADD ("retry-after-is-when-the-first-is-an-hour-old", test_retry_after_is_when_the_first_is_an_hour_old);
  ADD ("an-ipv6-network-is-one-origin", test_an_ipv6_network_is_one_origin);
  ADD ("100-failures-from-strange-origins-lock-nobody-out-at-home",
       test_100_failures_from_strange_origins_lock_nobody_out_at_home);
  ADD ("failures-at-home-are-not-strange", test_failures_at_home_are_not_strange);
  ADD ("counts-outlast-a-restart", test_counts_outlast_a_restart);
  ADD ("signing-up-again-counts", test_signing_up_again_counts);
  ADD ("parallel-attempts-do-not-go-beyond", test_parallel_attempts_do_not_go_beyond);
  return g_test_run ();
}
