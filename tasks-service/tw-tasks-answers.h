/* SPDX-License-Identifier: Apache-2.0 */

/* Replies that hold tasks, written as a store shows these: straight into the message, whenever and on whichever thread
 * that is. Each function consumes its call in the end, unless a read returns FALSE. */

#pragma once

#include "tw-call.h"
#include "tw-latch.h"
#include "tw-task-pager.h"
#include "tw-task-service.h"

G_BEGIN_DECLS

/* A TwTaskDone: answers the TwCall @call with the task. */
void tw_tasks_answer_task (const TwTaskRecord *task, const GError *error, gpointer call);

/* A TwTaskDone: answers the TwCall @call with nothing. */
void tw_tasks_answer_removed (const TwTaskRecord *task, const GError *error, gpointer call);

/* A reading's state; on the stack. */
typedef struct
{
  TwCall *call;
  enum
  {
    TW_TASKS_ANSWER_UNBEGUN,
    TW_TASKS_ANSWER_BEGUN,
    TW_TASKS_ANSWER_GIVEN_BACK, /* the call is not ours any more */
  } progress;

  TwLatch *ended; /* or NULL */
  gboolean is_page;
  TwTaskPager pager;
  TwWriter *writer;
  gsize list;
  guint32 n;
} TwTasksAnswer;

/* What answers @call with the page that @query asks for, or with a list of all, whose end opens @ended. */
TwTaskReading tw_tasks_answer_page (TwTasksAnswer *answer, TwCall *call, gboolean may_wait, const TwTaskQuery *query);
TwTaskReading tw_tasks_answer_all (TwTasksAnswer *answer, TwCall *call, gboolean may_wait, TwLatch *ended);

/* For an answer whose read has no end. */
void tw_tasks_answer_clear (TwTasksAnswer *answer);

G_END_DECLS
