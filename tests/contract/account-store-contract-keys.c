/* SPDX-License-Identifier: Apache-2.0 */

/* Accounts that were made with an Idempotency-Key, and the session of the last answer under it. */

#include "account-store-fixture.h"

#include "tw-error.h"

#include <string.h>

#define SESSION_3 "000000000000000000000003"

/* Ann, with SESSION_1, token 1, of the key "k". */
static void
insert_ann_with_key (Fixture *fixture)
{
  TwSignupKey key;
  const TwStoredAccountRecord account = {
    .has = TW_STORED_ACCOUNT_ALWAYS | TW_STORED_ACCOUNT_HAS_SIGNUP_KEY | TW_STORED_ACCOUNT_HAS_SIGNUP_SESSION,
    .id = ANN,
    .email = "ann@example.org",
    .password_hash = "the hash",
    .created_ms = NOW,
    .signup_key = { (const guint8 *) &key, sizeof key },
    .signup_session = SESSION_1,
  };
  TwSessionRecord session = session_of (ANN, SESSION_1);
  TwRefreshRecord first = token (1, NOW + 30 * DAY_MS);
  Wait wait;

  tw_signup_key_init (&key, "k", "Ann");
  wait_begin (&wait);
  tw_account_store_insert (fixture->store, TW_DEADLINE_NONE, &account, &session, &first, wait_done, &wait);
  wait_ok (&wait);
}

/* Opens @id, of Ann, with token @number, in place of @old. */
static GError *
replace (Fixture *fixture, const char *old, const char *id, guint8 number)
{
  TwSessionRecord session = session_of (ANN, id);
  TwRefreshRecord first = token (number, NOW + 30 * DAY_MS);
  Wait wait;

  wait_begin (&wait);
  tw_account_store_replace_session (fixture->store, TW_DEADLINE_NONE, old, &session, &first, wait_done, &wait);
  tw_latch_wait (&wait.latch);
  return wait.error;
}

static void
assert_open (Fixture *fixture, const char *session_id, guint8 number, gboolean open)
{
  const TwRefreshRecord next = token ((guint8) (number + 100), NOW + DAY_MS);

  g_assert_cmpint (rotate_in (fixture, session_id, number, next, NOW, NULL), ==,
                   open ? TW_ROTATED : TW_ROTATE_REFUSED);
}

static void
assert_signup (Fixture *fixture, const char *session_id)
{
  g_autoptr (TwStoredAccountRecord) got = tw_account_store_get (fixture->store, TW_DEADLINE_NONE, ANN, NULL);
  g_autoptr (TwStoredAccountRecord) found
      = tw_account_store_find (fixture->store, TW_DEADLINE_NONE, "ann@example.org", NULL);
  TwSignupKey key;

  tw_signup_key_init (&key, "k", "Ann");
  for (guint i = 0; i < 2; i++)
    {
      const TwStoredAccountRecord *record = i == 0 ? got : found;

      g_assert_cmpmem (record->signup_key.bytes, record->signup_key.length, &key, sizeof key);
      g_assert_cmpstr (record->signup_session, ==, session_id);
    }
}

static void
test_key_is_kept (Fixture *fixture, gconstpointer kind)
{
  insert_ann_with_key (fixture);
  assert_signup (fixture, SESSION_1);
  reopen (fixture);
  assert_signup (fixture, SESSION_1);
  assert_open (fixture, SESSION_1, 1, TRUE);
}

static void
test_key_may_be_absent (Fixture *fixture, gconstpointer kind)
{
  g_autoptr (TwStoredAccountRecord) got = NULL;
  g_autoptr (GError) error = NULL;

  insert_ann (fixture);
  got = tw_account_store_get (fixture->store, TW_DEADLINE_NONE, ANN, NULL);
  g_assert_cmpuint (got->signup_key.length, ==, 0);
  g_assert_null (got->signup_session);
  error = replace (fixture, SESSION_1, SESSION_2, 2);
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  assert_open (fixture, SESSION_2, 2, FALSE);
}

static void
test_replaced_session_has_ended (Fixture *fixture, gconstpointer kind)
{
  TwSessionRecord other = session_of (ANN, SESSION_3);
  gint64 position = 0;

  insert_ann_with_key (fixture);
  open_session (fixture, &other, token (3, NOW + DAY_MS));
  g_assert_no_error (replace (fixture, SESSION_1, SESSION_2, 2));
  assert_signup (fixture, SESSION_2);
  assert_open (fixture, SESSION_1, 1, FALSE);
  assert_open (fixture, SESSION_2, 2, TRUE);
  assert_open (fixture, SESSION_3, 3, TRUE);
  assert_revoked (fixture, &position, NOW, 10, "01 ");
}

