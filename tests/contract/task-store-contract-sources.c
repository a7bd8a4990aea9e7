/* SPDX-License-Identifier: Apache-2.0 */

/* Pages over one's own tasks and lists of others (TwTaskQuery.others), held to one list of all of them. */

#include "task-store-fixture.h"
#include "tw-task-best.h"

/* More lists than a store reads together, and of some nothing is there. */
#define LISTS 45
#define TASKS 60

static const char *
owner_of (guint list)
{
  static const char *const owners[] = { BOB, "cyd", "dan" };

  return owners[list % G_N_ELEMENTS (owners)];
}

static const char *
list_id_of (guint list, char id[TW_ID_SIZE])
{
  return id_of (700 + list, id);
}

/* The task @n: of every third nobody but ann knows, others lie in lists; some keys are alike, some are not there. */
static TwTaskRecord *
put_task (TwTaskStore *store, guint n)
{
  const guint list = n % (LISTS - 3);
  char id[TW_ID_SIZE], list_id[TW_ID_SIZE], name[32];
  TwTaskRecord task = { .has = TASK_WHOLE, .id = id_of (n, id), .user_id = ANN, .name = name, .done = n % 4 == 0,
                        .created_ms = 1 + n / 5, .version = 1 };
  g_autoptr (GError) error = NULL;

  g_snprintf (name, sizeof name, "task %u", n % 13);
  if (n % 2 == 0)
    {
      task.priority = 1 + n % 3;
      task.position = n % 11;
      task.has |= TW_TASK_HAS_PRIORITY | TW_TASK_HAS_POSITION;
    }
  if (n % 5 != 0)
    {
      task.due = (gint64) (n % 7) * 2000 + 1; /* a time */
      task.has |= TW_TASK_HAS_DUE_ON;
    }
  if (n % 3 != 0)
    {
      task.user_id = owner_of (list);
      task.list_id = list_id_of (list, list_id);
      task.has |= TW_TASK_HAS_LIST_ID;
    }
  return insert_record (store, &task, &error);
}

static gboolean
keep (const TwTaskRecord *task, gpointer data)
{
  g_ptr_array_add (data, tw_record_copy (&tw_task_type, task));
  return TRUE;
}

/* The query's tasks of @all. */
static GPtrArray *
expect (GPtrArray *all, const TwTaskQuery *query)
{
  g_autoptr (TwTaskBest) best = tw_task_best_new (&query->order, query->after, query->limit);
  GPtrArray *expected = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < all->len; i++)
    {
      const TwTaskRecord *task = all->pdata[i];

      if (query->filter.done != TW_OPEN_ONLY || !task->done)
        tw_task_best_add (best, task);
    }
  tw_task_best_show (best, keep, expected);
  return expected;
}

static void
test_all_orders (Fixture *f, gconstpointer factory)
{
  char list_ids[LISTS][TW_ID_SIZE];
  TwTaskSource others[LISTS];
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < LISTS; i++)
    others[i] = (TwTaskSource) { list_id_of (i, list_ids[i]), owner_of (i) };
  for (guint n = 0; n < TASKS; n++)
    g_ptr_array_add (all, put_task (f->store, n));
  insert (f->store, BOB, 900, 10, FALSE); /* in an inbox that is none of these */
  for (guint i = 0; i < TW_TASK_KEYS * 2; i++)
    {
      TwTaskQuery query = { .user_id = ANN, .order = { i / 2, i % 2 == 1 }, .limit = 25, .others = others, .n_others = LISTS,
                            .filter.done = i % 3 == 1 ? TW_OPEN_ONLY : TW_DONE_ANY };
      guint n = query.limit;

      for (g_auto (TwTaskPosition) after = { .created_ms = 0 }; n == query.limit;)
        {
          g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free), expected = expect (all, &query);
          g_autoptr (GError) error = NULL;

          g_assert_true (read_tasks (f->store, TW_DEADLINE_NONE, &query, keep, found, &error));
          g_assert_no_error (error);
          n = found->len;
          g_assert_cmpuint (n, ==, expected->len);
          for (guint k = 0; k < n; k++)
            assert_same (found->pdata[k], expected->pdata[k]);
          if (n == 0)
            break;
          tw_task_position_clear (&after);
          tw_task_order_place (&query.order, found->pdata[n - 1], &after);
          query.after = &after;
        }
    }
}

void
contract_add_sources (const TwTaskStoreFactory *factory)
{
  static const ContractCase cases[] = {
    { "sources/every-order-of-all-that-one-sees", test_all_orders },
  };

  contract_add (factory, cases, G_N_ELEMENTS (cases));
}
