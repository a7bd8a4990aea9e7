/* SPDX-License-Identifier: Apache-2.0 */

/* How the services are: asks each one's method with tw.role="health", all at once. */

#pragma once

#include "tw-problems.h"
#include "tw-upstreams.h"

G_BEGIN_DECLS

/* Called on the loop when every service has answered, or its time is over. @problems names the services that are not
 * well, and why; none where all are. Belongs to the caller of the function. */
typedef void (*TwHealthFunc) (const TwProblems *problems, gpointer user_data);

/* Asks every service of @schema that has such a method and addresses. @func is called exactly once, maybe before this
 * returns. */
void tw_health_ask (const TwClients *clients, const TwSchema *schema, guint timeout_ms, TwHealthFunc func,
                    gpointer user_data);

G_END_DECLS
