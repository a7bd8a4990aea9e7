/* SPDX-License-Identifier: Apache-2.0 */

/* Writes that depend on something, that come again, and that are several at once. */

#include "task-store-fixture.h"

#include "tw-error.h"

#include <pthread.h>
#include <string.h>

#define NOW_MS 1700000000000

static const TwPreconditions always;

/* A literal of texts, each with its NUL: "1\0" "2". */
#define TEXTS(literal) { (literal), sizeof (literal) }

static TwTaskRequest
keyed (const char *key, const char *fingerprint)
{
  return (TwTaskRequest) { .deadline_ms = TW_DEADLINE_NONE, .now_ms = NOW_MS, .key = key,
                           .fingerprint = { (const guint8 *) fingerprint, strlen (fingerprint) } };
}

static TwTaskRecord *
change_on (TwTaskStore *store, const TwTaskRequest *request, guint n, const TwPreconditions *preconditions,
           const char *name, GError **error)
{
  const TwTaskRecord said = task_said (&(TaskWords) { .name = name });
  char id[TW_ID_SIZE];
  TaskChangeWait wait;

  tw_task_change (store, request, ANN, id_of (n, id), preconditions, &said, 0, task_change_ended,
                  task_change_begin (&wait));
  return task_change_wait (&wait, error);
}

static void
remove_on (TwTaskStore *store, const TwTaskRequest *request, guint n, const TwPreconditions *preconditions,
           GError **error)
{
  char id[TW_ID_SIZE];
  TaskChangeWait wait;

  tw_task_remove (store, request, ANN, id_of (n, id), preconditions, task_change_ended, task_change_begin (&wait));
  g_assert_null (task_change_wait (&wait, error));
}

static TwTaskRecord *
insert_on (TwTaskStore *store, const TwTaskRequest *request, guint n, const char *name, GError **error)
{
  char id[TW_ID_SIZE];
  const TwTaskRecord task = { .has = TASK_WHOLE, .id = id_of (n, id), .user_id = ANN, .name = name, .created_ms = n,
                              .updated_ms = n, .version = 1 };
  TaskChangeWait wait;

  tw_task_insert (store, request, &task, task_change_ended, task_change_begin (&wait));
  return task_change_wait (&wait, error);
}

static void
assert_version (TwTaskStore *store, guint n, gint64 version)
{
  char id[TW_ID_SIZE];
  g_autoptr (TwTaskRecord) task = read_task (store, TW_DEADLINE_NONE, ANN, id_of (n, id), NULL);

  g_assert_cmpint (task->version, ==, version);
}

static void
test_tags_decide (Fixture *f, gconstpointer data)
{
  /* Of a task of version 2. */
  static const struct
  {
    TwPreconditions when;
    gboolean fits;
  } cases[] = {
    { { .has_match = TRUE, .match = TEXTS ("2") }, TRUE },
    { { .has_match = TRUE, .match = TEXTS ("*") }, TRUE },
    { { .has_match = TRUE, .match = TEXTS ("9\0" "2") }, TRUE },
    { { .has_match = TRUE, .match = TEXTS ("1") }, FALSE },
    { { .has_match = TRUE, .match = TEXTS ("") }, FALSE },
    { { .has_match = TRUE, .match = TEXTS ("02") }, FALSE },
    { { .has_match = TRUE, .match = { NULL, 0 } }, FALSE }, /* weak ones alone */
    { { .has_none_match = TRUE, .none_match = TEXTS ("2") }, FALSE },
    { { .has_none_match = TRUE, .none_match = TEXTS ("*") }, FALSE },
    { { .has_none_match = TRUE, .none_match = TEXTS ("1\0" "3") }, TRUE },
    { { .has_none_match = TRUE, .none_match = { NULL, 0 } }, TRUE },
    { { .has_match = TRUE, .has_none_match = TRUE, .match = TEXTS ("2"), .none_match = TEXTS ("2") }, FALSE },
  };
  const TwTaskRequest request = { .deadline_ms = TW_DEADLINE_NONE, .now_ms = NOW_MS };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (TwTaskRecord) second = NULL, third = NULL;
      g_autoptr (GError) error = NULL, refusal = NULL;

      insert (f->store, ANN, i, 10, FALSE);
      second = change_on (f->store, &request, i, &always, "second", &error);
      g_assert_no_error (error);
      third = change_on (f->store, &request, i, &cases[i].when, "third", &error);
      if (cases[i].fits)
        {
          g_assert_no_error (error);
          g_assert_cmpint (third->version, ==, 3);
          continue;
        }
      g_assert_error (error, TW_ERROR, TW_ERROR_PRECONDITION);
      assert_version (f->store, i, 2);
      remove_on (f->store, &request, i, &cases[i].when, &refusal);
      g_assert_error (refusal, TW_ERROR, TW_ERROR_PRECONDITION);
      assert_version (f->store, i, 2);
    }
}

