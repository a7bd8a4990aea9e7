/* SPDX-License-Identifier: Apache-2.0 */

/* Exactly what is too old is dropped, some hundred rows at a time. */

#include "sqlite-fixture.h"

#define KEPT_MS TW_COMMIT_KEPT_MS

static void
commit_at (Place *place, const char *partition, gint64 now_ms, const char *script)
{
  const TwCommitSpec spec = { .partition = partition, .now_ms = now_ms };
  g_autoptr (GError) error = NULL;
  TwCommitted committed;

  commit_spec (place->commits, &spec, script, &committed, &error);
  g_assert_no_error (error);
}

/* Tends once, and waits until that has been done: the writer has it in turn. */
static void
tend (Place *place, gint64 now_ms)
{
  tw_commits_tend (place->commits, now_ms);
  place_run (place, "SELECT 1");
}

static gint64
dropped (Place *place, const char *partition)
{
  return read_log (place->commits, partition, G_MAXINT64, NULL, NULL).dropped;
}

static void
test_goes_to_the_millisecond (Place *place, gconstpointer data)
{
  commit_at (place, ANN, 1000, "+1");
  commit_at (place, BOB, 1001, "+2 +3");
  commit_at (place, ANN, 1002, "=1");
  tend (place, 1000 + KEPT_MS);
  g_assert_cmpint (dropped (place, ANN), ==, 0);
  tend (place, 1001 + KEPT_MS);
  g_assert_cmpint (dropped (place, ANN), ==, 1);
  g_assert_cmpint (dropped (place, BOB), ==, 0);
  assert_log (place->commits, ANN, 0, "2:=1v2");
  assert_log (place->commits, BOB, 0, "1:+2v1 1:+3v1");
  tend (place, 1002 + KEPT_MS);
  g_assert_cmpint (dropped (place, BOB), ==, 1);
  assert_log (place->commits, BOB, 0, "");
  assert_log (place->commits, ANN, 0, "2:=1v2");
  assert_log (place->commits, ANN, 1, "2:=1v2");
}

static guint
entries_left (Place *place)
{
  return (guint) place_ask (place, "SELECT count(*) FROM log");
}

static void
test_goes_some_hundred_rows_at_a_time (Place *place, gconstpointer data)
{
  place_fill (place, ANN, 1, 1200);
  for (guint left = 1200; left > 0; left = entries_left (place))
    {
      tend (place, NOW_MS + KEPT_MS + 1);
      g_assert_cmpuint (entries_left (place), ==, left > 500 ? left - 500 : 0);
      g_assert_cmpint (dropped (place, ANN), ==, 1200 - entries_left (place));
    }
}

static void
test_cuts_no_entry (Place *place, gconstpointer data)
{
  g_autoptr (GString) script = g_string_new (NULL);

  for (guint i = 0; i < 700; i++)
    g_string_append_printf (script, "+%u ", i);
  commit_at (place, BOB, NOW_MS, "+1000");
  commit_at (place, ANN, NOW_MS, script->str);
  commit_at (place, ANN, NOW_MS, "=1 =2");
  tend (place, NOW_MS + KEPT_MS + 1);
  g_assert_cmpint (dropped (place, BOB), ==, 1);
  g_assert_cmpint (dropped (place, ANN), ==, 1);
  assert_log (place->commits, ANN, 0, "2:=1v2 2:=2v2");
}

/* Entries of two partitions that have the same number follow each other at the place where it is cut. */
static void
test_cuts_between_partitions (Place *place, gconstpointer data)
{
  char partition[] = "p000";

  for (guint i = 0; i < 502; i++)
    {
      g_snprintf (partition, sizeof partition, "p%03u", i);
      place_start (place, partition, i);
    }
  place_finish (place);
  tend (place, NOW_MS + KEPT_MS + 1);
  g_assert_cmpuint (entries_left (place), ==, 2);
  g_assert_cmpint (dropped (place, "p499"), ==, 1);
  g_assert_cmpint (dropped (place, "p500"), ==, 0);
}

