/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-best.h"

#include "tw-id.h"

static void
add (TwTaskBest *best, guint n, const char *list_id)
{
  char id[TW_ID_SIZE];

  g_snprintf (id, sizeof id, "%024u", n);
  tw_task_best_add (best, &(TwTaskRecord) { .has = TW_TASK_HAS_ID | TW_TASK_HAS_NAME | TW_TASK_HAS_CREATED_ON
                                                   | (list_id != NULL ? TW_TASK_HAS_LIST_ID : 0),
                                            .id = id, .name = "a name", .list_id = list_id, .created_ms = n });
}

static gboolean
note (const TwTaskRecord *task, gpointer data)
{
  g_string_append_printf (data, "%s%d", ((GString *) data)->len > 0 ? " " : "", (int) g_ascii_strtoll (task->id, NULL, 10));
  return TRUE;
}

/* It moved while sources were read, of which each had it: it takes the place of no other. */
static void
test_one_that_comes_twice_is_shown_once (void)
{
  static const TwTaskOrder orders[] = { { TW_TASK_BY_CREATED, FALSE }, { TW_TASK_BY_NAME, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (orders); i++)
    for (guint limit = 0; limit < 4; limit++)
      {
        static const char *const expected[] = { "3 2 1", "3", "3 2", "3 2 1" };
        g_autoptr (TwTaskBest) best = tw_task_best_new (&orders[i], NULL, limit);
        g_autoptr (GString) shown = g_string_new (NULL);

        add (best, 3, NULL);
        add (best, 2, NULL);
        tw_task_best_bound (best);
        add (best, 3, "aaaaaaaaaaaaaaaaaaaaaaaa");
        add (best, 2, "aaaaaaaaaaaaaaaaaaaaaaaa");
        add (best, 1, "aaaaaaaaaaaaaaaaaaaaaaaa");
        tw_task_best_show (best, note, shown);
        g_assert_cmpstr (shown->str, ==, expected[limit]);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/task-best/one-that-comes-twice-is-shown-once", test_one_that_comes_twice_is_shown_once);
  return g_test_run ();
}
