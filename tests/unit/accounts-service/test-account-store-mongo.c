/* SPDX-License-Identifier: Apache-2.0 */

/* What is MongoDB's own: mutations that stopped half-way, and that nothing grows without end. */

#include "mongo-scene.h"

#include "tw-error.h"

#define DATE "{\"$date\": {\"$numberLong\": \"%" G_GINT64_FORMAT "\"}}"
#define LONG "{\"$numberLong\": \"%" G_GINT64_FORMAT "\"}"

static void
put_session (Scene *scene, const char *id, const char *user_id, gint64 expires_ms)
{
  scene_put (scene, "sessions",
             "{\"_id\": \"%s\", \"userId\": \"%s\", \"createdOn\": " DATE ", \"endsOn\": " DATE ", \"expiresOn\": " DATE
             "}",
             id, user_id, NOW, expires_ms, expires_ms);
}

static void
put_token (Scene *scene, guint8 number, const char *session_id, gint64 expires_ms)
{
  g_autofree char *hash = hash_json (number);

  scene_put (scene, "tokens", "{\"_id\": %s, \"sessionId\": \"%s\", \"expiresOn\": " DATE "}", hash, session_id,
             expires_ms);
}

/* As the first version left it: a session without tokens, and the token that was given out. */
static void
put_old_session (Scene *scene, const char *id, guint8 number)
{
  put_session (scene, id, ANN, NOW + 30 * DAY_MS);
  put_token (scene, number, id, NOW + 30 * DAY_MS);
}

static TwRotation
rotate_old (Fixture *store, guint8 number, guint8 next_number)
{
  return rotate_in (store, "", number, token (next_number, NOW + 30 * DAY_MS), NOW, NULL);
}

static void
put_revocation (Scene *scene, gint64 position, gint64 after, const char *session_id, gint64 expires_s)
{
  scene_put (scene, "revocations",
             "{\"_id\": " LONG ", \"after\": " LONG ", \"sessionId\": \"%s\", \"expiresS\": " LONG "}", position, after,
             session_id, expires_s);
}

/* What stopped half-way */

static void
test_revoked_session_has_ended_although_it_is_there (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  Fixture *store = &scene->instances[0];
  gint64 position = 0;

  insert_ann (store);
  put_revocation (scene, NOW, 0, SESSION_1, NOW / 1000 + 86401);
  g_assert_cmpint (rotate (store, 1, 2), ==, TW_ROTATE_REFUSED);
  end_session_at (store, ANN, SESSION_1, NOW + 5);
  assert_revoked (store, &position, NOW, 10, "01 ");
  g_assert_cmpint (position, ==, NOW);
  g_assert_cmpint (scene_count (scene, "sessions", "{}"), ==, 0);
}

static void
test_reuse_in_a_session_that_ended_is_refused (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  Fixture *store = &scene->instances[0];
  gint64 position = 0;

  insert_ann (store);
  for (guint8 i = 1; i < 3; i++)
    g_assert_cmpint (rotate (store, i, i + 1), ==, TW_ROTATED);
  put_revocation (scene, NOW, 0, SESSION_1, NOW / 1000 + 86401);
  for (guint8 i = 1; i <= 3; i++)
    g_assert_cmpint (rotate (store, i, i + 1), ==, TW_ROTATE_REFUSED);
  assert_revoked (store, &position, NOW, 10, "01 ");
}

