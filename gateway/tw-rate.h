/* SPDX-License-Identifier: Apache-2.0 */

/* How often something may happen, by a token bucket: it holds so many requests, each takes one, and over its window as many
 * flow back, evenly. So after a rest as many as it holds may come at once.
 *
 * A bucket is one number: when it will be full again, if nothing more is taken. That is the theoretical arrival time of the
 * Generic Cell Rate Algorithm in its form of virtual scheduling (ITU-T I.371, annex A). It is counted in ticks, of which a
 * request is a whole number for each rate: nothing is rounded but what is told.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TW_RATE_MAX_REQUESTS 1000000
#define TW_RATE_MAX_WINDOW_S 86400

typedef struct
{
  guint requests; /* that a bucket holds; 0: there is no limit, and nothing may be taken by this rate */
  guint window_s; /* in which as many flow back */
  gint64 ticks_a_ms, ticks_a_request;
} TwRate;

/* What is told of a bucket. */
typedef struct
{
  guint remaining; /* requests that it holds now */
  guint next_s;    /* whole seconds, at least 1, after which it holds one more for sure, if nothing is taken meanwhile */
} TwRateReading;

/* @requests from 1 to TW_RATE_MAX_REQUESTS in @window_s from 1 to TW_RATE_MAX_WINDOW_S. */
TwRate tw_rate_make (guint requests, guint window_s);

/* Reads "REQUESTS/SECONDS", "REQUESTS" (in 60 seconds), or "0": no limit. Fails with TW_ERROR_CONFIGURATION. */
gboolean tw_rate_parse (const char *text, TwRate *rate, GError **error);

/* Takes a request from the bucket that is full at *@full_at (0: it is full) at @now_ms of a monotonic clock, in milliseconds
 * from 0 to 9e12. FALSE, and the bucket as it was, where it holds none. */
gboolean tw_rate_take (const TwRate *rate, gint64 *full_at, gint64 now_ms, TwRateReading *reading);

G_END_DECLS
