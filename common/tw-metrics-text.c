/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-metrics-text.h"

#include <string.h>

void
tw_metrics_text_begin (TwBuffer *text, const char *name, const char *type, const char *help)
{
  g_autofree char *lines = g_strdup_printf ("# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);

  tw_buffer_append_string (text, lines);
}

static void
append_escaped (TwBuffer *text, const char *value)
{
  for (; *value != '\0'; value++)
    switch (*value)
      {
      case '\n':
        tw_buffer_append_string (text, "\\n");
        break;
      case '"':
      case '\\':
        tw_buffer_append_byte (text, '\\');
        G_GNUC_FALLTHROUGH;
      default:
        tw_buffer_append_byte (text, (guint8) *value);
      }
}

static void
append_label (TwBuffer *text, char *before, const TwMetricsLabel *label)
{
  if (label->value == NULL)
    return;
  tw_buffer_append_byte (text, (guint8) *before);
  *before = ',';
  tw_buffer_append_string (text, label->name);
  tw_buffer_append_string (text, "=\"");
  append_escaped (text, label->value);
  tw_buffer_append_byte (text, '"');
}

/* NAME SUFFIX {labels and @further} VALUE; @further may be NULL. */
static void
append_sample (TwBuffer *text, const char *name, const char *suffix, const TwMetricsLabel *labels, guint n_labels,
               const TwMetricsLabel *further, const char *value)
{
  char before = '{';

  tw_buffer_append_string (text, name);
  tw_buffer_append_string (text, suffix);
  for (guint i = 0; i < n_labels; i++)
    append_label (text, &before, &labels[i]);
  if (further != NULL)
    append_label (text, &before, further);
  if (before == ',')
    tw_buffer_append_byte (text, '}');
  tw_buffer_append_byte (text, ' ');
  tw_buffer_append_string (text, value);
  tw_buffer_append_byte (text, '\n');
}

void
tw_metrics_text_sample (TwBuffer *text, const char *name, const TwMetricsLabel *labels, guint n_labels, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  append_sample (text, name, "", labels, n_labels, NULL, g_ascii_dtostr (number, sizeof number, value));
}

void
tw_metrics_text_histogram (TwBuffer *text, const char *name, const TwMetricsLabel *labels, guint n_labels,
                           const TwHistogramReading *reading)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  guint64 count = 0;

  for (guint i = 0; i <= TW_HISTOGRAM_BOUNDS; i++)
    {
      const TwMetricsLabel bound = { "le", i < TW_HISTOGRAM_BOUNDS ? TW_HISTOGRAM_BOUND[i].seconds : "+Inf" };

      count += reading->counts[i];
      g_snprintf (number, sizeof number, "%" G_GUINT64_FORMAT, count);
      append_sample (text, name, "_bucket", labels, n_labels, &bound, number);
    }
  append_sample (text, name, "_count", labels, n_labels, NULL, number);
  g_snprintf (number, sizeof number, "%" G_GUINT64_FORMAT ".%06u", reading->sum_us / G_USEC_PER_SEC,
              (guint) (reading->sum_us % G_USEC_PER_SEC));
  append_sample (text, name, "_sum", labels, n_labels, NULL, number);
}
