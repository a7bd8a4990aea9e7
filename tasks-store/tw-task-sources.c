/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-sources.h"

#include "tw-task-best.h"

/* They come in order: behind one that is not among the best none is. */
static gboolean
keep (const TwTaskRecord *task, gpointer best)
{
  return tw_task_best_add (best, task);
}

/* One list is a user's, as one's own are. */
static TwTaskQuery
query_of (const TwTaskQuery *query, guint first, guint n)
{
  TwTaskQuery of = *query;

  if (n == 1)
    {
      of.user_id = query->others[first].owner_id;
      of.filter.list = TW_LIST_ONE;
      of.filter.list_id = query->others[first].list_id;
    }
  else
    of.user_id = NULL;
  of.others = n > 1 ? query->others + first : NULL;
  of.n_others = n > 1 ? n : 0;
  return of;
}

gboolean
tw_task_sources_read (const TwTaskQuery *query, guint at_once, TwTaskSourceFunc read, gpointer reads,
                      TwTaskRowFunc row, gpointer user_data, GError **error)
{
  g_autoptr (TwTaskBest) best = tw_task_best_new (&query->order, query->after, query->limit);
  TwTaskQuery own = *query;

  own.others = NULL;
  own.n_others = 0;
  if (!read (reads, &own, keep, best, error))
    return FALSE;
  for (guint first = 0; first < query->n_others; first += at_once)
    {
      const TwTaskQuery of = query_of (query, first, MIN (at_once, query->n_others - first));

      tw_task_best_bound (best);
      if (!read (reads, &of, keep, best, error))
        return FALSE;
    }
  tw_task_best_show (best, row, user_data);
  return TRUE;
}
