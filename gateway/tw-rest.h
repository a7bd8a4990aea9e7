/* SPDX-License-Identifier: Apache-2.0 */

/* The way of one REST call: count it, route, authenticate, bind, call the service, answer. What has no route is a plain file, or
 * nothing. */

#pragma once

#include "tw-answer.h"
#include "tw-bearer.h"
#include "tw-cors.h"
#include "tw-http-metrics.h"
#include "tw-httpd.h"
#include "tw-rate-limits.h"
#include "tw-router.h"
#include "tw-static.h"
#include "tw-streams.h"
#include "tw-upstreams.h"

G_BEGIN_DECLS

/* What the calls of one worker need. All of it outlives them. */
typedef struct
{
  const TwRouter *router;
  const TwStatic *files;
  const TwCors *cors;
  TwBearer *bearer;   /* the worker's own */
  TwClients *clients; /* the worker's own */
  TwStreams *streams; /* the worker's own; NULL: none are opened */
  TwHttpMetrics *metrics; /* the worker's own */
  TwRateLimits *rate_limits;
  TwAnswerContext answers;
  guint upstream_timeout_ms;
  gboolean require_if_match; /* a method that takes If-Match needs it */
} TwRest;

/* For tw_httpd_new(); its user_data is a TwRest. */
extern const TwHttpdHandler TW_REST_HANDLER;

G_END_DECLS