static void
test_signing_up_that_stopped_can_be_done_again (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  Fixture *store = &scene->instances[0];
  g_autoptr (GError) error = NULL;

  put_session (scene, SESSION_2, ANN, NOW + DAY_MS);
  g_assert_null (tw_account_store_get (store->store, TW_DEADLINE_NONE, ANN, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_NOT_FOUND);
  insert_ann (store);
  g_assert_cmpint (rotate (store, 1, 2), ==, TW_ROTATED);
}

/* What the first version left */

static void
test_session_of_the_first_version_goes_on (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  Fixture *store = &scene->instances[0];
  gint64 position = 0;

  put_old_session (scene, SESSION_1, 1);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (rotate_old (store, 1, 2), ==, TW_ROTATED);
  g_assert_cmpint (rotate (store, 2, 3), ==, TW_ROTATED);
  assert_revoked (store, &position, NOW, 10, "");
  g_assert_cmpint (rotate_old (store, 1, 2), ==, TW_ROTATE_REUSED);
  assert_revoked (store, &position, NOW, 10, "01 ");
  g_assert_cmpint (rotate (store, 3, 4), ==, TW_ROTATE_REFUSED);
}

/* Exchanged for what nobody can derive. */
static void
test_used_token_of_the_first_version_ends_its_session (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  Fixture *store = &scene->instances[0];
  g_autofree char *first = hash_json (1);
  gint64 position = 0;

  put_old_session (scene, SESSION_1, 1);
  put_token (scene, 2, SESSION_1, NOW + 30 * DAY_MS);
  scene_put (scene, "uses", "{\"_id\": %s, \"expiresOn\": " DATE "}", first, NOW + 30 * DAY_MS);
  g_assert_cmpint (rotate_old (store, 1, 3), ==, TW_ROTATE_REUSED);
  g_assert_cmpint (rotate_old (store, 2, 3), ==, TW_ROTATE_REFUSED);
  assert_revoked (store, &position, NOW, 10, "01 ");
}

static void
test_token_of_the_first_version_needs_its_session (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  Fixture *store = &scene->instances[0];
  gint64 position = 0;

  insert_ann (store);
  put_token (scene, 9, SESSION_2, NOW + DAY_MS);
  put_old_session (scene, "000000000000000000000003", 10);
  g_assert_cmpint (rotate_old (store, 9, 11), ==, TW_ROTATE_REFUSED);
  g_assert_cmpint (rotate_in (store, "", 10, token (11, NOW + 90 * DAY_MS), NOW + 30 * DAY_MS, NULL), ==,
                   TW_ROTATE_REFUSED);
  assert_revoked (store, &position, NOW, 10, "");
}

static void
test_conflict_leaves_nothing_behind (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  Fixture *store = &scene->instances[0];
  TwSessionRecord again = session_of (ANN, SESSION_1);
  TwRefreshRecord other = token (50, NOW + DAY_MS), same = token (1, NOW + DAY_MS);
  g_autoptr (GError) error = NULL;
  Wait wait;

  insert_ann (store);
  error = insert (store, BOB, "ann@example.org", SESSION_2, 2);
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  for (guint i = 0; i < 2; i++)
    {
      wait_begin (&wait);
      tw_account_store_open_session (store->store, TW_DEADLINE_NONE, &again, i == 0 ? &other : &same, wait_done, &wait);
      tw_latch_wait (&wait.latch);
      g_assert_error (wait.error, TW_ERROR, TW_ERROR_CONFLICT);
      g_clear_error (&wait.error);
    }
  g_assert_cmpint (scene_count (scene, "accounts", "{}"), ==, 1);
  g_assert_cmpint (scene_count (scene, "sessions", "{}"), ==, 1);
  g_assert_cmpint (scene_count (scene, "tokens", "{}"), ==, 0);
  g_assert_cmpint (rotate (store, 1, 3), ==, TW_ROTATED);
}

static void
test_unreadable_account_is_an_error (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  g_autoptr (GError) error = NULL;

  scene_put (scene, "accounts", "{\"_id\": \"" ANN "\", \"email\": \"ann@example.org\"}");
  g_assert_null (tw_account_store_find (scene->instances[0].store, TW_DEADLINE_NONE, "ann@example.org", &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
}

/* Positions */

static void
open_and_end (Fixture *store, guint number, gint64 now_ms)
{
  g_autofree char *id = g_strdup_printf ("%024u", number);
  TwSessionRecord session = session_of (ANN, id);

  open_session (store, &session, token ((guint8) number, NOW + DAY_MS));
  end_session_at (store, ANN, id, now_ms);
}

static void
test_positions_ascend_where_instances_disagree_on_the_time (void)
{
  g_autoptr (Scene) scene = scene_new (2);
  gint64 position = 0, first;

  insert_ann (&scene->instances[0]);
  open_and_end (&scene->instances[0], 10, NOW + HOUR_MS);
  assert_revoked (&scene->instances[1], &position, NOW, 10, "10 ");
  first = position;
  open_and_end (&scene->instances[1], 11, NOW);
  assert_revoked (&scene->instances[0], &position, NOW, 10, "11 ");
  g_assert_cmpint (position, >, first);
}

static void
test_restored_backup_goes_on_above_what_was_given_out (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  Fixture *store = &scene->instances[0];
  gint64 position = 0, ahead;

  insert_ann (store);
  for (guint i = 10; i < 13; i++)
    open_and_end (store, i, NOW);
  assert_revoked (store, &position, NOW, 10, "10 11 12 ");
  ahead = position;
  scene_remove (scene, "revocations", "{\"_id\": {\"$gt\": " LONG "}}", NOW);
  assert_revoked (store, &position, NOW, 10, "10 ");
  open_and_end (store, 13, NOW + HOUR_MS);
  position = ahead;
  assert_revoked (store, &position, NOW, 10, "13 ");
  g_assert_cmpint (position, >, ahead);
}

static void
test_limit_of_none_gives_none (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  gint64 position = 0;

  insert_ann (&scene->instances[0]);
  end_session_at (&scene->instances[0], ANN, SESSION_1, NOW);
  assert_revoked (&scene->instances[0], &position, NOW, 0, "");
  g_assert_cmpint (position, ==, 0);
}

/* What has expired. It goes beside the mutations: more of them are made until it has. */

#define MAX_MUTATIONS 200

static void
wait_for_counts (Scene *scene, gint64 now_ms, const char *collection, const char *filter, gint64 expected)
{
  Fixture *store = &scene->instances[0];

  for (guint i = 0; i < MAX_MUTATIONS && scene_count (scene, collection, "%s", filter) != expected; i++)
    {
      g_autofree char *id = g_strdup_printf ("f%023u", i);
      TwSessionRecord session = session_of (ANN, id);
      TwRefreshRecord next = token (0, now_ms + DAY_MS);
      Wait wait;

      session.created_ms = now_ms;
      session.ends_ms = now_ms + DAY_MS;
      memcpy (next.hash + 1, &i, sizeof i);
      memcpy (next.hash + 8, collection, 4);
      memcpy (session.id, collection, 4);
      wait_begin (&wait);
      tw_account_store_open_session (store->store, TW_DEADLINE_NONE, &session, &next, wait_done, &wait);
      wait_ok (&wait);
    }
  g_assert_cmpint (scene_count (scene, collection, "%s", filter), ==, expected);
}

static void
test_what_has_expired_is_dropped (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  Fixture *store = &scene->instances[0];
  const gint64 later_ms = NOW + 100 * DAY_MS;
  g_autofree char *old = g_strdup_printf ("{\"expiresOn\": {\"$lte\": " DATE "}}", later_ms);

  insert_ann (store);
  for (guint8 i = 1; i < 20; i++)
    g_assert_cmpint (rotate (store, i, i + 1), ==, TW_ROTATED);
  for (guint8 i = 100; i < 120; i++)
    {
      g_autofree char *hash = hash_json (i);

      open_and_end (store, i, NOW);
      put_token (scene, i, SESSION_1, NOW + DAY_MS);
      scene_put (scene, "uses", "{\"_id\": %s, \"expiresOn\": " DATE "}", hash, NOW + DAY_MS);
    }

  wait_for_counts (scene, later_ms, "tokens", old, 0);
  wait_for_counts (scene, later_ms, "uses", old, 0);
  wait_for_counts (scene, later_ms, "sessions", old, 0);
  /* The newest stays, for the next one to come behind it. */
  wait_for_counts (scene, later_ms, "revocations", "{}", 1);
  g_assert_cmpint (scene_count (scene, "revocations", "{\"_id\": " LONG "}", NOW + 19), ==, 1);
  open_and_end (store, 130, NOW);
  g_assert_cmpint (scene_count (scene, "revocations", "{\"after\": " LONG "}", NOW + 19), ==, 1);
}

static void
test_session_goes_before_its_revocation (void)
{
  g_autoptr (Scene) scene = scene_new (1);
  Fixture *store = &scene->instances[0];
  const gint64 later_ms = NOW + 2 * DAY_MS;

  insert_ann (store);
  put_revocation (scene, NOW, 0, SESSION_1, NOW / 1000 + 86401);
  put_revocation (scene, NOW + 1, NOW, SESSION_2, NOW / 1000 + 86401);
  wait_for_counts (scene, later_ms, "revocations", "{}", 1);
  g_assert_cmpint (scene_count (scene, "sessions", "{\"_id\": \"" SESSION_1 "\"}"), ==, 0);
  g_assert_cmpint (rotate_at (store, 1, token (2, later_ms + DAY_MS), later_ms, NULL), ==, TW_ROTATE_REFUSED);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    void (*func) (void);
  } tests[] = {
    { "half-done/revoked-session-has-ended-although-it-is-there", test_revoked_session_has_ended_although_it_is_there },
    { "half-done/reuse-in-a-session-that-ended-is-refused", test_reuse_in_a_session_that_ended_is_refused },
    { "half-done/signing-up-can-be-done-again", test_signing_up_that_stopped_can_be_done_again },
    { "first-version/session-goes-on", test_session_of_the_first_version_goes_on },
    { "first-version/used-token-ends-its-session", test_used_token_of_the_first_version_ends_its_session },
    { "first-version/token-needs-its-session", test_token_of_the_first_version_needs_its_session },
    { "conflict-leaves-nothing-behind", test_conflict_leaves_nothing_behind },
    { "unreadable-account-is-an-error", test_unreadable_account_is_an_error },
    { "positions/ascend-where-instances-disagree-on-the-time",
      test_positions_ascend_where_instances_disagree_on_the_time },
    { "positions/restored-backup-goes-on-above", test_restored_backup_goes_on_above_what_was_given_out },
    { "positions/limit-of-none-gives-none", test_limit_of_none_gives_none },
    { "expired/is-dropped", test_what_has_expired_is_dropped },
    { "expired/session-goes-before-its-revocation", test_session_goes_before_its_revocation },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/account-store-mongo/%s", tests[i].name);

      g_test_add_func (path, tests[i].func);
    }
  return g_test_run ();
}
