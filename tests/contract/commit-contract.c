/* SPDX-License-Identifier: Apache-2.0 */

/* What one commit does, and what it does not do. */

#include "commit-contract.h"

#include "commit-fixture.h"

#include "tw-clock.h"
#include "tw-error.h"

#include <string.h>

static void
test_what_is_put_is_found (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (commit_well (f->commits, ANN, "+1"), ==, 1);
  assert_task (f->commits, ANN, 1, "new", 1);
  g_assert_cmpint (commit_well (f->commits, ANN, "=1"), ==, 2);
  assert_task (f->commits, ANN, 1, "changed", 2);
  /* The same again is a change too. */
  g_assert_cmpint (commit_well (f->commits, ANN, "=1"), ==, 3);
  assert_task (f->commits, ANN, 1, "changed", 3);
  g_assert_cmpint (commit_well (f->commits, ANN, "-1"), ==, 4);
  assert_no_task (f->commits, ANN, 1);
  assert_log (f->commits, ANN, 0, "1:+1v1 2:=1v2 3:=1v3 4:-1v4");
}

static void
test_several_records_are_one_entry (Fixture *f, gconstpointer data)
{
  commit_well (f->commits, ANN, "+1 +2 +3");
  g_assert_cmpint (commit_well (f->commits, ANN, "=2 -1 +4 ?3"), ==, 2);
  assert_no_task (f->commits, ANN, 1);
  assert_task (f->commits, ANN, 2, "changed", 2);
  assert_task (f->commits, ANN, 3, "new", 1);
  assert_task (f->commits, ANN, 4, "new", 1);
  assert_log (f->commits, ANN, 0, "1:+1v1 1:+2v1 1:+3v1 2:=2v2 2:-1v2 2:+4v1");
}

static void
test_partitions_count_for_themselves (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (commit_well (f->commits, ANN, "+1"), ==, 1);
  g_assert_cmpint (commit_well (f->commits, BOB, "+2 +3"), ==, 1);
  g_assert_cmpint (commit_well (f->commits, ANN, "+4"), ==, 2);
  g_assert_cmpint (commit_well (f->commits, BOB, "=2"), ==, 2);
  assert_log (f->commits, ANN, 0, "1:+1v1 2:+4v1");
  assert_log (f->commits, BOB, 0, "1:+2v1 1:+3v1 2:=2v2");
}

static void
test_step_finds_what_it_has_put (Fixture *f, gconstpointer data)
{
  commit_well (f->commits, ANN, "+1 +2");
  /* Each is looked for again behind its change, by a word that says where it is not as it should be. */
  commit_well (f->commits, ANN, "+3 ?3 =1 ?1 -2 ~2");
  assert_log (f->commits, ANN, 1, "2:+3v1 2:=1v2 2:-2v2");
}

static gboolean
find_put (TwCommit *commit, gpointer data, GError **error)
{
  const TwTaskRecord *found = tw_commit_find (commit, &tw_task_type, data, NULL), *again;
  TwTaskRecord task = *found;

  task.name = "as it is put";
  tw_commit_put (commit, &tw_task_type, &task);
  again = tw_commit_find (commit, &tw_task_type, data, NULL);
  g_assert_cmpstr (again->name, ==, "as it is put");
  g_assert_cmpint (again->version, ==, 2);
  return TRUE;
}

static void
test_step_finds_a_change_as_it_is_put (Fixture *f, gconstpointer data)
{
  const TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS };
  char id[TW_ID_SIZE];
  CommitWait wait;

  commit_well (f->commits, ANN, "+1");
  commit_begin (&wait, f->commits, TW_DEADLINE_NONE, &spec, find_put, (gpointer) (guintptr) id_of (1, id));
  g_assert_true (commit_wait (&wait, NULL));
  assert_task (f->commits, ANN, 1, "as it is put", 2);
}

static void
test_refused_changes_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  commit_well (f->commits, ANN, "+1 +2");
  g_assert_cmpint (commit (f->commits, ANN, "=1 -2 +3 !", &error), ==, 0);
  g_assert_error (error, TW_ERROR, TW_ERROR_PRECONDITION);
  g_assert_cmpstr (error->message, ==, "refused by the script");
  assert_task (f->commits, ANN, 1, "new", 1);
  assert_task (f->commits, ANN, 2, "new", 1);
  assert_no_task (f->commits, ANN, 3);
  /* No number is used up. */
  g_assert_cmpint (commit_well (f->commits, ANN, "+3"), ==, 2);
  assert_log (f->commits, ANN, 1, "2:+3v1");
}

