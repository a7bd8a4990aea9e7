/* SPDX-License-Identifier: Apache-2.0 */

/* Attempts to sign in: what is counted, and for how long it is remembered. */

#include "account-store-fixture.h"

/* Of the account and the origin with these numbers. */
static TwAttempt
attempt_of (guint8 account, guint8 origin)
{
  return (TwAttempt) { .account = { account }, .origin = { origin } };
}

static void
add_failure (Fixture *fixture, TwAttempt attempt, gboolean strange, gint64 now_ms)
{
  Wait wait;

  wait_begin (&wait);
  tw_account_store_add_failure (fixture->store, TW_DEADLINE_NONE, &attempt, strange, now_ms, wait_done, &wait);
  wait_ok (&wait);
}

static void
add_origin (Fixture *fixture, TwAttempt attempt, gint64 now_ms)
{
  Wait wait;

  wait_begin (&wait);
  tw_account_store_add_origin (fixture->store, TW_DEADLINE_NONE, &attempt, now_ms, wait_done, &wait);
  wait_ok (&wait);
}

static TwAttempts
attempts_at (Fixture *fixture, TwAttempt attempt, gint64 now_ms, guint n_origin, guint n_strange)
{
  TwAttempts attempts;
  g_autoptr (GError) error = NULL;

  g_assert_true (tw_account_store_attempts (fixture->store, TW_DEADLINE_NONE, &attempt, now_ms, n_origin, n_strange,
                                            &attempts, &error));
  g_assert_no_error (error);
  return attempts;
}

static void
assert_attempts (Fixture *fixture, TwAttempt attempt, gint64 now_ms, guint n, gint64 from_origin_ms,
                 gint64 from_strange_ms)
{
  TwAttempts attempts = attempts_at (fixture, attempt, now_ms, n, n);

  g_assert_cmpint (attempts.from_origin_ms, ==, from_origin_ms);
  g_assert_cmpint (attempts.from_strange_ms, ==, from_strange_ms);
}

static void
test_nth_last_is_told (Fixture *fixture, gconstpointer kind)
{
  const TwAttempt attempt = attempt_of (1, 1);

  assert_attempts (fixture, attempt, NOW, 1, 0, 0);
  for (guint i = 0; i < 3; i++)
    add_failure (fixture, attempt, TRUE, NOW + i);
  assert_attempts (fixture, attempt, NOW + 10, 1, NOW + 2, NOW + 2);
  assert_attempts (fixture, attempt, NOW + 10, 2, NOW + 1, NOW + 1);
  assert_attempts (fixture, attempt, NOW + 10, 3, NOW, NOW);
  assert_attempts (fixture, attempt, NOW + 10, 4, 0, 0);
}

static void
test_origins_and_accounts_are_apart (Fixture *fixture, gconstpointer kind)
{
  add_failure (fixture, attempt_of (1, 1), TRUE, NOW);
  add_failure (fixture, attempt_of (1, 2), TRUE, NOW + 1);
  add_failure (fixture, attempt_of (1, 3), FALSE, NOW + 2);
  assert_attempts (fixture, attempt_of (1, 1), NOW + 10, 1, NOW, NOW + 1);
  assert_attempts (fixture, attempt_of (1, 3), NOW + 10, 1, NOW + 2, NOW + 1);
  assert_attempts (fixture, attempt_of (1, 4), NOW + 10, 1, 0, NOW + 1);
  assert_attempts (fixture, attempt_of (1, 1), NOW + 10, 2, 0, NOW);
  assert_attempts (fixture, attempt_of (2, 1), NOW + 10, 1, 0, 0);
}

static void
test_failures_at_one_time_count_each (Fixture *fixture, gconstpointer kind)
{
  for (guint i = 0; i < 5; i++)
    add_failure (fixture, attempt_of (1, 1), TRUE, NOW);
  assert_attempts (fixture, attempt_of (1, 1), NOW, 5, NOW, NOW);
  assert_attempts (fixture, attempt_of (1, 1), NOW, 6, 0, 0);
}

