/* SPDX-License-Identifier: Apache-2.0 */

/* What a client is: for the file that takes calls and the one that is its source. */

#pragma once

#include "tw-breaker.h"
#include "tw-client-calls.h"
#include "tw-client-endpoint.h"
#include "tw-clock.h"

G_BEGIN_DECLS

/* Bytes that are read at once. */
#define TW_CLIENT_READ_SIZE (64 * 1024)

struct _TwClient
{
  GSource *source;
  TwPeer peer;
  TwClientLimits limits;
  TwBreaker breakers[TW_N_CALL_KINDS];
  guint64 made_before_answer[TW_N_CALL_KINDS]; /* the last handle when an answer of the kind came last */
  TwResolver *resolver; /* NULL if all addresses are literals */
  GPtrArray *endpoints; /* of TwClientEndpoint */
  guint turns[TW_N_CALL_KINDS]; /* the endpoint that is asked first */

  TwClientCalls calls;
  gboolean changed;  /* something has changed for those that wait */
  gboolean in_batch; /* a function has been called in this turn */

  TwClientBatchFunc batch_func;
  gpointer batch_data;
  guint8 scratch[TW_CLIENT_READ_SIZE];
};

static inline gint64
tw_client_clock_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

/* Has the breakers count how often the addresses have failed. */
void tw_client_count_failures (TwClient *client);

/* Puts calls that wait for a connection on one, where there is one. */
void tw_client_place_waiting (TwClient *client, gint64 now_ms);

/* Nobody waits for the answer to @call any more, which may have been sent and is about to end. */
void tw_client_give_up (TwClient *client, const TwClientCall *call);

G_END_DECLS
