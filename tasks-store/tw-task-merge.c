/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-merge.h"

#include "tw-task-order.h"

typedef struct
{
  gpointer run;
  TwTaskRecord *task; /* NULL: it has ended */
  TwTaskPosition place;
} Head;

static void
clear_head (gpointer data)
{
  Head *head = data;

  tw_task_position_clear (&head->place);
  g_clear_pointer (&head->task, g_free);
}

/* Ties, and what has no key, go by creation alone. */
static TwTaskOrder
order_of (const TwTaskWalk *walk)
{
  switch (walk->kind)
    {
    case TW_TASK_WALK_OLDEST:
      return (TwTaskOrder) { TW_TASK_BY_CREATED, .backwards = TRUE };
    case TW_TASK_WALK_KEYS:
    case TW_TASK_WALK_KEYS_BACK:
      return (TwTaskOrder) { walk->key, .backwards = FALSE };
    case TW_TASK_WALK_ANYHOW:
    case TW_TASK_WALK_NEWEST:
    case TW_TASK_WALK_TIES:
    case TW_TASK_WALK_UNSET:
    default:
      return (TwTaskOrder) { TW_TASK_BY_CREATED, .backwards = FALSE };
    }
}

static gboolean
comes_before (const TwTaskWalk *walk, const TwTaskOrder *order, const TwTaskPosition *a, const TwTaskPosition *b)
{
  const int result = tw_task_order_compare (order, a, b);

  return walk->kind == TW_TASK_WALK_KEYS_BACK ? result > 0 : result < 0;
}

typedef struct
{
  const TwTaskWalk *walk;
  TwTaskOrder order;
  GArray *heads;
  Head *at;         /* whose run goes on */
  const Head *next; /* the first of the others; NULL: there is none */
  TwTaskRowFunc row;
  gpointer user_data;
  gboolean is_over; /* no more are wanted */
} Merging;

static Head *
find_first (const Merging *merging)
{
  Head *first = NULL;

  for (guint i = 0; i < merging->heads->len; i++)
    {
      Head *head = &g_array_index (merging->heads, Head, i);

      if (head->task != NULL
          && (first == NULL || comes_before (merging->walk, &merging->order, &head->place, &first->place)))
        first = head;
    }
  return first;
}

static gboolean
keep (const TwTaskRecord *task, gpointer data)
{
  Head *head = ((const Merging *) data)->at;

  head->task = tw_record_copy (&tw_task_type, task);
  tw_task_order_place (&((const Merging *) data)->order, task, &head->place);
  return FALSE;
}

/* Only where the runs take turns a task is kept. */
static gboolean
show_or_keep (const TwTaskRecord *task, gpointer data)
{
  Merging *merging = data;
  g_auto (TwTaskPosition) place = { .created_ms = 0 };

  if (merging->next != NULL)
    {
      tw_task_order_place (&merging->order, task, &place);
      if (!comes_before (merging->walk, &merging->order, &place, &merging->next->place))
        {
          merging->at->task = tw_record_copy (&tw_task_type, task);
          merging->at->place = place;
          place.text = NULL;
          return FALSE;
        }
    }
  merging->is_over = !merging->row (task, merging->user_data);
  return !merging->is_over;
}

static gboolean
merge (Merging *merging, TwTaskRunFunc run, GError **error)
{
  while ((merging->at = find_first (merging)) != NULL)
    {
      Head *head = merging->at;

      if (!merging->row (head->task, merging->user_data))
        return TRUE;
      clear_head (head);
      merging->next = find_first (merging);
      if (!run (head->run, show_or_keep, merging, error))
        return FALSE;
      if (merging->is_over)
        return TRUE;
    }
  return TRUE;
}

gboolean
tw_task_merge (const TwTaskWalk *walk, TwTaskRunFunc run, gpointer runs, gsize size, guint n, TwTaskRowFunc row,
               gpointer user_data, GError **error)
{
  g_autoptr (GArray) heads = g_array_sized_new (FALSE, TRUE, sizeof (Head), n);
  Merging merging = { walk, order_of (walk), heads, .row = row, .user_data = user_data };

  g_array_set_clear_func (heads, clear_head);
  g_array_set_size (heads, n);
  for (guint i = 0; i < n; i++)
    {
      merging.at = &g_array_index (heads, Head, i);
      merging.at->run = (char *) runs + i * size;
      if (!run (merging.at->run, keep, &merging, error))
        return FALSE;
    }
  return merge (&merging, run, error);
}
