/* SPDX-License-Identifier: Apache-2.0 */

/* Cuts a page, as a part of its reading's state: a page is asked for with one task more than it shows, since only so is
 * it known to be the last. */

#pragma once

#include "tw-task-query.h"

#include <string.h>

G_BEGIN_DECLS

typedef struct
{
  guint left;          /* tasks */
  gboolean has_more;
  TwTaskOrder order;
  guint64 stamp;       /* of the question */
  TwTaskPosition last; /* of the last task that is on the page; its text: */
  char *name;          /* where the order goes by names; NULL before the first task */
} TwTaskPager;

/* For a page of the query's limit. It may be copied as it is until it has a task. */
void tw_task_pager_init (TwTaskPager *pager, const TwTaskQuery *query);
void tw_task_pager_clear (TwTaskPager *pager);

/* Whether there is one more task, and it is not on the page. */
static inline gboolean
tw_task_pager_is_full (TwTaskPager *pager)
{
  pager->has_more = pager->left == 0;
  return pager->has_more;
}

/* @task is on the page. */
void tw_task_pager_take (TwTaskPager *pager, const TwTaskRecord *task);

/* The same, for an order by creation, of a task of which no more is known than its place. */
static inline void
tw_task_pager_take_place (TwTaskPager *pager, const TwTaskPosition *place)
{
  pager->left--;
  pager->last.created_ms = place->created_ms;
  memcpy (pager->last.id, place->id, sizeof pager->last.id);
}

/* The page ends behind what was taken, for another reason than its limit: something at least was. */
static inline void
tw_task_pager_cut (TwTaskPager *pager)
{
  pager->left = 0;
  pager->has_more = TRUE;
}

/* The cursor of the next page, to be freed with g_free(); NULL where there is none. */
char *tw_task_pager_next (const TwTaskPager *pager);

G_END_DECLS
