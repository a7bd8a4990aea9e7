/* SPDX-License-Identifier: Apache-2.0 */

/* The end of what another thread does, for the one that waits for it, where it lies:
 *
 *     TwOutcome outcome;
 *     tw_outcome_init (&outcome);
 *     start_something (tw_outcome_set, &outcome);
 *     return tw_outcome_wait (&outcome, error);
 */

#pragma once

#include "tw-latch.h"

G_BEGIN_DECLS

typedef struct
{
  TwLatch latch;
  GError *error;
} TwOutcome;

static inline void
tw_outcome_init (TwOutcome *outcome)
{
  outcome->error = NULL;
  tw_latch_init (&outcome->latch);
}

/* It has ended, well where @error is NULL. @outcome (TwOutcome) may be gone as soon as this returns. Once, on any
 * thread. */
static inline void
tw_outcome_set (const GError *error, gpointer outcome)
{
  TwOutcome *set = outcome;

  set->error = error != NULL ? g_error_copy (error) : NULL;
  tw_latch_open (&set->latch);
}

/* Blocks until it has ended. FALSE with what went wrong. Once. */
static inline gboolean
tw_outcome_wait (TwOutcome *outcome, GError **error)
{
  tw_latch_wait (&outcome->latch);
  if (outcome->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&outcome->error));
  return FALSE;
}

G_END_DECLS
