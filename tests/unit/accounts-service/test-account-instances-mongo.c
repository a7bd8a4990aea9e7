/* SPDX-License-Identifier: Apache-2.0 */

/* Several instances of the service on one database, all at once. */

#include "mongo-scene.h"

#define N_INSTANCES 4
#define N_THREADS 16

typedef struct _Crew Crew;

typedef struct
{
  Crew *crew;
  guint number;
  Fixture *store; /* one of the instances */
  TwRotation outcome;
  TwAccountKey key;
} Member;

struct _Crew
{
  void (*work) (Member *member);
  pthread_barrier_t start;
  Member members[N_THREADS];
};

static void *
run_member (void *data)
{
  Member *member = data;

  pthread_barrier_wait (&member->crew->start);
  member->crew->work (member);
  return NULL;
}

/* Does @work on N_THREADS threads, which begin at once, spread over the instances. */
static void
crew_run (Crew *crew, Scene *scene, void (*work) (Member *member))
{
  pthread_t threads[N_THREADS];

  crew->work = work;
  pthread_barrier_init (&crew->start, NULL, N_THREADS);
  for (guint i = 0; i < N_THREADS; i++)
    {
      crew->members[i] = (Member) { .crew = crew, .number = i, .store = &scene->instances[i % scene->n_instances] };
      g_assert_cmpint (pthread_create (&threads[i], NULL, run_member, &crew->members[i]), ==, 0);
    }
  for (guint i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);
  pthread_barrier_destroy (&crew->start);
}

static void
rotate_first (Member *member)
{
  member->outcome = rotate (member->store, 1, 2);
}

static void
test_parallel_rotations_are_one (void)
{
  g_autoptr (Scene) scene = scene_new (N_INSTANCES);
  gint64 position = 0;
  Crew crew;

  insert_ann (&scene->instances[0]);
  crew_run (&crew, scene, rotate_first);
  for (guint i = 0; i < N_THREADS; i++)
    g_assert_cmpint (crew.members[i].outcome, ==, TW_ROTATED);
  assert_revoked (&scene->instances[1], &position, NOW, 10, "");
  g_assert_cmpint (rotate (&scene->instances[2], 2, 3), ==, TW_ROTATED);
}

/* The same with a token of the first version, of a session that has none yet. */
static void
rotate_first_version (Member *member)
{
  member->outcome = rotate_in (member->store, "", 1, token (2, NOW + DAY_MS), NOW, NULL);
}

static void
test_parallel_rotations_of_the_first_version_are_one (void)
{
  g_autoptr (Scene) scene = scene_new (N_INSTANCES);
  g_autofree char *first = hash_json (1);
  Crew crew;

  insert_ann (&scene->instances[0]);
  scene_set (scene, "sessions", "{}", "{\"$unset\": {\"token\": \"\"}}");
  scene_put (scene, "tokens",
             "{\"_id\": %s, \"sessionId\": \"" SESSION_1 "\","
             " \"expiresOn\": {\"$date\": {\"$numberLong\": \"1792592000000\"}}}",
             first);
  crew_run (&crew, scene, rotate_first_version);
  for (guint i = 0; i < N_THREADS; i++)
    g_assert_cmpint (crew.members[i].outcome, ==, TW_ROTATED);
  g_assert_cmpint (rotate (&scene->instances[2], 2, 3), ==, TW_ROTATED);
}

static void
ask_for_key (Member *member)
{
  g_assert_true (tw_account_store_key (member->store->store, TW_DEADLINE_NONE, &member->key, NULL));
}

static void
test_parallel_first_uses_get_one_key (void)
{
  g_autoptr (Scene) scene = scene_new (N_INSTANCES);
  Crew crew;

  crew_run (&crew, scene, ask_for_key);
  for (guint i = 1; i < N_THREADS; i++)
    g_assert_cmpmem (&crew.members[i].key, sizeof (TwAccountKey), &crew.members[0].key, sizeof (TwAccountKey));
}

static void
end_first (Member *member)
{
  end_session_at (member->store, ANN, SESSION_1, NOW + member->number);
}

static void
test_parallel_ends_give_one_entry (void)
{
  g_autoptr (Scene) scene = scene_new (N_INSTANCES);
  gint64 position = 0;
  Crew crew;

  insert_ann (&scene->instances[0]);
  crew_run (&crew, scene, end_first);
  assert_revoked (&scene->instances[1], &position, NOW, 10, "01 ");
  g_assert_cmpint (scene_count (scene, "revocations", "{}"), ==, 1);
  g_assert_cmpint (scene_count (scene, "sessions", "{}"), ==, 0);
}

/* Half of them sign out while the others refresh. */
static void
refresh_or_end (Member *member)
{
  if (member->number % 2 == 0)
    end_session_at (member->store, ANN, SESSION_1, NOW);
  else
    member->outcome = rotate (member->store, 1, 2);
}

