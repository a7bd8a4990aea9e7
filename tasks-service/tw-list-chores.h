/* SPDX-License-Identifier: Apache-2.0 */

/* What is left to do when a list is gone: what lay in it is removed, a bounded number of records a step. The record that
 * says so was written in the step that removed the list, so that whoever serves the data next goes on where one died;
 * several at once do no harm. */

#pragma once

#include "tw-clock.h"
#include "tw-task-store-query.h"

G_BEGIN_DECLS

typedef struct _TwListChores TwListChores;

/* Looks for what is left every second, on a thread of its own. Both must outlive it. */
TwListChores *tw_list_chores_new (TwTaskStore *store, const TwClock *clock);

/* Ends between two steps. */
void tw_list_chores_free (TwListChores *chores);

/* Does all that is left, and returns when that is done. UNAVAILABLE, INTERNAL. */
gboolean tw_list_chores_do (TwTaskStore *store, const TwClock *clock, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwListChores, tw_list_chores_free)

G_END_DECLS
