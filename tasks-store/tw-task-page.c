/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-task-page.h"

#include "tw-task-best.h"
#include "tw-task-filter.h"
#include "tw-task-order.h"

typedef struct
{
  const TwTaskQuery *query;
  const TwTaskWalks *walks;
  TwWords *words;
  TwTaskRowFunc row;
  gpointer user_data;
  guint64 left; /* tasks that are wanted still */
  gboolean ended;

  /* When tasks have to be due, where walks go by that; NULL: at any time. */
  TwTaskPosition due_low, due_high;
  const TwTaskPosition *low, *high;
} Page;

static gboolean
show (const TwTaskRecord *task, gpointer data)
{
  Page *page = data;

  if (!tw_task_filter_fits (&page->query->filter, page->words, task))
    return TRUE;
  page->ended = !page->row (task, page->user_data) || --page->left == 0;
  return !page->ended;
}

static gboolean
walk (Page *page, TwTaskWalk walk, TwTaskRowFunc row, gpointer user_data, GError **error)
{
  walk.key = page->query->order.key;
  walk.wanted = tw_task_filter_looks_beside_due (&page->query->filter) || page->left > G_MAXINT ? 0 : (guint) page->left;
  return page->walks->walk (page->walks->source, &walk, row, user_data, error);
}

static gboolean
show_walk (Page *page, TwTaskWalk of, GError **error)
{
  return page->ended || walk (page, of, show, page, error);
}

/* Rows by key, descending, and oldest first. */
typedef struct
{
  const Page *page;
  GArray *rows;  /* Row */
  guint ties;    /* of the last one's key */
  gboolean cut;  /* there may be more */
} Gathered;

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

/* Whether the rows @i and @i - 1 have one key. */
static gboolean
is_tie (const Page *page, const GArray *rows, guint i)
{
  return i > 0
         && tw_task_order_compare_keys (page->query->order.key, &g_array_index (rows, Row, i - 1).place,
                                        &g_array_index (rows, Row, i).place)
              == 0;
}

/* More of one key than this part of the page come by themselves sooner. */
#define TIES_PART 4

static gboolean
gather (const TwTaskRecord *task, gpointer data)
{
  Gathered *gathered = data;
  const Page *page = gathered->page;
  Row row;

  if (!tw_task_filter_fits (&page->query->filter, page->words, task))
    return TRUE;
  row.task = tw_record_copy (&tw_task_type, task);
  tw_task_order_place (&page->query->order, task, &row.place);
  g_array_append_val (gathered->rows, row);
  gathered->ties = is_tie (page, gathered->rows, gathered->rows->len - 1) ? gathered->ties + 1 : 1;
  gathered->cut = gathered->rows->len >= page->left || gathered->ties > MAX (page->left / TIES_PART, 1);
  return !gathered->cut;
}

/* Shows the first @n rows, each group of ties turned round. */
static void
show_turned (Page *page, const GArray *rows, guint n)
{
  guint shown = 0;

  while (shown < n)
    {
      guint end = shown + 1;

      while (end < n && is_tie (page, rows, end))
        end++;
      for (guint i = end; i > shown; i--)
        if (!show (g_array_index (rows, Row, i - 1).task, page))
          return;
      shown = end;
    }
}

/* What comes before @high, backwards. Where there may be more than was gathered, the last key's tasks may not be all of
 * them: they come by themselves. */
static gboolean
show_backwards (Page *page, const TwTaskPosition *high, GError **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  Gathered gathered = { page, rows, .ties = 0 };
  guint whole;

  g_array_set_clear_func (rows, clear_row);
  if (!walk (page, (TwTaskWalk) { TW_TASK_WALK_KEYS_BACK, .low = page->low, .high = high }, gather,
             &gathered, error))
    return FALSE;
  if (!gathered.cut)
    {
      show_turned (page, rows, rows->len);
      return TRUE;
    }
  whole = rows->len - gathered.ties;
  show_turned (page, rows, whole);
  high = &g_array_index (rows, Row, whole).place;
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

  if (tw_task_filter_fits (&page->query->filter, page->words, task))
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
  const TwTaskFilter *filter = &page->query->filter;
  const TwTaskKey key = page->query->order.key;

  if (key == TW_TASK_BY_DUE ? tw_task_filter_looks_beside_due (filter) : tw_task_filter_looks (filter))
    return FALSE;
  return key != TW_TASK_BY_NAME || page->walks->has_names;
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
  g_autoptr (TwWords) words = query->filter.q != NULL ? tw_words_new (query->filter.q) : NULL;
  Page page = { .query = query, .walks = walks, .words = words, .row = row, .user_data = user_data,
                .left = query->limit == 0 ? G_MAXUINT64 : query->limit };

  tw_task_filter_due (&query->filter, &page.due_low.number, &page.due_high.number);
  page.low = query->filter.has_due_after ? &page.due_low : NULL;
  page.high = query->filter.has_due_before ? &page.due_high : NULL;
  return read_page (&page, error);
}
