/* SPDX-License-Identifier: Apache-2.0 */

/* How many connections each client has, over all workers: so that one client can't take all places.
 *
 * A client is an IPv4 address, or the first 64 bits of an IPv6 address, which is what one subscriber is given. Loopback
 * and trusted proxies, behind which many stand, are not counted. One table under a lock, which is taken when a connection
 * begins and when it ends, and never for a request. Thread-safe.
 */

#pragma once

#include "tw-cidr.h"

G_BEGIN_DECLS

typedef struct _TwClientLimit TwClientLimit;

/* @max 0: no limit. @trusted (NULL: nobody) outlives it. */
TwClientLimit *tw_client_limit_new (guint max, const TwCidrs *trusted);
void tw_client_limit_free (TwClientLimit *limit);

/* Counts one more connection; FALSE, uncounted, where @peer has as many as it may. */
gboolean tw_client_limit_enter (TwClientLimit *limit, const TwIp *peer);

/* One that entered has ended. */
void tw_client_limit_leave (TwClientLimit *limit, const TwIp *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwClientLimit, tw_client_limit_free)

G_END_DECLS
