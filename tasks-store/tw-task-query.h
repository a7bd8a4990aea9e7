/* SPDX-License-Identifier: Apache-2.0 */

/* Which tasks to read, and in which order. */

#pragma once

#include "tw-record-conditions.h"
#include "tw-records.h"

#include <glib.h>

G_BEGIN_DECLS

/* A task at rest is a TwTaskRecord, which is made from the IDL (tw-record.h), as its table of fields is. A copy is
 * freed with g_free(). */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskRecord, g_free)

/* FALSE: no more are wanted. */
typedef gboolean (*TwTaskRowFunc) (const TwTaskRecord *task, gpointer user_data);

typedef enum
{
  TW_DONE_ANY,
  TW_DONE_ONLY,
  TW_OPEN_ONLY,
} TwDoneFilter;

/* What a caller asks for who may @say whether the tasks are to be @done. */
static inline TwDoneFilter
tw_done_filter (gboolean say, gboolean done)
{
  return !say ? TW_DONE_ANY : done ? TW_DONE_ONLY : TW_OPEN_ONLY;
}

/* What the IDL has orders of: these, which indexes are along, and any other. Texts go by tw_fold_key(). */
typedef enum
{
  TW_TASK_BY_CREATED = TW_PAGE_REQUEST_SORT_CREATED,
  TW_TASK_BY_DUE = TW_PAGE_REQUEST_SORT_DUE,
  TW_TASK_BY_PRIORITY = TW_PAGE_REQUEST_SORT_PRIORITY,
  TW_TASK_BY_NAME = TW_PAGE_REQUEST_SORT_NAME,
  TW_TASK_BY_POSITION = TW_PAGE_REQUEST_SORT_MANUAL,
} TwTaskKey;

#define TW_TASK_KEYS TW_PAGE_REQUEST_SORTS

/* By created: newest first, and backwards the oldest. By another key: ascending, and backwards descending; either way
 * tasks that don't have it come last, and those of one key newest first. */
typedef struct
{
  TwTaskKey key;
  gboolean backwards;
} TwTaskOrder;

/* The place of a task in an order. */
typedef struct
{
  gint64 created_ms;
  char id[25];

  /* Where the order has another key, and the task has it. */
  gboolean is_set;
  gint64 number;    /* of a number, a time or a date */
  double real;
  const char *text; /* folded */
} TwTaskPosition;

typedef enum
{
  TW_LIST_ANY,
  TW_LIST_NONE, /* the inbox */
  TW_LIST_ONE,
} TwListFilter;

/* Zeroes: every task. A task has to fit each part. */
typedef struct
{
  TwDoneFilter done;
  TwListFilter list;
  const char *list_id;     /* of ONE */
  const char *const *hidden; /* lists that are gone: none of these; part of no question (tw_task_filter_stamp()) */
  guint n_hidden;
  TwRecordConditions *conditions; /* what else the IDL has filters for; NULL: nothing */
} TwTaskFilter;

/* A list of somebody else's. */
typedef struct
{
  const char *list_id, *owner_id;
} TwTaskSource;

typedef struct
{
  const char *user_id;         /* whose they are */
  const char *id;              /* this one; NULL: a list, for which the others are: */
  TwTaskFilter filter;
  TwTaskOrder order;
  const TwTaskPosition *after; /* those behind this place; NULL: from the start */
  guint limit;                 /* as many at most; 0: all */

  /* Of a list that has a limit, and whatever list its tasks are in: those of these too. */
  const TwTaskSource *others;
  guint n_others;
} TwTaskQuery;

G_END_DECLS
