/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-streams.h"

#include "tw-clock.h"
#include "tw-sse.h"
#include "tw-streams-private.h"

#include <string.h>

#define RETRY_AFTER_S "5"

gint64
tw_streams_now_ms (void)
{
  return tw_clock_monotonic_ms (tw_clock_system ());
}

/* --- Services. --- */

TwStreamSource *
tw_streams_source (TwStreams *streams, const TwService *service)
{
  const TwStreamSource added = { service, 0, TRUE };

  for (guint i = 0; i < streams->sources->len; i++)
    {
      TwStreamSource *source = &g_array_index (streams->sources, TwStreamSource, i);

      if (source->service == service)
        return source;
    }
  g_array_append_val (streams->sources, added);
  return &g_array_index (streams->sources, TwStreamSource, streams->sources->len - 1);
}

/* One more stream of the service, or one less. While there is none nobody listens for hints. */
static void
count (TwStreams *streams, const TwService *service, int more)
{
  TwStreamSource *source = tw_streams_source (streams, service);
  const gboolean before = source->n > 0;

  source->n += (guint) more;
  if ((source->n > 0) == before)
    return;
  if (source->n == 0)
    source->down = TRUE;
  if (streams->spec.wanted != NULL)
    streams->spec.wanted (service, source->n > 0, streams->spec.user_data);
}

/* --- Times. --- */

static void
unschedule (TwStream *stream)
{
  if (stream->slot >= 0)
    g_queue_unlink (&stream->streams->slots[stream->slot], &stream->slot_link);
  stream->slot = -1;
}

/* What is farther away than the slots reach is looked at once in between. */
void
tw_streams_schedule (TwStream *stream)
{
  TwStreams *streams = stream->streams;
  const gint64 now_ms = tw_streams_now_ms ();
  gint64 at_ms = MIN (stream->comment_ms, stream->end_ms), ticks;

  if (stream->state == TW_STREAM_ENDED)
    return;
  if (stream->state == TW_STREAM_IDLE)
    at_ms = MIN (at_ms, stream->ask_ms);
  if (stream->state == TW_STREAM_OPENING)
    at_ms = MIN (at_ms, stream->head_ms);
  ticks = at_ms > now_ms ? (at_ms - now_ms + TW_STREAM_TICK_MS - 1) / TW_STREAM_TICK_MS : 0;
  unschedule (stream);
  stream->slot = (int) ((streams->turn + (guint64) CLAMP (ticks, 1, TW_STREAM_SLOTS - 1)) % TW_STREAM_SLOTS);
  g_queue_push_tail_link (&streams->slots[stream->slot], &stream->slot_link);
}

static void
end_of_sessions (TwStreams *streams)
{
  for (GList *at = streams->all.head, *next; at != NULL; at = next)
    {
      TwStream *stream = at->data;
      TwResponse *refusal = tw_bearer_check_session (streams->spec.bearer, stream->claims);

      next = at->next;
      if (refusal != NULL && stream->request != NULL)
        tw_stream_refuse (stream, refusal);
      else if (refusal != NULL)
        {
          tw_response_free (refusal);
          tw_stream_end (stream);
        }
    }
}

static gboolean
on_tick (gpointer data)
{
  TwStreams *streams = data;
  const gint64 now_ms = tw_streams_now_ms ();
  const guint revocations = tw_revocations_changes (streams->spec.answers->revocations);
  GQueue *slot;

  if (revocations != streams->revocations)
    end_of_sessions (streams);
  streams->revocations = revocations;
  streams->turn++;
  slot = &streams->slots[streams->turn % TW_STREAM_SLOTS];
  /* None comes back to the slot that is being looked at. */
  while (slot->length > 0)
    {
      TwStream *stream = slot->head->data;

      unschedule (stream);
      tw_stream_meet_times (stream, now_ms);
    }
  /* What waited for a list of sessions, or for readers. */
  tw_stream_asks_go (streams);
  return G_SOURCE_CONTINUE;
}

static void
start_ticking (TwStreams *streams)
{
  if (streams->tick != NULL)
    return;
  /* At the first tick all are looked at: a session may have ended since the first stream's was. */
  streams->revocations = tw_revocations_changes (streams->spec.answers->revocations) - 1;
  streams->tick = g_timeout_source_new (TW_STREAM_TICK_MS);
  g_source_set_callback (streams->tick, on_tick, streams, NULL);
  g_source_attach (streams->tick, streams->context);
}

static void
stop_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* --- Streams that come and go. --- */

void
tw_streams_forget (TwStream *stream)
{
  TwStreams *streams = stream->streams;
  TwStreamGroup *group = stream->group;

  unschedule (stream);
  g_queue_unlink (&streams->all, &stream->link);
  g_queue_unlink (&group->streams, &stream->group_link);
  tw_stream_limits_leave (streams->spec.limits, group->user);
  count (streams, group->method->service, -1);
  tw_stream_group_release (streams, group);
  if (streams->all.length == 0)
    stop_source (&streams->tick);
}

