/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-copy.h"

#include "fake-dump.h"
#include "tw-error.h"

#include <string.h>

#define N 25
#define BATCH 10

typedef struct
{
  guint stops_after; /* this many batches */
  guint asked;
  GString *said; /* what was reported, or NULL */
  guint waits;   /* how often it has patience */
} Watch;

static void
note_progress (const char *section, TwCopyPhase phase, guint64 done, guint64 total, gpointer data)
{
  Watch *watch = data;

  if (watch->said != NULL)
    g_string_append_printf (watch->said, "%s %u %u/%u\n", section, phase, (guint) done, (guint) total);
}

static gboolean
is_stopped (gpointer data)
{
  Watch *watch = data;

  return watch->asked++ >= watch->stops_after;
}

static gboolean
is_patient (gpointer data)
{
  Watch *watch = data;

  return watch->waits > 0 && watch->waits-- > 0;
}

static TwCopyOutcome
run_watched (FakeDump *source, FakeDump *target, guint batch, Watch *watch, TwCopySum *sums, GError **error)
{
  const TwCopyWatcher watcher = { .progress = note_progress, .stopped = is_stopped, .wait = is_patient,
                                  .user_data = watch };

  return tw_copy_run (&source->parent, &target->parent, batch, &watcher, sums, error);
}

static TwCopyOutcome
run (FakeDump *source, FakeDump *target, GError **error)
{
  TwCopySum sums[FAKE_SECTIONS];
  Watch watch = { .stops_after = FAKE_NEVER };

  return run_watched (source, target, BATCH, &watch, sums, error);
}

static void
assert_same (const FakeDump *source, const FakeDump *target)
{
  for (guint section = 0; section < FAKE_SECTIONS; section++)
    {
      g_assert_cmpuint (source->records[section]->len, ==, target->records[section]->len);
      for (guint i = 0; i < source->records[section]->len; i++)
        g_assert_cmpvariant (source->records[section]->pdata[i], target->records[section]->pdata[i]);
    }
}

static void
test_everything_arrives_and_is_summed (void)
{
  g_autoptr (FakeDump) source = fake_dump_new (N), target = fake_dump_new (0);
  g_autoptr (GError) error = NULL;
  TwCopySum sums[FAKE_SECTIONS];
  Watch watch = { .stops_after = FAKE_NEVER };

  g_assert_cmpint (run_watched (source, target, BATCH, &watch, sums, &error), ==, TW_COPY_VERIFIED);
  g_assert_no_error (error);
  assert_same (source, target);
  g_assert_cmpstr (sums[0].name, ==, "things");
  g_assert_cmpstr (sums[1].name, ==, "others");
  g_assert_cmpuint (sums[0].n, ==, N);
  g_assert_cmpuint (strlen (sums[0].sha256), ==, 64);
  g_assert_cmpstr (sums[0].sha256, !=, sums[1].sha256);
}

/* So that two copies, on whatever machines, can be compared by what they print. */
static void
test_sum_is_of_the_bytes_alone (void)
{
  g_autoptr (GChecksum) expected = g_checksum_new (G_CHECKSUM_SHA256);
  TwCopySum sums[FAKE_SECTIONS];

  for (guint i = 0; i < N; i++)
    {
      /* (xs) as GVariant's specification lays it out: the number, then the text with its NUL. */
      guint8 record[22] = { 14, [8] = (guint8) i, [16] = 't', 'h', 'i', 'n', 'g', 0 };

      g_checksum_update (expected, record, sizeof record);
    }
  for (guint batch = 1; batch < 2 * N; batch += 7)
    {
      g_autoptr (FakeDump) source = fake_dump_new (N), target = fake_dump_new (0);
      Watch watch = { .stops_after = FAKE_NEVER };

      g_assert_cmpint (run_watched (source, target, batch, &watch, sums, NULL), ==, TW_COPY_VERIFIED);
      g_assert_cmpstr (sums[0].sha256, ==, g_checksum_get_string (expected));
    }
}

static void
test_nothing_is_copied_well (void)
{
  g_autoptr (FakeDump) source = fake_dump_new (0), target = fake_dump_new (0);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (run (source, target, &error), ==, TW_COPY_VERIFIED);
  g_assert_no_error (error);
}

