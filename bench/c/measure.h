/* SPDX-License-Identifier: Apache-2.0 */

/* How long a loop took, by the clock on the wall and by the processor, of all threads of this process. */

#pragma once

#include <glib.h>
#include <time.h>

typedef struct
{
  gint64 wall_ns;
  gint64 cpu_ns;
} Measure;

static inline gint64
measure_clock_ns (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return now.tv_sec * G_GINT64_CONSTANT (1000000000) + now.tv_nsec;
}

static inline Measure
measure_start (void)
{
  return (Measure) { measure_clock_ns (CLOCK_MONOTONIC), measure_clock_ns (CLOCK_PROCESS_CPUTIME_ID) };
}

/* What has passed since @start. */
static inline Measure
measure_since (const Measure *start)
{
  Measure now = measure_start ();

  return (Measure) { now.wall_ns - start->wall_ns, now.cpu_ns - start->cpu_ns };
}

/* A member of the line of JSON that a program prints: how many a second, and milliseconds of processor for each. */
static inline void
measure_append (GString *line, const char *name, guint64 n, const Measure *took)
{
  g_string_append_printf (line, "\"%s\": {\"per_s\": %.1f, \"cpu_ms\": %.6f, \"n\": %" G_GUINT64_FORMAT "}", name,
                          (double) n * 1e9 / (double) took->wall_ns, (double) took->cpu_ns / 1e6 / (double) n, n);
}
