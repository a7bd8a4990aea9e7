/* SPDX-License-Identifier: Apache-2.0 */

/* Who may see a task, change it, move it, and be to do it: decided in a step (tw-commit.h) of the partition that it lies
 * in, which is its user's. Of the own partition one may everything. Of another's one sees tasks of lists that one is in,
 * and changes them as an editor. What lies in a list that is gone is gone for everybody. */

#pragma once

#include "tw-commit.h"
#include "tw-list-roles.h"

G_BEGIN_DECLS

typedef struct
{
  const char *user_id;  /* who asks */
  const char *owner_id; /* whose partition the step is in */
} TwTaskActor;

/* Of the list in @owner_id's partition, in *@list its owner's record: NULL where the list is not there. That record says
 * so, and not the list's: it is made with the list and goes with it, in one step, and lies where those of all lie who are
 * in it, so that one look is all that a store which is waited for needs. FALSE with @error where that can't be said. */
gboolean tw_task_access_find_list (TwCommit *commit, const char *owner_id, const char *list_id,
                                   const TwMemberRecord **list, GError **error);

/* Whether the actor is @least in the list of @task, which the step has found: NOT_FOUND, as if it were not there;
 * FORBIDDEN. */
gboolean tw_task_access_admit (TwCommit *commit, const TwTaskActor *actor, const TwTaskRecord *task, TwListRole least,
                               GError **error);

/* Whether the actor may say @said, and clear what *@clear says, of a task that is @before, or NULL where it is made. Sets
 * what follows: the list's id as it is kept in @said, and, in *@clear, that nobody is to do it any more who is not in the
 * list that it moves to. Errors are located at what is refused: NOT_FOUND, or FORBIDDEN, for a list; INVALID for who is
 * not in it. */
gboolean tw_task_access_check (TwCommit *commit, const TwTaskActor *actor, const TwTaskRecord *before,
                               TwTaskRecord *said, guint64 *clear, GError **error);

/* Whether @user_id is in the list, which is in @owner_id's partition, or, where that is NULL, has the inbox, in *@is_in.
 * FALSE with @error where that can't be said. */
gboolean tw_task_access_find_assignee (TwCommit *commit, const char *owner_id, const char *list_id,
                                       const char *user_id, gboolean *is_in, GError **error);

/* INVALID, for who is not. */
GError *tw_task_access_no_assignee (void);

G_END_DECLS
