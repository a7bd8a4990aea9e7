/* SPDX-License-Identifier: Apache-2.0 */

/* How often something took how long: durations counted in buckets, as Prometheus and OpenTelemetry understand them.
 *
 * One thread observes, without a lock; any thread may read meanwhile, and sees each observation whole or not yet in the
 * counts, and the sum soon after.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bounds of the buckets but the last, which has none. */
#define TW_HISTOGRAM_BOUNDS 17

typedef struct
{
  guint64 us;          /* a duration of so many microseconds is the last that is counted there */
  const char *seconds; /* the same as text */
} TwHistogramBound;

/* Ascending. From 5 ms on those that OpenTelemetry advises for HTTP (its semantic conventions,
 * http.server.request.duration); three below, since most answers come sooner. */
extern const TwHistogramBound TW_HISTOGRAM_BOUND[TW_HISTOGRAM_BOUNDS];

/* All 0 is a histogram without an observation. */
typedef struct
{
  _Atomic guint64 counts[TW_HISTOGRAM_BOUNDS + 1];
  _Atomic guint64 sum_us;
} TwHistogram;

/* What a histogram says at a moment, or several together. */
typedef struct
{
  guint64 counts[TW_HISTOGRAM_BOUNDS + 1]; /* of each bucket alone */
  guint64 sum_us;
} TwHistogramReading;

/* Counts one duration; one that is negative is 0. One thread at a time. */
void tw_histogram_observe (TwHistogram *histogram, gint64 us);

/* Adds what @histogram says to @reading. Thread-safe. */
void tw_histogram_read (const TwHistogram *histogram, TwHistogramReading *reading);

G_END_DECLS
