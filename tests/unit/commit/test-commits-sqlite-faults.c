/* SPDX-License-Identifier: Apache-2.0 */

/* Whatever fails, and wherever: what has been acknowledged is in the log, what has been refused is not, no number is
 * missing, and it goes on with the next one. */

#include "sqlite-fixture.h"

#include "tw-crash-copy.h"
#include "tw-error.h"

#include <signal.h>
#include <sys/resource.h>

/* Commits that share a transaction, in the middle of which something happens to CYD's. */
#define CYD "cyd"

static const struct
{
  const char *partition, *script;
} batch[] = {
  { ANN, "=1" }, { BOB, "=2 +20" }, { ANN, "+10 +11" }, { CYD, "+30" }, { CYD, "+31 +32" }, { ANN, "+12" },
  { BOB, "=2" }, { CYD, "=3" },
};

#define N_BATCH G_N_ELEMENTS (batch)

typedef struct
{
  CommitWait waits[N_BATCH];
  guint failed; /* how many */
} Batch;

static void
make_first (Place *place)
{
  commit_well (place->commits, ANN, "+1");
  commit_well (place->commits, BOB, "+2");
  commit_well (place->commits, CYD, "+3");
}

static void
run_batch (Place *place, Batch *it)
{
  it->failed = 0;
  place_hold (place);
  for (guint i = 0; i < N_BATCH; i++)
    place_begin (place, &it->waits[i], batch[i].partition, batch[i].script);
  place_let_go (place);
  for (guint i = 0; i < N_BATCH; i++)
    {
      tw_latch_wait (&it->waits[i].ended);
      it->failed += it->waits[i].error != NULL ? 1 : 0;
    }
}

static void
clear_batch (Batch *it)
{
  for (guint i = 0; i < N_BATCH; i++)
    g_clear_error (&it->waits[i].error);
}

typedef struct
{
  gint64 number;
  guint entries;
} Walk;

static gboolean
walk_entry (const TwCommitEntry *entry, gpointer data)
{
  Walk *walk = data;

  walk->entries += entry->number != walk->number ? 1 : 0;
  g_assert_cmpint (entry->number, ==, walk->entries);
  walk->number = entry->number;
  return TRUE;
}

/* That the partition's log has an entry for each commit that was acknowledged, under its number, and no other. */
static void
assert_log_is_right (Place *place, const char *partition, const Batch *it)
{
  Walk walk = { 0 };
  gint64 next = 2; /* the first was made before the batch */

  for (guint i = 0; i < N_BATCH; i++)
    if (g_strcmp0 (batch[i].partition, partition) == 0 && it->waits[i].error == NULL)
      g_assert_cmpint (it->waits[i].committed.number, ==, next++);
  g_assert_cmpint (read_log (place->commits, partition, 0, walk_entry, &walk).newest, ==, next - 1);
  g_assert_cmpint (walk.entries, ==, next - 1);
}

static void
assert_all_is_right (Place *place, const Batch *it)
{
  static const char *const all[] = { ANN, BOB, CYD };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    assert_log_is_right (place, all[i], it);
  /* A row of the log for each version of what is there. */
  g_assert_cmpint (place_ask (place, "SELECT count(*) FROM log"), ==, place_ask (place, "SELECT sum (version) FROM tasks"));
}

/* It goes on: the same again, of which nothing fails, with the same writer and with one that knows nothing. */
static void
assert_goes_on (Place *place)
{
  const char *const all[] = { ANN, BOB, CYD };
  const guint shared[] = { 1, 2, 3 };

  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (all); i++)
        {
          g_autofree char *script = g_strdup_printf ("=%u", shared[i]);
          const gint64 newest = read_log (place->commits, all[i], 0, NULL, NULL).newest;

          g_assert_cmpint (commit_well (place->commits, all[i], script), ==, newest + 1);
        }
      place_reopen (place);
    }
}

/* What is made to fail, and how many of the batch do. */
typedef struct
{
  const char *name;
  const char *fault;
  guint failed;
} Fault;

#define TRIGGER(when, raise)                                                                                          \
  "CREATE TRIGGER fault BEFORE INSERT ON " when " BEGIN SELECT RAISE (" raise ", 'a fault'); END"

static const Fault faults[] = {
  /* The record has been written by then, without a savepoint: all before it go with it. */
  { "entry-of-one-change-can-not-be-written",
    TRIGGER ("log WHEN NEW.id = x'000000000000000000000030'", "ABORT"), 4 },
  { "entry-of-several-changes-can-not-be-written",
    TRIGGER ("log WHEN NEW.id = x'000000000000000000000032'", "ABORT"), 1 },
  { "record-of-several-can-not-be-written",
    TRIGGER ("tasks WHEN NEW.id = x'000000000000000000000032'", "ABORT"), 1 },
  { "record-of-one-can-not-be-written",
    TRIGGER ("tasks WHEN NEW.id = x'000000000000000000000030'", "ABORT"), 1 },
  /* SQLite gives the transaction up on its own, as it does where the disk is full. */
  { "transaction-is-undone-by-an-entry",
    TRIGGER ("log WHEN NEW.id = x'000000000000000000000032'", "ROLLBACK"), 5 },
  { "transaction-is-undone-by-a-record",
    TRIGGER ("tasks WHEN NEW.id = x'000000000000000000000032'", "ROLLBACK"), 5 },
  { "transaction-is-undone-by-its-last",
    "CREATE TRIGGER fault BEFORE UPDATE ON tasks WHEN NEW.user_id = 'cyd' BEGIN SELECT RAISE (ROLLBACK, 'a fault'); END",
    N_BATCH },
  /* All have ended well, when COMMIT finds that it can't be so. */
  { "commit-fails",
    "CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT;"
    "CREATE TABLE children (id INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED) STRICT;"
    "CREATE TRIGGER fault BEFORE INSERT ON log WHEN NEW.user_id = 'cyd' BEGIN INSERT INTO children VALUES (7); END",
    N_BATCH },
};

