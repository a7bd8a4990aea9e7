/* SPDX-License-Identifier: Apache-2.0 */

/* What operators and their tools ask, on an address of its own: GET /healthz (the process is up), GET /readyz (a
 * request would be answered: every service is well, and where sessions can end, the list of ended ones was loaded and is not too old) and
 * GET /metrics (for Prometheus). */

#pragma once

#include "tw-http-metrics.h"
#include "tw-rate-limits.h"
#include "tw-revocations.h"
#include "tw-socket.h"
#include "tw-upstreams.h"

G_BEGIN_DECLS

typedef struct _TwAdmin TwAdmin;

/* What is asked about. All of it outlives the TwAdmin. */
typedef struct
{
  const TwSchema *schema;
  const TwClients *clients; /* on the same context */
  const TwRevocations *revocations;
  const GPtrArray *metrics; /* of TwHttpMetrics */
  TwRateLimits *rate_limits;
  guint timeout_ms;         /* for the services' answers */
} TwAdminSubjects;

/* Listens on @listen_fd (taken), on the thread-default context. Fails with TW_ERROR_CONFIGURATION. */
TwAdmin *tw_admin_new (int listen_fd, const TwAdminSubjects *subjects, GError **error);

/* Hands nothing on any more: call before the clients are freed, and tw_admin_free() behind that. */
void tw_admin_close (TwAdmin *admin);
void tw_admin_free (TwAdmin *admin);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwAdmin, tw_admin_free)

G_END_DECLS
