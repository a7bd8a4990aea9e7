/* SPDX-License-Identifier: Apache-2.0 */

/* One stream: from its request to its end. */

#include "tw-clock.h"
#include "tw-sse.h"
#include "tw-streams-private.h"

#include <string.h>

#define NEVER G_MAXINT64

void
tw_stream_move (TwStream *stream, TwStreamState state)
{
  if (!tw_stream_state_may_become (stream->state, state))
    g_critical ("a stream went from %s to %s", tw_stream_state_name (stream->state), tw_stream_state_name (state));
  stream->state = state;
}

static gint64
jittered (gint64 ms)
{
  return ms - ms / 5 + g_random_int_range (0, (gint32) (2 * ms / 5 + 1));
}

static gboolean
is_down (const TwStream *stream)
{
  return tw_streams_source (stream->streams, stream->group->method->service)->down;
}

static gboolean
is_current (const TwStream *stream)
{
  return !stream->more && stream->heard == stream->group->heard;
}

/* Its client has all that came. */
static void
settle (TwStream *stream)
{
  if (!is_current (stream))
    {
      tw_stream_ask (stream, stream->more ? TW_STREAM_LATER : TW_STREAM_SOON);
      return;
    }
  if (stream->last)
    {
      tw_stream_end (stream);
      return;
    }
  tw_stream_move (stream, TW_STREAM_IDLE);
  stream->ask_ms = is_down (stream) ? tw_streams_now_ms () + jittered (TW_STREAM_SWEEP_MS) : NEVER;
  tw_streams_schedule (stream);
}

static void
send_held (TwStream *stream)
{
  g_autoptr (GBytes) event = g_steal_pointer (&stream->held);

  tw_stream_move (stream, TW_STREAM_SENDING);
  tw_flow_write (stream->flow, event);
}

static void
on_taken (gpointer data)
{
  TwStream *stream = data;

  if (stream->state == TW_STREAM_SENDING)
    settle (stream);
  else if (stream->state == TW_STREAM_HOLDING)
    send_held (stream);
}

static void
on_left (gpointer data)
{
  TwStream *stream = data;

  stream->last = TRUE;
  if (stream->state == TW_STREAM_IDLE)
    tw_stream_end (stream);
}

static void
on_gone (gpointer data)
{
  TwStream *stream = data;

  stream->flow = NULL;
  if (stream->state != TW_STREAM_ENDED)
    {
      tw_stream_unask (stream);
      tw_stream_move (stream, TW_STREAM_ENDED);
    }
  tw_streams_forget (stream);
  g_clear_pointer (&stream->held, g_bytes_unref);
  g_clear_pointer (&stream->token, g_ref_string_release);
  tw_claims_unref (stream->claims);
  g_free (stream);
}

static const TwFlowWriter writer = { on_taken, on_left, on_gone };

void
tw_stream_refuse (TwStream *stream, TwResponse *response)
{
  TwRequest *request = g_steal_pointer (&stream->request);

  tw_stream_unask (stream);
  tw_stream_move (stream, TW_STREAM_ENDED);
  on_gone (stream);
  tw_request_answer (request, response);
}

/* What a HEAD is answered with: libmicrohttpd 0.9.75 ends the body of an answer that comes bit by bit where there is none, too,
 * and what it writes then is taken for the next answer. */
static void
give_head_alone (TwStream *stream)
{
  TwResponse *response = tw_response_new (200);

  tw_response_add_header (response, "Content-Type", TW_SSE_TYPE);
  tw_response_set_header (response, "Cache-Control", "no-store");
  tw_response_add_header (response, "X-Accel-Buffering", "no");
  tw_stream_refuse (stream, response);
}

/* Says 200, and something, so that whoever waits knows that it has begun. Whoever has gone away ends the stream by that: it
 * may be no more. */
static void
give_head (TwStream *stream)
{
  TwRequest *request = stream->request;
  TwResponse *response;

  if (stream->head_alone)
    {
      give_head_alone (stream);
      return;
    }
  stream->request = NULL;
  stream->head_ms = NEVER;
  stream->flow = tw_flow_new (&writer, stream);
  response = tw_response_new_flow (200, TW_SSE_TYPE, stream->flow);
  tw_response_set_header (response, "Cache-Control", "no-store");
  tw_response_add_header (response, "X-Accel-Buffering", "no");
  tw_flow_write (stream->flow, stream->streams->comment);
  if (stream->held != NULL)
    send_held (stream);
  tw_request_answer (request, response);
}

void
tw_stream_end (TwStream *stream)
{
  if (stream->state == TW_STREAM_ENDED)
    return;
  if (stream->request != NULL)
    {
      tw_stream_refuse (stream, tw_response_new_problem (503, "The server is stopping"));
      return;
    }
  tw_stream_unask (stream);
  g_clear_pointer (&stream->held, g_bytes_unref);
  tw_stream_move (stream, TW_STREAM_ENDED);
  tw_flow_end (stream->flow);
}

/* --- Answers. --- */

