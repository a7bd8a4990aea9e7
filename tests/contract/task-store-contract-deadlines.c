/* SPDX-License-Identifier: Apache-2.0 */

/* What is over is not begun. */

#include "task-store-fixture.h"
#include "tw-clock.h"
#include "tw-error.h"

static const TwPreconditions always;

static gint64
now_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

static void
assert_unavailable (GError **error)
{
  g_assert_error (*error, TW_ERROR, TW_ERROR_UNAVAILABLE);
  g_clear_error (error);
}

static void
test_changes_that_are_over (Fixture *f, gconstpointer data)
{
  const TwTaskRecord said = task_said (&(TaskWords) { .name = "changed", .now_ms = 20 });
  char id[TW_ID_SIZE], other_id[TW_ID_SIZE], user[] = ANN, name[] = "a name";
  const TwTaskRecord task = { .has = TASK_WHOLE, .id = other_id, .user_id = user, .name = name, .created_ms = 20,
                              .updated_ms = 20, .version = 1 };
  g_autoptr (TwTaskRecord) got = NULL;
  TaskChangeWait waits[3];
  TwTaskRequest over;

  insert (f->store, ANN, 1, 10, FALSE);
  id_of (1, id);
  id_of (2, other_id);
  over = (TwTaskRequest) { .deadline_ms = now_ms () };
  tw_task_insert (f->store, &over, &task, task_change_ended, task_change_begin (&waits[0]));
  tw_task_change (f->store, &over, ANN, id, &always, &said, 0, task_change_ended, task_change_begin (&waits[1]));
  tw_task_remove (f->store, &over, ANN, id, &always, task_change_ended, task_change_begin (&waits[2]));
  for (guint i = 0; i < G_N_ELEMENTS (waits); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (task_change_wait (&waits[i], &error));
      assert_unavailable (&error);
    }
  /* Nor does any of them come later: a change that was begun after them is the only one. */
  insert (f->store, ANN, 3, 30, FALSE);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "3 1");
  got = read_task (f->store, TW_DEADLINE_NONE, ANN, id, NULL);
  g_assert (got != NULL);
  g_assert_cmpstr (got->name, ==, "a name");
  g_assert_cmpint (got->version, ==, 1);
}

static gboolean
no_row (const TwTaskRecord *row, gpointer data)
{
  g_assert_not_reached ();
}

static void
test_reads_that_are_over (Fixture *f, gconstpointer data)
{
  const TwTaskQuery all = { .user_id = ANN };
  g_autoptr (GError) error = NULL;
  char id[TW_ID_SIZE];

  insert (f->store, ANN, 1, 10, FALSE);
  g_assert_null (read_task (f->store, now_ms (), ANN, id_of (1, id), &error));
  assert_unavailable (&error);
  g_assert_false (read_tasks (f->store, now_ms (), &all, no_row, NULL, &error));
  assert_unavailable (&error);
  g_assert_false (tw_task_store_check (f->store, now_ms (), &error));
  assert_unavailable (&error);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "1");
}

static void
test_what_has_time_is_done (Fixture *f, gconstpointer data)
{
  const TwTaskRecord said = task_said (&(TaskWords) { .name = "changed", .now_ms = 20 });
  TaskChangeWait wait;
  char id[TW_ID_SIZE];
  g_autoptr (TwTaskRecord) changed = NULL;
  g_autoptr (TwTaskRecord) got = NULL;
  g_autoptr (GError) error = NULL;

  insert (f->store, ANN, 1, 10, FALSE);
  tw_task_change (f->store, &(TwTaskRequest) { .deadline_ms = now_ms () + 60000 }, ANN, id_of (1, id), &always, &said, 0,
                  task_change_ended, task_change_begin (&wait));
  changed = task_change_wait (&wait, &error);
  g_assert_no_error (error);
  got = read_task (f->store, now_ms () + 60000, ANN, id, NULL);
  g_assert (got != NULL);
  g_assert_cmpstr (got->name, ==, "changed");
}

void
contract_add_deadlines (const TwTaskStoreFactory *factory)
{
  static const ContractCase cases[] = {
    { "deadline/changes-that-are-over-are-never-done", test_changes_that_are_over },
    { "deadline/reads-that-are-over-are-not-begun", test_reads_that_are_over },
    { "deadline/what-has-time-is-done", test_what_has_time_is_done },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