static void
test_progress_says_phase_and_figures (void)
{
  g_autoptr (FakeDump) source = fake_dump_new (N), target = fake_dump_new (0);
  g_autoptr (GString) said = g_string_new (NULL);
  TwCopySum sums[FAKE_SECTIONS];
  Watch watch = { .stops_after = FAKE_NEVER, .said = said };

  for (guint i = 0; i < BATCH + 1; i++)
    fake_dump_add (target, 0, i, "thing");
  g_assert_cmpint (run_watched (source, target, BATCH, &watch, sums, NULL), ==, TW_COPY_VERIFIED);
  g_assert_true (g_str_has_prefix (said->str, "things 0 10/25\nthings 0 11/25\n"
                                              "things 1 11/25\nthings 1 21/25\nthings 1 25/25\n"
                                              "things 2 0/25\nthings 2 10/25\n"));
  g_assert_nonnull (strstr (said->str, "others 1 0/25\n"));
}

static void
test_goes_on_behind_what_is_there (void)
{
  g_autoptr (FakeDump) source = fake_dump_new (N), target = fake_dump_new (0);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < BATCH + 3; i++)
    fake_dump_add (target, 0, i, "thing");
  g_assert_cmpint (run (source, target, &error), ==, TW_COPY_VERIFIED);
  g_assert_no_error (error);
  assert_same (source, target);
  g_assert_cmpuint (target->written, ==, 2 * N - BATCH - 3);
}

/* Wherever it stops: every run but the last says so, and together they copy each record once. */
static void
test_stops_after_any_batch_and_goes_on (void)
{
  for (guint batches = 0; batches < 12; batches++)
    {
      g_autoptr (FakeDump) source = fake_dump_new (N), target = fake_dump_new (0);
      g_autoptr (GError) error = NULL;
      TwCopySum sums[FAKE_SECTIONS];
      Watch watch = { .stops_after = batches };

      g_assert_cmpint (run_watched (source, target, BATCH, &watch, sums, &error), ==, TW_COPY_STOPPED);
      g_assert_no_error (error);
      g_assert_cmpint (run (source, target, &error), ==, TW_COPY_VERIFIED);
      g_assert_no_error (error);
      assert_same (source, target);
      g_assert_cmpuint (target->written, ==, 2 * N);
    }
}

static void
test_failed_write_is_told_and_gone_on_from (void)
{
  g_autoptr (FakeDump) source = fake_dump_new (N), target = fake_dump_new (0);
  g_autoptr (GError) error = NULL;

  target->fails_after = N + 13;
  g_assert_cmpint (run (source, target, &error), ==, TW_COPY_FAILED);
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_cmpstr (error->message, ==, "others: away");
  g_clear_error (&error);

  target->fails_after = FAKE_NEVER;
  g_assert_cmpint (run (source, target, &error), ==, TW_COPY_VERIFIED);
  assert_same (source, target);
  g_assert_cmpuint (target->written, ==, 2 * N);
}

/* With part of a batch there, and the rest of it lost, or coming later. */
static void
test_target_that_is_away_for_a_while_is_waited_for (void)
{
  for (guint after = 0; after < 2 * N; after++)
    for (guint late = 0; late < 2; late++)
      {
        g_autoptr (FakeDump) source = fake_dump_new (N), target = fake_dump_new (0);
        g_autoptr (GError) error = NULL;
        TwCopySum sums[FAKE_SECTIONS];
        Watch watch = { .stops_after = FAKE_NEVER, .waits = 3 };

        target->fails_after = after;
        target->failures = late ? 1 : 2;
        target->arrives_late = late;
        g_assert_cmpint (run_watched (source, target, BATCH, &watch, sums, &error), ==, TW_COPY_VERIFIED);
        g_assert_no_error (error);
        assert_same (source, target);
        g_assert_cmpuint (watch.waits, ==, 1);
      }
}

