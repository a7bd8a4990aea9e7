/* SPDX-License-Identifier: Apache-2.0 */

#include "task-store-contract.h"

#include "task-store-fixture.h"

#include "tw-error.h"

#include <pthread.h>

static void
test_empty_store_is_well (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tw_task_store_check (f->store, TW_DEADLINE_NONE, &error));
  g_assert_no_error (error);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "");
}

static void
test_what_is_inserted_is_read_back (Fixture *f, gconstpointer data)
{
  /* Every kind of UTF-8: one to four bytes a character, quotes, what SQL and JSON and patterns give a meaning to;
   * and at the limits. */
  g_autofree char *longest = g_strnfill (2000, 'x');
  const char *const names[] = { "", "a", "Ä ß ∑ 漢字 🐙", "'; DROP TABLE tasks; --", "\"\\%_$.{}[]", "\xef\xbf\xbe",
                                longest };
  g_autofree char *longest_user = g_strnfill (128, 'u');
  const char *const users[] = { "a", "$where", "ann@example.org", "ünïcode", longest_user };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint j = 0; j < G_N_ELEMENTS (users); j++)
      {
        char id[TW_ID_SIZE];
        const TwTaskRecord task = {
          .has = TASK_WHOLE,
          .id = id_of (n++, id),
          .user_id = users[j],
          .name = names[i],
          .created_ms = 1700000000123 + i,
          .updated_ms = 1700000000456,
          .version = 1,
          .done = j % 2 == 1,
        };
        g_autoptr (TwTaskRecord) inserted = NULL;
        g_autoptr (TwTaskRecord) got = NULL;
        g_autoptr (GError) error = NULL;

        inserted = insert_record (f->store, &task, &error);
        g_assert_no_error (error);
        assert_same (inserted, &task);
        got = read_task (f->store, TW_DEADLINE_NONE, users[j], task.id, &error);
        g_assert_no_error (error);
        assert_same (got, &task);
      }
}

static void
test_id_in_upper_case_is_the_same (Fixture *f, gconstpointer data)
{
  char id[] = "65f0aa00bbccddeeff001122", user[] = ANN, name[] = "a name";
  TwTaskRecord task = { .has = TASK_WHOLE, .id = id, .user_id = user, .name = name, .version = 1 };
  g_autoptr (TwTaskRecord) inserted = insert_record (f->store, &task, NULL);
  g_autoptr (TwTaskRecord) got = read_task (f->store, TW_DEADLINE_NONE, ANN, "65F0AA00BBCCDDEEFF001122", NULL);

  assert_same (inserted, &task);
  assert_same (got, &task);
}

/* A store may look for a task where its id says when it was made: what was made elsewhere, or is one of many of that
 * second, is found as well. */
static void
test_id_finds_its_task_whenever_that_was_made (Fixture *f, gconstpointer data)
{
  static const gint64 second_ms = 1795251600000, apart_ms[] = { 0, 0, 0, 0, 0, 1, 500, 999, 1000, -1, -second_ms };
  char ids[G_N_ELEMENTS (apart_ms)][TW_ID_SIZE], user[] = ANN, name[] = "a name", missing[TW_ID_SIZE];

  for (guint i = 0; i < G_N_ELEMENTS (apart_ms); i++)
    {
      TwTaskRecord task = { .has = TASK_WHOLE, .id = ids[i], .user_id = user, .name = name, .created_ms = second_ms + apart_ms[i],
                            .version = 1 };
      g_autoptr (TwTaskRecord) inserted = NULL;

      tw_id_new (second_ms, ids[i]);
      inserted = insert_record (f->store, &task, NULL);
      assert_same (inserted, &task);
    }
  for (guint i = 0; i < G_N_ELEMENTS (apart_ms); i++)
    {
      g_autoptr (TwTaskRecord) got = read_task (f->store, TW_DEADLINE_NONE, ANN, ids[i], NULL);

      g_assert (got != NULL);
      g_assert_cmpstr (got->id, ==, ids[i]);
      g_assert_cmpint (got->created_ms, ==, second_ms + apart_ms[i]);
      assert_nothing_there (f->store, BOB, ids[i]);
    }
  tw_id_new (second_ms, missing);
  assert_nothing_there (f->store, ANN, missing);
}