static void
deliver (TwStream *stream, GBytes *event)
{
  stream->held = g_bytes_ref (event);
  if (stream->request != NULL)
    give_head (stream);
  else if (tw_flow_rests (stream->flow))
    send_held (stream);
  else
    tw_stream_move (stream, TW_STREAM_HOLDING);
}

static void
take_news (TwStream *stream, const TwStreamAnswer *answer)
{
  const gboolean first = stream->answered_ms == 0;

  g_clear_pointer (&stream->token, g_ref_string_release);
  stream->token = g_ref_string_acquire (answer->token);
  stream->more = answer->more;
  stream->heard = answer->heard;
  stream->answered_ms = answer->asked_ms;
  if (answer->kind == TW_STREAM_ANSWER_NEWS || first)
    deliver (stream, answer->event);
  else
    settle (stream);
}

static void
begin_anew (TwStream *stream)
{
  static const guint8 nothing[] = "{}";
  g_autoptr (GBytes) event = tw_sse_event ("refetch", "", nothing, sizeof nothing - 1);

  g_clear_pointer (&stream->token, g_ref_string_release);
  stream->more = TRUE;
  stream->answered_ms = 0;
  deliver (stream, event);
}

/* It is asked again later; whoever waits hears that the stream is there. */
static void
try_again (TwStream *stream)
{
  if (stream->state == TW_STREAM_OPENING)
    tw_stream_move (stream, TW_STREAM_ASKING);
  tw_stream_move (stream, TW_STREAM_IDLE);
  stream->ask_ms = tw_streams_now_ms () + jittered (is_down (stream) ? TW_STREAM_SWEEP_MS : TW_STREAM_RETRY_MS);
  tw_streams_schedule (stream);
  if (stream->request != NULL)
    give_head (stream);
}

/* What its request would be answered with as well; a stream that is open already says no more than that it is over. */
static void
refuse (TwStream *stream, const TwStreamAnswer *answer)
{
  const TwAnswerCall call = { .method = stream->group->method, .claims = stream->claims };

  if (stream->request != NULL)
    tw_stream_refuse (stream, tw_answer_new (stream->streams->spec.answers, &call, answer->reply));
  else if (answer->status == 400)
    begin_anew (stream); /* its token is none */
  else
    tw_stream_end (stream);
}

void
tw_stream_take_answer (TwStream *stream, const TwStreamAnswer *answer)
{
  switch (answer->kind)
    {
    case TW_STREAM_ANSWER_NEWS:
    case TW_STREAM_ANSWER_NOTHING:
      take_news (stream, answer);
      break;
    case TW_STREAM_ANSWER_REFETCH:
      begin_anew (stream);
      break;
    case TW_STREAM_ANSWER_REFUSED:
      refuse (stream, answer);
      break;
    case TW_STREAM_ANSWER_FAILED:
    default:
      try_again (stream);
      break;
    }
}

/* --- Times. --- */

void
tw_stream_meet_times (TwStream *stream, gint64 now_ms)
{
  if (stream->end_ms <= now_ms)
    {
      tw_stream_end (stream);
      return;
    }
  if (stream->comment_ms <= now_ms)
    {
      stream->comment_ms = now_ms + TW_STREAM_COMMENT_MS;
      if (stream->flow != NULL && tw_flow_rests (stream->flow))
        tw_flow_write (stream->flow, stream->streams->comment);
    }
  if (stream->ask_ms <= now_ms && stream->state == TW_STREAM_IDLE)
    {
      stream->ask_ms = NEVER;
      tw_stream_group_ask (stream->streams, stream->group, TW_STREAM_LATER);
    }
  if (stream->head_ms > now_ms || stream->request == NULL)
    {
      tw_streams_schedule (stream);
      return;
    }
  tw_stream_move (stream, TW_STREAM_DUE);
  if (stream->ask->state == TW_STREAM_ASK_SENT)
    tw_stream_move (stream, TW_STREAM_ASKING);
  tw_streams_schedule (stream);
  give_head (stream);
}

/* --- As a whole. --- */

TwStream *
tw_stream_new (TwStreams *streams, TwStreamGroup *group, TwRequest *request, TwClaims *claims, const char *token)
{
  const gint64 now_ms = tw_streams_now_ms ();
  const gint64 left_ms = tw_claims_expiry_s (claims) * 1000 - tw_clock_wall_ms (streams->spec.answers->clock);
  TwStream *stream = g_new0 (TwStream, 1);

  stream->streams = streams;
  stream->group = group;
  stream->state = TW_STREAM_OPENING;
  stream->link.data = stream->group_link.data = stream->ask_link.data = stream->slot_link.data = stream;
  stream->slot = -1;
  stream->request = request;
  stream->head_alone = strcmp (tw_request_method (request), "HEAD") == 0;
  stream->claims = tw_claims_slim (claims);
  stream->token = token != NULL ? g_ref_string_new (token) : NULL;
  stream->comment_ms = now_ms + TW_STREAM_COMMENT_MS;
  stream->ask_ms = NEVER;
  stream->head_ms = now_ms + TW_STREAM_PATIENCE_MS;
  stream->end_ms = now_ms + left_ms;
  return stream;
}
