/* SPDX-License-Identifier: Apache-2.0 */

/* A line of the log for each request. Thread-safe. */

#pragma once

#include "tw-log.h"
#include "tw-request.h"

G_BEGIN_DECLS

/* Method, path, @status, time, id, client: "GET /things 200 3ms 5f… 192.0.2.1". A path that was not understood is
 * "-". */
void tw_access_log_write (TwLogLevel level, const TwRequest *request, guint status, gint64 duration_us);

G_END_DECLS