static void
test_what_is_not_there_is_not_found_whatever_the_tag (Fixture *f, gconstpointer data)
{
  const TwPreconditions any = { .has_match = TRUE, .match = TEXTS ("*") };
  const TwTaskRequest request = { .deadline_ms = TW_DEADLINE_NONE, .now_ms = NOW_MS };
  g_autoptr (GError) error = NULL;

  g_assert_null (change_on (f->store, &request, 1, &any, "none", &error));
  assert_not_found (&error);
}

#define RACERS 6
#define ROUNDS 10

typedef struct
{
  TwTaskStore *store;
  guint won;
} Racer;

static void *
run_racer (void *data)
{
  Racer *racer = data;
  const TwTaskRequest request = { .deadline_ms = TW_DEADLINE_NONE, .now_ms = NOW_MS };

  for (guint i = 0; i < ROUNDS; i++)
    {
      const char tag[] = { (char) ('1' + i), '\0' };
      const TwPreconditions when = { .has_match = TRUE, .match = { tag, sizeof tag } };
      g_autoptr (GError) error = NULL;
      g_autoptr (TwTaskRecord) changed = NULL;

      /* Until somebody has won this round. */
      changed = change_on (racer->store, &request, 1, &when, "mine", &error);
      if (changed != NULL)
        racer->won++;
      else
        g_assert_error (error, TW_ERROR, TW_ERROR_PRECONDITION);
    }
  return NULL;
}

/* Each tag is good for one change, whoever comes first. */
static void
test_of_those_with_one_tag_one_wins (Fixture *f, gconstpointer data)
{
  pthread_t threads[RACERS];
  Racer racers[RACERS];
  guint won = 0;
  char id[TW_ID_SIZE];
  g_autoptr (TwTaskRecord) task = NULL;

  insert (f->store, ANN, 1, 10, FALSE);
  for (guint i = 0; i < RACERS; i++)
    {
      racers[i] = (Racer) { f->store, 0 };
      g_assert_cmpint (pthread_create (&threads[i], NULL, run_racer, &racers[i]), ==, 0);
    }
  for (guint i = 0; i < RACERS; i++)
    {
      pthread_join (threads[i], NULL);
      won += racers[i].won;
    }
  task = read_task (f->store, TW_DEADLINE_NONE, ANN, id_of (1, id), NULL);
  g_assert (task != NULL);
  g_assert_cmpint (task->version, ==, 1 + won);
  g_assert_cmpuint (won, <=, ROUNDS);
  g_assert_cmpuint (won, >=, 1);
}

