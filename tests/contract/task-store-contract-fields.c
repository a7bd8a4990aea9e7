/* SPDX-License-Identifier: Apache-2.0 */

/* What a task may have beside what every task has: it is kept as it was said, and gone when it is cleared. */

#include "task-store-fixture.h"

#include <string.h>

#define LABELS "garden\0Stra\303\237e\0\xf0\x9f\x90\x99"
#define LIST "fedcba9876543210fedcba98"

/* A value of each, with bits for all of it. */
static TwTaskRecord
whole_task (const char *id)
{
  return (TwTaskRecord) {
    .has = (TW_TASK_HAS_POSITION << 1) - 1,
    .id = id,
    .user_id = ANN,
    .name = "a name",
    .created_ms = 1700000000123,
    .done = TRUE,
    .updated_ms = 1700000000456,
    .version = 1,
    .notes = "one\r\n\ttwo «drei»",
    .due = 2 * G_GINT64_CONSTANT (1798070400000),
    .remind_ms = 1798102800250,
    .priority = 4,
    .labels = { LABELS, sizeof LABELS },
    .completed_ms = 1700000000400,
    .list_id = LIST,
    .assignee_id = "$where",
    .created_by = BOB,
    .position = -0.1,
  };
}

static const guint64 may_be_missing[] = {
  TW_TASK_HAS_NOTES,  TW_TASK_HAS_DUE_ON,       TW_TASK_HAS_REMIND_ON, TW_TASK_HAS_PRIORITY,    TW_TASK_HAS_LABELS,
  TW_TASK_HAS_LIST_ID, TW_TASK_HAS_ASSIGNEE_ID, TW_TASK_HAS_CREATED_BY, TW_TASK_HAS_COMPLETED_ON, TW_TASK_HAS_POSITION,
};

static void
insert_whole (Fixture *f, const TwTaskRecord *task)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwTaskRecord) inserted = insert_record (f->store, task, &error);

  g_assert_no_error (error);
  assert_same (inserted, task);
}

static gboolean
compare_row (const TwTaskRecord *task, gpointer expected)
{
  assert_same (task, expected);
  return TRUE;
}

/* By its id, and in each list that it is in. */
static void
assert_kept (Fixture *f, const TwTaskRecord *task)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TwTaskRecord) got = read_task (f->store, TW_DEADLINE_NONE, task->user_id, task->id, &error);
  const TwDoneFilter filters[] = { TW_DONE_ANY, task->done ? TW_DONE_ONLY : TW_OPEN_ONLY };

  g_assert_no_error (error);
  assert_same (got, task);
  for (guint i = 0; i < G_N_ELEMENTS (filters); i++)
    {
      list_tasks (f->store, task->user_id, filters[i], NULL, 0, compare_row, (gpointer) (guintptr) task, &error);
      g_assert_no_error (error);
    }
}

static void
test_each_field_is_read_back (Fixture *f, gconstpointer data)
{
  char id[TW_ID_SIZE];
  const TwTaskRecord task = whole_task (id_of (1, id));

  insert_whole (f, &task);
  assert_kept (f, &task);
  g_clear_pointer (&f->store, tw_task_store_free);
  open_store (f);
  assert_kept (f, &task);
}

/* What it does not have beside it is not there. */
static void
test_each_field_alone_is_read_back (Fixture *f, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (may_be_missing); i++)
    {
      char id[TW_ID_SIZE];
      g_autofree char *user = g_strdup_printf ("user%u", i);
      const TwTaskRecord all = whole_task (id_of (i, id));
      TwTaskRecord task = { .has = TASK_WHOLE, .id = all.id, .user_id = user, .name = all.name, .created_ms = all.created_ms,
                            .updated_ms = all.updated_ms, .version = 1 };
      TwTaskRecord one = all;

      one.has = may_be_missing[i];
      tw_record_apply (&tw_task_type, &task, &one, 0);
      insert_whole (f, &task);
      assert_kept (f, &task);
    }
}

static TwTaskRecord *
change (Fixture *f, const TwTaskRecord *said, guint64 clear)
{
  TaskChangeWait wait;
  g_autoptr (GError) error = NULL;
  TwTaskRecord *changed;

  tw_task_change (f->store, &(TwTaskRequest) { .deadline_ms = TW_DEADLINE_NONE, .now_ms = 1700000009000 },
                  said->user_id, said->id, &(TwPreconditions) { .has_match = FALSE }, said, clear, task_change_ended,
                  task_change_begin (&wait));
  changed = task_change_wait (&wait, &error);
  g_assert_no_error (error);
  return changed;
}

