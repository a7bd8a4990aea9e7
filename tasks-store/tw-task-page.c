/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-page.h"

#include "tw-task-best.h"
#include "tw-task-filter.h"
#include "tw-task-order.h"

#include <math.h>

typedef struct
{
  const TwTaskQuery *query;
  const TwTaskWalks *walks;
  TwTaskRowFunc row;
  gpointer user_data;
  guint64 left; /* tasks that are wanted still */
  gboolean ended;

  /* Where the filter asks for no more than keys from one on and before another; NULL: there is no such end. */
  gboolean is_range;
  TwTaskPosition ends[2];
  const TwTaskPosition *low, *high;
} Page;

static gboolean
show_fitting (Page *page, const TwTaskRecord *task)
{
  page->ended = !page->row (task, page->user_data) || --page->left == 0;
  return !page->ended;
}

/* A store that can look by itself at what is asked for finds no more than are wanted. */
static gboolean
knows_how_many (const Page *page, TwTaskWalkKind kind)
{
  const TwTaskFilter *filter = &page->query->filter;

  return kind != TW_TASK_WALK_ANYHOW && page->left <= G_MAXINT && filter->n_hidden == 0
         && tw_record_conditions_are_plain (filter->conditions);
}

static gboolean
show (const TwTaskRecord *task, gpointer data)
{
  Page *page = data;

  return !tw_task_filter_fits (&page->query->filter, task) || show_fitting (page, task);
}

/* More of one key than this part of a page come by themselves sooner. */
#define TIES_PART 4

static guint
most_ties (const Page *page)
{
  return MAX (page->query->limit / TIES_PART, 1);
}

/* Backwards it is one of the next key, or too many of the last one, that says that the page is full. */
static gboolean
walk (Page *page, TwTaskWalk walk, TwTaskRowFunc row, gpointer user_data, GError **error)
{
  walk.key = page->query->order.key;
  walk.wanted = knows_how_many (page, walk.kind) ? (guint) page->left : 0;
  if (walk.wanted > 0 && walk.kind == TW_TASK_WALK_KEYS_BACK)
    walk.wanted += most_ties (page) + 1;
  return page->walks->walk (page->walks->source, &walk, row, user_data, error);
}

static gboolean
show_walk (Page *page, TwTaskWalk of, GError **error)
{
  return page->ended || walk (page, of, show, page, error);
}

/* Tasks by key, descending, and oldest first, of which those of one key are kept until it is known that these are all. */
typedef struct
{
  Page *page;
  GArray *ties; /* Row */
  gboolean cut; /* they are more than are worth keeping */
} Turning;

typedef struct
{
  TwTaskRecord *task;
  TwTaskPosition place;
} Row;

static void
clear_row (gpointer data)
{
  Row *row = data;

  tw_task_position_clear (&row->place);
  g_free (row->task);
}

/* The newest first. */
static void
show_ties (Page *page, GArray *ties)
{
  for (guint i = ties->len; i > 0 && !page->ended; i--)
    show_fitting (page, g_array_index (ties, Row, i - 1).task);
  g_array_set_size (ties, 0);
}

static gboolean
is_tie (const Page *page, const GArray *ties, const TwTaskPosition *place)
{
  return ties->len > 0
         && tw_task_order_compare_keys (page->query->order.key, &g_array_index (ties, Row, 0).place, place) == 0;
}

static gboolean
turn (const TwTaskRecord *task, gpointer data)
{
  Turning *turning = data;
  Page *page = turning->page;
  Row row;

  if (!tw_task_filter_fits (&page->query->filter, task))
    return TRUE;
  tw_task_order_place (&page->query->order, task, &row.place);
  if (!is_tie (page, turning->ties, &row.place))
    show_ties (page, turning->ties);
  if (page->ended)
    {
      tw_task_position_clear (&row.place);
      return FALSE;
    }
  row.task = tw_record_copy (&tw_task_type, task);
  g_array_append_val (turning->ties, row);
  turning->cut = turning->ties->len > most_ties (page);
  return !turning->cut;
}

/* What comes before @high, backwards. */
static gboolean
show_backwards (Page *page, const TwTaskPosition *high, GError **error)
{
  g_autoptr (GArray) ties = g_array_new (FALSE, FALSE, sizeof (Row));
  Turning turning = { page, ties, .cut = FALSE };

  g_array_set_clear_func (ties, clear_row);
  if (!walk (page, (TwTaskWalk) { TW_TASK_WALK_KEYS_BACK, .low = page->low, .high = high }, turn, &turning, error))
    return FALSE;
  if (!turning.cut)
    {
      show_ties (page, ties);
      return TRUE;
    }
  high = &g_array_index (ties, Row, 0).place;
  return show_walk (page, (TwTaskWalk) { TW_TASK_WALK_TIES, .low = high }, error)
         && (page->ended || show_backwards (page, high, error));
}

