/* SPDX-License-Identifier: Apache-2.0 */

/* What a stream is at: one state at any time, with the moves that are allowed.
 *
 *     OPENING ─▶ SENDING ─▶ IDLE ─▶ DUE ─▶ ASKING ─▶ SENDING
 *        │          ▲ └──────────────▲ ▲─────┤ │
 *        │          │                │       │ └──▶ IDLE
 *        │       HOLDING ◀───────────┼───────┘
 *        └───────────────────────────┘
 *
 * From each it may end. The table is checked with each move, in production too. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TW_STREAM_OPENING, /* its request waits for the first answer */
  TW_STREAM_IDLE,    /* its client has all that there is, as far as is known */
  TW_STREAM_DUE,     /* there may be more, and it is to be asked for */
  TW_STREAM_ASKING,  /* it is being asked for */
  TW_STREAM_HOLDING, /* there is an event, and the connection has no room for it yet */
  TW_STREAM_SENDING, /* the connection takes an event */
  TW_STREAM_ENDED,   /* it says nothing more */
} TwStreamState;

#define TW_N_STREAM_STATES (TW_STREAM_ENDED + 1)

/* For the log. */
const char *tw_stream_state_name (TwStreamState state);

gboolean tw_stream_state_may_become (TwStreamState from, TwStreamState to);

G_END_DECLS
