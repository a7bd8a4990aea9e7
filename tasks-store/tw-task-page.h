/* SPDX-License-Identifier: Apache-2.0 */

/* What a query asks for, as walks along a store's indexes: one thing for every store, so that pages are alike.
 *
 * - By created it is one walk.
 * - By another key it is the walk along that key, and then one over the tasks that don't have it. Behind a place in the
 *   midst of ties it is the rest of those first. Backwards the ties of each key come in the wrong order, oldest first,
 *   and are turned round; those that the page's end cuts are walked through again, from their own beginning.
 * - Where the filter asks for a range of the order's key and nothing else, it is the part of that walk.
 * - Where rows have to be looked at one by one, by a filter that no index serves, and the order is not that of creation,
 *   all are, in any order, and the first few are kept; also in an order that has no index. */

#pragma once

#include "tw-task-query.h"

G_BEGIN_DECLS

typedef enum
{
  TW_TASK_WALK_ANYHOW,    /* in any order */
  TW_TASK_WALK_NEWEST,    /* newest first */
  TW_TASK_WALK_OLDEST,    /* oldest first */
  TW_TASK_WALK_KEYS,      /* by key, ascending, and newest first */
  TW_TASK_WALK_KEYS_BACK, /* the same from its end: by key, descending, and oldest first */
  TW_TASK_WALK_TIES,      /* of one key, newest first */
  TW_TASK_WALK_UNSET,     /* without the key, newest first */
} TwTaskWalkKind;

/* Of the query's tasks, by whom, done and list, those that: */
typedef struct
{
  TwTaskWalkKind kind;
  TwTaskKey key;
  const TwTaskPosition *behind; /* NEWEST, OLDEST, TIES, UNSET: come behind this creation and id; NULL: all */

  /* KEYS, KEYS_BACK: have a key from @low on and before @high; TIES: the key of @low. Of both only the key counts; NULL:
   * there is no such end. */
  const TwTaskPosition *low, *high;
  gboolean low_is_out;          /* KEYS: behind @low */

  guint wanted;                 /* probably no more than these; 0: nobody knows */
} TwTaskWalk;

/* Shows these tasks to @row until no more are wanted, which is no error. It may show others too, of the same user, which
 * the query's filter does not fit. */
typedef gboolean (*TwTaskWalkFunc) (gpointer source, const TwTaskWalk *walk, TwTaskRowFunc row, gpointer user_data,
                                    GError **error);

typedef struct
{
  TwTaskWalkFunc walk;
  gpointer source;
  gboolean has_names; /* there are walks by name */
} TwTaskWalks;

/* Shows a list's tasks: not for a query of one. */
gboolean tw_task_page_read (const TwTaskQuery *query, const TwTaskWalks *walks, TwTaskRowFunc row, gpointer user_data,
                            GError **error);

G_END_DECLS
