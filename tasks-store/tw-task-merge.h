/* SPDX-License-Identifier: Apache-2.0 */

/* Several runs of tasks, each of which is in the order of one walk, as one that is in that order. */

#pragma once

#include "tw-task-page.h"

G_BEGIN_DECLS

/* Shows the run's tasks to @row until that says FALSE, or to its end, behind which it is not called again. Called again
 * before that it goes on. */
typedef gboolean (*TwTaskRunFunc) (gpointer run, TwTaskRowFunc row, gpointer user_data, GError **error);

/* Shows those of the @n runs of @size bytes each, which lie one behind the other, until no more are wanted. */
gboolean tw_task_merge (const TwTaskWalk *walk, TwTaskRunFunc run, gpointer runs, gsize size, guint n, TwTaskRowFunc row,
                        gpointer user_data, GError **error);

G_END_DECLS
