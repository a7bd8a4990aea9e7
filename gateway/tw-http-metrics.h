/* SPDX-License-Identifier: Apache-2.0 */

/* How many requests there were and how long they took, by method, route and status: name, labels and bounds are those of
 * OpenTelemetry's http.server.request.duration (its semantic conventions for HTTP), as Prometheus writes them.
 *
 * Each worker counts on its own, without a lock; they are added up when somebody asks.
 */

#pragma once

#include "tw-buffer.h"

G_BEGIN_DECLS

typedef struct _TwHttpMetrics TwHttpMetrics; /* one worker's */

TwHttpMetrics *tw_http_metrics_new (void);
void tw_http_metrics_free (TwHttpMetrics *metrics);

/* Counts a request that took @duration_us. @method is as the client sent it: one that is not registered for HTTP is
 * "_OTHER", or clients could make as many series as they like. @route is the path of the method that the request was
 * for, as in the IDL, and NULL where there is none; it outlives @metrics. One thread at a time. */
void tw_http_metrics_observe (TwHttpMetrics *metrics, const char *method, const char *route, guint status,
                              gint64 duration_us);

/* Appends what @all (@n workers) say together, as tw-metrics-text.h has it. Thread-safe. */
void tw_http_metrics_append (TwHttpMetrics *const *all, guint n, TwBuffer *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwHttpMetrics, tw_http_metrics_free)

G_END_DECLS
