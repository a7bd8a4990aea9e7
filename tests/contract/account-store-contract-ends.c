/* SPDX-License-Identifier: Apache-2.0 */

/* How things end: by time, by signing out; what is told of it; what is left after a restart. */

#include "account-store-fixture.h"

#include <stdatomic.h>

/* Time */

static void
test_token_expires (Fixture *fixture, gconstpointer kind)
{
  const gint64 expires_ms = NOW + 30 * DAY_MS;
  TwSessionRecord second = session_of (ANN, SESSION_2);

  insert_ann (fixture);
  open_session (fixture, &second, token (50, expires_ms));
  g_assert_cmpint (rotate_at (fixture, 1, token (2, expires_ms + DAY_MS), expires_ms - 1, NULL), ==, TW_ROTATED);
  g_assert_cmpint (rotate_in (fixture, SESSION_2, 50, token (51, expires_ms + DAY_MS), expires_ms, NULL), ==,
                   TW_ROTATE_REFUSED);
}

/* Asking again does not make it last longer, nor end sooner. */
static void
test_repetition_changes_no_time (Fixture *fixture, gconstpointer kind)
{
  const gint64 expires_ms = NOW + 31 * DAY_MS;

  insert_ann (fixture);
  g_assert_cmpint (rotate_at (fixture, 1, token (2, expires_ms), NOW + DAY_MS, NULL), ==, TW_ROTATED);
  g_assert_cmpint (rotate_at (fixture, 1, token (2, NOW + 45 * DAY_MS), NOW + 15 * DAY_MS, NULL), ==, TW_ROTATED);
  g_assert_cmpint (rotate_at (fixture, 1, token (2, NOW + 60 * DAY_MS), expires_ms - 1, NULL), ==, TW_ROTATED);
  for (guint8 i = 1; i <= 2; i++)
    g_assert_cmpint (rotate_at (fixture, i, token (i + 1, NOW + 90 * DAY_MS), expires_ms, NULL), ==, TW_ROTATE_REFUSED);
}

static void
test_session_ends_however_often_it_is_refreshed (Fixture *fixture, gconstpointer kind)
{
  const gint64 ends_ms = NOW + 90 * DAY_MS;

  insert_ann (fixture);
  for (guint8 i = 1; i <= 4; i++)
    {
      gint64 now_ms = NOW + i * 22 * DAY_MS;

      g_assert_cmpint (rotate_at (fixture, i, token (i + 1, now_ms + 30 * DAY_MS), now_ms, NULL), ==, TW_ROTATED);
    }
  g_assert_cmpint (rotate_at (fixture, 5, token (6, ends_ms + DAY_MS), ends_ms - 1, NULL), ==, TW_ROTATED);
  g_assert_cmpint (rotate_at (fixture, 6, token (7, ends_ms + DAY_MS), ends_ms, NULL), ==, TW_ROTATE_REFUSED);
}

static void
test_expired_session_can_be_revoked_for_a_day (Fixture *fixture, gconstpointer kind)
{
  const gint64 expires_ms = NOW + 30 * DAY_MS;
  TwSessionRecord second = session_of (ANN, SESSION_2);
  gint64 position = 0;

  insert_ann (fixture);
  /* Something that makes the store look for what it can drop. */
  second.created_ms = expires_ms + DAY_MS - 2;
  open_session (fixture, &second, token (50, expires_ms + 30 * DAY_MS));
  end_session_at (fixture, ANN, SESSION_1, expires_ms + DAY_MS - 1);
  assert_revoked (fixture, &position, expires_ms + DAY_MS, 10, "01 ");
}

/* Ending sessions */

static void
test_ended_session_is_revoked (Fixture *fixture, gconstpointer kind)
{
  gint64 position = 0;

  insert_ann (fixture);
  g_assert_cmpint (rotate (fixture, 1, 2), ==, TW_ROTATED);
  end_session_at (fixture, ANN, SESSION_1, NOW);
  g_assert_cmpint (rotate (fixture, 1, 3), ==, TW_ROTATE_REFUSED);
  g_assert_cmpint (rotate (fixture, 2, 4), ==, TW_ROTATE_REFUSED);
  assert_revoked (fixture, &position, NOW, 10, "01 ");
}

