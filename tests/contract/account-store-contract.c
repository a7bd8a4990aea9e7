/* SPDX-License-Identifier: Apache-2.0 */

/* Accounts and the rotation of refresh tokens; account-store-contract-ends.c has how things end,
 * account-store-contract-attempts.c what is counted of signing in, account-store-contract-keys.c who signs up again. */

#include "account-store-fixture.h"

#include "tw-error.h"

#include <string.h>

/* Accounts */

static void
test_inserted_is_found (Fixture *fixture, gconstpointer kind)
{
  const TwStoredAccountRecord account = {
    .has = TW_STORED_ACCOUNT_ALWAYS | TW_STORED_ACCOUNT_HAS_NAME,
    .id = ANN,
    .email = "ann@example.org",
    .name = "Änn 🐝",
    .password_hash = "$argon2id$…",
    .created_ms = NOW + 7,
  };
  TwSessionRecord session = session_of (ANN, SESSION_1);
  TwRefreshRecord first = token (1, NOW + DAY_MS);
  g_autoptr (TwStoredAccountRecord) got = NULL;
  g_autoptr (TwStoredAccountRecord) found = NULL;
  g_autoptr (GError) error = NULL;
  Wait wait;

  wait_begin (&wait);
  tw_account_store_insert (fixture->store, TW_DEADLINE_NONE, &account, &session, &first, wait_done, &wait);
  wait_ok (&wait);
  got = tw_account_store_get (fixture->store, TW_DEADLINE_NONE, ANN, &error);
  g_assert_no_error (error);
  found = tw_account_store_find (fixture->store, TW_DEADLINE_NONE, "ann@example.org", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 2; i++)
    {
      const TwStoredAccountRecord *record = i == 0 ? got : found;

      g_assert_cmpstr (record->id, ==, ANN);
      g_assert_cmpstr (record->email, ==, "ann@example.org");
      g_assert_cmpstr (record->name, ==, "Änn 🐝");
      g_assert_cmpstr (record->password_hash, ==, "$argon2id$…");
      g_assert_cmpint (record->created_ms, ==, NOW + 7);
    }
}

static void
test_name_may_be_absent (Fixture *fixture, gconstpointer kind)
{
  g_autoptr (TwStoredAccountRecord) got = NULL;

  insert_ann (fixture);
  got = tw_account_store_get (fixture->store, TW_DEADLINE_NONE, ANN, NULL);
  g_assert_null (got->name);
}

static void
test_unknown_is_not_found (Fixture *fixture, gconstpointer kind)
{
  g_autofree char *long_id = g_strnfill (128, 'x');
  const char *const ids[] = { BOB, "", "no id", "00000000000000000000000A", "' OR 1=1 --", long_id };
  const char *const addresses[] = { "bob@example.org", "", "%", "Ann@example.org", "ann@example.or" };

  insert_ann (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tw_account_store_get (fixture->store, TW_DEADLINE_NONE, ids[i], &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_NOT_FOUND);
      g_assert_cmpstr (error->message, ==, "Account not found");
    }
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (tw_account_store_find (fixture->store, TW_DEADLINE_NONE, addresses[i], &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_NOT_FOUND);
    }
}

static void
test_taken_address_is_conflict (Fixture *fixture, gconstpointer kind)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwStoredAccountRecord) found = NULL;

  insert_ann (fixture);
  error = insert (fixture, BOB, "ann@example.org", SESSION_2, 2);
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  found = tw_account_store_find (fixture->store, TW_DEADLINE_NONE, "ann@example.org", NULL);
  g_assert_cmpstr (found->id, ==, ANN);
  g_assert_cmpint (rotate_in (fixture, SESSION_2, 2, token (3, NOW + DAY_MS), NOW, NULL), ==, TW_ROTATE_REFUSED);
  g_assert_cmpint (rotate (fixture, 1, 4), ==, TW_ROTATED);
}

