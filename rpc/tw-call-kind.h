/* SPDX-License-Identifier: Apache-2.0 */

/* Calls that only read and calls that change something never wait for each other: each kind has budgets, connections
 * and threads of its own, so that changes that are stuck (in a disk that stands still) stop no reader. */

#pragma once

#include "tw-schema.h"

G_BEGIN_DECLS

typedef enum
{
  TW_CALL_READS, /* calling twice does no more than calling once: tw.retry = "safe" */
  TW_CALL_WRITES,
} TwCallKind;

#define TW_N_CALL_KINDS 2

static inline TwCallKind
tw_call_kind (gboolean safe)
{
  return safe ? TW_CALL_READS : TW_CALL_WRITES;
}

/* What is no method is answered at once, and harms as little as what reads. */
static inline TwCallKind
tw_call_kind_of (const TwMethod *method)
{
  return tw_call_kind (method == NULL || method->retry_safe);
}

G_END_DECLS
