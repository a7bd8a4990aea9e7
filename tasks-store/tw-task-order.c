/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-order.h"

#include "tw-fold.h"

#include <string.h>

gboolean
tw_task_order_has_key (TwTaskKey key, const TwTaskRecord *task)
{
  static const guint64 bits[TW_TASK_KEYS] = {
    [TW_TASK_BY_CREATED] = TW_TASK_HAS_CREATED_ON,
    [TW_TASK_BY_DUE] = TW_TASK_HAS_DUE_ON,
    [TW_TASK_BY_PRIORITY] = TW_TASK_HAS_PRIORITY,
    [TW_TASK_BY_NAME] = TW_TASK_HAS_NAME,
    [TW_TASK_BY_POSITION] = TW_TASK_HAS_POSITION,
  };

  return (task->has & bits[key]) != 0 && (key != TW_TASK_BY_PRIORITY || task->priority != 0);
}

void
tw_task_order_place (const TwTaskOrder *order, const TwTaskRecord *task, TwTaskPosition *place)
{
  *place = (TwTaskPosition) { .created_ms = task->created_ms, .is_set = tw_task_order_has_key (order->key, task) };
  memcpy (place->id, task->id, strnlen (task->id, sizeof place->id - 1)); /* the rest is 0 */
  if (!place->is_set)
    return;
  switch (order->key)
    {
    case TW_TASK_BY_DUE:
      place->number = task->due;
      break;
    case TW_TASK_BY_PRIORITY:
      place->number = task->priority;
      break;
    case TW_TASK_BY_NAME:
      place->text = tw_fold_key (task->name);
      break;
    case TW_TASK_BY_POSITION:
      place->real = task->position;
      break;
    case TW_TASK_BY_CREATED:
    default:
      break;
    }
}

void
tw_task_position_clear (TwTaskPosition *place)
{
  g_free ((gpointer) (guintptr) place->text);
  place->text = NULL;
}

static int
compare_numbers (gint64 a, gint64 b)
{
  return a < b ? -1 : a > b;
}

int
tw_task_order_compare_keys (TwTaskKey key, const TwTaskPosition *a, const TwTaskPosition *b)
{
  switch (key)
    {
    case TW_TASK_BY_DUE:
    case TW_TASK_BY_PRIORITY:
      return compare_numbers (a->number, b->number);
    case TW_TASK_BY_NAME:
      return strcmp (a->text, b->text);
    case TW_TASK_BY_POSITION:
      return a->real < b->real ? -1 : a->real > b->real;
    case TW_TASK_BY_CREATED:
    default:
      return 0;
    }
}

/* Ids are hex digits, whose order is that of their bytes. */
static int
compare_newest_first (const TwTaskPosition *a, const TwTaskPosition *b)
{
  const int created = compare_numbers (b->created_ms, a->created_ms);

  return created != 0 ? created : strcmp (b->id, a->id);
}

int
tw_task_order_compare (const TwTaskOrder *order, const TwTaskPosition *a, const TwTaskPosition *b)
{
  const gboolean by_created = order->key == TW_TASK_BY_CREATED;
  int keys = 0;

  if (!by_created && a->is_set != b->is_set)
    return a->is_set ? -1 : 1;
  if (!by_created && a->is_set)
    keys = tw_task_order_compare_keys (order->key, a, b);
  if (keys != 0)
    return order->backwards ? -keys : keys;
  return by_created && order->backwards ? compare_newest_first (b, a) : compare_newest_first (a, b);
}