static void
test_taken_id_is_conflict (Fixture *fixture, gconstpointer kind)
{
  g_autoptr (GError) error = NULL;

  insert_ann (fixture);
  error = insert (fixture, ANN, "other@example.org", SESSION_2, 2);
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  g_assert_null (tw_account_store_find (fixture->store, TW_DEADLINE_NONE, "other@example.org", NULL));
}

static void
replace_hash (Fixture *fixture, const char *id, const char *old_hash, const char *new_hash)
{
  Wait wait;

  wait_begin (&wait);
  tw_account_store_replace_hash (fixture->store, TW_DEADLINE_NONE, id, old_hash, new_hash, wait_done, &wait);
  wait_ok (&wait);
}

static void
test_hash_is_replaced_where_it_is_the_old_one (Fixture *fixture, gconstpointer kind)
{
  g_autoptr (TwStoredAccountRecord) before = NULL;
  g_autoptr (TwStoredAccountRecord) after = NULL;

  insert_ann (fixture);
  replace_hash (fixture, ANN, "another hash", "wrong");
  replace_hash (fixture, BOB, "the hash", "wrong");
  before = tw_account_store_get (fixture->store, TW_DEADLINE_NONE, ANN, NULL);
  g_assert_cmpstr (before->password_hash, ==, "the hash");
  replace_hash (fixture, ANN, "the hash", "the new hash");
  after = tw_account_store_get (fixture->store, TW_DEADLINE_NONE, ANN, NULL);
  g_assert_cmpstr (after->password_hash, ==, "the new hash");
}

/* Rotation */

static void
test_rotation_gives_the_session (Fixture *fixture, gconstpointer kind)
{
  TwSessionRecord session;

  insert_ann (fixture);
  g_assert_cmpint (rotate_at (fixture, 1, token (2, NOW + 30 * DAY_MS), NOW, &session), ==, TW_ROTATED);
  g_assert_cmpstr (session.id, ==, SESSION_1);
  g_assert_cmpstr (session.user_id, ==, ANN);
  g_assert_cmpint (session.created_ms, ==, NOW);
  g_assert_cmpint (session.ends_ms, ==, NOW + 90 * DAY_MS);
  for (guint8 i = 2; i < 20; i++)
    g_assert_cmpint (rotate (fixture, i, i + 1), ==, TW_ROTATED);
}

static void
test_token_without_a_session_is_refused (Fixture *fixture, gconstpointer kind)
{
  const TwRefreshRecord next = token (2, NOW + DAY_MS);
  gint64 position = 0;

  insert_ann (fixture);
  g_assert_cmpint (rotate_in (fixture, SESSION_2, 1, next, NOW, NULL), ==, TW_ROTATE_REFUSED);
  g_assert_cmpint (rotate_in (fixture, "no id", 1, next, NOW, NULL), ==, TW_ROTATE_REFUSED);
  /* One of the first version that was never given out, be it of the session's hash. */
  g_assert_cmpint (rotate_in (fixture, "", 1, next, NOW, NULL), ==, TW_ROTATE_REFUSED);
  g_assert_cmpint (rotate_in (fixture, "", 99, next, NOW, NULL), ==, TW_ROTATE_REFUSED);
  g_assert_cmpint (rotate (fixture, 1, 4), ==, TW_ROTATED);
  assert_revoked (fixture, &position, NOW, 10, "");
}

static void
test_asking_again_is_answered_the_same (Fixture *fixture, gconstpointer kind)
{
  TwSessionRecord session;
  gint64 position = 0;

  insert_ann (fixture);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_cmpint (rotate_at (fixture, 1, token (2, NOW + 30 * DAY_MS), NOW, &session), ==, TW_ROTATED);
      g_assert_cmpstr (session.id, ==, SESSION_1);
      g_assert_cmpstr (session.user_id, ==, ANN);
    }
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (rotate (fixture, 2, 3), ==, TW_ROTATED);
  g_assert_cmpint (rotate (fixture, 3, 4), ==, TW_ROTATED);
  assert_revoked (fixture, &position, NOW, 10, "");
}

