/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-metrics-text.h"
#include "tw-process-metrics.h"

static char *
text_of (const TwBuffer *text)
{
  return g_strndup ((const char *) text->data, text->len);
}

static void
test_samples (void)
{
  static const TwMetricsLabel labels[] = { { "a", "one \"two\" \\ three\nfour ünf" }, { "b", NULL }, { "c", "" } };
  g_auto (TwBuffer) buffer = TW_BUFFER_INIT;
  g_autofree char *text = NULL;

  tw_metrics_text_begin (&buffer, "things", "gauge", "So many things.");
  tw_metrics_text_sample (&buffer, "things", labels, 3, 2.5);
  tw_metrics_text_sample (&buffer, "things", labels + 1, 1, -3);
  tw_metrics_text_sample (&buffer, "things", NULL, 0, 1795251600);
  text = text_of (&buffer);
  g_assert_cmpstr (text, ==,
                   "# HELP things So many things.\n"
                   "# TYPE things gauge\n"
                   "things{a=\"one \\\"two\\\" \\\\ three\\nfour ünf\",c=\"\"} 2.5\n"
                   "things -3\n"
                   "things 1795251600\n");
}

static void
test_durations_fall_into_buckets (void)
{
  static const struct
  {
    gint64 us;
    guint bucket;
  } durations[] = { { -1, 0 },     { 0, 0 },          { 500, 0 },         { 501, 1 },
                    { 1000, 1 },   { 4999, 3 },       { 10000000, 16 },   { 10000001, 17 },
                    { G_MAXINT64, 17 } };

  for (guint i = 0; i < G_N_ELEMENTS (durations); i++)
    {
      TwHistogram histogram = { 0 };
      TwHistogramReading reading = { 0 };

      tw_histogram_observe (&histogram, durations[i].us);
      tw_histogram_read (&histogram, &reading);
      for (guint bucket = 0; bucket <= TW_HISTOGRAM_BOUNDS; bucket++)
        g_assert_cmpuint (reading.counts[bucket], ==, bucket == durations[i].bucket ? 1 : 0);
      g_assert_cmpuint (reading.sum_us, ==, (guint64) MAX (durations[i].us, 0));
    }
}

/* Each bound's text is its number, and is larger than the one before. */
static void
test_bounds_ascend (void)
{
  guint64 before = 0;

  for (guint i = 0; i < TW_HISTOGRAM_BOUNDS; i++)
    {
      double seconds = g_ascii_strtod (TW_HISTOGRAM_BOUND[i].seconds, NULL);

      g_assert_cmpuint ((guint64) (seconds * G_USEC_PER_SEC + 0.5), ==, TW_HISTOGRAM_BOUND[i].us);
      g_assert_cmpuint (TW_HISTOGRAM_BOUND[i].us, >, before);
      before = TW_HISTOGRAM_BOUND[i].us;
    }
}

static void
test_histograms (void)
{
  static const TwMetricsLabel label = { "of", "what" };
  TwHistogram one = { 0 }, other = { 0 };
  TwHistogramReading together = { 0 };
  g_auto (TwBuffer) buffer = TW_BUFFER_INIT;
  g_autofree char *text = NULL;

  tw_histogram_observe (&one, 400);
  tw_histogram_observe (&one, 3000);
  tw_histogram_observe (&other, 12000001);
  tw_histogram_read (&one, &together);
  tw_histogram_read (&other, &together);
  tw_metrics_text_histogram (&buffer, "time", &label, 1, &together);
  text = text_of (&buffer);
  g_assert_true (g_str_has_prefix (text, "time_bucket{of=\"what\",le=\"0.0005\"} 1\n"
                                         "time_bucket{of=\"what\",le=\"0.001\"} 1\n"
                                         "time_bucket{of=\"what\",le=\"0.0025\"} 1\n"
                                         "time_bucket{of=\"what\",le=\"0.005\"} 2\n"));
  g_assert_true (g_str_has_suffix (text, "time_bucket{of=\"what\",le=\"10\"} 2\n"
                                         "time_bucket{of=\"what\",le=\"+Inf\"} 3\n"
                                         "time_count{of=\"what\"} 3\n"
                                         "time_sum{of=\"what\"} 12.003401\n"));
}

static double
value_of (const char *text, const char *name)
{
  g_autofree char *line = g_strdup_printf ("\n%s ", name);
  const char *at = strstr (text, line);

  g_assert_nonnull (at);
  return g_ascii_strtod (at + strlen (line), NULL);
}

static void
test_process (void)
{
  double now = (double) g_get_real_time () / G_USEC_PER_SEC, fds;
  g_auto (TwBuffer) buffer = TW_BUFFER_INIT;
  g_autofree char *text = NULL;

  tw_process_metrics_append (&buffer);
  text = text_of (&buffer);
  fds = value_of (text, "process_open_fds");
  g_assert_cmpfloat (fds, >=, 3);
  g_assert_cmpfloat (value_of (text, "process_max_fds"), >, fds);
  g_assert_cmpfloat (value_of (text, "process_cpu_seconds_total"), >=, 0);
  g_assert_cmpfloat (value_of (text, "process_resident_memory_bytes"), >, 100e3);
  g_assert_cmpfloat (value_of (text, "process_virtual_memory_bytes"), >,
                     value_of (text, "process_resident_memory_bytes"));
  /* Both clocks count whole ticks from a second that is rounded. */
  g_assert_cmpfloat (value_of (text, "process_start_time_seconds"), <, now + 2);
  g_assert_cmpfloat (value_of (text, "process_start_time_seconds"), >, now - 3600);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics-text/samples", test_samples);
  g_test_add_func ("/metrics-text/durations-fall-into-buckets", test_durations_fall_into_buckets);
  g_test_add_func ("/metrics-text/bounds-ascend", test_bounds_ascend);
  g_test_add_func ("/metrics-text/histograms", test_histograms);
  g_test_add_func ("/metrics-text/process", test_process);
  return g_test_run ();
}
