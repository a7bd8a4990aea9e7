/* SPDX-License-Identifier: Apache-2.0 */

/* A page of several sources, one's own tasks and lists of others, as one: each is read as a page of its own, no further
 * than its tasks may be on the page of all. */

#pragma once

#include "tw-task-query.h"

G_BEGIN_DECLS

/* Shows a page of one source: a query that has either a user or, where it was agreed on, several `others` alone. */
typedef gboolean (*TwTaskSourceFunc) (gpointer reads, const TwTaskQuery *query, TwTaskRowFunc row, gpointer user_data,
                                      GError **error);

/* Shows the page that @query asks for, which has others; of these @read takes @at_once together. */
gboolean tw_task_sources_read (const TwTaskQuery *query, guint at_once, TwTaskSourceFunc read, gpointer reads,
                               TwTaskRowFunc row, gpointer user_data, GError **error);

G_END_DECLS
