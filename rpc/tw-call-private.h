/* SPDX-License-Identifier: Apache-2.0 */

/* A call as the server sees it: made on the loop, answered on any thread, taken back by the loop through a mailbox.
 * Whoever holds it may touch it: the loop until it is handed on, then its handler, then the loop again. Meanwhile
 * the loop may abandon it: it answers in the handler's stead, and drops what comes from there later. */

#pragma once

#include "tw-backlog.h"
#include "tw-call.h"
#include "tw-call-kind.h"
#include "tw-mailbox.h"
#include "tw-scanner.h"

G_BEGIN_DECLS

/* Moves: WAITS → HANDED_ON by the loop; HANDED_ON → ANSWERED or RETURNED by the handler; HANDED_ON → ABANDONED by the
 * loop; RETURNED → WAITS by the loop. The first of two that want a call that is handed on gets it. */
typedef enum
{
  TW_CALL_WAITS,     /* with the loop: behind one of its sequence id, or for room for its answer */
  TW_CALL_HANDED_ON, /* with its handler, which has begun it or will */
  TW_CALL_ANSWERED,  /* on its way back to the loop, as is … */
  TW_CALL_RETURNED,  /* … one that was not begun, because there was no room for its answer */
  TW_CALL_ABANDONED, /* with its handler, which may give it back unbegun: nobody waits for it any more */
} TwCallState;

struct _TwCall
{
  _Atomic (TwCallState) state;
  TwMailbox *answers;     /* where it goes once it is answered */
  const TwMethod *method; /* NULL: the service has none of this name */
  gsize max_reply;
  TwBacklog *backlog; /* what its answer is added to; NULL: nothing */
  TwCallContext context; /* its texts are behind the message */

  TwEncoding encoding;
  TwMessageType type;
  gint32 sequence_id;
  gsize name_offset, name_length; /* in bytes, as the following */
  gsize body_offset, body_length;

  TwBuffer reply;          /* empty: the caller gets no answer */
  gboolean reply_unframed; /* a frame's length is still to be put before it */
  gboolean reply_begun;
  gsize reply_counted;     /* in the backlog */
  TwWriter writer;

  /* a TwCallPool's: what answers it, and since when it waits (monotonic) */
  gboolean (*func) (TwCall *call, gboolean may_wait, gpointer user_data);
  gpointer user_data;
  gint64 queued_ms;

  /* the loop's own */
  TwCallKind kind;
  gpointer connection;
  TwCall *next;        /* waits until this one is answered: it has the same sequence id */
  GQueue *queue;       /* of its connection, where `link` is; NULL: it waits behind another one */
  GList link;
  GList deadline_link; /* its data is set while the server watches its deadline */

  gsize length;
  guint8 bytes[]; /* the message without a frame's length */
};

/* What a server tells all its calls. */
typedef struct
{
  gsize max_reply;      /* bytes */
  guint max_ms;         /* from when a call came: how long somebody waits who does not say it */
  TwMailbox *answers;
} TwCallSetup;

/* Copies the message that starts at @start, was scanned as @message and came at @now_ms. @method is NULL if it is
 * unknown. Where the method's service takes a context, what the message says of it holds: of the time that is left, a
 * fifth is for the answer's way back, so that whoever asked hears from the service, and not from a clock. */
TwCall *tw_call_new (const guint8 *start, const TwMessage *message, const TwMethod *method, const TwCallSetup *setup,
                     gint64 now_ms);
void tw_call_free (TwCall *call);

static inline TwCallState
tw_call_state (const TwCall *call)
{
  return atomic_load (&call->state);
}

/* FALSE if @call is not in state @from any more. */
static inline gboolean
tw_call_move (TwCall *call, TwCallState from, TwCallState to)
{
  return atomic_compare_exchange_strong (&call->state, &from, to);
}

/* Writes what is said in the stead of @call's handler, which may hold the call, when its time is over; nothing where no
 * answer is expected. */
void tw_call_write_over (const TwCall *call, TwBuffer *out);

/* Answers with an application exception. Consumes @call. */
void tw_call_refuse (TwCall *call, TwApplicationError code, const char *message);

G_END_DECLS
