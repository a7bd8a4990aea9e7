/* SPDX-License-Identifier: Apache-2.0 */

/* The part of the contract that is about lists: their order, pages and filter. */

#include "task-store-fixture.h"

static void
test_newest_come_first (Fixture *f, gconstpointer data)
{
  insert (f->store, ANN, 5, 10, FALSE);
  insert (f->store, ANN, 4, 30, FALSE);
  insert (f->store, ANN, 3, 20, FALSE);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "4 3 5");
}

static void
test_of_one_moment_the_higher_id_comes_first (Fixture *f, gconstpointer data)
{
  insert (f->store, ANN, 2, 10, FALSE);
  insert (f->store, ANN, 9, 10, FALSE);
  insert (f->store, ANN, 1, 10, FALSE);
  insert (f->store, ANN, 10, 10, FALSE);
  insert (f->store, ANN, 3, 9, FALSE);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 0, "10 9 2 1 3");
}

static void
test_limit_and_position_cut_pages (Fixture *f, gconstpointer data)
{
  TwTaskPosition position;

  for (guint n = 1; n <= 5; n++)
    insert (f->store, ANN, n, n < 4 ? 10 : 20, FALSE);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 2, "5 4");
  position = behind (20, 4);
  assert_list (f->store, ANN, TW_DONE_ANY, &position, 2, "3 2");
  position = behind (10, 2);
  assert_list (f->store, ANN, TW_DONE_ANY, &position, 2, "1");
  position = behind (10, 1);
  assert_list (f->store, ANN, TW_DONE_ANY, &position, 2, "");
  /* A row that is gone, or never was, is a place all the same. */
  position = behind (15, 99);
  assert_list (f->store, ANN, TW_DONE_ANY, &position, 0, "3 2 1");
  assert_list (f->store, BOB, TW_DONE_ANY, &position, 0, "");
}

static void
test_page_goes_on_where_it_was_whatever_is_inserted (Fixture *f, gconstpointer data)
{
  TwTaskPosition position = behind (20, 2);
  char id[TW_ID_SIZE];

  insert (f->store, ANN, 1, 10, FALSE);
  insert (f->store, ANN, 2, 20, FALSE);
  insert (f->store, ANN, 3, 30, FALSE);
  assert_list (f->store, ANN, TW_DONE_ANY, NULL, 2, "3 2");
  insert (f->store, ANN, 4, 40, FALSE);
  remove_task (f->store, ANN, id_of (3, id), NULL);
  remove_task (f->store, ANN, id_of (2, id), NULL);
  assert_list (f->store, ANN, TW_DONE_ANY, &position, 2, "1");
}

static void
test_filter_shows_done_or_open (Fixture *f, gconstpointer data)
{
  const TaskWords finish = { .has_done = TRUE, .done = TRUE, .now_ms = 50 };
  g_autoptr (TwTaskRecord) changed = NULL;
  TwTaskPosition position = behind (30, 3);
  char id[TW_ID_SIZE];

  insert (f->store, ANN, 1, 10, TRUE);
  insert (f->store, ANN, 2, 20, FALSE);
  insert (f->store, ANN, 3, 30, TRUE);
  insert (f->store, ANN, 4, 40, FALSE);
  insert (f->store, BOB, 5, 50, TRUE);
  assert_list (f->store, ANN, TW_DONE_ONLY, NULL, 0, "3 1");
  assert_list (f->store, ANN, TW_OPEN_ONLY, NULL, 0, "4 2");
  assert_list (f->store, ANN, TW_DONE_ONLY, &position, 0, "1");
  assert_list (f->store, ANN, TW_OPEN_ONLY, NULL, 1, "4");
  changed = change_task (f->store, ANN, id_of (4, id), &finish, NULL);
  g_assert_nonnull (changed);
  assert_list (f->store, ANN, TW_DONE_ONLY, NULL, 0, "4 3 1");
  assert_list (f->store, ANN, TW_OPEN_ONLY, NULL, 0, "2");
}

static gboolean
stop_at_second (const TwTaskRecord *row, gpointer data)
{
  guint *rows = data;

  return ++*rows < 2;
}

static void
test_walk_ends_when_told (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint rows = 0;

  for (guint n = 1; n <= 4; n++)
    insert (f->store, ANN, n, n, FALSE);
  g_assert_true (list_tasks (f->store, ANN, TW_DONE_ANY, NULL, 0, stop_at_second, &rows, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (rows, ==, 2);
}

/* A reading's state that counts, and what it counted, which outlives it. */
typedef struct
{
  guint counted;
  guint *rows;
  TwLatch *ended;
} Counter;

static gboolean
count_in_state (const TwTaskRecord *row, gpointer data)
{
  Counter *counter = data;

  counter->counted++;
  return TRUE;
}

static void
tell_count (const GError *error, gpointer data)
{
  const Counter *counter = data;

  g_assert_no_error (error);
  *counter->rows = counter->counted;
  tw_latch_open (counter->ended);
}

/* Whenever the read ends: what its state is told stays in it, and it need not be there any more. */
static guint
count_where_state_goes_with_the_read (TwTaskStore *store)
{
  const TwTaskQuery all = { .user_id = ANN };
  guint rows = 0;
  TwLatch ended;
  Counter counter = { .rows = &rows, .ended = &ended };

  tw_latch_init (&ended);
  g_assert_true (
    tw_task_store_read (store, TW_DEADLINE_NONE, &all,
                        &(TwTaskReading) { count_in_state, tell_count, &counter, sizeof counter, .may_wait = TRUE }));
  counter = (Counter) { .rows = NULL };
  tw_latch_wait (&ended);
  return rows;
}

static void
test_long_list_is_whole (Fixture *f, gconstpointer data)
{
  g_autoptr (GString) pages = g_string_new (NULL), whole = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  TwTaskPosition position;

  insert_many (f->store, ANN, 1200, 7);
  g_assert_cmpuint (count_tasks (f->store, ANN), ==, 1200);
  g_assert_cmpuint (count_where_state_goes_with_the_read (f->store), ==, 1200);

  /* In pages it is the same list. */
  list_tasks (f->store, ANN, TW_DONE_ANY, NULL, 0, note_row, whole, &error);
  g_assert_no_error (error);
  list_tasks (f->store, ANN, TW_DONE_ANY, NULL, 100, note_row, pages, &error);
  g_assert_no_error (error);
  for (guint last = 1100; last > 0; last -= 100)
    {
      position = behind (last / 7, last);
      list_tasks (f->store, ANN, TW_DONE_ANY, &position, 100, note_row, pages, &error);
      g_assert_no_error (error);
    }
  g_assert_cmpstr (pages->str, ==, whole->str);
}

void
contract_add_lists (const TwTaskStoreFactory *factory)
{
  static const ContractCase cases[] = {
    { "newest-come-first", test_newest_come_first },
    { "of-one-moment-the-higher-id-comes-first", test_of_one_moment_the_higher_id_comes_first },
    { "limit-and-position-cut-pages", test_limit_and_position_cut_pages },
    { "page-goes-on-where-it-was-whatever-is-inserted", test_page_goes_on_where_it_was_whatever_is_inserted },
    { "filter-shows-done-or-open", test_filter_shows_done_or_open },
    { "walk-ends-when-told", test_walk_ends_when_told },
    { "long-list-is-whole", test_long_list_is_whole },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
