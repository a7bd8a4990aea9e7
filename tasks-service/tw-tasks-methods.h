/* SPDX-License-Identifier: Apache-2.0 */

/* The methods that deal in tasks, answered without generated code: arguments are read where they lie in the message,
 * and a task's fields go from the store's row into the reply's bytes, with no object in between. What they mean is
 * tw-task-service.h's.
 *
 * Reads that wait for nothing run several in one go (tw_task_store_reads_begin()), on the server's loop and a thread a
 * processor; those that have to wait each in a thread of their own, so that none holds up another. What a store only
 * starts, a change or a read of another machine, is answered by whoever tells that it has ended, or is durable.
 *
 * A list of all tasks has no bound but a reply's: only a few are made at a time, none further than to that bound. */

#pragma once

#include "tw-service.h"
#include "tw-task-service.h"

G_BEGIN_DECLS

typedef struct _TwTasksMethods TwTasksMethods;

/* Has @server's methods answered from @service, which must outlive the result. Call before the loop runs. Reads are
 * refused by @limits. */
TwTasksMethods *tw_tasks_methods_new (TwServer *server, TwTaskService *service, const TwServiceLimits *limits);

/* Finishes what has been handed to its threads, then ends them. @server must not run any more. */
void tw_tasks_methods_free (TwTasksMethods *methods);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTasksMethods, tw_tasks_methods_free)

G_END_DECLS