static void
test_failure_is_forgotten_after_an_hour (Fixture *fixture, gconstpointer kind)
{
  const TwAttempt attempt = attempt_of (1, 1);

  add_failure (fixture, attempt, TRUE, NOW);
  assert_attempts (fixture, attempt, NOW + TW_FAILURE_MS - 1, 1, NOW, NOW);
  assert_attempts (fixture, attempt, NOW + TW_FAILURE_MS, 1, 0, 0);
  add_failure (fixture, attempt, TRUE, NOW + TW_FAILURE_MS);
  assert_attempts (fixture, attempt, NOW + TW_FAILURE_MS, 2, 0, 0);
}

static void
test_origin_is_known_from_then_on (Fixture *fixture, gconstpointer kind)
{
  g_assert_cmpint (attempts_at (fixture, attempt_of (1, 1), NOW, 1, 1).seen_ms, ==, 0);
  add_origin (fixture, attempt_of (1, 1), NOW);
  g_assert_cmpint (attempts_at (fixture, attempt_of (1, 1), NOW, 1, 1).seen_ms, ==, NOW);
  add_origin (fixture, attempt_of (1, 1), NOW + DAY_MS);
  g_assert_cmpint (attempts_at (fixture, attempt_of (1, 1), NOW, 1, 1).seen_ms, ==, NOW + DAY_MS);
  g_assert_cmpint (attempts_at (fixture, attempt_of (1, 2), NOW, 1, 1).seen_ms, ==, 0);
  g_assert_cmpint (attempts_at (fixture, attempt_of (2, 1), NOW, 1, 1).seen_ms, ==, 0);
}

static void
test_oldest_origins_go (Fixture *fixture, gconstpointer kind)
{
  for (guint8 i = 0; i < TW_KNOWN_ORIGINS_MAX; i++)
    add_origin (fixture, attempt_of (1, i), NOW + i);
  add_origin (fixture, attempt_of (2, 0), NOW);
  /* Seen again, it is the newest. */
  add_origin (fixture, attempt_of (1, 0), NOW + 50);
  add_origin (fixture, attempt_of (1, 100), NOW + 100);
  g_assert_cmpint (attempts_at (fixture, attempt_of (1, 0), NOW, 1, 1).seen_ms, ==, NOW + 50);
  g_assert_cmpint (attempts_at (fixture, attempt_of (1, 1), NOW, 1, 1).seen_ms, ==, 0);
  g_assert_cmpint (attempts_at (fixture, attempt_of (1, 2), NOW, 1, 1).seen_ms, ==, NOW + 2);
  g_assert_cmpint (attempts_at (fixture, attempt_of (1, 100), NOW, 1, 1).seen_ms, ==, NOW + 100);
  g_assert_cmpint (attempts_at (fixture, attempt_of (2, 0), NOW, 1, 1).seen_ms, ==, NOW);
}

static void
test_attempts_outlast_a_restart (Fixture *fixture, gconstpointer kind)
{
  add_failure (fixture, attempt_of (1, 1), TRUE, NOW);
  add_origin (fixture, attempt_of (1, 2), NOW);
  reopen (fixture);
  assert_attempts (fixture, attempt_of (1, 1), NOW + 1, 1, NOW, NOW);
  g_assert_cmpint (attempts_at (fixture, attempt_of (1, 2), NOW, 1, 1).seen_ms, ==, NOW);
}

void
account_store_contract_add_attempts (const AccountStoreKind *kind)
{
  static const ContractTest tests[] = {
    { "attempts/nth-last-is-told", test_nth_last_is_told },
    { "attempts/origins-and-accounts-are-apart", test_origins_and_accounts_are_apart },
    { "attempts/failures-at-one-time-count-each", test_failures_at_one_time_count_each },
    { "attempts/failure-is-forgotten-after-an-hour", test_failure_is_forgotten_after_an_hour },
    { "attempts/origin-is-known-from-then-on", test_origin_is_known_from_then_on },
    { "attempts/oldest-origins-go", test_oldest_origins_go },
    { "attempts/outlast-a-restart", test_attempts_outlast_a_restart },
  };

  contract_add (kind, tests, G_N_ELEMENTS (tests));
}
