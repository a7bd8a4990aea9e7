/* SPDX-License-Identifier: Apache-2.0 */

/* The methods that are called most, answered without generated code: arguments are read where they lie in the message,
 * and a task's fields go from the store's row into the reply's bytes, with no object in between. What they mean is
 * tw-task-service.h's, as for the generated handler.
 *
 * Reads run several in one transaction where the store is here, on the server's loop as long as they wait for nothing,
 * else in threads of their own; a change goes from the loop to the store, and is answered by whoever tells that it is
 * durable. */

#pragma once

#include "tw-service.h"
#include "tw-task-service.h"

G_BEGIN_DECLS

typedef struct _TwTasksDirect TwTasksDirect;

/* Has @server's methods answered from @service, which must outlive the result. Call before the loop runs. A store that
 * waits for another machine is given as many threads as @limits says, one that is here has one a processor. */
TwTasksDirect *tw_tasks_direct_new (TwServer *server, TwTaskService *service, const TwServiceLimits *limits);

/* Finishes what has been handed to its threads, then ends them. @server must not run any more. */
void tw_tasks_direct_free (TwTasksDirect *direct);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTasksDirect, tw_tasks_direct_free)

G_END_DECLS
