/* SPDX-License-Identifier: Apache-2.0 */

/* The methods that are called most, answered without generated code: arguments are read where they lie in the message,
 * and a task's fields go from the store's row into the reply's bytes, with no object in between. What they mean is
 * tw-task-service.h's, as for the generated handler.
 *
 * Reads that wait for nothing run several in one transaction where the store is here, on the server's loop and a thread
 * a processor; those that have to wait each in a thread of their own, so that none holds up another. Where it is
 * another machine, a read only starts on the loop, as a change does everywhere, and is answered by whoever tells that
 * it has ended, or is durable.
 *
 * A list of all tasks has no bound but a reply's: only a few are made at a time, none further than to that bound. */

#pragma once

#include "tw-service.h"
#include "tw-task-service.h"

G_BEGIN_DECLS

typedef struct _TwTasksDirect TwTasksDirect;

/* Has @server's methods answered from @service, which must outlive the result. Call before the loop runs. Reads of a
 * store that is here are refused by @limits. */
TwTasksDirect *tw_tasks_direct_new (TwServer *server, TwTaskService *service, const TwServiceLimits *limits);

/* Finishes what has been handed to its threads, then ends them. @server must not run any more. */
void tw_tasks_direct_free (TwTasksDirect *direct);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTasksDirect, tw_tasks_direct_free)

G_END_DECLS
