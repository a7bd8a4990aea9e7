/* SPDX-License-Identifier: Apache-2.0 */

/* Many at once, and what a process that is killed leaves. */

#include "commit-fixture.h"

#include "tw-child.h"
#include "tw-error.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static const char *const partitions[] = { ANN, BOB, "cyd" };

#define MAX_INSTANCES 2
#define THREADS 6
#define EACH 20

/* Tasks that all change: one in each partition. */
static guint
shared_of (guint partition)
{
  return partition + 1;
}

typedef struct
{
  TwCommits *commits;
  guint first; /* of its own tasks */
} Client;

/* Each commit changes the partition's shared task, and makes one of the client's own. */
static void *
run_client (void *data)
{
  const Client *client = data;

  for (guint i = 0; i < EACH; i++)
    {
      const guint partition = i % G_N_ELEMENTS (partitions);
      g_autofree char *script = g_strdup_printf ("=%u +%u", shared_of (partition), client->first + i);

      commit_well (client->commits, partitions[partition], script);
    }
  return NULL;
}

/* What has been seen of a partition's log. */
typedef struct
{
  gint64 number;  /* of the entry before */
  gint64 version; /* of the shared task */
  guint8 mark[TW_COMMIT_MARK_BYTES];
  guint parts;
  guint shared;
  GHashTable *marks, *tasks;
} Seen;

