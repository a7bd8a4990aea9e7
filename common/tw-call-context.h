/* SPDX-License-Identifier: Apache-2.0 */

/* What a call carries besides its arguments: until when somebody waits for its answer, and on whose behalf it is made.
 *
 * Made where a call comes in, handed on as an argument to everything that is done for it. Whatever waits, or keeps
 * others waiting, asks it for the deadline: nothing is begun for a call that is over. Plain data; the texts live as
 * long as the call. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Nobody waits, so it may take its time. */
#define TW_DEADLINE_NONE G_MAXINT64

typedef struct
{
  gint64 deadline_ms;      /* of tw_clock_monotonic_ms(); TW_DEADLINE_NONE */
  const char *request_id;  /* 1 to 128 characters of [A-Za-z0-9._-]; NULL where it is not known, as are the following */
  const char *traceparent; /* https://www.w3.org/TR/trace-context/#traceparent-header */
  const char *client;      /* the address of whoever asked, as text, without a port */
  const char *session;     /* which session of theirs: at most 128 bytes */
} TwCallContext;

/* Nobody in particular asks, and nobody waits. */
#define TW_CALL_CONTEXT_NONE ((TwCallContext) { .deadline_ms = TW_DEADLINE_NONE })

static inline gboolean
tw_deadline_is_over (gint64 deadline_ms, gint64 now_ms)
{
  return deadline_ms <= now_ms;
}

G_END_DECLS
