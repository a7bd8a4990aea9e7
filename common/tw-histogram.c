/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-histogram.h"

#include <stdatomic.h>

const TwHistogramBound TW_HISTOGRAM_BOUND[TW_HISTOGRAM_BOUNDS] = {
  { 500, "0.0005" },  { 1000, "0.001" },  { 2500, "0.0025" },  { 5000, "0.005" },  { 10000, "0.01" },
  { 25000, "0.025" }, { 50000, "0.05" },  { 75000, "0.075" },  { 100000, "0.1" },  { 250000, "0.25" },
  { 500000, "0.5" },  { 750000, "0.75" }, { 1000000, "1" },    { 2500000, "2.5" }, { 5000000, "5" },
  { 7500000, "7.5" }, { 10000000, "10" },
};

/* With one writer there is nothing to lose between the two, and a locked instruction would be a request's dearest. */
static void
add (_Atomic guint64 *number, guint64 n)
{
  atomic_store_explicit (number, atomic_load_explicit (number, memory_order_relaxed) + n, memory_order_relaxed);
}

void
tw_histogram_observe (TwHistogram *histogram, gint64 us)
{
  guint64 duration = (guint64) MAX (us, 0);
  guint bucket = 0;

  while (bucket < TW_HISTOGRAM_BOUNDS && duration > TW_HISTOGRAM_BOUND[bucket].us)
    bucket++;
  add (&histogram->counts[bucket], 1);
  add (&histogram->sum_us, duration);
}

void
tw_histogram_read (const TwHistogram *histogram, TwHistogramReading *reading)
{
  for (guint i = 0; i <= TW_HISTOGRAM_BOUNDS; i++)
    reading->counts[i] += atomic_load_explicit (&histogram->counts[i], memory_order_relaxed);
  reading->sum_us += atomic_load_explicit (&histogram->sum_us, memory_order_relaxed);
}