static void
seen_clear (Seen *seen)
{
  g_clear_pointer (&seen->marks, g_hash_table_unref);
  g_clear_pointer (&seen->tasks, g_hash_table_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Seen, seen_clear)

static gboolean
see_entry (const TwCommitEntry *entry, gpointer data)
{
  Seen *seen = data;
  char shared[TW_ID_SIZE];

  if (entry->number != seen->number)
    {
      g_assert_cmpint (entry->number, ==, seen->number + 1);
      g_assert_true (g_hash_table_add (seen->marks, g_bytes_new (entry->mark, sizeof entry->mark)));
      memcpy (seen->mark, entry->mark, sizeof seen->mark);
    }
  g_assert_cmpmem (entry->mark, sizeof entry->mark, seen->mark, sizeof seen->mark);
  seen->number = entry->number;
  seen->parts++;
  if (strcmp (entry->id, id_of (seen->shared, shared)) == 0)
    g_assert_cmpint (entry->version, ==, ++seen->version);
  else
    g_assert_true (g_hash_table_add (seen->tasks, g_strdup (entry->id)));
  return TRUE;
}

/* That no number is missing in the log of the partition, no mark and no version there twice, and no task made twice. */
static void
see_log (TwCommits *commits, guint partition, Seen *seen)
{
  seen->shared = shared_of (partition);
  seen->marks = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  seen->tasks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_assert_cmpint (read_log (commits, partitions[partition], 0, see_entry, seen).newest, ==, seen->number);
}

static void
test_many_at_once_lose_nothing (Fixture *f, gconstpointer data)
{
  const guint n = MIN (f->factory->instances, MAX_INSTANCES);
  gpointer stores[MAX_INSTANCES] = { f->store };
  TwCommits *commits[MAX_INSTANCES] = { f->commits };
  pthread_t threads[THREADS];
  Client clients[THREADS];
  guint entries = 0;

  for (guint i = 0; i < G_N_ELEMENTS (partitions); i++)
    {
      g_autofree char *script = g_strdup_printf ("+%u", shared_of (i));

      commit_well (f->commits, partitions[i], script);
    }
  for (guint i = 1; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      stores[i] = f->factory->open (f->place, &commits[i], &error);
      g_assert_no_error (error);
    }
  for (guint i = 0; i < THREADS; i++)
    {
      clients[i] = (Client) { .commits = commits[i % n], .first = 100 + i * EACH };
      g_assert_cmpint (pthread_create (&threads[i], NULL, run_client, &clients[i]), ==, 0);
    }
  for (guint i = 0; i < THREADS; i++)
    pthread_join (threads[i], NULL);
  for (guint i = 1; i < n; i++)
    f->factory->close (stores[i]);
  for (guint i = 0; i < G_N_ELEMENTS (partitions); i++)
    {
      g_auto (Seen) seen = { 0 };

      see_log (f->commits, i, &seen);
      g_assert_cmpuint (seen.parts, ==, 1 + 2 * (seen.number - 1));
      g_assert_cmpuint (g_hash_table_size (seen.tasks), ==, seen.number - 1);
      assert_task (f->commits, partitions[i], shared_of (i), "changed", seen.number);
      entries += (guint) seen.number - 1;
    }
  g_assert_cmpuint (entries, ==, THREADS * EACH);
}

/* The log of somebody's who writes meanwhile: what a look at it shows. */
typedef struct
{
  gint64 number, shared; /* of the entry before, and the version that it left */
  guint parts;
} Glance;

static gboolean
glance_at_entry (const TwCommitEntry *entry, gpointer data)
{
  Glance *glance = data;
  char shared[TW_ID_SIZE];

  g_assert_cmpint (entry->number, ==, glance->parts % 2 == 0 ? glance->number + 1 : glance->number);
  glance->number = entry->number;
  glance->parts++;
  if (strcmp (entry->id, id_of (shared_of (0), shared)) == 0)
    g_assert_cmpint (entry->version, ==, ++glance->shared);
  return TRUE;
}

static void
test_log_is_whole_whoever_writes (Fixture *f, gconstpointer data)
{
  Glance glance = { 0 };
  Client client = { .commits = f->commits, .first = 100 };
  g_autofree char *script = g_strdup_printf ("+%u +99", shared_of (0));
  pthread_t thread;

  for (guint i = 0; i < G_N_ELEMENTS (partitions); i++)
    {
      g_autofree char *first = g_strdup_printf ("+%u", shared_of (i));

      commit_well (f->commits, partitions[i], i == 0 ? script : first);
    }
  g_assert_cmpint (pthread_create (&thread, NULL, run_client, &client), ==, 0);
  /* Until the last one is there: a third of what the client does is in this partition. */
  while (glance.number < 1 + (EACH + 2) / 3)
    {
      TwCommitLog log;

      glance = (Glance) { 0 };
      log = read_log (f->commits, partitions[0], 0, glance_at_entry, &glance);
      g_assert_cmpint (glance.number, >=, log.newest);
      g_assert_cmpuint (glance.parts % 2, ==, 0);
    }
  pthread_join (thread, NULL);
}

/* Changes task 1 where its version is the one that is expected. */
static gboolean
change_expected (TwCommit *commit, gpointer data, GError **error)
{
  const gint64 *expected = data;
  const TwTaskRecord *found = tw_commit_find (commit, &tw_task_type, "000000000000000000000001", error);
  TwTaskRecord task;

  if (found == NULL)
    return FALSE;
  if (found->version != *expected)
    {
      g_set_error_literal (error, TW_ERROR, TW_ERROR_PRECONDITION, "it has another version");
      return FALSE;
    }
  task = *found;
  task.name = "changed";
  tw_commit_put (commit, &tw_task_type, &task);
  return TRUE;
}

static void
test_one_of_many_has_the_expected_version (Fixture *f, gconstpointer data)
{
  const TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS };
  CommitWait waits[THREADS];

  commit_well (f->commits, ANN, "+1");
  for (gint64 version = 1; version <= 5; version++)
    {
      guint won = 0;

      for (guint i = 0; i < THREADS; i++)
        commit_begin (&waits[i], f->commits, TW_DEADLINE_NONE, &spec, change_expected, &version);
      for (guint i = 0; i < THREADS; i++)
        {
          g_autoptr (GError) error = NULL;

          if (commit_wait (&waits[i], &error))
            won++;
          else
            g_assert_error (error, TW_ERROR, TW_ERROR_PRECONDITION);
        }
      g_assert_cmpuint (won, ==, 1);
    }
  assert_task (f->commits, ANN, 1, "changed", 6);
}

/* The child: its commits are numbered by their entries, each of which changes ANN's task 1, which all have in common, and
 * makes two of its own. Some are on the way at any time, and what has been acknowledged is said. */
#define COMMIT_UNTIL_KILLED "--commit-until-killed"
#define ON_THE_WAY 8

static gboolean
decide_next (TwCommit *commit, gpointer data, GError **error)
{
  g_autoptr (GError) find_error = NULL;
  const TwTaskRecord *found = tw_commit_find (commit, &tw_task_type, "000000000000000000000001", &find_error);
  const gint64 number = found != NULL ? found->version + 1 : 1;
  g_autofree char *script = g_strdup_printf ("@1 +%u +%u", (guint) number * 2, (guint) number * 2 + 1);

  if (find_error == NULL)
    return run_script (commit, script, error);
  g_propagate_error (error, g_steal_pointer (&find_error));
  return FALSE;
}

