/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-tally.h"

#include "measure.h"
#include "tw-error.h"
#include "tw-output.h"

#include <stdio.h>

struct _TwTally
{
  GArray *times_ns; /* of gint64 */
  Measure begun;
};

gint64
tw_tally_now_ns (void)
{
  return measure_clock_ns (CLOCK_MONOTONIC);
}

TwTally *
tw_tally_new (void)
{
  TwTally *tally = g_new0 (TwTally, 1);

  tally->times_ns = g_array_sized_new (FALSE, FALSE, sizeof (gint64), 1 << 20);
  return tally;
}

void
tw_tally_free (TwTally *tally)
{
  g_array_unref (tally->times_ns);
  g_free (tally);
}

gboolean
tw_tally_begin (TwTally *tally, GError **error)
{
  char line[16];

  if (!tw_output_print ("ready\n", error))
    return FALSE;
  if (fgets (line, sizeof line, stdin) == NULL)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_INTERNAL, "the driver went away");
      return FALSE;
    }
  tally->begun = measure_start ();
  return TRUE;
}

void
tw_tally_add (TwTally *tally, gint64 ns)
{
  g_array_append_val (tally->times_ns, ns);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/* The time that @share of the calls did not exceed, in microseconds; 0 where there were none. */
static double
percentile_us (const GArray *sorted, double share)
{
  if (sorted->len == 0)
    return 0;
  return (double) g_array_index (sorted, gint64, (guint) (share * (sorted->len - 1))) / 1000.0;
}

gboolean
tw_tally_report (TwTally *tally, guint64 datagram_bytes, GError **error)
{
  const Measure took = measure_since (&tally->begun);
  const double seconds = (double) took.wall_ns / 1e9;
  GArray *times = tally->times_ns;
  g_autofree char *line = NULL;

  g_array_sort (times, compare);
  line = g_strdup_printf ("{\"calls\": %u, \"seconds\": %.6f, \"rate\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f,"
                          " \"max_us\": %.1f, \"client_cpu_s\": %.6f, \"datagram_bytes\": %" G_GUINT64_FORMAT "}\n",
                          times->len, seconds, times->len / seconds, percentile_us (times, 0.5),
                          percentile_us (times, 0.99), percentile_us (times, 1), (double) took.cpu_ns / 1e9,
                          datagram_bytes);
  if (!tw_output_print (line, error))
    return FALSE;
  while (getchar () != EOF)
    {
    }
  return TRUE;
}