static TwResponse *
new_full (TwStreamRoom room)
{
  TwResponse *response = room == TW_STREAM_USER_IS_FULL
                             ? tw_response_new_problem (429, "You have as many streams open as one may")
                             : tw_response_new_problem (503, "There are as many streams as there may be");

  tw_response_set_header (response, "Retry-After", RETRY_AFTER_S);
  return response;
}

static void
begin (TwStreams *streams, TwStreamGroup *group, TwRequest *request, TwClaims *claims, const char *token)
{
  TwStream *stream = tw_stream_new (streams, group, request, claims, token);

  g_queue_push_tail_link (&streams->all, &stream->link);
  g_queue_push_tail_link (&group->streams, &stream->group_link);
  count (streams, group->method->service, 1);
  start_ticking (streams);
  tw_stream_ask (stream, TW_STREAM_LATER);
  tw_streams_schedule (stream);
}

void
tw_streams_open (TwStreams *streams, TwRequest *request, const TwRoute *route, TwClaims *claims, const char *token)
{
  TwStreamRoom room;

  if (streams->stopped)
    {
      tw_request_answer (request, tw_response_new_problem (503, "The server is stopping"));
      return;
    }
  room = tw_stream_limits_enter (streams->spec.limits, tw_claims_get (claims, TW_STREAM_CLAIM));
  if (room == TW_STREAM_MAY_OPEN)
    begin (streams, tw_stream_group_get (streams, route, request, claims), request, claims, token);
  else
    tw_request_answer (request, new_full (room));
}

guint
tw_streams_open_now (const TwStreams *streams)
{
  return streams->all.length;
}

/* --- What is heard. --- */

static void
hear_of_users (TwStreams *streams, const TwStreamHint *hint)
{
  for (guint i = 0; i < hint->users->len; i++)
    {
      GPtrArray *groups = g_hash_table_lookup (streams->users, g_ptr_array_index (hint->users, i));

      for (guint k = 0; groups != NULL && k < groups->len; k++)
        {
          TwStreamGroup *group = g_ptr_array_index (groups, k);

          if (group->method->service != hint->service)
            continue;
          group->heard++;
          tw_stream_group_ask (streams, group, TW_STREAM_SOON);
        }
    }
}

/* Each at a time of its own, so that they don't come all at once. */
static void
hear_of_all (TwStreams *streams, const TwStreamHint *hint)
{
  const gint64 now_ms = tw_streams_now_ms ();
  const gint32 within_ms
      = hint->down ? TW_STREAM_SWEEP_MS : (gint32) MIN (streams->all.length, TW_STREAM_SWEEP_MS);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, streams->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      TwStreamGroup *group = value;
      const gint64 ask_ms = now_ms + g_random_int_range (0, within_ms + 1);

      if (group->method->service != hint->service)
        continue;
      group->heard++;
      for (GList *at = group->streams.head; at != NULL; at = at->next)
        {
          TwStream *stream = at->data;

          stream->ask_ms = ask_ms;
          tw_streams_schedule (stream);
        }
    }
}

void
tw_streams_hint (TwStreams *streams, const TwStreamHint *hint)
{
  TwStreamSource *source = tw_streams_source (streams, hint->service);

  if (source->n == 0)
    return;
  source->down = hint->down;
  if (hint->kind == TW_STREAM_HINT_USERS)
    hear_of_users (streams, hint);
  else
    hear_of_all (streams, hint);
}

/* --- As a whole. --- */

TwStreams *
tw_streams_new (const TwStreamsSpec *spec)
{
  TwStreams *streams = g_new0 (TwStreams, 1);

  streams->spec = *spec;
  streams->context = g_main_context_ref_thread_default ();
  streams->groups = g_hash_table_new (g_bytes_hash, g_bytes_equal);
  streams->users = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  streams->sources = g_array_new (FALSE, FALSE, sizeof (TwStreamSource));
  streams->unread = g_rc_box_new0 (gsize);
  streams->comment = g_bytes_new_static (TW_SSE_COMMENT, strlen (TW_SSE_COMMENT));
  return streams;
}

void
tw_streams_stop (TwStreams *streams)
{
  streams->stopped = TRUE;
  for (GList *at = streams->all.head, *next; at != NULL; at = next)
    {
      next = at->next;
      tw_stream_end (at->data);
    }
}

void
tw_streams_free (TwStreams *streams)
{
  stop_source (&streams->tick);
  stop_source (&streams->dispatch);
  g_hash_table_unref (streams->groups);
  g_hash_table_unref (streams->users);
  g_array_unref (streams->sources);
  g_rc_box_release (streams->unread);
  g_bytes_unref (streams->comment);
  g_main_context_unref (streams->context);
  g_free (streams);
}
