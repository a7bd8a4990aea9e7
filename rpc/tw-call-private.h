/* SPDX-License-Identifier: Apache-2.0 */

/* A call as the server sees it: made on the loop, answered on any thread, taken back by the loop through a mailbox.
 * Whoever holds it may touch it: the loop until it is handed on, then its handler, then the loop again. */

#pragma once

#include "tw-call.h"
#include "tw-mailbox.h"
#include "tw-scanner.h"

G_BEGIN_DECLS

struct _TwCall
{
  TwMailbox *answers;     /* where it goes once it is answered */
  const TwMethod *method; /* NULL: the service has none of this name */
  gsize max_reply;
  TwCallContext context; /* its texts are behind the message */

  TwEncoding encoding;
  TwMessageType type;
  gint32 sequence_id;
  gsize name_offset, name_length; /* in bytes, as the following */
  gsize body_offset, body_length;

  TwBuffer reply;          /* empty: the caller gets no answer */
  gboolean reply_unframed; /* a frame's length is still to be put before it */
  gboolean reply_begun;
  TwWriter writer;

  /* a TwCallPool's: what answers it, and since when it waits (monotonic) */
  gboolean (*func) (TwCall *call, gboolean may_wait, gpointer user_data);
  gpointer user_data;
  gint64 queued_ms;

  /* the loop's own */
  gpointer connection;
  TwCall *next; /* waits until this one is answered: it has the same sequence id */

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

/* Answers with an application exception. Consumes @call. */
void tw_call_refuse (TwCall *call, TwApplicationError code, const char *message);

G_END_DECLS