static void
say_number (const TwCommitted *committed, const GError *error, gpointer data)
{
  if (error != NULL || write (STDOUT_FILENO, &committed->number, sizeof committed->number) < 0)
    _exit (1);
}

static int
commit_until_killed (const TwCommitFactory *factory, gpointer place)
{
  TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS, .decide = decide_next, .done = say_number };
  TwCommits *commits;
  CommitWait wait;

  if (factory->open (place, &commits, NULL) == NULL)
    return 1;
  for (;;)
    {
      for (guint i = 0; i < ON_THE_WAY; i++)
        tw_commit_run (commits, TW_DEADLINE_NONE, &spec);
      commit_begin (&wait, commits, TW_DEADLINE_NONE, &spec, decide_next, NULL);
      if (!commit_wait (&wait, NULL))
        return 1;
    }
}

/* Gives task 1 from one to the other and back, and says so of each time. */
#define GIVE_UNTIL_KILLED "--give-until-killed"

static int
give_until_killed (const TwCommitFactory *factory, gpointer place)
{
  TwCommits *commits;

  if (factory->open (place, &commits, NULL) == NULL)
    return 1;
  for (gint64 times = 1;; times++)
    {
      const TwCommitted said = { .number = times };

      for (gint64 number = 0; number == 0;)
        {
          number = commit (commits, ANN, ">1", NULL);
          if (number == 0)
            number = commit (commits, BOB, ">1", NULL);
        }
      say_number (&said, NULL, NULL);
    }
}

gboolean
tw_commit_contract_is_child (const TwCommitFactory *factory, int argc, char **argv, int *status)
{
  const gboolean commits = argc == 3 && strcmp (argv[1], COMMIT_UNTIL_KILLED) == 0;
  const gboolean gives = argc == 3 && strcmp (argv[1], GIVE_UNTIL_KILLED) == 0;

  if (commits)
    *status = commit_until_killed (factory, argv[2]);
  if (gives)
    *status = give_until_killed (factory, argv[2]);
  return commits || gives;
}

/* The highest number that was said, once there were @enough or no more will come. */
static gint64
read_said (int out, gint64 highest, guint enough)
{
  gint64 number;

  for (guint said = 0; said < enough && read (out, &number, sizeof number) == (ssize_t) sizeof number; said++)
    highest = MAX (highest, number);
  return highest;
}

#define CHILDREN 3

/* Has children commit, as many as may, and kills them when the first has said @enough: the highest number that was
 * said. */
static gint64
kill_after (const Fixture *f, const char *mode, guint enough)
{
  const guint n = MIN (f->factory->instances, CHILDREN);
  GPid pids[CHILDREN] = { 0 };
  int outs[CHILDREN] = { -1 };
  gint64 said;

  for (guint i = 0; i < n; i++)
    pids[i] = tw_child_spawn (mode, f->place, &outs[i]);
  said = read_said (outs[0], 0, enough);
  for (guint i = 0; i < n; i++)
    kill (pids[i], SIGKILL);
  for (guint i = 0; i < n; i++)
    {
      said = read_said (outs[i], said, G_MAXUINT);
      close (outs[i]);
      g_assert_cmpint (waitpid (pids[i], NULL, 0), ==, pids[i]);
    }
  return said;
}

/* Each entry has all its parts, and each part its record. */
static void
assert_nothing_is_half_done (TwCommits *commits, gint64 said)
{
  g_auto (Seen) seen = { 0 };

  see_log (commits, 0, &seen);
  g_assert_cmpint (seen.number, >=, said);
  g_assert_cmpuint (seen.parts, ==, 3 * seen.number);
  g_assert_cmpint (seen.version, ==, seen.number);
  assert_task (commits, ANN, 1, seen.number == 1 ? "new" : "changed", seen.number);
  for (guint number = 1; number <= seen.number; number++)
    {
      assert_task (commits, ANN, 2 * number, "new", 1);
      assert_task (commits, ANN, 2 * number + 1, "new", 1);
    }
  assert_no_task (commits, ANN, 2 * ((guint) seen.number + 1));
  assert_no_task (commits, ANN, 2 * ((guint) seen.number + 1) + 1);
}