static void
test_a_key_makes_one_task (Fixture *f, gconstpointer data)
{
  const TwTaskRequest request = keyed ("k1", "a"), other = keyed ("k1", "b"), next = keyed ("k2", "a");
  const TwTaskRequest change = keyed (NULL, "");
  g_autoptr (TwTaskRecord) first = NULL, again = NULL, changed = NULL, third = NULL;
  g_autoptr (GError) error = NULL, gone = NULL;

  first = insert_on (f->store, &request, 1, "one", &error);
  g_assert_no_error (error);
  changed = change_on (f->store, &change, 1, &always, "renamed", &error);
  g_assert_no_error (error);

  /* As it is now, under the id that it was given. */
  again = insert_on (f->store, &request, 2, "one", &error);
  g_assert_no_error (error);
  assert_same (again, changed);
  g_assert_null (insert_on (f->store, &other, 3, "other", &error));
  g_assert_error (error, TW_ERROR, TW_ERROR_REUSED);
  g_clear_error (&error);
  third = insert_on (f->store, &next, 4, "another", &error);
  g_assert_no_error (error);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "4 1");

  remove_on (f->store, &change, 1, &always, &error);
  g_assert_no_error (error);
  g_assert_null (insert_on (f->store, &request, 5, "one", &gone));
  g_assert_error (gone, TW_ERROR, TW_ERROR_NOT_FOUND);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "4");
}

static void
test_a_key_changes_once_whatever_the_tag (Fixture *f, gconstpointer data)
{
  const TwTaskRequest request = keyed ("change", "a"), removal = keyed ("removal", "r");
  const TwPreconditions when = { .has_match = TRUE, .match = TEXTS ("1") };
  const TwPreconditions then = { .has_match = TRUE, .match = TEXTS ("2") };
  g_autoptr (TwTaskRecord) first = NULL, again = NULL;
  g_autoptr (GError) error = NULL;

  insert (f->store, ANN, 1, 10, FALSE);
  first = change_on (f->store, &request, 1, &when, "changed", &error);
  g_assert_no_error (error);
  again = change_on (f->store, &request, 1, &when, "changed", &error);
  g_assert_no_error (error);
  assert_same (again, first);
  g_assert_cmpint (again->version, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      remove_on (f->store, &removal, 1, &then, &error);
      g_assert_no_error (error);
    }
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "");
}

/* Several at once */

typedef struct
{
  TwLatch ended;
  GError *error;
  GString *results; /* "1v2 e404 -": version, error's status, removed */
} Batch;

static void
batch_ended (const TwTaskResult *results, const GError *error, gpointer data)
{
  Batch *batch = data;

  batch->error = error != NULL ? g_error_copy (error) : NULL;
  batch->results = g_string_new (NULL);
  for (guint i = 0; error == NULL && i < 3; i++)
    if (results[i].error != NULL)
      g_string_append_printf (batch->results, " e%d", tw_error_status (results[i].error));
    else if (results[i].task != NULL)
      g_string_append_printf (batch->results, " v%d", (int) results[i].task->version);
    else
      g_string_append (batch->results, " -");
  tw_latch_open (&batch->ended);
}

/* Makes the task @new, changes the task @changed, and removes the task 2. */
static void
write_three_of (TwTaskStore *store, const TwTaskRequest *request, guint new, guint changed, gboolean atomic,
                Batch *batch)
{
  char ids[3][TW_ID_SIZE];
  const TwTaskRecord made = { .has = TASK_WHOLE, .id = id_of (new, ids[0]), .user_id = ANN, .name = "made",
                              .created_ms = 70, .updated_ms = 70, .version = 1 };
  const TwTaskRecord said = { .has = TW_TASK_HAS_NAME, .id = id_of (changed, ids[1]), .user_id = ANN, .name = "said" };
  const TwTaskRecord gone = { .id = id_of (2, ids[2]), .user_id = ANN };
  const TwTaskOperation operations[] = {
    { .verb = TW_TASK_INSERT, .said = &made },
    { .verb = TW_TASK_CHANGE, .said = &said },
    { .verb = TW_TASK_REMOVE, .said = &gone },
  };

  *batch = (Batch) { .error = NULL };
  tw_latch_init (&batch->ended);
  tw_task_write (store, request, ANN, operations, G_N_ELEMENTS (operations), atomic, batch_ended, batch);
  tw_latch_wait (&batch->ended);
}

