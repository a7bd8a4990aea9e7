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
comes_before (const TwTaskWalk *walk, const TwTaskOrder *order, const Head *a, const Head *b)
{
  const int result = tw_task_order_compare (order, &a->place, &b->place);

  return walk->kind == TW_TASK_WALK_KEYS_BACK ? result > 0 : result < 0;
}

static gboolean
advance (Head *head, const TwTaskOrder *order, TwTaskRunFunc next, GError **error)
{
  clear_head (head);
  if (!next (head->run, &head->task, error))
    return FALSE;
  if (head->task != NULL)
    tw_task_order_place (order, head->task, &head->place);
  return TRUE;
}

static Head *
find_first (const TwTaskWalk *walk, const TwTaskOrder *order, GArray *heads)
{
  Head *first = NULL;

  for (guint i = 0; i < heads->len; i++)
    {
      Head *head = &g_array_index (heads, Head, i);

      if (head->task != NULL && (first == NULL || comes_before (walk, order, head, first)))
        first = head;
    }
  return first;
}

gboolean
tw_task_merge (const TwTaskWalk *walk, TwTaskRunFunc next, gpointer runs, gsize size, guint n, TwTaskRowFunc row,
               gpointer user_data, GError **error)
{
  const TwTaskOrder order = order_of (walk);
  g_autoptr (GArray) heads = g_array_sized_new (FALSE, TRUE, sizeof (Head), n);
  Head *first;

  g_array_set_clear_func (heads, clear_head);
  g_array_set_size (heads, n);
  for (guint i = 0; i < n; i++)
    {
      Head *head = &g_array_index (heads, Head, i);

      head->run = (char *) runs + i * size;
      if (!advance (head, &order, next, error))
        return FALSE;
    }
  while ((first = find_first (walk, &order, heads)) != NULL && row (first->task, user_data))
    if (!advance (first, &order, next, error))
      return FALSE;
  return TRUE;
}
