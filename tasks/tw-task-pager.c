/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-pager.h"

#include "tw-task-cursor.h"
#include "tw-task-filter.h"
#include "tw-task-order.h"

#include <string.h>

void
tw_task_pager_init (TwTaskPager *pager, const TwTaskQuery *query)
{
  *pager = (TwTaskPager) { .left = query->limit, .order = query->order,
                           .stamp = tw_task_filter_stamp (&query->filter, &query->order) };
}

void
tw_task_pager_clear (TwTaskPager *pager)
{
  g_clear_pointer (&pager->name, g_free);
}

static void
take_key (TwTaskPager *pager, const TwTaskRecord *task)
{
  const char *name = tw_task_order_key (pager->order.key, task, &pager->last);

  if (name == NULL)
    return;
  g_free (pager->name);
  pager->name = g_strdup (name);
}

void
tw_task_pager_take (TwTaskPager *pager, const TwTaskRecord *task)
{
  pager->left--;
  pager->last.created_ms = task->created_ms;
  memcpy (pager->last.id, task->id, sizeof pager->last.id);
  if (pager->order.key != TW_TASK_BY_CREATED)
    take_key (pager, task);
}

char *
tw_task_pager_next (const TwTaskPager *pager)
{
  return pager->has_more ? tw_task_cursor_encode (pager->stamp, &pager->order, &pager->last, pager->name) : NULL;
}
