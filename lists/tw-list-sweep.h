/* SPDX-License-Identifier: Apache-2.0 */

/* One step of what is left to do when a list is gone, or somebody has left one (tw-list-chores.h): a bounded number of the
 * records that lay in it go, or of the tasks that were theirs to do are so no more; and with the last of them the record
 * which says that something is left. */

#pragma once

#include "tw-records.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

/* *@is_done where nothing is left of @chore, which is no move. UNAVAILABLE, INTERNAL. Blocks; thread-safe. */
gboolean tw_list_sweep (TwTaskStore *store, gint64 deadline_ms, gint64 now_ms, const TwChoreRecord *chore,
                        gboolean *is_done, GError **error);

G_END_DECLS
