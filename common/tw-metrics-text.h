/* SPDX-License-Identifier: Apache-2.0 */

/* Metrics as text, as Prometheus reads them: its text exposition format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/). Names are literals that keep its rules; a label's
 * value is UTF-8 and may be anything.
 *
 * Not thread-safe.
 */

#pragma once

#include "tw-buffer.h"
#include "tw-histogram.h"

G_BEGIN_DECLS

#define TW_METRICS_TEXT_TYPE "text/plain; version=0.0.4; charset=utf-8"

typedef struct
{
  const char *name;
  const char *value; /* NULL: this one is left out */
} TwMetricsLabel;

/* Begins a metric: its samples follow, and nothing else between them. @type is "counter", "gauge" or "histogram"; @help
 * one line for people. */
void tw_metrics_text_begin (TwBuffer *text, const char *name, const char *type, const char *help);

/* A sample of a counter or gauge. */
void tw_metrics_text_sample (TwBuffer *text, const char *name, const TwMetricsLabel *labels, guint n_labels,
                             double value);

/* All samples of a histogram with these labels, in seconds. */
void tw_metrics_text_histogram (TwBuffer *text, const char *name, const TwMetricsLabel *labels, guint n_labels,
                                const TwHistogramReading *reading);

G_END_DECLS