static void
test_without_a_change_there_is_no_entry (Fixture *f, gconstpointer data)
{
  g_assert_cmpint (commit_well (f->commits, ANN, "~1"), ==, 0);
  commit_well (f->commits, ANN, "+1");
  g_assert_cmpint (commit_well (f->commits, ANN, "?1"), ==, 0);
  g_assert_cmpint (commit_well (f->commits, ANN, ""), ==, 0);
  assert_log (f->commits, ANN, 0, "1:+1v1");
}

static void
test_taken_id_is_conflict (Fixture *f, gconstpointer data)
{
  const char *const partitions[] = { ANN, BOB };

  commit_well (f->commits, ANN, "+1");
  for (guint i = 0; i < G_N_ELEMENTS (partitions); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (commit (f->commits, partitions[i], "+1", &error), ==, 0);
      g_assert_error (error, TW_ERROR, TW_ERROR_CONFLICT);
    }
  assert_task (f->commits, ANN, 1, "new", 1);
  assert_no_task (f->commits, BOB, 1);
  if (f->factory->makes_unseen)
    return;
  assert_log (f->commits, ANN, 0, "1:+1v1");
  assert_log (f->commits, BOB, 0, "");
}

static void
test_anothers_is_not_found (Fixture *f, gconstpointer data)
{
  commit_well (f->commits, ANN, "+1");
  g_assert_cmpint (commit (f->commits, BOB, "?1", NULL), ==, 0);
  assert_no_task (f->commits, BOB, 1);
  g_assert_null (find_task (f->commits, "an", "000000000000000000000001"));
  g_assert_null (find_task (f->commits, "ANN", "000000000000000000000001"));
}

static void
test_malformed_id_is_not_found (Fixture *f, gconstpointer data)
{
  static const char *const malformed[] = { "", "1", "zz0000000000000000000001", "00000000000000000000001",
                                           "0000000000000000000000001", " 00000000000000000000001", "ünïcode" };

  commit_well (f->commits, ANN, "+1");
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    g_assert_null (find_task (f->commits, ANN, malformed[i]));
}

static gboolean
put_record (TwCommit *commit, gpointer data, GError **error)
{
  tw_commit_put (commit, &tw_task_type, data);
  return TRUE;
}

static void
commit_record (Fixture *f, const TwCommitSpec *spec, const TwTaskRecord *task)
{
  g_autoptr (GError) error = NULL;
  CommitWait wait;

  commit_begin (&wait, f->commits, TW_DEADLINE_NONE, spec, put_record, (gpointer) (guintptr) task);
  commit_wait (&wait, &error);
  g_assert_no_error (error);
}

static void
test_id_in_upper_case_is_the_same (Fixture *f, gconstpointer data)
{
  const TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS };
  const TwTaskRecord task = { .has = whole_task, .id = "65f0aa00bbccddeeff001122", .name = "hex", .created_ms = 1,
                              .updated_ms = 1 };
  g_autoptr (TwTaskRecord) found = NULL;

  commit_record (f, &spec, &task);
  found = find_task (f->commits, ANN, "65F0AA00BBCCDDEEFF001122");
  g_assert_cmpstr (found->id, ==, task.id);
}

static void
test_every_text_is_kept (Fixture *f, gconstpointer data)
{
  g_autofree char *longest = g_strnfill (128, 'u');
  const char *const texts[] = { "a", "$where", "ann@example.org", "ünïcode 漢字 🐙", "a.b.$c", "'; DROP TABLE log; --",
                                longest };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const TwCommitSpec spec = { .partition = texts[i], .now_ms = NOW_MS };
      char id[TW_ID_SIZE];
      const TwTaskRecord task = { .has = whole_task, .id = id_of (i, id), .name = texts[i], .created_ms = NOW_MS,
                                  .updated_ms = 5, .done = TRUE };
      g_autoptr (TwTaskRecord) found = NULL;

      commit_record (f, &spec, &task);
      commit_record (f, &(TwCommitSpec) { .partition = "by others", .by = texts[i], .now_ms = NOW_MS, .key = texts[i] },
                     &(TwTaskRecord) { .has = whole_task, .id = id_of (100 + i, id), .name = "" });
      found = find_task (f->commits, texts[i], id_of (i, id));
      g_assert_cmpstr (found->name, ==, texts[i]);
      g_assert_cmpstr (found->user_id, ==, texts[i]);
      g_assert_cmpint (found->updated_ms, ==, 5);
      g_assert_true (found->done);
      g_assert_cmpint (read_log (f->commits, texts[i], 0, NULL, NULL).newest, ==, 1);
    }
  g_assert_cmpint (read_log (f->commits, "by others", 0, NULL, NULL).newest, ==, G_N_ELEMENTS (texts));
}