#define KILLS 4
#define MOST_SAID 15

static void
test_killed_leaves_nothing_half_done (Fixture *f, gconstpointer data)
{
  gint64 said = 0;

  for (guint i = 0; i < KILLS; i++)
    {
      f->factory->close (f->store);
      said = MAX (said, kill_after (f, COMMIT_UNTIL_KILLED, (guint) g_test_rand_int_range (1, MOST_SAID)));
      f->store = f->factory->open (f->place, &f->commits, NULL);
      assert_nothing_is_half_done (f->commits, said);
    }
  g_assert_cmpint (said, >, 0);
}

static gboolean
note_version (const TwCommitEntry *entry, gpointer data)
{
  g_array_append_val ((GArray *) data, entry->version);
  return TRUE;
}

static gint
compare_versions (gconstpointer a, gconstpointer b)
{
  const gint64 one = *(const gint64 *) a, other = *(const gint64 *) b;

  return one < other ? -1 : one > other ? 1 : 0;
}

/* Task 1 is with one of both, and each of its versions is in one of their logs. */
static void
assert_is_with_one (TwCommits *commits)
{
  g_autoptr (GArray) versions = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (TwTaskRecord) anns = NULL, bobs = NULL;
  char id[TW_ID_SIZE];

  read_log (commits, ANN, 0, note_version, versions);
  read_log (commits, BOB, 0, note_version, versions);
  g_array_sort (versions, compare_versions);
  for (guint i = 0; i < versions->len; i++)
    g_assert_cmpint (g_array_index (versions, gint64, i), ==, i + 1);
  anns = find_task (commits, ANN, id_of (1, id));
  bobs = find_task (commits, BOB, id_of (1, id));
  g_assert_true ((anns != NULL) != (bobs != NULL));
  g_assert_cmpint ((anns != NULL ? anns : bobs)->version, ==, versions->len);
}

static void
test_killed_giver_leaves_it_with_one (Fixture *f, gconstpointer data)
{
  commit_well (f->commits, ANN, "+1");
  for (guint i = 0; i < KILLS / 2; i++)
    {
      f->factory->close (f->store);
      kill_after (f, GIVE_UNTIL_KILLED, (guint) g_test_rand_int_range (1, MOST_SAID));
      f->store = f->factory->open (f->place, &f->commits, NULL);
      assert_is_with_one (f->commits);
    }
}

/* Whoever has it changes it, and gives it away. */
static void *
give_and_change (void *data)
{
  for (guint i = 0; i < EACH; i++)
    {
      commit (data, i % 2 == 0 ? ANN : BOB, "=1", NULL);
      commit (data, i % 4 < 2 ? ANN : BOB, ">1", NULL);
    }
  return NULL;
}

static void
test_many_give_it_about (Fixture *f, gconstpointer data)
{
  const guint n = MIN (f->factory->instances, MAX_INSTANCES);
  gpointer stores[MAX_INSTANCES] = { f->store };
  TwCommits *commits[MAX_INSTANCES] = { f->commits };
  pthread_t threads[THREADS];

  commit_well (f->commits, ANN, "+1");
  for (guint i = 1; i < n; i++)
    stores[i] = f->factory->open (f->place, &commits[i], NULL);
  for (guint i = 0; i < THREADS; i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, give_and_change, commits[i % n]), ==, 0);
  for (guint i = 0; i < THREADS; i++)
    pthread_join (threads[i], NULL);
  for (guint i = 1; i < n; i++)
    f->factory->close (stores[i]);
  assert_is_with_one (f->commits);
}

void
contract_add_races (const TwCommitFactory *factory)
{
  static const ContractCase cases[] = {
    { "race/many-at-once-lose-nothing", test_many_at_once_lose_nothing },
    { "race/log-is-whole-whoever-writes", test_log_is_whole_whoever_writes },
    { "race/one-of-many-has-the-expected-version", test_one_of_many_has_the_expected_version },
    { "race/killed-leaves-nothing-half-done", test_killed_leaves_nothing_half_done },
    { "race/many-give-it-about", test_many_give_it_about },
    { "race/killed-giver-leaves-it-with-one", test_killed_giver_leaves_it_with_one },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
