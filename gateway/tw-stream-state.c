/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-stream-state.h"

#define TO(state) (1u << TW_STREAM_##state)

static const struct
{
  const char *name;
  guint next;
} states[TW_N_STREAM_STATES] = {
  [TW_STREAM_OPENING] = { "opening", TO (DUE) | TO (ASKING) | TO (SENDING) | TO (ENDED) },
  [TW_STREAM_IDLE] = { "idle", TO (DUE) | TO (ENDED) },
  [TW_STREAM_DUE] = { "due", TO (ASKING) | TO (ENDED) },
  [TW_STREAM_ASKING] = { "asking", TO (IDLE) | TO (DUE) | TO (HOLDING) | TO (SENDING) | TO (ENDED) },
  [TW_STREAM_HOLDING] = { "holding", TO (SENDING) | TO (ENDED) },
  [TW_STREAM_SENDING] = { "sending", TO (IDLE) | TO (DUE) | TO (ENDED) },
  [TW_STREAM_ENDED] = { "ended", 0 },
};

const char *
tw_stream_state_name (TwStreamState state)
{
  return states[state].name;
}

gboolean
tw_stream_state_may_become (TwStreamState from, TwStreamState to)
{
  return (states[from].next >> to & 1) != 0;
}