static gboolean
show_keys (Page *page, GError **error)
{
  const TwTaskPosition *after = page->query->after;

  if (after != NULL && !after->is_set)
    return TRUE;
  if (after != NULL && !show_walk (page, (TwTaskWalk) { TW_TASK_WALK_TIES, .low = after, .behind = after }, error))
    return FALSE;
  if (page->ended)
    return TRUE;
  if (page->query->order.backwards)
    return show_backwards (page, after != NULL ? after : page->high, error);
  return show_walk (page,
                    (TwTaskWalk) { TW_TASK_WALK_KEYS, .low = after != NULL ? after : page->low,
                                   .low_is_out = after != NULL, .high = page->high },
                    error);
}

static gboolean
show_unset (Page *page, GError **error)
{
  const TwTaskPosition *after = page->query->after;

  return page->low != NULL || page->high != NULL
         || show_walk (page, (TwTaskWalk) { TW_TASK_WALK_UNSET, .behind = after != NULL && !after->is_set ? after : NULL },
                       error);
}

static gboolean
keep_best (const TwTaskRecord *task, gpointer data)
{
  const gpointer *page_and_best = data;
  const Page *page = page_and_best[0];

  if (tw_task_filter_fits (&page->query->filter, task))
    tw_task_best_add (page_and_best[1], task);
  return TRUE;
}

static gboolean
show_best (Page *page, GError **error)
{
  const TwTaskQuery *query = page->query;
  g_autoptr (TwTaskBest) best = tw_task_best_new (&query->order, query->after, query->limit);
  gpointer page_and_best[] = { page, best };

  if (!walk (page, (TwTaskWalk) { .kind = TW_TASK_WALK_ANYHOW }, keep_best, page_and_best, error))
    return FALSE;
  tw_task_best_show (best, page->row, page->user_data);
  return TRUE;
}

/* Whether the order's walks give what the filter asks for. */
static gboolean
may_walk_keys (const Page *page)
{
  const TwTaskKey key = page->query->order.key;

  return tw_task_order_has_index (key) && (key != TW_TASK_BY_NAME || page->walks->has_names)
         && (page->is_range || !tw_task_filter_looks (&page->query->filter));
}

static void
find_range (Page *page)
{
  TwRecordCondition range;

  page->is_range = tw_record_conditions_are_range (page->query->filter.conditions,
                                                   tw_page_request_question.sorts[page->query->order.key].field, &range);
  if (!page->is_range)
    return;
  page->ends[0] = (TwTaskPosition) { .is_set = TRUE, .number = range.low, .real = range.real_low };
  page->ends[1] = (TwTaskPosition) { .is_set = TRUE, .number = range.high + (range.high != G_MAXINT64),
                                     .real = nextafter (range.real_high, INFINITY) };
  if (tw_task_order_kind (page->query->order.key) == TW_RECORD_REAL)
    {
      page->low = range.real_low > -INFINITY ? &page->ends[0] : NULL;
      page->high = range.real_high < INFINITY ? &page->ends[1] : NULL;
    }
  else
    {
      page->low = range.low > G_MININT64 ? &page->ends[0] : NULL;
      page->high = range.high < G_MAXINT64 ? &page->ends[1] : NULL;
    }
}

static gboolean
read_page (Page *page, GError **error)
{
  const TwTaskQuery *query = page->query;

  if (query->order.key == TW_TASK_BY_CREATED)
    return show_walk (
      page,
      (TwTaskWalk) { query->order.backwards ? TW_TASK_WALK_OLDEST : TW_TASK_WALK_NEWEST, .behind = query->after }, error);
  if (!may_walk_keys (page))
    return show_best (page, error);
  return show_keys (page, error) && show_unset (page, error);
}

gboolean
tw_task_page_read (const TwTaskQuery *query, const TwTaskWalks *walks, TwTaskRowFunc row, gpointer user_data,
                   GError **error)
{
  Page page = { .query = query, .walks = walks, .row = row, .user_data = user_data,
                .left = query->limit == 0 ? G_MAXUINT64 : query->limit };

  if (query->filter.conditions != NULL && query->filter.n_hidden == 0 && query->order.key != TW_TASK_BY_CREATED)
    find_range (&page);
  return read_page (&page, error);
}
