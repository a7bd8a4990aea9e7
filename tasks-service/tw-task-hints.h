/* SPDX-License-Identifier: Apache-2.0 */

/* Who may have something new: heard from this instance's own commits as they end, and told to whoever waits for it, which
 * gateways do at each instance. Of what is shared all hear who are in a list of the same owner: they are looked for behind
 * the commits, by a thread of its own.
 *
 * Hints are no more than that. They may name somebody for whom there is nothing, and an instance that is killed takes those
 * with it that it has not told yet: whoever does not hear of it any more asks. While nobody listens, a commit costs one look
 * at a number. All functions are thread-safe. */

#pragma once

#include "tw-call.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

typedef struct _TwTaskHints TwTaskHints;

/* Has the store's commits heard, from before the first on. @store outlives it. */
TwTaskHints *tw_task_hints_new (TwTaskStore *store);

/* Answers @call (taken), of the method of the role "hints": at once where there is somebody behind @after, or nobody knows
 * what was then, else when there is, or after @wait_ms. */
void tw_task_hints_wait (TwTaskHints *hints, TwCall *call, gint64 after, gint32 wait_ms);

/* Answers all that wait, and from now on at once. */
void tw_task_hints_stop (TwTaskHints *hints);

/* Ends the thread, before the store is closed. */
void tw_task_hints_end (TwTaskHints *hints);

/* When no commit ends any more: behind the store. */
void tw_task_hints_free (TwTaskHints *hints);

G_END_DECLS
