/* SPDX-License-Identifier: Apache-2.0 */

/* What every process is watched for, under the names that all of Prometheus' client libraries give it
 * (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics). */

#pragma once

#include "tw-buffer.h"

G_BEGIN_DECLS

/* Appends them, as tw-metrics-text.h has it. What proc(5) does not tell is left out. Thread-safe. */
void tw_process_metrics_append (TwBuffer *text);

G_END_DECLS
