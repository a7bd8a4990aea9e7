/* SPDX-License-Identifier: Apache-2.0 */

/* A task that moves to a list of another owner, and whoever moved it dies: tw-task-move.h. */

#include "task-store-fixture.h"
#include "list-waits.h"
#include "tw-commit-wait.h"
#include "tw-list-chores.h"
#include "tw-list-service.h"
#include "tw-task-move.h"

#define NOW_MS G_GINT64_CONSTANT (1700000000000)
#define LATER_MS (NOW_MS + 5000)
#define CHORE "cccccccccccccccccccccccc"

typedef struct
{
  TwClock *clock;
  TwListService *lists;
  char *list_id; /* BOB's, with a guest in it */
} Around;

static char *
make_list (TwListService *lists, const char *user_id)
{
  ListWait wait;
  const TwListCaller owner = list_writer (&wait, user_id);
  const TwSharedListRecord said = { .has = TW_SHARED_LIST_HAS_NAME | TW_SHARED_LIST_HAS_IS_PUBLIC, .name = "a list",
                                    .is_public = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (TwSharedListRecord) list = NULL;

  tw_list_service_create (lists, &owner, &said);
  list = list_write_wait (&wait, &error);
  g_assert_no_error (error);
  return g_strdup (list->id);
}

static void
around_set_up (Around *around, Fixture *f)
{
  ListWait wait;
  const TwListCaller guest = list_writer (&wait, "guest");
  g_autoptr (TwSharedListRecord) joined = NULL;
  g_autoptr (GError) error = NULL;

  around->clock = tw_clock_new_fixed (NOW_MS);
  around->lists = tw_list_service_new (f->store, around->clock, NULL);
  around->list_id = make_list (around->lists, BOB);
  tw_list_service_join (around->lists, &guest, around->list_id, "a guest");
  joined = list_write_wait (&wait, &error);
  g_assert_no_error (error);
}

static void
around_clear (Around *around)
{
  tw_list_service_free (around->lists);
  tw_clock_free (around->clock);
  g_free (around->list_id);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Around, around_clear)

static void
insert_assigned (TwTaskStore *store, const char *user_id, guint n, const char *assignee_id)
{
  char id[TW_ID_SIZE];
  const TwTaskRecord task = { .has = TASK_WHOLE | (assignee_id != NULL ? TW_TASK_HAS_ASSIGNEE_ID : 0),
                              .id = id_of (n, id), .user_id = user_id, .name = "a name", .assignee_id = assignee_id,
                              .created_ms = 1, .updated_ms = 1, .version = 1 };
  g_autoptr (GError) error = NULL;
  g_autofree TwTaskRecord *made = insert_record (store, &task, &error);

  g_assert_no_error (error);
  g_assert_nonnull (made);
}

/* What becomes of task 1, in a step of its own. */
typedef struct
{
  TwTaskMove move;
  const char *list_id; /* it is put there; NULL: given */
  const char *name;    /* it is put with this name; NULL: not */
} Step;

static gboolean
decide (TwCommit *commit, gpointer data, GError **error)
{
  const Step *step = data;
  char id[TW_ID_SIZE];
  TwTaskRecord task = *(const TwTaskRecord *) tw_commit_find (commit, &tw_task_type, id_of (1, id), NULL);

  if (step->name == NULL)
    {
      tw_task_move_give (commit, &step->move, ANN, &task, NOW_MS);
      return TRUE;
    }
  task.name = step->name;
  if (step->list_id != NULL)
    task.list_id = step->list_id;
  tw_commit_put (commit, &tw_task_type, &task);
  return TRUE;
}

static void
nothing (gpointer data)
{
}

static void
run (TwTaskStore *store, const char *partition, Step *step)
{
  g_autoptr (GError) error = NULL;

  tw_commit_wait (store->commits, TW_DEADLINE_NONE, &(TwCommitSpec) {
    .partition = partition, .now_ms = NOW_MS, .decide = decide, .data = step, .free_data = nothing }, NULL, &error);
  g_assert_no_error (error);
}

/* And dies. */
static void
give (TwTaskStore *store, const char *from, const char *to, char *list_id)
{
  Step step = { .move = { .owner_id = (char *) (guintptr) to, .list_id = list_id, .chore_id = CHORE } };

  run (store, from, &step);
}

static void
put (TwTaskStore *store, const char *partition, const char *name, const char *list_id)
{
  Step step = { .name = name, .list_id = list_id };

  run (store, partition, &step);
}

static void
finish (TwTaskStore *store)
{
  g_autoptr (TwClock) clock = tw_clock_new_fixed (LATER_MS);
  const TwRecordQuery chores = { &tw_chore_type, .limit = 10 };
  g_autoptr (GPtrArray) left = NULL;
  g_autoptr (GError) error = NULL;

  tw_list_chores_do (store, clock, &error);
  g_assert_no_error (error);
  left = tw_task_store_gather (store, TW_DEADLINE_NONE, &chores, &error);
  g_assert_cmpuint (left->len, ==, 0);
}

static TwTaskRecord *
find_task (TwTaskStore *store)
{
  char id[TW_ID_SIZE];
  const char *value = id_of (1, id);
  const TwRecordQuery query = { &tw_task_type, TW_TASK_HAS_ID, &value, 1, .limit = 2 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = tw_task_store_gather (store, TW_DEADLINE_NONE, &query, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (found->len, <=, 1);
  return found->len > 0 ? g_ptr_array_steal_index (found, 0) : NULL;
}

static void
assert_task (TwTaskStore *store, const char *owner, const char *list_id, gint64 version, const char *assignee_id)
{
  g_autofree TwTaskRecord *task = find_task (store);

  g_assert_nonnull (task);
  g_assert_cmpstr (task->user_id, ==, owner);
  g_assert_cmpstr (task->list_id, ==, list_id);
  g_assert_cmpint (task->version, ==, version);
  g_assert_cmpstr (task->assignee_id, ==, assignee_id);
}

static gboolean
note_entry (const TwCommitEntry *entry, gpointer data)
{
  if (entry->type == &tw_task_type)
    g_string_append_printf (data, "%s%s%" G_GINT64_FORMAT " by %s", ((GString *) data)->len > 0 ? ", " : "",
                            entry->is_gone ? "gone " : "", entry->version, entry->by);
  return TRUE;
}

/* What a log says of the task. */
static void
assert_log (TwTaskStore *store, const char *partition, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  TwCommitLog log;

  tw_commits_log (store->commits, TW_DEADLINE_NONE, partition, 0, &log, note_entry, text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_arrives_by_whoever_comes_next (Fixture *f, gconstpointer factory)
{
  g_auto (Around) around = { 0 };
  g_autofree TwTaskRecord *task = NULL;

  around_set_up (&around, f);
  insert_assigned (f->store, ANN, 1, "guest");
  give (f->store, ANN, BOB, around.list_id);
  assert_task (f->store, BOB, around.list_id, 2, "guest");
  assert_log (f->store, ANN, "1 by ann, gone 2 by ann");
  assert_log (f->store, BOB, "");
  finish (f->store);
  assert_task (f->store, BOB, around.list_id, 3, "guest");
  assert_log (f->store, BOB, "3 by ann");
  task = find_task (f->store);
  g_assert_cmpstr (task->created_by, ==, ANN);
  finish (f->store);
  assert_task (f->store, BOB, around.list_id, 3, "guest");
}

/* It is done again, as by somebody who was late. */
static void
test_arrives_once (Fixture *f, gconstpointer factory)
{
  g_auto (Around) around = { 0 };
  const TwChoreRecord late = { .id = CHORE, .owner_id = ANN, .list_id = NULL };
  TwChoreRecord chore = late;
  g_autoptr (GError) error = NULL;
  char id[TW_ID_SIZE];

  around_set_up (&around, f);
  insert_assigned (f->store, ANN, 1, NULL);
  give (f->store, ANN, BOB, around.list_id);
  finish (f->store);
  chore.list_id = around.list_id;
  chore.task_id = id_of (1, id);
  chore.task_version = 2;
  chore.receiver_id = BOB;
  chore.mover_id = ANN;
  chore.has = TW_CHORE_HAS_ID | TW_CHORE_HAS_OWNER_ID | TW_CHORE_HAS_LIST_ID | TW_CHORE_HAS_TASK_ID
              | TW_CHORE_HAS_TASK_VERSION | TW_CHORE_HAS_RECEIVER_ID | TW_CHORE_HAS_MOVER_ID;
  g_assert_true (tw_task_move_finish (f->store, TW_DEADLINE_NONE, LATER_MS, &chore, &error));
  g_assert_no_error (error);
  assert_task (f->store, BOB, around.list_id, 3, NULL);
  assert_log (f->store, BOB, "3 by ann");
}

static void
test_is_nobodys_to_do_who_is_not_there (Fixture *f, gconstpointer factory)
{
  g_auto (Around) around = { 0 };
  g_autofree TwTaskRecord *task = NULL;

  around_set_up (&around, f);
  insert_assigned (f->store, ANN, 1, "somebody");
  give (f->store, ANN, BOB, around.list_id);
  /* Others have changed it meanwhile, which makes no difference. */
  put (f->store, BOB, "changed", NULL);
  finish (f->store);
  assert_task (f->store, BOB, around.list_id, 4, NULL);
  task = find_task (f->store);
  g_assert_cmpstr (task->name, ==, "changed");
  g_assert_cmpint (task->updated_ms, ==, LATER_MS);
}

static void
test_what_was_changed_there_has_arrived (Fixture *f, gconstpointer factory)
{
  g_auto (Around) around = { 0 };

  around_set_up (&around, f);
  insert_assigned (f->store, ANN, 1, "guest");
  give (f->store, ANN, BOB, around.list_id);
  put (f->store, BOB, "changed", NULL);
  finish (f->store);
  assert_task (f->store, BOB, around.list_id, 3, "guest");
  assert_log (f->store, BOB, "3 by bob");
}

static void
test_goes_with_the_list (Fixture *f, gconstpointer factory)
{
  ListWait wait;
  const TwListCaller owner = list_writer (&wait, BOB);
  g_auto (Around) around = { 0 };
  g_autoptr (GError) error = NULL;

  around_set_up (&around, f);
  insert_assigned (f->store, ANN, 1, NULL);
  tw_list_service_remove (around.lists, &owner, around.list_id);
  g_assert_null (list_write_wait (&wait, &error));
  g_assert_no_error (error);
  finish (f->store);
  give (f->store, ANN, BOB, around.list_id);
  finish (f->store);
  g_assert_null (find_task (f->store));
  assert_log (f->store, BOB, "gone 3 by ann");
}

static void
test_stays_where_others_have_put_it (Fixture *f, gconstpointer factory)
{
  g_auto (Around) around = { 0 };
  g_autofree char *other = NULL;

  around_set_up (&around, f);
  other = make_list (around.lists, BOB);
  insert_assigned (f->store, ANN, 1, NULL);
  give (f->store, ANN, BOB, around.list_id);
  put (f->store, BOB, "changed", other);
  finish (f->store);
  assert_task (f->store, BOB, other, 3, NULL);
}

/* Neither of two who died behind it brings back what has moved on. */
static void
test_there_and_back (Fixture *f, gconstpointer factory)
{
  g_auto (Around) around = { 0 };
  g_autofree char *own = NULL;
  g_autofree TwTaskRecord *task = NULL;
  Step back = { .move = { .owner_id = (char *) (guintptr) ANN, .chore_id = "dddddddddddddddddddddddd" } };

  around_set_up (&around, f);
  own = make_list (around.lists, ANN);
  back.move.list_id = own;
  insert_assigned (f->store, ANN, 1, NULL);
  give (f->store, ANN, BOB, around.list_id);
  run (f->store, BOB, &back);
  assert_task (f->store, ANN, own, 3, NULL);
  finish (f->store);
  assert_task (f->store, ANN, own, 4, NULL);
  assert_log (f->store, ANN, "1 by ann, gone 2 by ann, 4 by ann");
  assert_log (f->store, BOB, "gone 3 by bob");
  task = find_task (f->store);
  g_assert_cmpstr (task->created_by, ==, NULL);
}

void
contract_add_moves (const TwTaskStoreFactory *factory)
{
  static const ContractCase cases[] = {
    { "moves/arrives-by-whoever-comes-next", test_arrives_by_whoever_comes_next },
    { "moves/arrives-once", test_arrives_once },
    { "moves/is-nobodys-to-do-who-is-not-there", test_is_nobodys_to_do_who_is_not_there },
    { "moves/what-was-changed-there-has-arrived", test_what_was_changed_there_has_arrived },
    { "moves/goes-with-the-list", test_goes_with_the_list },
    { "moves/stays-where-others-have-put-it", test_stays_where_others_have_put_it },
    { "moves/there-and-back", test_there_and_back },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