static void
write_three (TwTaskStore *store, guint changed, gboolean atomic, Batch *batch)
{
  write_three_of (store, &(TwTaskRequest) { .deadline_ms = TW_DEADLINE_NONE, .now_ms = NOW_MS }, 7, changed, atomic,
                  batch);
}

static void
batch_clear (Batch *batch)
{
  g_clear_error (&batch->error);
  g_string_free (batch->results, TRUE);
}

static void
test_several_at_once (Fixture *f, gconstpointer data)
{
  Batch batch;

  insert (f->store, ANN, 1, 10, FALSE);
  insert (f->store, ANN, 2, 20, FALSE);
  insert (f->store, ANN, 3, 30, FALSE);

  /* All or none. */
  write_three (f->store, 9, TRUE, &batch);
  g_assert_error (batch.error, TW_ERROR, TW_ERROR_NOT_FOUND);
  g_assert_cmpstr (tw_error_location (batch.error), ==, "operations[1]");
  batch_clear (&batch);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "3 2 1");

  write_three (f->store, 1, TRUE, &batch);
  g_assert_no_error (batch.error);
  g_assert_cmpstr (batch.results->str, ==, " v1 v2 -");
  batch_clear (&batch);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "7 3 1");
}

static void
test_several_of_which_one_fails (Fixture *f, gconstpointer data)
{
  Batch batch;

  insert (f->store, ANN, 2, 20, FALSE);
  write_three (f->store, 9, FALSE, &batch);
  g_assert_no_error (batch.error);
  g_assert_cmpstr (batch.results->str, ==, " v1 e404 -");
  batch_clear (&batch);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "7");
}

/* By other ids for what is to be made, as a service has it that is asked again. */
static void
test_a_key_does_several_once (Fixture *f, gconstpointer data)
{
  const TwTaskRequest whole = keyed ("whole", "w"), partly = keyed ("partly", "p"), change = keyed (NULL, "");
  g_autoptr (TwTaskRecord) changed = NULL;
  Batch batch;

  insert (f->store, ANN, 1, 10, FALSE);
  insert (f->store, ANN, 2, 20, FALSE);
  write_three_of (f->store, &whole, 7, 1, TRUE, &batch);
  g_assert_cmpstr (batch.results->str, ==, " v1 v2 -");
  batch_clear (&batch);
  changed = change_on (f->store, &change, 7, &always, "since", NULL);
  write_three_of (f->store, &whole, 8, 1, TRUE, &batch);
  g_assert_no_error (batch.error);
  g_assert_cmpstr (batch.results->str, ==, " v2 v2 -");
  batch_clear (&batch);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "7 1");

  /* What was not done is not done later either; what has been removed since is told so. */
  write_three_of (f->store, &partly, 9, 5, FALSE, &batch);
  g_assert_cmpstr (batch.results->str, ==, " v1 e404 e404");
  batch_clear (&batch);
  remove_on (f->store, &change, 9, &always, NULL);
  insert (f->store, ANN, 5, 50, FALSE);
  write_three_of (f->store, &partly, 6, 5, FALSE, &batch);
  g_assert_no_error (batch.error);
  g_assert_cmpstr (batch.results->str, ==, " e404 e404 e404");
  batch_clear (&batch);
}

void
contract_add_writes (const TwTaskStoreFactory *factory)
{
  static const ContractCase cases[] = {
    { "writes/tags-decide", test_tags_decide },
    { "writes/what-is-not-there-is-not-found-whatever-the-tag", test_what_is_not_there_is_not_found_whatever_the_tag },
    { "writes/of-those-with-one-tag-one-wins", test_of_those_with_one_tag_one_wins },
    { "writes/a-key-makes-one-task", test_a_key_makes_one_task },
    { "writes/a-key-changes-once-whatever-the-tag", test_a_key_changes_once_whatever_the_tag },
    { "writes/several-at-once", test_several_at_once },
    { "writes/a-key-does-several-once", test_a_key_does_several_once },
    { "writes/several-of-which-one-fails", test_several_of_which_one_fails },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