static void
test_fault (Place *place, gconstpointer data)
{
  const Fault *fault = data;
  Batch it;

  make_first (place);
  place_run (place, fault->fault);
  run_batch (place, &it);
  g_assert_cmpuint (it.failed, ==, fault->failed);
  assert_all_is_right (place, &it);
  place_run (place, "DROP TRIGGER fault");
  clear_batch (&it);
  assert_goes_on (place);
}

/* Many commits, in one transaction if all is well, of which it is known afterwards which were acknowledged. */
#define N_MANY 240

typedef struct
{
  CommitWait waits[N_MANY];
  char scripts[N_MANY][24];
  guint failed;
} Many;

static const char *
partition_of (guint i)
{
  return i % 3 == 0 ? BOB : ANN;
}

static void
run_many (Place *place, Many *many)
{
  many->failed = 0;
  place_hold (place);
  for (guint i = 0; i < N_MANY; i++)
    {
      g_snprintf (many->scripts[i], sizeof many->scripts[i], i % 5 == 0 ? "+%u +%u" : "+%u", 2 * i, 2 * i + 1);
      place_begin (place, &many->waits[i], partition_of (i), many->scripts[i]);
    }
  place_let_go (place);
  for (guint i = 0; i < N_MANY; i++)
    {
      tw_latch_wait (&many->waits[i].ended);
      many->failed += many->waits[i].error != NULL ? 1 : 0;
      if (many->waits[i].error != NULL)
        g_assert_error (many->waits[i].error, TW_ERROR, TW_ERROR_UNAVAILABLE);
    }
}

static void
assert_many_are_right (TwCommits *commits, const Many *many)
{
  const char *const all[] = { ANN, BOB };

  for (guint p = 0; p < G_N_ELEMENTS (all); p++)
    {
      gint64 next = 1;
      Walk walk = { 0 };

      for (guint i = 0; i < N_MANY; i++)
        if (g_strcmp0 (partition_of (i), all[p]) == 0 && many->waits[i].error == NULL)
          g_assert_cmpint (many->waits[i].committed.number, ==, next++);
      g_assert_cmpint (read_log (commits, all[p], 0, walk_entry, &walk).newest, ==, next - 1);
      g_assert_cmpint (walk.entries, ==, next - 1);
    }
}

/* What another process finds, had this one been killed now. */
static void
assert_copy_is_right (Place *place, const Many *many)
{
  g_autofree char *copy = g_strconcat (place->path, ".copy", NULL);
  Place other = { 0 };

  tw_crash_copy (place->path, copy);
  place_open (&other, copy);
  assert_many_are_right (other.commits, many);
  place_close (&other);
}

/* Fills a database that is new, in which only so much fits as @limit has it, with a little more each time, until all
 * does. */
static void
fill_until_all_fits (Place *place, void (*limit) (Place *place, guint round), void (*lift) (Place *place))
{
  g_autofree Many *many = g_new0 (Many, 1);
  guint rounds = 0;

  for (many->failed = 1; many->failed > 0; rounds++)
    {
      place_close (place);
      g_free (place->path);
      place->path = g_strdup_printf ("%s/%u.db", place->folder, rounds);
      place_open (place, place->path);
      limit (place, rounds);
      run_many (place, many);
      lift (place);
      assert_many_are_right (place->commits, many);
      assert_copy_is_right (place, many);
      place_fill (place, ANN, 10000, 1);
      place_reopen (place);
      place_fill (place, ANN, 10001, 1);
      for (guint i = 0; i < N_MANY; i++)
        g_clear_error (&many->waits[i].error);
    }
  g_assert_cmpuint (rounds, >, 3);
}

static void
limit_pages (Place *place, guint round)
{
  const gint64 pages = place_ask (place, "PRAGMA page_count");
  g_autofree char *sql = g_strdup_printf ("PRAGMA max_page_count = %" G_GINT64_FORMAT, pages + 2 * round);

  place_run (place, sql);
}

static void
lift_pages (Place *place)
{
  place_run (place, "PRAGMA max_page_count = 100000");
}

static void
test_disk_is_full_at_any_page (Place *place, gconstpointer data)
{
  fill_until_all_fits (place, limit_pages, lift_pages);
}