static void
test_patience_has_an_end (void)
{
  g_autoptr (FakeDump) source = fake_dump_new (N), target = fake_dump_new (0);
  g_autoptr (GError) error = NULL;
  TwCopySum sums[FAKE_SECTIONS];
  Watch watch = { .stops_after = FAKE_NEVER, .waits = 3 };

  target->fails_after = 12;
  g_assert_cmpint (run_watched (source, target, BATCH, &watch, sums, &error), ==, TW_COPY_FAILED);
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_cmpuint (watch.waits, ==, 0);
}

static void
assert_refused_unwritten (FakeDump *target)
{
  g_autoptr (FakeDump) source = fake_dump_new (N);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (run (source, target, &error), ==, TW_COPY_FAILED);
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  g_assert_true (g_str_has_prefix (error->message, "things: "));
  g_assert_nonnull (strstr (error->message, "--from-scratch"));
  g_assert_cmpuint (target->written, ==, 0);
}

static void
test_what_is_no_beginning_of_the_source_is_refused (void)
{
  g_autoptr (FakeDump) another = fake_dump_new (0), changed = fake_dump_new (0), longer = fake_dump_new (N);
  g_autoptr (FakeDump) gap = fake_dump_new (0);

  fake_dump_add (another, 0, -5, "thing");
  assert_refused_unwritten (another);

  for (guint i = 0; i < 15; i++)
    {
      fake_dump_add (changed, 0, i, i == 12 ? "changed" : "thing");
      if (i != 3)
        fake_dump_add (gap, 0, i, "thing");
    }
  assert_refused_unwritten (changed);
  assert_refused_unwritten (gap);

  fake_dump_add (longer, 0, N, "thing");
  assert_refused_unwritten (longer);
}

static void
assert_found (FakeDump *source, FakeDump *target, guint n_target)
{
  g_autofree char *there = g_strdup_printf ("; %u records, SHA-256 ", n_target);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (run (source, target, &error), ==, TW_COPY_FAILED);
  g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
  g_assert_nonnull (strstr (error->message, "the copy is not the same"));
  g_assert_nonnull (strstr (error->message, there));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_record_that_did_not_arrive_is_found (void)
{
  g_autoptr (FakeDump) source = fake_dump_new (N), target = fake_dump_new (0);

  target->forgets = 17;
  assert_found (source, target, N - 1);
}

static void
test_record_that_arrived_otherwise_is_found (void)
{
  g_autoptr (FakeDump) source = fake_dump_new (N), target = fake_dump_new (0);

  target->garbles = 0;
  assert_found (source, target, N);
}

static void
test_source_that_changes_meanwhile_is_found (void)
{
  g_autoptr (FakeDump) source = fake_dump_new (N), target = fake_dump_new (0);

  source->grows_after = N + 1;
  assert_found (source, target, N);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/copy/everything-arrives-and-is-summed", test_everything_arrives_and_is_summed);
  g_test_add_func ("/copy/sum-is-of-the-bytes-alone", test_sum_is_of_the_bytes_alone);
  g_test_add_func ("/copy/nothing-is-copied-well", test_nothing_is_copied_well);
  g_test_add_func ("/copy/progress-says-phase-and-figures", test_progress_says_phase_and_figures);
  g_test_add_func ("/copy/goes-on-behind-what-is-there", test_goes_on_behind_what_is_there);
  g_test_add_func ("/copy/stops-after-any-batch-and-goes-on", test_stops_after_any_batch_and_goes_on);
  g_test_add_func ("/copy/failed-write-is-told-and-gone-on-from", test_failed_write_is_told_and_gone_on_from);
  g_test_add_func ("/copy/target-that-is-away-for-a-while-is-waited-for",
                   test_target_that_is_away_for_a_while_is_waited_for);
  g_test_add_func ("/copy/patience-has-an-end", test_patience_has_an_end);
  g_test_add_func ("/copy/what-is-no-beginning-of-the-source-is-refused",
                   test_what_is_no_beginning_of_the_source_is_refused);
  g_test_add_func ("/copy/record-that-did-not-arrive-is-found", test_record_that_did_not_arrive_is_found);
  g_test_add_func ("/copy/record-that-arrived-otherwise-is-found", test_record_that_arrived_otherwise_is_found);
  g_test_add_func ("/copy/source-that-changes-meanwhile-is-found", test_source_that_changes_meanwhile_is_found);
  return g_test_run ();
}
