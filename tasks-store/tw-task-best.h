/* SPDX-License-Identifier: Apache-2.0 */

/* The first few of many tasks that come in no order. */

#pragma once

#include "tw-task-order.h"

G_BEGIN_DECLS

typedef struct _TwTaskBest TwTaskBest;

/* The first @limit of @order, or all where that is 0; those behind @after, or all where that is NULL. Both have to stay.
 * Free with tw_task_best_free(). */
TwTaskBest *tw_task_best_new (const TwTaskOrder *order, const TwTaskPosition *after, guint limit);
void tw_task_best_free (TwTaskBest *best);

/* Looks at one more, and copies it where it may be one of them; FALSE: it is none. */
gboolean tw_task_best_add (TwTaskBest *best, const TwTaskRecord *task);

/* From now on what is none of them is told as soon as there are enough. */
void tw_task_best_bound (TwTaskBest *best);

/* Shows them in their order, until no more are wanted. */
void tw_task_best_show (TwTaskBest *best, TwTaskRowFunc row, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskBest, tw_task_best_free)

G_END_DECLS
