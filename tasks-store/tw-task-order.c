/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-order.h"

#include "tw-fold.h"

#include <string.h>

static const TwRecordSort *
sort_of (TwTaskKey key)
{
  return &tw_page_request_question.sorts[key];
}

TwRecordKind
tw_task_order_kind (TwTaskKey key)
{
  return tw_task_type.fields[sort_of (key)->field].kind;
}

gboolean
tw_task_order_has_index (TwTaskKey key)
{
  switch (key)
    {
    case TW_TASK_BY_CREATED:
    case TW_TASK_BY_DUE:
    case TW_TASK_BY_PRIORITY:
    case TW_TASK_BY_NAME:
    case TW_TASK_BY_POSITION:
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
tw_task_order_has_key (TwTaskKey key, const TwTaskRecord *task)
{
  const TwRecordSort *sort = sort_of (key);

  return (task->has & TW_RECORD_BIT (sort->field)) != 0
         && !(sort->has_none && *tw_record_number (&tw_task_type, task, sort->field) == sort->none);
}

const char *
tw_task_order_key (TwTaskKey key, const TwTaskRecord *task, TwTaskPosition *place)
{
  const guint field = sort_of (key)->field;
  const TwRecordKind kind = tw_task_order_kind (key);

  place->is_set = tw_task_order_has_key (key, task);
  if (!place->is_set)
    return NULL;
  if (kind == TW_RECORD_TEXT)
    return *tw_record_text (&tw_task_type, task, field);
  if (kind == TW_RECORD_REAL)
    place->real = *tw_record_real (&tw_task_type, task, field);
  else
    place->number = *tw_record_number (&tw_task_type, task, field);
  return NULL;
}

void
tw_task_order_place (const TwTaskOrder *order, const TwTaskRecord *task, TwTaskPosition *place)
{
  const char *text;

  *place = (TwTaskPosition) { .created_ms = task->created_ms };
  memcpy (place->id, task->id, strnlen (task->id, sizeof place->id - 1)); /* the rest is 0 */
  text = tw_task_order_key (order->key, task, place);
  if (text != NULL)
    place->text = tw_fold_key (text);
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
  const TwRecordKind kind = tw_task_order_kind (key);

  if (key == TW_TASK_BY_CREATED)
    return 0;
  if (kind == TW_RECORD_TEXT)
    return strcmp (a->text, b->text);
  if (kind == TW_RECORD_REAL)
    return a->real < b->real ? -1 : a->real > b->real;
  return compare_numbers (a->number, b->number);
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
