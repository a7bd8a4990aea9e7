/* SPDX-License-Identifier: Apache-2.0 */

/* What is left to do when a list is gone, or somebody has left one: what lay in it is removed, or is no more theirs to
 * do, a bounded number of records a step; and when a task was moved to a list of another owner (tw-task-move.h). The
 * record that says so was written in the step that removed the list, or the member, or gave the task away, so that whoever
 * serves the data next goes on where one died; several at once do no harm. */

#pragma once

#include "tw-clock.h"
#include "tw-records.h"
#include "tw-task-store-query.h"

G_BEGIN_DECLS

typedef struct _TwListChores TwListChores;

/* Looks for what is left every second, on a thread of its own. Both must outlive it. */
TwListChores *tw_list_chores_new (TwTaskStore *store, const TwClock *clock);

/* Does what a record says that was just written, as far as that does not take long, so that mostly all is done when it is
 * answered; the rest is done behind it, and so is what fails. Blocks; thread-safe. */
void tw_list_chores_begin (TwListChores *chores, gint64 deadline_ms, const TwChoreRecord *chore);

/* Has what is left be looked for at once. Never blocks; thread-safe. */
void tw_list_chores_wake (TwListChores *chores);

/* Ends between two steps. */
void tw_list_chores_free (TwListChores *chores);

/* Does all that is left, and returns when that is done. UNAVAILABLE, INTERNAL. */
gboolean tw_list_chores_do (TwTaskStore *store, const TwClock *clock, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwListChores, tw_list_chores_free)

G_END_DECLS