/* The log that COMMIT writes to. */
static void
limit_file (Place *place, guint round)
{
  g_autofree char *log = g_strconcat (place->path, "-wal", NULL);
  struct rlimit limit;
  GStatBuf status;

  g_assert_cmpint (g_stat (log, &status), ==, 0);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = (rlim_t) status.st_size + round * 17000;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
lift_file (Place *place)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
test_commit_can_be_written_to_any_byte (Place *place, gconstpointer data)
{
  signal (SIGXFSZ, SIG_IGN);
  fill_until_all_fits (place, limit_file, lift_file);
}

/* More than are ahead of the table at a time. */
#define N_AHEAD 600

static void
test_heads_can_not_be_written (Place *place, gconstpointer data)
{
  place_run (place, TRIGGER ("log_heads", "ABORT"));
  place_fill (place, ANN, 1, N_AHEAD);
  g_assert_cmpint (place_ask (place, "SELECT count(*) FROM log_heads"), ==, 0);
  g_assert_cmpint (read_log (place->commits, ANN, 0, NULL, NULL).newest, ==, N_AHEAD);
  place_reopen (place);
  place_fill (place, BOB, 1000, 1);
  place_run (place, "DROP TRIGGER fault");
  place_fill (place, ANN, 2000, 2);
  place_run (place, "SELECT 1"); /* behind what these have made due */
  g_assert_cmpint (place_ask (place, "SELECT max (number) FROM log_heads"), >=, N_AHEAD);
  g_assert_cmpint (read_log (place->commits, ANN, 0, NULL, NULL).newest, ==, N_AHEAD + 2);
  assert_log (place->commits, BOB, 0, "1:+1000v1");
}

/* The transaction in which the heads are written is undone, with the commits that are in it. */
static void
test_heads_are_undone_with_commits (Place *place, gconstpointer data)
{
  guint acknowledged;

  place_run (place, TRIGGER ("log_heads", "ROLLBACK"));
  for (guint i = 1; i <= N_AHEAD; i++)
    place_start (place, ANN, i);
  acknowledged = place_finish (place);
  for (guint i = N_AHEAD + 1; i <= N_AHEAD + 100; i++)
    place_start (place, ANN, i);
  acknowledged += place_finish (place);
  place_run (place, "DROP TRIGGER fault");
  g_assert_cmpint (read_log (place->commits, ANN, 0, NULL, NULL).newest, ==, acknowledged);
  g_assert_cmpint (commit_well (place->commits, ANN, "+2000"), ==, acknowledged + 1);
  place_reopen (place);
  g_assert_cmpint (commit_well (place->commits, ANN, "=2000"), ==, acknowledged + 2);
}

#define OLD_MS (NOW_MS + TW_COMMIT_KEPT_MS + 1)

static void
test_entries_can_not_be_dropped (Place *place, gconstpointer data)
{
  static const char *const dropping[] = { "DELETE ON log", "UPDATE ON log_heads", "UPDATE ON log_state" };

  place_fill (place, ANN, 1, 3);
  for (guint i = 0; i < G_N_ELEMENTS (dropping); i++)
    {
      g_autofree char *sql = g_strdup_printf (
          "CREATE TRIGGER fault BEFORE %s BEGIN SELECT RAISE (ABORT, 'a fault'); END", dropping[i]);

      place_run (place, sql);
      tw_commits_tend (place->commits, OLD_MS);
      /* Behind it: it is in turn. */
      g_assert_cmpint (commit_well (place->commits, ANN, "=1"), ==, 4 + i);
      g_assert_cmpint (place_ask (place, "SELECT count(*) FROM log"), ==, 4 + i);
      g_assert_cmpint (read_log (place->commits, ANN, 0, NULL, NULL).dropped, ==, 0);
      place_run (place, "DROP TRIGGER fault");
    }
  tend_until_dropped (place->commits, OLD_MS, ANN, 6);
  assert_log (place->commits, ANN, 0, "");
  g_assert_cmpint (commit_well (place->commits, ANN, "=1"), ==, 7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *path = g_strdup_printf ("/commits-sqlite/fault/%s", faults[i].name);

      g_test_add (path, Place, &faults[i], place_set_up, test_fault, place_tear_down);
    }
  g_test_add ("/commits-sqlite/fault/disk-is-full-at-any-page", Place, NULL, place_set_up, test_disk_is_full_at_any_page,
              place_tear_down);
  g_test_add ("/commits-sqlite/fault/commit-can-be-written-to-any-byte", Place, NULL, place_set_up,
              test_commit_can_be_written_to_any_byte, place_tear_down);
  g_test_add ("/commits-sqlite/fault/heads-can-not-be-written", Place, NULL, place_set_up, test_heads_can_not_be_written,
              place_tear_down);
  g_test_add ("/commits-sqlite/fault/heads-are-undone-with-commits", Place, NULL, place_set_up,
              test_heads_are_undone_with_commits, place_tear_down);
  g_test_add ("/commits-sqlite/fault/entries-can-not-be-dropped", Place, NULL, place_set_up,
              test_entries_can_not_be_dropped, place_tear_down);
  return g_test_run ();
}
