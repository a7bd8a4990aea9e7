/* SPDX-License-Identifier: Apache-2.0 */

/* The methods of the Tasks service that are about lists, members and invitations. Each takes several looks at the store,
 * and waits for them: so threads of their own answer them, some those that read and some those that write. */

#pragma once

#include "tw-list-service.h"
#include "tw-server.h"
#include "tw-service.h"

G_BEGIN_DECLS

typedef struct _TwListsMethods TwListsMethods;

/* Has @server answer the methods from @service, which must outlive what this returns. */
TwListsMethods *tw_lists_methods_new (TwServer *server, TwListService *service, const TwServiceLimits *limits);

/* Once the loop runs no more: finishes what has been begun. */
void tw_lists_methods_free (TwListsMethods *methods);

G_END_DECLS
