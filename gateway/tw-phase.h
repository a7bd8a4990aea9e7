/* SPDX-License-Identifier: Apache-2.0 */

/* What a connection is at: one phase at any time, with the moves that are allowed.
 *
 *     IDLE ─▶ LINE ─▶ HEAD ─▶ BODY ─▶ HANDLING ─▶ WAITING ─▶ SUSPENDED
 *       │              ▲ │      │         │           │          │
 *       └──────────────┘ └──────┴─────────┴──▶ ANSWERED ◀────────┘
 *                                               │    │
 *                                   UNWANTED ◀──┘    │
 *                                       └────────────┴─▶ SENDING ─▶ IDLE ◀─┐
 *                                                          │  │              │
 *                                                          │  └──▶ STREAMING ┘
 *                                                          │         │   ▲
 *                                                          └──▶ RESTING ─┘
 *
 * From each a connection may break off, which is CLOSING. The table and what has to hold in a phase are checked with each
 * move, in production too: that takes a few instructions.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  TW_PHASE_IDLE,      /* nothing is there of a request */
  TW_PHASE_LINE,      /* bytes have come, but no whole request line */
  TW_PHASE_HEAD,      /* the request line is there */
  TW_PHASE_BODY,      /* the head has been judged, and what body there is comes */
  TW_PHASE_HANDLING,  /* all is there: the handler is being asked */
  TW_PHASE_WAITING,   /* for the handler's answer: the daemon looks at the connection in each run */
  TW_PHASE_SUSPENDED, /* the same, and the daemon does not look at it */
  TW_PHASE_ANSWERED,  /* there is an answer, for the daemon to fetch */
  TW_PHASE_UNWANTED,  /* there is an answer, for which a body that nobody wants must end */
  TW_PHASE_SENDING,   /* the daemon has the answer */
  TW_PHASE_STREAMING, /* likewise, and the answer comes bit by bit: some bytes of it are on their way */
  TW_PHASE_RESTING,   /* likewise, and there are none at the moment: the daemon does not look at the connection */
  TW_PHASE_CLOSING,   /* it ends; nothing more is asked of it */
} TwPhase;

#define TW_N_PHASES (TW_PHASE_CLOSING + 1)

/* For the log. */
const char *tw_phase_name (TwPhase phase);

gboolean tw_phase_may_become (TwPhase from, TwPhase to);

/* Whether more bytes must come for the connection to go on: where its client has ended, they never will. */
gboolean tw_phase_needs_bytes (TwPhase phase);

/* Whether the handler has the request, and will answer it whatever becomes of the connection. */
gboolean tw_phase_is_handlers (TwPhase phase);

/* Whether the request has its answer. */
gboolean tw_phase_has_answer (TwPhase phase);

/* Whether there is a request at all. */
gboolean tw_phase_has_request (TwPhase phase);

G_END_DECLS
