/* SPDX-License-Identifier: Apache-2.0 */

/* The Thrift methods that read logs, answered on threads of their own: what they wait for holds up nobody else. */

#pragma once

#include "tw-server.h"
#include "tw-service.h"
#include "tw-task-store.h"

G_BEGIN_DECLS

typedef struct _TwChangesMethods TwChangesMethods;

/* Has @server answer them from @store; both must outlive it. */
TwChangesMethods *tw_changes_methods_new (TwServer *server, TwTaskStore *store, const TwServiceLimits *limits);

/* When the server's loop runs no more. Finishes what was begun. */
void tw_changes_methods_free (TwChangesMethods *methods);

G_END_DECLS