static void
test_what_is_over_is_never_done (Fixture *f, gconstpointer data)
{
  const TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS };
  g_autoptr (GError) error = NULL;
  TwCommitLog log;
  CommitWait wait;

  commit_begin (&wait, f->commits, tw_clock_monotonic_ms (tw_clock_system ()), &spec, run_script,
                (gpointer) (guintptr) "+1");
  g_assert_false (commit_wait (&wait, &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_cmpuint (wait.decisions, ==, 0);
  g_clear_error (&error);
  g_assert_false (tw_commits_log (f->commits, tw_clock_monotonic_ms (tw_clock_system ()), ANN, 0, &log, NULL, NULL,
                                  &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_assert_cmpint (commit_well (f->commits, ANN, "+1"), ==, 1);
}

static void
test_what_has_time_is_done (Fixture *f, gconstpointer data)
{
  const TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS };
  CommitWait wait;

  commit_begin (&wait, f->commits, tw_clock_monotonic_ms (tw_clock_system ()) + 3600 * 1000, &spec, run_script,
                (gpointer) (guintptr) "+1");
  g_assert_true (commit_wait (&wait, NULL));
  g_assert_cmpint (wait.committed.number, ==, 1);
}

/* Commits that nobody waits for: what is told and freed is counted. */
typedef struct
{
  _Atomic guint ended, freed;
} Counts;

static gboolean
decide_counted (TwCommit *commit, gpointer data, GError **error)
{
  char id[TW_ID_SIZE];

  tw_id_new (NOW_MS, id);
  tw_commit_put (commit, &tw_task_type,
                 &(TwTaskRecord) { .has = whole_task, .id = id, .name = "counted", .created_ms = NOW_MS });
  return TRUE;
}

static void
count_end (const TwCommitted *committed, const GError *error, gpointer data)
{
  Counts *counts = data;

  g_assert_no_error (error);
  counts->ended++;
}

static void
count_free (gpointer data)
{
  Counts *counts = data;

  counts->freed++;
}

static void
test_closing_finishes_what_is_running (Fixture *f, gconstpointer data)
{
  Counts counts = { 0 };

  for (guint i = 0; i < 50; i++)
    {
      char partition[] = "a";
      const TwCommitSpec spec = {
        .partition = partition,
        .now_ms = NOW_MS,
        .decide = decide_counted,
        .done = count_end,
        .data = &counts,
        .free_data = count_free,
      };

      tw_commit_run (f->commits, TW_DEADLINE_NONE, &spec);
      *partition = 'z';
    }
  reopen_store (f);
  g_assert_cmpuint (counts.ended, ==, 50);
  g_assert_cmpuint (counts.freed, ==, 50);
  g_assert_cmpint (read_log (f->commits, "a", 0, NULL, NULL).newest, ==, 50);
}

void
tw_commit_contract_add (const TwCommitFactory *factory)
{
  static const ContractCase cases[] = {
    { "what-is-put-is-found", test_what_is_put_is_found },
    { "several-records-are-one-entry", test_several_records_are_one_entry },
    { "partitions-count-for-themselves", test_partitions_count_for_themselves },
    { "step-finds-what-it-has-put", test_step_finds_what_it_has_put },
    { "step-finds-a-change-as-it-is-put", test_step_finds_a_change_as_it_is_put },
    { "refused-changes-nothing", test_refused_changes_nothing },
    { "without-a-change-there-is-no-entry", test_without_a_change_there_is_no_entry },
    { "taken-id-is-conflict", test_taken_id_is_conflict },
    { "anothers-is-not-found", test_anothers_is_not_found },
    { "malformed-id-is-not-found", test_malformed_id_is_not_found },
    { "id-in-upper-case-is-the-same", test_id_in_upper_case_is_the_same },
    { "every-text-is-kept", test_every_text_is_kept },
    { "what-is-over-is-never-done", test_what_is_over_is_never_done },
    { "what-has-time-is-done", test_what_has_time_is_done },
    { "closing-finishes-what-is-running", test_closing_finishes_what_is_running },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
  contract_add_back (factory);
  contract_add_gives (factory);
  contract_add_keys (factory);
  contract_add_logs (factory);
  contract_add_races (factory);
}
