/* SPDX-License-Identifier: Apache-2.0 */

/* A task moves to a list of another owner, with whom it lies from then on. That takes three commits (tw-commit.h):
 *
 *  - The step that changes it gives it to them, and leaves a record (TwChoreRecord) which says so: it has happened.
 *  - It arrives: a step there has it in that owner's log as well, has it be nobody's to do who is not in the list, and
 *    removes it where the list has been deleted meanwhile.
 *  - The record goes.
 *
 * Whoever asked for it goes on with the other two; where they die, or are too slow, whoever looks for such records does
 * (tw-list-chores.h). Both at once do no harm. */

#pragma once

#include "tw-list-roles.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwChoreRecord, g_free)

/* Where to, as it was found before the step. */
typedef struct
{
  char *owner_id, *list_id;
  TwListRole role;         /* what the mover is there */
  gboolean assignee_is_in; /* who is to do it from now on, where the change says so */
  char chore_id[TW_ID_SIZE]; /* of the record that the step leaves: whoever runs that makes it */
} TwTaskMove;

void tw_task_move_free (TwTaskMove *move);

/* Whether the mover may have the task there that @said changes, and that may be changed where it is: FORBIDDEN for the
 * list, INVALID for who is not in it, each located. */
gboolean tw_task_move_check (const TwTaskMove *move, const TwTaskRecord *said, GError **error);

/* In the step: gives @task, which it has found and is changed otherwise. As it is then: see tw_commit_give(). */
const TwTaskRecord *tw_task_move_give (TwCommit *commit, const TwTaskMove *move, const char *mover_id,
                                       const TwTaskRecord *task, gint64 now_ms);

/* Once that is done: has @given arrive, and tells how the task is then, or, where it is gone, or no more the mover's to
 * see, how it was given. Never fails, since it has happened. Never blocks. */
void tw_task_move_go_on (TwTaskStore *store, gint64 deadline_ms, gint64 now_ms, const TwTaskMove *move,
                         const char *mover_id, const char *from_id, const TwTaskRecord *given, TwTaskDone done,
                         gpointer user_data);

/* Does what is left to do of a move, by its record, or, where it is there still, by the record's id. Block. */
gboolean tw_task_move_finish (TwTaskStore *store, gint64 deadline_ms, gint64 now_ms, const TwChoreRecord *chore,
                              GError **error);
gboolean tw_task_move_finish_by_id (TwTaskStore *store, gint64 deadline_ms, gint64 now_ms, const char *chore_id,
                                    GError **error);

/* Has all be seen that has been given away from @from_id, also by whom died behind it. Blocks. */
gboolean tw_task_move_settle (TwTaskStore *store, gint64 deadline_ms, const char *from_id, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTaskMove, tw_task_move_free)

G_END_DECLS