static void
test_another_than_the_last_is_conflict (Fixture *fixture, gconstpointer kind)
{
  g_autoptr (GError) again = NULL;
  g_autoptr (GError) unknown = NULL;
  gint64 position = 0;

  insert_ann_with_key (fixture);
  g_assert_no_error (replace (fixture, SESSION_1, SESSION_2, 2));
  again = replace (fixture, SESSION_1, SESSION_3, 3);
  g_assert_error (again, TW_ERROR, TW_ERROR_CONFLICT);
  unknown = replace (fixture, "", "000000000000000000000004", 4);
  g_assert_error (unknown, TW_ERROR, TW_ERROR_CONFLICT);
  assert_signup (fixture, SESSION_2);
  assert_open (fixture, SESSION_2, 2, TRUE);
  assert_open (fixture, SESSION_3, 3, FALSE);
  assert_open (fixture, "000000000000000000000004", 4, FALSE);
  assert_revoked (fixture, &position, NOW, 10, "01 ");
}

static void
test_one_that_has_ended_is_replaced (Fixture *fixture, gconstpointer kind)
{
  gint64 position = 0;

  insert_ann_with_key (fixture);
  end_session_at (fixture, ANN, SESSION_1, NOW);
  g_assert_no_error (replace (fixture, SESSION_1, SESSION_2, 2));
  assert_signup (fixture, SESSION_2);
  assert_open (fixture, SESSION_2, 2, TRUE);
  assert_revoked (fixture, &position, NOW, 10, "01 ");
}

/* Many that come again at once: each takes the place of the one before. */

#define N_THREADS 8
#define MAX_TRIES 1000

typedef struct
{
  Fixture *fixture;
  pthread_barrier_t *start;
  guint8 number;
} Racer;

static void *
race (void *data)
{
  const Racer *racer = data;
  GError *error = NULL;

  pthread_barrier_wait (racer->start);
  for (guint i = 0; i < MAX_TRIES; i++)
    {
      g_autoptr (TwStoredAccountRecord) ann = tw_account_store_get (racer->fixture->store, TW_DEADLINE_NONE, ANN, &error);
      g_autofree char *id = g_strdup_printf ("%021x%03u", i, racer->number);

      g_assert_no_error (error);
      error = replace (racer->fixture, ann->signup_session, id, racer->number);
      if (error == NULL)
        return g_steal_pointer (&id);
      /* Many at once on a slow database are told to try again. */
      g_assert_true (g_error_matches (error, TW_ERROR, TW_ERROR_CONFLICT)
                     || g_error_matches (error, TW_ERROR, TW_ERROR_UNAVAILABLE));
      g_clear_error (&error);
    }
  g_assert_not_reached ();
}

static void
test_of_parallel_ones_the_last_stays (Fixture *fixture, gconstpointer kind)
{
  pthread_t threads[N_THREADS];
  Racer racers[N_THREADS];
  pthread_barrier_t start;
  g_autoptr (TwStoredAccountRecord) ann = NULL;
  void *ids[N_THREADS];
  guint n_last = 0;

  insert_ann_with_key (fixture);
  pthread_barrier_init (&start, NULL, N_THREADS);
  for (guint i = 0; i < N_THREADS; i++)
    {
      racers[i] = (Racer) { .fixture = fixture, .start = &start, .number = (guint8) (10 + i) };
      g_assert_cmpint (pthread_create (&threads[i], NULL, race, &racers[i]), ==, 0);
    }
  for (guint i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], &ids[i]);
  /* Whom the account names now was the last, and has not been replaced. */
  ann = tw_account_store_get (fixture->store, TW_DEADLINE_NONE, ANN, NULL);
  for (guint i = 0; i < N_THREADS; i++)
    {
      const gboolean last = g_str_equal (ids[i], ann->signup_session);

      assert_open (fixture, ids[i], racers[i].number, last);
      n_last += last ? 1 : 0;
      g_free (ids[i]);
    }
  pthread_barrier_destroy (&start);
  g_assert_cmpuint (n_last, ==, 1);
  assert_open (fixture, SESSION_1, 1, FALSE);
}

void
account_store_contract_add_keys (const AccountStoreKind *kind)
{
  static const ContractTest tests[] = {
    { "signup-key/is-kept", test_key_is_kept },
    { "signup-key/may-be-absent", test_key_may_be_absent },
    { "replace-session/replaced-one-has-ended", test_replaced_session_has_ended },
    { "replace-session/another-than-the-last-is-conflict", test_another_than_the_last_is_conflict },
    { "replace-session/one-that-has-ended", test_one_that_has_ended_is_replaced },
    { "replace-session/of-parallel-ones-the-last-stays", test_of_parallel_ones_the_last_stays },
  };

  contract_add (kind, tests, G_N_ELEMENTS (tests));
}