static void
test_end_wins_over_refreshing (void)
{
  g_autoptr (Scene) scene = scene_new (N_INSTANCES);
  gint64 position = 0;
  Crew crew;

  insert_ann (&scene->instances[0]);
  crew_run (&crew, scene, refresh_or_end);
  assert_revoked (&scene->instances[1], &position, NOW, 10, "01 ");
  for (guint8 i = 1; i <= 2; i++)
    g_assert_cmpint (rotate (&scene->instances[2], i, i + 1), ==, TW_ROTATE_REFUSED);
}

/* Signing up with one address */

static void
sign_up (Member *member)
{
  g_autofree char *id = g_strdup_printf ("%024x", 0xa00 + member->number);
  g_autofree char *session_id = g_strdup_printf ("%024x", 0xb00 + member->number);
  g_autoptr (GError) error
      = insert (member->store, id, "ann@example.org", session_id, (guint8) (100 + member->number));

  member->outcome = error == NULL ? TW_ROTATED : TW_ROTATE_REFUSED;
}

static void
test_of_parallel_sign_ups_one_wins (void)
{
  g_autoptr (Scene) scene = scene_new (N_INSTANCES);
  guint n = 0;
  Crew crew;

  crew_run (&crew, scene, sign_up);
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_autofree char *session_id = g_strdup_printf ("%024x", 0xb00 + i);
      const TwRefreshRecord next = token ((guint8) (200 + i), NOW + DAY_MS);
      gboolean won = crew.members[i].outcome == TW_ROTATED;

      n += won ? 1 : 0;
      g_assert_cmpint (rotate_in (&scene->instances[0], session_id, (guint8) (100 + i), next, NOW, NULL), ==,
                       won ? TW_ROTATED : TW_ROTATE_REFUSED);
    }
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpint (scene_count (scene, "accounts", "{}"), ==, 1);
  g_assert_cmpint (scene_count (scene, "sessions", "{}"), ==, 1);
}

/* Following the revocations while many are entered */

#define SESSIONS_EACH 6

static void
open_and_end_some (Member *member)
{
  for (guint i = 0; i < SESSIONS_EACH; i++)
    {
      guint number = member->number * SESSIONS_EACH + i;
      g_autofree char *id = g_strdup_printf ("%024u", 100 + number);
      TwSessionRecord session = session_of (ANN, id);

      open_session (member->store, &session, token ((guint8) (100 + number), NOW + DAY_MS));
      /* Instances do not agree on the time. */
      end_session_at (member->store, ANN, id, NOW + (gint64) (member->number % N_INSTANCES) * 20 + i);
    }
}

static void
see (const char *session_id, gint64 expires_s, gpointer user_data)
{
  g_assert_true (g_hash_table_add (user_data, g_strdup (session_id)));
}

typedef struct
{
  TwAccountStore *store;
  GHashTable *seen;
} Follower;

static void *
follow (void *data)
{
  Follower *follower = data;
  gint64 position = 0;

  while (g_hash_table_size (follower->seen) < N_THREADS * SESSIONS_EACH)
    {
      g_autoptr (GError) error = NULL;
      gint64 before = position;

      g_assert_true (tw_account_store_revocations (follower->store, TW_DEADLINE_NONE, position, NOW, 7, see,
                                                   follower->seen, &position, &error));
      g_assert_no_error (error);
      g_assert_cmpint (position, >=, before);
    }
  return NULL;
}

static void
test_follower_sees_each_end_once (void)
{
  g_autoptr (Scene) scene = scene_new (N_INSTANCES);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Follower follower = { .store = scene->instances[1].store, .seen = seen };
  pthread_t thread;
  Crew crew;

  insert_ann (&scene->instances[0]);
  g_assert_cmpint (pthread_create (&thread, NULL, follow, &follower), ==, 0);
  crew_run (&crew, scene, open_and_end_some);
  pthread_join (thread, NULL);
  g_assert_cmpuint (g_hash_table_size (seen), ==, N_THREADS * SESSIONS_EACH);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/account-instances-mongo/parallel-rotations-are-one", test_parallel_rotations_are_one);
  g_test_add_func ("/account-instances-mongo/parallel-rotations-of-the-first-version-are-one",
                   test_parallel_rotations_of_the_first_version_are_one);
  g_test_add_func ("/account-instances-mongo/parallel-first-uses-get-one-key", test_parallel_first_uses_get_one_key);
  g_test_add_func ("/account-instances-mongo/parallel-ends-give-one-entry", test_parallel_ends_give_one_entry);
  g_test_add_func ("/account-instances-mongo/end-wins-over-refreshing", test_end_wins_over_refreshing);
  g_test_add_func ("/account-instances-mongo/of-parallel-sign-ups-one-wins", test_of_parallel_sign_ups_one_wins);
  g_test_add_func ("/account-instances-mongo/follower-sees-each-end-once", test_follower_sees_each_end_once);
  return g_test_run ();
}
