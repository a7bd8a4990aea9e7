/* SPDX-License-Identifier: Apache-2.0 */

/* One thread that serves REST: its own loop, HTTP server, clients of the services and remembered tokens. The hot path
 * never blocks, and takes no lock that is held for more than a few instructions. */

#pragma once

#include "tw-answer.h"
#include "tw-cors.h"
#include "tw-http-metrics.h"
#include "tw-httpd.h"
#include "tw-rate-limits.h"
#include "tw-router.h"
#include "tw-static.h"
#include "tw-stream-hints.h"
#include "tw-stream-limits.h"
#include "tw-upstreams.h"

G_BEGIN_DECLS

typedef struct _TwWorker TwWorker;

/* What all workers share: immutable, or thread-safe. Outlives them. */
typedef struct
{
  TwSchema *schema;
  const TwUpstreams *upstreams;
  const TwRouter *router;
  const TwStatic *files;
  const TwCors *cors;
  TwAnswerContext answers;
  guint upstream_timeout_ms;
  gboolean require_if_match;
  TwHttpdPeers peers;
  TwRateLimits *rate_limits;
  TwStreamLimits *stream_limits;
  TwStreamHints *hints;
  guint max_streams; /* of all workers: each has room for as many, beside its other connections */
} TwWorkerShared;

/* Starts a thread that serves what @listen_fd (taken) accepts, and counts it in @metrics, which outlives it. Fails with
 * TW_ERROR_CONFIGURATION. */
TwWorker *tw_worker_new (const TwWorkerShared *shared, TwHttpMetrics *metrics, int listen_fd, GError **error);

/* Has the worker accept no more, and end when what is under way is answered, or after a while all the same. */
void tw_worker_stop (TwWorker *worker);

/* Stops it, waits for its end and frees. */
void tw_worker_free (TwWorker *worker);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwWorker, tw_worker_free)

G_END_DECLS