static void
test_token_whose_successor_was_used_ends_its_session (Fixture *fixture, gconstpointer kind)
{
  TwSessionRecord session;
  gint64 position = 0;

  insert_ann (fixture);
  g_assert_cmpint (rotate (fixture, 1, 2), ==, TW_ROTATED);
  g_assert_cmpint (rotate (fixture, 2, 3), ==, TW_ROTATED);
  g_assert_cmpint (rotate_at (fixture, 1, token (2, NOW + DAY_MS), NOW, &session), ==, TW_ROTATE_REUSED);
  g_assert_cmpstr (session.id, ==, SESSION_1);
  g_assert_cmpstr (session.user_id, ==, ANN);
  assert_revoked (fixture, &position, NOW, 10, "01 ");
  for (guint8 i = 1; i <= 3; i++)
    g_assert_cmpint (rotate (fixture, i, i + 1), ==, TW_ROTATE_REFUSED);
  assert_revoked (fixture, &position, NOW, 10, "");
}

static void
test_token_from_long_ago_ends_its_session (Fixture *fixture, gconstpointer kind)
{
  insert_ann (fixture);
  for (guint8 i = 1; i < 40; i++)
    g_assert_cmpint (rotate (fixture, i, i + 1), ==, TW_ROTATED);
  g_assert_cmpint (rotate (fixture, 1, 2), ==, TW_ROTATE_REUSED);
  g_assert_cmpint (rotate (fixture, 40, 41), ==, TW_ROTATE_REFUSED);
}

/* What follows from a key that is not the store's any more. */
static void
test_another_successor_is_no_repetition (Fixture *fixture, gconstpointer kind)
{
  gint64 position = 0;

  insert_ann (fixture);
  g_assert_cmpint (rotate (fixture, 1, 2), ==, TW_ROTATED);
  g_assert_cmpint (rotate (fixture, 1, 3), ==, TW_ROTATE_REUSED);
  assert_revoked (fixture, &position, NOW, 10, "01 ");
}

static void
test_reuse_leaves_other_sessions (Fixture *fixture, gconstpointer kind)
{
  TwSessionRecord second = session_of (ANN, SESSION_2);

  insert_ann (fixture);
  open_session (fixture, &second, token (50, NOW + DAY_MS));
  for (guint8 i = 1; i < 3; i++)
    g_assert_cmpint (rotate (fixture, i, i + 1), ==, TW_ROTATED);
  g_assert_cmpint (rotate (fixture, 1, 2), ==, TW_ROTATE_REUSED);
  g_assert_cmpint (rotate_in (fixture, SESSION_2, 50, token (51, NOW + DAY_MS), NOW, NULL), ==, TW_ROTATED);
}

#define N_THREADS 16

typedef struct
{
  Fixture *fixture;
  pthread_barrier_t *start;
  TwRotation outcome;
} Racer;

static void *
race (void *data)
{
  Racer *racer = data;

  pthread_barrier_wait (racer->start);
  racer->outcome = rotate (racer->fixture, 1, 2);
  return NULL;
}

static void
test_parallel_rotations_are_one (Fixture *fixture, gconstpointer kind)
{
  pthread_t threads[N_THREADS];
  Racer racers[N_THREADS];
  pthread_barrier_t start;
  gint64 position = 0;

  insert_ann (fixture);
  pthread_barrier_init (&start, NULL, N_THREADS);
  for (guint i = 0; i < N_THREADS; i++)
    {
      racers[i] = (Racer) { .fixture = fixture, .start = &start };
      g_assert_cmpint (pthread_create (&threads[i], NULL, race, &racers[i]), ==, 0);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      pthread_join (threads[i], NULL);
      g_assert_cmpint (racers[i].outcome, ==, TW_ROTATED);
    }
  pthread_barrier_destroy (&start);
  assert_revoked (fixture, &position, NOW, 10, "");
  g_assert_cmpint (rotate (fixture, 2, 3), ==, TW_ROTATED);
}

