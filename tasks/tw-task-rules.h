/* SPDX-License-Identifier: Apache-2.0 */

/* What follows from what about a task: functions of nothing but their arguments. */

#pragma once

#include "tw-records.h"

G_BEGIN_DECLS

/* Priority 0, empty notes and no labels are the same as none: takes them out of @said, and, where it is given, adds
 * them to @clear, what a change takes away. */
void tw_task_rules_settle (TwTaskRecord *said, guint64 *clear);

/* Sets in @after what follows from the change: it was @before (NULL: it was made), and is @after at @now_ms. It was
 * completed when it became done, for as long as it stays so; what was done before that was noted has no such time. */
void tw_task_rules_follow (const TwTaskRecord *before, TwTaskRecord *after, gint64 now_ms);

G_END_DECLS