static void
test_ending_what_is_not_there_is_no_error (Fixture *fixture, gconstpointer kind)
{
  gint64 position = 0;

  insert_ann (fixture);
  end_session_at (fixture, ANN, SESSION_2, NOW);
  end_session_at (fixture, ANN, "no id", NOW);
  end_session_at (fixture, ANN, "", NOW);
  assert_revoked (fixture, &position, NOW, 10, "");
  end_session_at (fixture, ANN, SESSION_1, NOW);
  end_session_at (fixture, ANN, SESSION_1, NOW);
  assert_revoked (fixture, &position, NOW, 10, "01 ");
}

static void
test_another_users_session_stays_open (Fixture *fixture, gconstpointer kind)
{
  gint64 position = 0;

  insert_ann (fixture);
  end_session_at (fixture, BOB, SESSION_1, NOW);
  assert_revoked (fixture, &position, NOW, 10, "");
  g_assert_cmpint (rotate (fixture, 1, 2), ==, TW_ROTATED);
}

/* Revocations */

/* Opens and ends sessions …10 to …10 + n - 1 at @now_ms. */
static void
end_sessions (Fixture *fixture, guint n, gint64 now_ms)
{
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("0000000000000000000000%u", 10 + i);
      TwSessionRecord session = session_of (ANN, id);

      open_session (fixture, &session, token ((guint8) (100 + i), now_ms + DAY_MS));
      end_session_at (fixture, ANN, id, now_ms);
    }
}

static void
test_revocations_come_in_pages (Fixture *fixture, gconstpointer kind)
{
  gint64 position = 0, last;

  insert_ann (fixture);
  end_sessions (fixture, 5, NOW);
  assert_revoked (fixture, &position, NOW, 2, "10 11 ");
  assert_revoked (fixture, &position, NOW, 2, "12 13 ");
  assert_revoked (fixture, &position, NOW, 2, "14 ");
  last = position;
  assert_revoked (fixture, &position, NOW, 2, "");
  g_assert_cmpint (position, ==, last);
  end_session_at (fixture, ANN, SESSION_1, NOW);
  assert_revoked (fixture, &position, NOW, 2, "01 ");
  g_assert_cmpint (position, >, last);
}

static void
collect_expiry (const char *session_id, gint64 expires_s, gpointer user_data)
{
  gint64 *expiry = user_data;

  *expiry = expires_s;
}

static void
test_revocations_last_as_long_as_access_tokens (Fixture *fixture, gconstpointer kind)
{
  const gint64 issued_at_the_end_s = (NOW + 999) / 1000 + TW_ACCESS_TOKEN_MAX_S;
  gint64 position = 0, expires_s = 0;

  insert_ann (fixture);
  end_session_at (fixture, ANN, SESSION_1, NOW + 999);
  g_assert_true (tw_account_store_revocations (fixture->store, TW_DEADLINE_NONE, 0, NOW, 10, collect_expiry, &expires_s,
                                               &position, NULL));
  g_assert_cmpint (expires_s, >=, issued_at_the_end_s);
  g_assert_cmpint (expires_s, <=, issued_at_the_end_s + 1);
  position = 0;
  assert_revoked (fixture, &position, (expires_s - 1) * 1000, 10, "01 ");
  position = 0;
  assert_revoked (fixture, &position, expires_s * 1000, 10, "");
  g_assert_cmpint (position, ==, 0);
}

static void
test_position_ahead_is_answered_from_the_start (Fixture *fixture, gconstpointer kind)
{
  gint64 position = NOW + 365 * DAY_MS;

  assert_revoked (fixture, &position, NOW, 10, "");
  g_assert_cmpint (position, ==, NOW + 365 * DAY_MS);
  insert_ann (fixture);
  end_sessions (fixture, 3, NOW);
  assert_revoked (fixture, &position, NOW, 2, "10 11 ");
  assert_revoked (fixture, &position, NOW, 2, "12 ");
  assert_revoked (fixture, &position, NOW, 2, "");
}