/* The key */

static void
test_key_stays (Fixture *fixture, gconstpointer kind)
{
  TwAccountKey first = { { 0 } }, again = { { 0 } }, afterwards = { { 0 } };
  const TwAccountKey none = { { 0 } };

  g_assert_true (tw_account_store_key (fixture->store, TW_DEADLINE_NONE, &first, NULL));
  g_assert_true (tw_account_store_key (fixture->store, TW_DEADLINE_NONE, &again, NULL));
  reopen (fixture);
  g_assert_true (tw_account_store_key (fixture->store, TW_DEADLINE_NONE, &afterwards, NULL));
  g_assert_cmpmem (&first, sizeof first, &again, sizeof again);
  g_assert_cmpmem (&first, sizeof first, &afterwards, sizeof afterwards);
  g_assert_true (memcmp (&first, &none, sizeof first) != 0);
}

typedef struct
{
  TwAccountStore *store;
  pthread_barrier_t *start;
  TwAccountKey key;
} KeyRacer;

static void *
race_for_key (void *data)
{
  KeyRacer *racer = data;

  pthread_barrier_wait (racer->start);
  g_assert_true (tw_account_store_key (racer->store, TW_DEADLINE_NONE, &racer->key, NULL));
  return NULL;
}

static void
test_parallel_first_uses_get_one_key (Fixture *fixture, gconstpointer kind)
{
  pthread_t threads[N_THREADS];
  KeyRacer racers[N_THREADS];
  pthread_barrier_t start;

  pthread_barrier_init (&start, NULL, N_THREADS);
  for (guint i = 0; i < N_THREADS; i++)
    {
      racers[i] = (KeyRacer) { .store = fixture->store, .start = &start };
      g_assert_cmpint (pthread_create (&threads[i], NULL, race_for_key, &racers[i]), ==, 0);
    }
  for (guint i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);
  for (guint i = 1; i < N_THREADS; i++)
    g_assert_cmpmem (&racers[0].key, sizeof racers[0].key, &racers[i].key, sizeof racers[i].key);
  pthread_barrier_destroy (&start);
}

void
account_store_contract_add (const AccountStoreKind *kind)
{
  static const ContractTest tests[] = {
    { "insert/is-found", test_inserted_is_found },
    { "insert/name-may-be-absent", test_name_may_be_absent },
    { "insert/taken-address-is-conflict", test_taken_address_is_conflict },
    { "insert/taken-id-is-conflict", test_taken_id_is_conflict },
    { "get/unknown-is-not-found", test_unknown_is_not_found },
    { "replace-hash/where-it-is-the-old-one", test_hash_is_replaced_where_it_is_the_old_one },
    { "rotate/gives-the-session", test_rotation_gives_the_session },
    { "rotate/token-without-a-session-is-refused", test_token_without_a_session_is_refused },
    { "rotate/asking-again-is-answered-the-same", test_asking_again_is_answered_the_same },
    { "rotate/token-whose-successor-was-used-ends-its-session", test_token_whose_successor_was_used_ends_its_session },
    { "rotate/another-successor-is-no-repetition", test_another_successor_is_no_repetition },
    { "rotate/token-from-long-ago-ends-its-session", test_token_from_long_ago_ends_its_session },
    { "rotate/reuse-leaves-other-sessions", test_reuse_leaves_other_sessions },
    { "rotate/parallel-ones-are-one", test_parallel_rotations_are_one },
    { "key/stays", test_key_stays },
    { "key/parallel-first-uses-get-one", test_parallel_first_uses_get_one_key },
  };

  contract_add (kind, tests, G_N_ELEMENTS (tests));
  account_store_contract_add_ends (kind);
  account_store_contract_add_attempts (kind);
  account_store_contract_add_keys (kind);
}
