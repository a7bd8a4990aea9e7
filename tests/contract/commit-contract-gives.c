/* SPDX-License-Identifier: Apache-2.0 */

/* What is given to another partition. */

#include "commit-fixture.h"

#include "tw-error.h"

static void
test_what_is_given_is_the_others (Fixture *f, gconstpointer data)
{
  commit_well (f->commits, ANN, "+1 +2");
  g_assert_cmpint (commit_well (f->commits, ANN, ">1"), ==, 2);
  assert_no_task (f->commits, ANN, 1);
  assert_task (f->commits, BOB, 1, "given", 2);
  assert_log (f->commits, ANN, 0, "1:+1v1 1:+2v1 2:-1v2");
  assert_log (f->commits, BOB, 0, "");
  g_assert_cmpint (commit_well (f->commits, BOB, "=1"), ==, 1);
  assert_task (f->commits, BOB, 1, "changed", 3);
  reopen_store (f);
  assert_no_task (f->commits, ANN, 1);
  commit_well (f->commits, BOB, "-1");
  assert_no_task (f->commits, BOB, 1);
  assert_log (f->commits, BOB, 0, "1:=1v3 2:-1v4");
  assert_task (f->commits, ANN, 2, "new", 1);
}

static void
test_whoever_gave_it_can_do_nothing_with_it (Fixture *f, gconstpointer data)
{
  static const char *const scripts[] = { "=1", "-1", ">1", "?1" };

  commit_well (f->commits, ANN, "+1");
  commit_well (f->commits, ANN, ">1");
  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (commit (f->commits, ANN, scripts[i], &error), ==, 0);
      g_assert_error (error, TW_ERROR, TW_ERROR_NOT_FOUND);
    }
  assert_task (f->commits, BOB, 1, "given", 2);
  assert_log (f->commits, ANN, 1, "2:-1v2");
}

static void
test_step_finds_no_more_what_it_gave (Fixture *f, gconstpointer data)
{
  commit_well (f->commits, ANN, "+1 +2 +3");
  commit_well (f->commits, ANN, ">1 ~1 =2 +4 -3");
  assert_task (f->commits, BOB, 1, "given", 2);
  assert_log (f->commits, ANN, 1, "2:-1v2 2:=2v2 2:+4v1 2:-3v2");
}

static void
test_refused_gives_nothing (Fixture *f, gconstpointer data)
{
  commit_well (f->commits, ANN, "+1");
  g_assert_cmpint (commit (f->commits, ANN, ">1 !", NULL), ==, 0);
  assert_task (f->commits, ANN, 1, "new", 1);
  assert_no_task (f->commits, BOB, 1);
}

/* Longer than a head holds: what was given away before hides nothing, and nothing comes back. */
static void
test_there_and_back (Fixture *f, gconstpointer data)
{
  commit_well (f->commits, ANN, "+1");
  for (gint64 version = 2; version < 72; version += 2)
    {
      commit_well (f->commits, ANN, ">1");
      assert_task (f->commits, BOB, 1, "given", version);
      assert_no_task (f->commits, ANN, 1);
      commit_well (f->commits, BOB, ">1");
      assert_task (f->commits, ANN, 1, "given", version + 1);
      assert_no_task (f->commits, BOB, 1);
      if (version % 20 == 0)
        reopen_store (f);
    }
  assert_log (f->commits, ANN, 34, "35:-1v68 36:-1v70");
}

typedef struct
{
  const char *to;
  gboolean finds;
} Giving;

static gboolean
give_to (TwCommit *commit, gpointer data, GError **error)
{
  const Giving *giving = data;
  char id[TW_ID_SIZE];
  TwTaskRecord task = { .has = whole_task, .id = id_of (1, id), .name = "", .created_ms = NOW_MS };

  if (giving->finds)
    task = *(const TwTaskRecord *) tw_commit_find (commit, &tw_task_type, id, NULL);
  tw_commit_give (commit, &tw_task_type, &task, giving->to);
  return TRUE;
}

/* What was not found, or to whom it lies with already. */
static void
test_wrong_give_changes_nothing (Fixture *f, gconstpointer data)
{
  static const Giving wrong[] = { { ANN, TRUE }, { BOB, FALSE } };
  const TwCommitSpec spec = { .partition = ANN, .now_ms = NOW_MS };

  commit_well (f->commits, ANN, "+1");
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;
      CommitWait wait;

      commit_begin (&wait, f->commits, TW_DEADLINE_NONE, &spec, give_to, (gpointer) (guintptr) &wrong[i]);
      g_assert_false (commit_wait (&wait, &error));
      g_assert_error (error, TW_ERROR, TW_ERROR_INTERNAL);
    }
  assert_task (f->commits, ANN, 1, "new", 1);
  assert_log (f->commits, ANN, 0, "1:+1v1");
}

static void
test_key_of_a_give (Fixture *f, gconstpointer data)
{
  const char *const partitions[] = { ANN, BOB };
  TwCommitted committed;
  char id[TW_ID_SIZE];

  commit_well (f->commits, ANN, "+1");
  for (guint i = 0; i < 3; i++)
    {
      const TwCommitSpec spec = { .partition = partitions[i / 2], .by = ANN, .now_ms = NOW_MS, .key = "k" };
      g_autoptr (GError) error = NULL;

      commit_spec (f->commits, &spec, ">1 +2", &committed, &error);
      g_assert_no_error (error);
      g_assert_cmpint (committed.is_repeat, ==, i > 0);
      g_assert_cmpint (committed.number, ==, 2);
    }
  g_assert_cmpuint (committed.n_parts, ==, 2);
  g_assert_cmpstr (committed.first.id, ==, id_of (1, id));
  assert_task (f->commits, BOB, 1, "given", 2);
}

void
contract_add_gives (const TwCommitFactory *factory)
{
  static const ContractCase cases[] = {
    { "give/what-is-given-is-the-others", test_what_is_given_is_the_others },
    { "give/whoever-gave-it-can-do-nothing-with-it", test_whoever_gave_it_can_do_nothing_with_it },
    { "give/step-finds-no-more-what-it-gave", test_step_finds_no_more_what_it_gave },
    { "give/refused-gives-nothing", test_refused_gives_nothing },
    { "give/there-and-back", test_there_and_back },
    { "give/wrong-give-changes-nothing", test_wrong_give_changes_nothing },
    { "give/key-of-a-give", test_key_of_a_give },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