static void
test_positions_are_not_below_the_time (Fixture *fixture, gconstpointer kind)
{
  gint64 position = 0, before;

  insert_ann (fixture);
  end_sessions (fixture, 3, NOW);
  assert_revoked (fixture, &position, NOW, 10, "10 11 12 ");
  g_assert_cmpint (position, >=, NOW);
  before = position;
  /* Also when the clock is put back they go on upwards. */
  end_session_at (fixture, ANN, SESSION_1, NOW - DAY_MS);
  assert_revoked (fixture, &position, NOW - DAY_MS, 10, "01 ");
  g_assert_cmpint (position, >, before);
}

/* Restarts */

static void
test_everything_is_there_after_a_restart (Fixture *fixture, gconstpointer kind)
{
  g_autoptr (TwStoredAccountRecord) account = NULL;
  gint64 position = 0, last;

  insert_ann (fixture);
  end_sessions (fixture, 3, NOW);
  assert_revoked (fixture, &position, NOW, 2, "10 11 ");
  g_assert_cmpint (rotate (fixture, 1, 2), ==, TW_ROTATED);
  reopen (fixture);

  g_assert_true (tw_account_store_check (fixture->store, TW_DEADLINE_NONE, NULL));
  account = tw_account_store_find (fixture->store, TW_DEADLINE_NONE, "ann@example.org", NULL);
  g_assert_cmpstr (account->id, ==, ANN);
  assert_revoked (fixture, &position, NOW, 2, "12 ");
  last = position;
  g_assert_cmpint (rotate (fixture, 1, 2), ==, TW_ROTATED);
  g_assert_cmpint (rotate (fixture, 2, 3), ==, TW_ROTATED);
  g_assert_cmpint (rotate (fixture, 1, 2), ==, TW_ROTATE_REUSED);
  assert_revoked (fixture, &position, NOW, 2, "01 ");
  g_assert_cmpint (position, >, last);
}

static void
count_done (const GError *error, gpointer user_data)
{
  atomic_uint *n = user_data;

  g_assert_no_error (error);
  atomic_fetch_add (n, 1);
}

static void
test_free_finishes_what_is_running (Fixture *fixture, gconstpointer kind)
{
  atomic_uint n = 0; /* ends may come on several threads at once */

  insert_ann (fixture);
  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *id = g_strdup_printf ("0000000000000000000000%u", 10 + i);
      TwSessionRecord session = session_of (ANN, id);
      TwRefreshRecord first = token ((guint8) (100 + i), NOW + DAY_MS);

      tw_account_store_open_session (fixture->store, TW_DEADLINE_NONE, &session, &first, count_done, &n);
    }
  reopen (fixture);
  g_assert_cmpuint (n, ==, 50);
  for (guint8 i = 0; i < 50; i++)
    {
      g_autofree char *id = g_strdup_printf ("0000000000000000000000%d", 10 + i);

      g_assert_cmpint (rotate_in (fixture, id, 100 + i, token (200 + i, NOW + DAY_MS), NOW, NULL), ==, TW_ROTATED);
    }
}

void
account_store_contract_add_ends (const AccountStoreKind *kind)
{
  static const ContractTest tests[] = {
    { "time/token-expires", test_token_expires },
    { "time/repetition-changes-none", test_repetition_changes_no_time },
    { "time/session-ends-however-often-it-is-refreshed", test_session_ends_however_often_it_is_refreshed },
    { "time/expired-session-can-be-revoked-for-a-day", test_expired_session_can_be_revoked_for_a_day },
    { "end-session/is-revoked", test_ended_session_is_revoked },
    { "end-session/what-is-not-there-is-no-error", test_ending_what_is_not_there_is_no_error },
    { "end-session/another-users-stays-open", test_another_users_session_stays_open },
    { "revocations/come-in-pages", test_revocations_come_in_pages },
    { "revocations/last-as-long-as-access-tokens", test_revocations_last_as_long_as_access_tokens },
    { "revocations/position-ahead-is-answered-from-the-start", test_position_ahead_is_answered_from_the_start },
    { "revocations/positions-are-not-below-the-time", test_positions_are_not_below_the_time },
    { "restart/everything-is-there", test_everything_is_there_after_a_restart },
    { "free/finishes-what-is-running", test_free_finishes_what_is_running },
  };

  contract_add (kind, tests, G_N_ELEMENTS (tests));
}
