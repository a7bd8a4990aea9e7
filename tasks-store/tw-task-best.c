/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-best.h"

typedef struct
{
  TwTaskPosition place;
  TwTaskRecord *task;
} Row;

struct _TwTaskBest
{
  const TwTaskOrder *order;
  const TwTaskPosition *after;
  guint limit;
  GArray *rows;        /* up to twice the limit */
  gboolean is_full;    /* then the row before the limit is at its place, and what comes behind it is none of them */
};

static void
clear_row (gpointer data)
{
  Row *row = data;

  tw_task_position_clear (&row->place);
  g_free (row->task);
}

TwTaskBest *
tw_task_best_new (const TwTaskOrder *order, const TwTaskPosition *after, guint limit)
{
  TwTaskBest *best = g_new0 (TwTaskBest, 1);

  best->order = order;
  best->after = after;
  best->limit = limit;
  best->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_array_set_clear_func (best->rows, clear_row);
  return best;
}

void
tw_task_best_free (TwTaskBest *best)
{
  if (best == NULL)
    return;
  g_array_unref (best->rows);
  g_free (best);
}

static int
compare_rows (gconstpointer a, gconstpointer b, gpointer order)
{
  return tw_task_order_compare (order, &((const Row *) a)->place, &((const Row *) b)->place);
}

/* A task that moved while sources were read one after the other may be in two of them. */
static void
drop_twins (const TwTaskBest *best)
{
  for (guint i = best->rows->len; i > 1; i--)
    if (compare_rows (&g_array_index (best->rows, Row, i - 1), &g_array_index (best->rows, Row, i - 2),
                      (gpointer) (guintptr) best->order) == 0)
      g_array_remove_index (best->rows, i - 1);
}

static void
put_in_order (TwTaskBest *best)
{
  g_array_sort_with_data (best->rows, compare_rows, (gpointer) (guintptr) best->order);
  drop_twins (best);
  if (best->limit == 0 || best->rows->len < best->limit)
    return;
  g_array_set_size (best->rows, best->limit);
  best->is_full = TRUE;
}

static gboolean
may_be_one (const TwTaskBest *best, const TwTaskPosition *place)
{
  if (best->after != NULL && tw_task_order_compare (best->order, place, best->after) <= 0)
    return FALSE;
  return !best->is_full
         || tw_task_order_compare (best->order, place, &g_array_index (best->rows, Row, best->limit - 1).place) < 0;
}

void
tw_task_best_bound (TwTaskBest *best)
{
  if (best->limit > 0 && best->rows->len >= best->limit && (best->rows->len > best->limit || !best->is_full))
    put_in_order (best);
}

gboolean
tw_task_best_add (TwTaskBest *best, const TwTaskRecord *task)
{
  Row row;

  tw_task_order_place (best->order, task, &row.place);
  if (!may_be_one (best, &row.place))
    {
      tw_task_position_clear (&row.place);
      return FALSE;
    }
  row.task = tw_record_copy (&tw_task_type, task);
  g_array_append_val (best->rows, row);
  if (best->limit > 0 && best->rows->len >= best->limit * 2)
    put_in_order (best);
  return TRUE;
}

void
tw_task_best_show (TwTaskBest *best, TwTaskRowFunc row, gpointer user_data)
{
  put_in_order (best);
  for (guint i = 0; i < best->rows->len; i++)
    if (!row (g_array_index (best->rows, Row, i).task, user_data))
      return;
}
