/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-phase.h"

#define TO(phase) (1u << TW_PHASE_##phase)

enum
{
  NEEDS_BYTES = 1 << 0,
  HAS_REQUEST = 1 << 1,
  IS_HANDLERS = 1 << 2,
  HAS_ANSWER = 1 << 3,
};

static const struct
{
  const char *name;
  guint next; /* beside CLOSING, which any may become */
  guint holds;
} phases[TW_N_PHASES] = {
  [TW_PHASE_IDLE] = { "idle", TO (LINE) | TO (HEAD), NEEDS_BYTES },
  [TW_PHASE_LINE] = { "line", TO (HEAD), NEEDS_BYTES },
  [TW_PHASE_HEAD] = { "head", TO (BODY) | TO (ANSWERED), NEEDS_BYTES | HAS_REQUEST },
  [TW_PHASE_BODY] = { "body", TO (HANDLING) | TO (ANSWERED), NEEDS_BYTES | HAS_REQUEST },
  [TW_PHASE_HANDLING] = { "handling", TO (WAITING) | TO (ANSWERED), HAS_REQUEST | IS_HANDLERS },
  [TW_PHASE_WAITING] = { "waiting", TO (SUSPENDED) | TO (ANSWERED), HAS_REQUEST | IS_HANDLERS },
  [TW_PHASE_SUSPENDED] = { "suspended", TO (ANSWERED), HAS_REQUEST | IS_HANDLERS },
  [TW_PHASE_ANSWERED] = { "answered", TO (UNWANTED) | TO (SENDING), HAS_REQUEST | HAS_ANSWER },
  [TW_PHASE_UNWANTED] = { "unwanted", TO (SENDING), NEEDS_BYTES | HAS_REQUEST | HAS_ANSWER },
  [TW_PHASE_SENDING] = { "sending", TO (IDLE) | TO (STREAMING) | TO (RESTING), HAS_REQUEST | HAS_ANSWER },
  [TW_PHASE_STREAMING] = { "streaming", TO (STREAMING) | TO (RESTING) | TO (IDLE), HAS_REQUEST | HAS_ANSWER },
  [TW_PHASE_RESTING] = { "resting", TO (STREAMING), HAS_REQUEST | HAS_ANSWER },
  [TW_PHASE_CLOSING] = { "closing", 0, 0 },
};

const char *
tw_phase_name (TwPhase phase)
{
  return phases[phase].name;
}

gboolean
tw_phase_may_become (TwPhase from, TwPhase to)
{
  return ((phases[from].next | TO (CLOSING)) >> to & 1) != 0;
}

gboolean
tw_phase_needs_bytes (TwPhase phase)
{
  return (phases[phase].holds & NEEDS_BYTES) != 0;
}

gboolean
tw_phase_is_handlers (TwPhase phase)
{
  return (phases[phase].holds & IS_HANDLERS) != 0;
}

gboolean
tw_phase_has_answer (TwPhase phase)
{
  return (phases[phase].holds & HAS_ANSWER) != 0;
}

gboolean
tw_phase_has_request (TwPhase phase)
{
  return (phases[phase].holds & HAS_REQUEST) != 0;
}
