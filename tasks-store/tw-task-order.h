/* SPDX-License-Identifier: Apache-2.0 */

/* Orders of tasks: what comes before what. Thread-safe. */

#pragma once

#include "tw-task-query.h"

G_BEGIN_DECLS

/* What the key is: a text, a real, or a number of any kind. */
TwRecordKind tw_task_order_kind (TwTaskKey key);

/* Whether both stores have indexes along @key. Without them all of somebody's tasks are looked at. */
gboolean tw_task_order_has_index (TwTaskKey key);

/* Whether @task has what an order by @key goes by. */
gboolean tw_task_order_has_key (TwTaskKey key, const TwTaskRecord *task);

/* Sets the key in @place to that of @task. A text is what is returned, as the task has it; NULL for any other. */
const char *tw_task_order_key (TwTaskKey key, const TwTaskRecord *task, TwTaskPosition *place);

/* The task's place, with a text of its own where there is one: tw_task_position_clear(). */
void tw_task_order_place (const TwTaskOrder *order, const TwTaskRecord *task, TwTaskPosition *place);
void tw_task_position_clear (TwTaskPosition *place);

/* Below 0: @a comes first. 0 is one task's. */
int tw_task_order_compare (const TwTaskOrder *order, const TwTaskPosition *a, const TwTaskPosition *b);

/* The same by the key alone, forwards: 0 are ties. Both have it. */
int tw_task_order_compare_keys (TwTaskKey key, const TwTaskPosition *a, const TwTaskPosition *b);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TwTaskPosition, tw_task_position_clear)

G_END_DECLS