static void
test_what_is_not_there_is_not_found (Fixture *f, gconstpointer data)
{
  static const char *const malformed[] = { "", "1", "zz0000000000000000000001", "00000000000000000000001",
                                           "0000000000000000000000001", " 00000000000000000000001", "ünïcode",
                                           "' OR 1=1 --" };
  char id[TW_ID_SIZE];

  insert (f->store, ANN, 1, 10, FALSE);
  assert_nothing_there (f->store, ANN, id_of (2, id));
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    assert_nothing_there (f->store, ANN, malformed[i]);
}

static void
test_another_users_is_not_found (Fixture *f, gconstpointer data)
{
  g_autoptr (TwTaskRecord) got = NULL;
  char id[TW_ID_SIZE];

  insert (f->store, ANN, 1, 10, FALSE);
  insert (f->store, BOB, 2, 20, FALSE);
  assert_nothing_there (f->store, BOB, id_of (1, id));
  got = read_task (f->store, TW_DEADLINE_NONE, ANN, id, NULL);
  g_assert_cmpint (got->version, ==, 1);
  g_assert_cmpstr (got->name, ==, "a name");
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "1");
  assert_list (f->store, BOB, TW_DONE_ANY, NULL, 0, "2");
}

static void
test_users_are_compared_exactly (Fixture *f, gconstpointer data)
{
  insert (f->store, "ann", 1, 10, FALSE);
  insert (f->store, "ANN", 2, 20, FALSE);
  insert (f->store, "an%", 3, 30, FALSE);
  assert_list (f->store, "ann", TW_DONE_ANY, NULL, 0, "1");
  assert_list (f->store, "ANN", TW_DONE_ANY, NULL, 0, "2");
  assert_list (f->store, "an", TW_DONE_ANY, NULL, 0, "");
  assert_list (f->store, "an%", TW_DONE_ANY, NULL, 0, "3");
}

static void
test_change_sets_what_it_names (Fixture *f, gconstpointer data)
{
  const TaskWords rename = { .name = "renamed", .now_ms = 20 };
  const TaskWords finish = { .has_done = TRUE, .done = TRUE, .now_ms = 30 };
  const TaskWords both = { .name = "both", .has_done = TRUE, .done = FALSE, .now_ms = 40 };
  const struct
  {
    const TaskWords *change;
    const char *name;
    gboolean done;
  } steps[] = { { &rename, "renamed", FALSE }, { &finish, "renamed", TRUE }, { &both, "both", FALSE },
                { &both, "both", FALSE } /* the same again is a change too */ };
  char id[TW_ID_SIZE];

  insert (f->store, ANN, 1, 10, FALSE);
  id_of (1, id);
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (TwTaskRecord) changed = change_task (f->store, ANN, id, steps[i].change, &error);
      g_autoptr (TwTaskRecord) got = read_task (f->store, TW_DEADLINE_NONE, ANN, id, NULL);

      g_assert_no_error (error);
      g_assert_cmpstr (changed->name, ==, steps[i].name);
      g_assert_cmpint (changed->done, ==, steps[i].done);
      g_assert_cmpint (changed->created_ms, ==, 10);
      g_assert_cmpint (changed->updated_ms, ==, steps[i].change->now_ms);
      g_assert_cmpint (changed->version, ==, i + 2);
      assert_same (got, changed);
    }
}

static void
test_removed_is_gone (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char id[TW_ID_SIZE];

  insert (f->store, ANN, 1, 10, FALSE);
  insert (f->store, ANN, 2, 20, FALSE);
  remove_task (f->store, ANN, id_of (1, id), &error);
  g_assert_no_error (error);
  assert_nothing_there (f->store, ANN, id);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "2");
}

static void
test_what_is_kept_outlives_the_store (Fixture *f, gconstpointer data)
{
  insert (f->store, ANN, 1, 10, TRUE);
  insert (f->store, ANN, 2, 20, FALSE);
  g_clear_pointer (&f->store, tw_task_store_free);
  open_store (f);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "2 1");
  assert_list (f->store, ANN, TW_DONE_ONLY, NULL, 0, "1");
}