/* Nothing else of it is touched; it may be set again. */
static void
test_what_is_cleared_is_gone (Fixture *f, gconstpointer data)
{
  char id[TW_ID_SIZE];
  TwTaskRecord task = whole_task (id_of (1, id));

  insert_whole (f, &task);
  for (guint i = 0; i < G_N_ELEMENTS (may_be_missing); i++)
    {
      const TwTaskRecord nothing = { .id = task.id, .user_id = task.user_id };
      g_autoptr (TwTaskRecord) changed = change (f, &nothing, may_be_missing[i]);

      tw_record_apply (&tw_task_type, &task, &nothing, may_be_missing[i]);
      task.version++;
      task.updated_ms = 1700000009000;
      assert_same (changed, &task);
      assert_kept (f, &task);
    }
  g_assert_cmphex (task.has, ==, TASK_WHOLE);
  for (guint i = 0; i < G_N_ELEMENTS (may_be_missing); i++)
    {
      TwTaskRecord again = whole_task (id);
      g_autoptr (TwTaskRecord) changed = NULL;

      again.has = may_be_missing[i];
      changed = change (f, &again, 0);
      tw_record_apply (&tw_task_type, &task, &again, 0);
      task.version++;
      assert_same (changed, &task);
      assert_kept (f, &task);
    }
}

static void
test_no_labels_are_none (Fixture *f, gconstpointer data)
{
  char id[TW_ID_SIZE];
  TwTaskRecord task = whole_task (id_of (1, id));
  const TwTaskRecord none = { .has = TW_TASK_HAS_LABELS, .id = task.id, .user_id = task.user_id };
  g_autoptr (TwTaskRecord) changed = NULL;

  insert_whole (f, &task);
  changed = change (f, &none, 0);
  task.has &= ~TW_TASK_HAS_LABELS;
  task.labels = (TwRecordTexts) { NULL, 0 };
  task.version = 2;
  task.updated_ms = 1700000009000;
  assert_same (changed, &task);
  assert_kept (f, &task);
}

/* As long as they may be, as early and as late, and where digits matter. */
static void
test_values_at_their_limits_are_read_back (Fixture *f, gconstpointer data)
{
  static const double positions[] = { -G_MAXDOUBLE, G_MAXDOUBLE, G_MINDOUBLE, 0, 0.1, 1e-300 };
  static const gint64 dues[] = { -2 * G_GINT64_CONSTANT (62135596800000), -2 * G_GINT64_CONSTANT (62135596800000) + 1, -1, 0,
                                 1, 2 * G_GINT64_CONSTANT (253402214400000), 2 * G_GINT64_CONSTANT (253402300799999) + 1 };
  g_autoptr (GString) notes = g_string_new (NULL), labels = g_string_new (NULL);

  for (guint i = 0; i < 10000; i++)
    g_string_append (notes, "\xf0\x9f\x90\x99");
  for (guint i = 0; i < 20; i++)
    {
      for (guint j = 0; j < 50; j++)
        g_string_append (labels, "\xf0\x9f\x90\x99");
      g_string_append_len (labels, "", 1);
    }
  for (guint i = 0; i < G_N_ELEMENTS (dues); i++)
    {
      char id[TW_ID_SIZE];
      g_autofree char *user = g_strdup_printf ("user%u", i);
      TwTaskRecord task = whole_task (id_of (i, id));

      task.user_id = user;
      task.notes = notes->str;
      task.labels = (TwRecordTexts) { labels->str, labels->len };
      task.due = dues[i];
      task.position = positions[i % G_N_ELEMENTS (positions)];
      insert_whole (f, &task);
      assert_kept (f, &task);
    }
}

/* Set when it becomes done, for as long as it is. */
static void
test_completion_is_noted (Fixture *f, gconstpointer data)
{
  char id[TW_ID_SIZE];
  const TwTaskRecord task = { .has = TASK_WHOLE, .id = id_of (1, id), .user_id = ANN, .name = "a name", .version = 1 };
  TwTaskRecord said = { .has = TW_TASK_HAS_DONE, .id = task.id, .user_id = task.user_id, .done = TRUE };
  const TwTaskRecord renamed = { .has = TW_TASK_HAS_NAME, .id = task.id, .user_id = task.user_id, .name = "another" };
  g_autoptr (TwTaskRecord) done = NULL, still = NULL, open = NULL;

  insert_whole (f, &task);
  done = change (f, &said, 0);
  g_assert_cmphex (done->has, ==, TASK_WHOLE | TW_TASK_HAS_COMPLETED_ON);
  g_assert_cmpint (done->completed_ms, ==, 1700000009000);
  assert_kept (f, done);
  still = change (f, &renamed, 0);
  g_assert_cmphex (still->has, ==, TASK_WHOLE | TW_TASK_HAS_COMPLETED_ON);
  assert_kept (f, still);
  said.done = FALSE;
  open = change (f, &said, 0);
  g_assert_cmphex (open->has, ==, TASK_WHOLE);
  assert_kept (f, open);
}

void
contract_add_fields (const TwTaskStoreFactory *factory)
{
  static const ContractCase cases[] = {
    { "each-field-is-read-back", test_each_field_is_read_back },
    { "each-field-alone-is-read-back", test_each_field_alone_is_read_back },
    { "what-is-cleared-is-gone", test_what_is_cleared_is_gone },
    { "no-labels-are-none", test_no_labels_are_none },
    { "values-at-their-limits-are-read-back", test_values_at_their_limits_are_read_back },
    { "completion-is-noted", test_completion_is_noted },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