/* A clock that was ahead for a while. */
static void
test_time_to_come_is_as_old_as_what_follows (Place *place, gconstpointer data)
{
  commit_at (place, ANN, NOW_MS, "+1");
  commit_at (place, ANN, NOW_MS + 100 * KEPT_MS, "=1");
  commit_at (place, ANN, NOW_MS + 1, "=1");
  commit_at (place, ANN, NOW_MS + 100 * KEPT_MS, "=1");
  commit_at (place, ANN, NOW_MS + KEPT_MS, "=1");
  tend (place, NOW_MS + KEPT_MS + 2);
  assert_log (place->commits, ANN, 0, "4:=1v4 5:=1v5");
  tend (place, NOW_MS + 2 * KEPT_MS + 1);
  assert_log (place->commits, ANN, 0, "");
}

/* A clock that was behind for a while takes nothing with it that is not too old. */
static void
test_time_long_ago_takes_nothing_along (Place *place, gconstpointer data)
{
  commit_at (place, ANN, NOW_MS, "+1");
  commit_at (place, ANN, 1, "=1");
  tend (place, NOW_MS + 1000);
  assert_log (place->commits, ANN, 0, "1:+1v1 2:=1v2");
}

/* It is not looked for what is too old as long as nothing can be; but where the clock has been set back, or an hour has
 * gone by. */
static void
test_is_looked_for_when_it_is_due (Place *place, gconstpointer data)
{
  const gint64 hour_ms = 3600 * 1000;

  commit_at (place, ANN, NOW_MS, "+1");
  tend (place, NOW_MS + 1000);
  place_run (place, "UPDATE log SET time_ms = 1");
  tend (place, NOW_MS + 2000);
  assert_log (place->commits, ANN, 0, "1:+1v1");
  tend (place, NOW_MS + 1000 + hour_ms);
  assert_log (place->commits, ANN, 0, "");
  commit_at (place, ANN, 1, "=1");
  tend (place, NOW_MS + 2000 + hour_ms);
  assert_log (place->commits, ANN, 0, "2:=1v2");
  tend (place, NOW_MS);
  assert_log (place->commits, ANN, 0, "");
}

/* One is under way at most, however often it is asked for. */
static void
test_waits_for_the_one_before (Place *place, gconstpointer data)
{
  place_fill (place, ANN, 1, 1200);
  place_hold (place);
  for (guint i = 0; i < 10; i++)
    tw_commits_tend (place->commits, NOW_MS + KEPT_MS + 1);
  place_let_go (place);
  g_assert_cmpuint (entries_left (place), ==, 700);
}

/* A seq is never used again, or the way back would lead to rows that have come since. */
static void
test_what_comes_later_is_not_what_was_dropped (Place *place, gconstpointer data)
{
  place_fill (place, ANN, 1, 3);
  tend (place, NOW_MS + KEPT_MS + 1);
  g_assert_cmpuint (entries_left (place), ==, 0);
  place_reopen (place);
  place_fill (place, BOB, 10, 5);
  place_reopen (place);
  commit_well (place->commits, ANN, "=1");
  assert_log (place->commits, ANN, 0, "4:=1v2");
  g_assert_cmpint (place_ask (place, "SELECT min (seq) FROM log"), ==, 4);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *path;
    void (*run) (Place *place, gconstpointer data);
  } cases[] = {
    { "/commits-sqlite/drop/goes-to-the-millisecond", test_goes_to_the_millisecond },
    { "/commits-sqlite/drop/goes-some-hundred-rows-at-a-time", test_goes_some_hundred_rows_at_a_time },
    { "/commits-sqlite/drop/cuts-no-entry", test_cuts_no_entry },
    { "/commits-sqlite/drop/cuts-between-partitions", test_cuts_between_partitions },
    { "/commits-sqlite/drop/time-to-come-is-as-old-as-what-follows", test_time_to_come_is_as_old_as_what_follows },
    { "/commits-sqlite/drop/time-long-ago-takes-nothing-along", test_time_long_ago_takes_nothing_along },
    { "/commits-sqlite/drop/is-looked-for-when-it-is-due", test_is_looked_for_when_it_is_due },
    { "/commits-sqlite/drop/waits-for-the-one-before", test_waits_for_the_one_before },
    { "/commits-sqlite/drop/what-comes-later-is-not-what-was-dropped", test_what_comes_later_is_not_what_was_dropped },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Place, NULL, place_set_up, cases[i].run, place_tear_down);
  return g_test_run ();
}