static void
test_freeing_finishes_what_is_running (Fixture *f, gconstpointer data)
{
  char user[] = ANN, name[] = "a name", id[TW_ID_SIZE];

  for (guint n = 0; n < 100; n++)
    {
      const TwTaskRecord task = { .has = TASK_WHOLE, .id = id, .user_id = user, .name = name, .created_ms = n, .version = 1 };

      id_of (n, id);
      tw_task_insert (f->store, &(TwTaskRequest) { .deadline_ms = TW_DEADLINE_NONE }, &task, ignore_end, NULL);
    }
  g_clear_pointer (&f->store, tw_task_store_free);
  open_store (f);
  g_assert_cmpuint (count_tasks (f->store, ANN), ==, 100);
}

#define THREADS 8
#define EACH 20

typedef struct
{
  TwTaskStore *store;
  guint first;
} Client;

/* Inserts, and sees each as soon as it is acknowledged; changes one task that all change. */
static void *
run_client (void *data)
{
  const Client *client = data;
  const TaskWords change = { .name = "changed by many", .now_ms = 5 };

  for (guint i = 0; i < EACH; i++)
    {
      g_autoptr (TwTaskRecord) mine = NULL;
      g_autoptr (TwTaskRecord) shared = NULL;
      g_autoptr (GError) error = NULL;
      char id[TW_ID_SIZE];

      insert (client->store, ANN, client->first + i, i, FALSE);
      mine = read_task (client->store, TW_DEADLINE_NONE, ANN, id_of (client->first + i, id), &error);
      g_assert_no_error (error);
      shared = change_task (client->store, BOB, id_of (1, id), &change, &error);
      g_assert_no_error (error);
    }
  return NULL;
}

static void
test_many_at_once_lose_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (TwTaskRecord) shared = NULL;
  pthread_t threads[THREADS];
  Client clients[THREADS];
  char id[TW_ID_SIZE];

  insert (f->store, BOB, 1, 1, FALSE);
  for (guint i = 0; i < THREADS; i++)
    {
      clients[i] = (Client) { .store = f->store, .first = 100 + i * EACH };
      g_assert_cmpint (pthread_create (&threads[i], NULL, run_client, &clients[i]), ==, 0);
    }
  for (guint i = 0; i < THREADS; i++)
    pthread_join (threads[i], NULL);
  g_assert_cmpuint (count_tasks (f->store, ANN), ==, THREADS * EACH);
  shared = read_task (f->store, TW_DEADLINE_NONE, BOB, id_of (1, id), NULL);
  g_assert (shared != NULL);
  g_assert_cmpint (shared->version, ==, 1 + THREADS * EACH);
}

void
tw_task_store_contract_add (const TwTaskStoreFactory *factory)
{
  static const ContractCase cases[] = {
    { "empty-store-is-well", test_empty_store_is_well },
    { "what-is-inserted-is-read-back", test_what_is_inserted_is_read_back },
    { "id-in-upper-case-is-the-same", test_id_in_upper_case_is_the_same },
    { "id-finds-its-task-whenever-that-was-made", test_id_finds_its_task_whenever_that_was_made },
    { "what-is-not-there-is-not-found", test_what_is_not_there_is_not_found },
    { "another-users-is-not-found", test_another_users_is_not_found },
    { "users-are-compared-exactly", test_users_are_compared_exactly },
    { "change-sets-what-it-names", test_change_sets_what_it_names },
    { "removed-is-gone", test_removed_is_gone },
    { "what-is-kept-outlives-the-store", test_what_is_kept_outlives_the_store },
    { "freeing-finishes-what-is-running", test_freeing_finishes_what_is_running },
    { "many-at-once-lose-nothing", test_many_at_once_lose_nothing },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
  contract_add_fields (factory);
  contract_add_lists (factory);
  contract_add_moves (factory);
  contract_add_queries (factory);
  contract_add_sharing (factory);
  contract_add_changes (factory);
  contract_add_sources (factory);
  contract_add_orders (factory);
  contract_add_deadlines (factory);
  contract_add_writes (factory);
}
