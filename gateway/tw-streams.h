/* SPDX-License-Identifier: Apache-2.0 */

/* The streams of one worker (tw.stream): answers of a method that go on, as server-sent events.
 *
 * The push is a hint, the log is the truth. A stream asks its method for what comes behind its token, sends that, and
 * rests until a hint says that its user may have something new. While hints are not heard it asks every five seconds or so.
 * Streams of one user that want the same are asked for by one call; calls are few at a time, so that however many streams
 * have to be asked for at once, other requests hardly notice. What comes faster than it is read is asked for as one, and
 * nothing waits here but one answer, while a connection takes it.
 *
 *     event: changes          event: refetch      behind a 410: the token is no longer good, and what comes
 *     id: TOKEN               id                  next is the full state
 *     data: {…}               data: {}
 *
 * The name is that of the reply's list (list=… of tw.stream); the data is what the method's own route answers. An answer whose
 * list is empty is no event, but for a stream's first. A comment comes at once, and every 15 s.
 *
 * A stream ends with its token, with its session, when the worker stops, and when its client does. Not thread-safe: all on
 * the worker's loop. */

#pragma once

#include "tw-answer.h"
#include "tw-bearer.h"
#include "tw-request.h"
#include "tw-router.h"
#include "tw-stream-hint.h"
#include "tw-stream-limits.h"
#include "tw-upstreams.h"

G_BEGIN_DECLS

typedef struct _TwStreams TwStreams;

typedef struct
{
  TwClients *clients;
  TwBearer *bearer;
  const TwAnswerContext *answers;
  TwStreamLimits *limits;
  guint timeout_ms; /* of a call */

  /* Told when the worker has its first stream of a service, and no longer any; NULL: nobody is. */
  void (*wanted) (const TwService *service, gboolean wanted, gpointer user_data);
  gpointer user_data;
} TwStreamsSpec;

/* On the thread-default context. What @spec names outlives it. */
TwStreams *tw_streams_new (const TwStreamsSpec *spec);

/* When no call is under way any more, and every stream is gone. */
void tw_streams_free (TwStreams *streams);

/* Answers @request with a stream, or says why not; now or later. @token: behind what it begins (copied); NULL: with the
 * full state. @route is the stream's, and @request keeps all limits of its method. */
void tw_streams_open (TwStreams *streams, TwRequest *request, const TwRoute *route, TwClaims *claims, const char *token);

void tw_streams_hint (TwStreams *streams, const TwStreamHint *hint);

/* Ends all, and opens none any more. */
void tw_streams_stop (TwStreams *streams);

guint tw_streams_open_now (const TwStreams *streams);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwStreams, tw_streams_free)

G_END_DECLS
