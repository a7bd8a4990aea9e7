/* SPDX-License-Identifier: Apache-2.0 */

/* What operators and their tools ask, on an address of its own: GET /healthz (the process is up) and GET /readyz (a
 * request would be answered: every service is well, and where sessions can end, the list of ended ones was loaded). */

#pragma once

#include "tw-revocation-poller.h"
#include "tw-socket.h"
#include "tw-upstreams.h"

G_BEGIN_DECLS

typedef struct _TwAdmin TwAdmin;

/* Listens on @listen_fd (taken), on the thread-default context. @pollers holds TwRevocationPoller. @clients, which live
 * on the same context, @schema and @pollers must outlive it. Fails with TW_ERROR_CONFIGURATION. */
TwAdmin *tw_admin_new (int listen_fd, const TwSchema *schema, const TwClients *clients, const GPtrArray *pollers,
                       guint timeout_ms, GError **error);

/* Hands nothing on any more: call before the clients are freed, and tw_admin_free() behind that. */
void tw_admin_close (TwAdmin *admin);
void tw_admin_free (TwAdmin *admin);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwAdmin, tw_admin_free)

G_END_DECLS
