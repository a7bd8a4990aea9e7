/* SPDX-License-Identifier: Apache-2.0 */

/* The calls that streams make, together and a few at a time. */

#include "tw-clock.h"
#include "tw-log.h"
#include "tw-reply.h"
#include "tw-sse.h"
#include "tw-source.h"
#include "tw-streams-private.h"

#include <string.h>

/* Calls at once, of a worker. What a service answers in half a millisecond is asked for some thousand times a second by
 * that, and a request beside them waits for hardly more than these. */
#define MAX_ASKED 4

/* Of these, for what nobody has caused just now: some answers take seconds, and a change does not wait behind them. */
#define MAX_LATER 3

/* Of the first queue in a row, while there is something in the second. */
#define MAX_SOON 4

/* Bytes of events that no connection has taken: with more of them no call is made, with half of them none but for what
 * somebody's change has caused. */
#define MAX_UNREAD (64 * 1024 * 1024)

/* --- Groups. --- */

static GBytes *
identity_of (const TwMethod *method, const TwStreamValues *values)
{
  g_auto (TwBuffer) out = TW_BUFFER_INIT;
  g_autoptr (TwProblems) problems = tw_problems_new ();

  tw_buffer_append (&out, (const char *) &method, sizeof method);
  tw_stream_values_bind (values, NULL, &out, problems);
  return g_bytes_new (out.data, out.len);
}

static void
add_to_user (TwStreams *streams, TwStreamGroup *group)
{
  GPtrArray *groups = g_hash_table_lookup (streams->users, group->user);

  if (groups == NULL)
    {
      groups = g_ptr_array_sized_new (1); /* most have one */
      g_hash_table_insert (streams->users, g_strdup (group->user), groups);
    }
  g_ptr_array_add (groups, group);
}

TwStreamGroup *
tw_stream_group_get (TwStreams *streams, const TwRoute *route, const TwRequest *request, const TwClaims *claims)
{
  g_autoptr (TwStreamValues) values = tw_stream_values_new (route, request, claims);
  g_autoptr (GBytes) identity = identity_of (route->method, values);
  TwStreamGroup *group = g_hash_table_lookup (streams->groups, identity);

  if (group != NULL)
    return group;
  group = g_new0 (TwStreamGroup, 1);
  group->identity = g_steal_pointer (&identity);
  group->method = route->method;
  group->values = g_steal_pointer (&values);
  group->user = g_strdup (tw_claims_get (claims, TW_STREAM_CLAIM));
  g_hash_table_insert (streams->groups, group->identity, group);
  add_to_user (streams, group);
  return group;
}

void
tw_stream_group_release (TwStreams *streams, TwStreamGroup *group)
{
  GPtrArray *groups;

  if (group->streams.length > 0 || group->asks.length > 0)
    return;
  groups = g_hash_table_lookup (streams->users, group->user);
  g_ptr_array_remove_fast (groups, group);
  if (groups->len == 0)
    g_hash_table_remove (streams->users, group->user);
  g_hash_table_remove (streams->groups, group->identity);
  g_bytes_unref (group->identity);
  tw_stream_values_free (group->values);
  g_free (group->user);
  g_free (group);
}

/* --- Asks that wait. --- */

static void
ask_free (TwStreamAsk *ask)
{
  TwStreams *streams = ask->streams;
  TwStreamGroup *group = ask->group;

  if (ask->state == TW_STREAM_ASK_WAITS)
    g_queue_unlink (&streams->asks[ask->rank], &ask->link);
  g_queue_unlink (&group->asks, &ask->group_link);
  g_clear_pointer (&ask->token, g_ref_string_release);
  g_free (ask);
  tw_stream_group_release (streams, group);
}

static gboolean
on_dispatch (gpointer data)
{
  TwStreams *streams = data;

  g_clear_pointer (&streams->dispatch, g_source_unref);
  tw_stream_asks_go (streams);
  return G_SOURCE_REMOVE;
}

/* At the loop's next turn: by then others may have joined. */
static void
go_soon (TwStreams *streams)
{
  if (streams->dispatch != NULL)
    return;
  streams->dispatch = g_idle_source_new ();
  g_source_set_priority (streams->dispatch, G_PRIORITY_DEFAULT);
  g_source_set_callback (streams->dispatch, on_dispatch, streams, NULL);
  g_source_attach (streams->dispatch, streams->context);
}

static TwStreamAsk *
ask_new (TwStreams *streams, TwStreamGroup *group, char *token, TwStreamRank rank)
{
  TwStreamAsk *ask = g_new0 (TwStreamAsk, 1);

  ask->streams = streams;
  ask->group = group;
  ask->rank = rank;
  ask->link.data = ask->group_link.data = ask;
  ask->token = token != NULL ? g_ref_string_acquire (token) : NULL;
  g_queue_push_tail_link (&streams->asks[rank], &ask->link);
  g_queue_push_tail_link (&group->asks, &ask->group_link);
  go_soon (streams);
  return ask;
}

/* One that will have, or has, all that the group has heard of. */
static TwStreamAsk *
find_ask (const TwStreamGroup *group, const char *token)
{
  for (GList *at = group->asks.head; at != NULL; at = at->next)
    {
      TwStreamAsk *ask = at->data;

      if (g_strcmp0 (ask->token, token) == 0
          && (ask->state == TW_STREAM_ASK_WAITS
              || (ask->state == TW_STREAM_ASK_SENT && ask->heard == group->heard)))
        return ask;
    }
  return NULL;
}

/* What is sooner for one of its members is so for all. */
static void
hurry (TwStreamAsk *ask, TwStreamRank rank)
{
  if (ask->state != TW_STREAM_ASK_WAITS || rank >= ask->rank)
    return;
  g_queue_unlink (&ask->streams->asks[ask->rank], &ask->link);
  ask->rank = rank;
  g_queue_push_tail_link (&ask->streams->asks[rank], &ask->link);
}

static TwStreamAsk *
get_ask (TwStreams *streams, TwStreamGroup *group, char *token, TwStreamRank rank)
{
  TwStreamAsk *ask = find_ask (group, token);

  if (ask == NULL)
    return ask_new (streams, group, token, rank);
  hurry (ask, rank);
  return ask;
}

static void
join (TwStreamAsk *ask, TwStream *stream)
{
  stream->ask = ask;
  g_queue_push_tail_link (&ask->members, &stream->ask_link);
  if (stream->state == TW_STREAM_OPENING)
    return;
  tw_stream_move (stream, TW_STREAM_DUE);
  if (ask->state == TW_STREAM_ASK_SENT)
    tw_stream_move (stream, TW_STREAM_ASKING);
}

void
tw_stream_ask (TwStream *stream, TwStreamRank rank)
{
  join (get_ask (stream->streams, stream->group, stream->token, rank), stream);
}

void
tw_stream_unask (TwStream *stream)
{
  TwStreamAsk *ask = g_steal_pointer (&stream->ask);

  if (ask == NULL)
    return;
  g_queue_unlink (&ask->members, &stream->ask_link);
  if (ask->members.length == 0 && ask->state == TW_STREAM_ASK_WAITS)
    ask_free (ask);
}

/* Of those that have seen all that there was when they were answered last. */
static const TwStream *
find_oldest (const TwStreamGroup *group)
{
  const TwStream *oldest = NULL;

  for (GList *at = group->streams.head; at != NULL; at = at->next)
    {
      const TwStream *stream = at->data;

      if (stream->state == TW_STREAM_IDLE && stream->answered_ms != 0
          && (oldest == NULL || stream->answered_ms < oldest->answered_ms))
        oldest = stream;
    }
  return oldest;
}

/* An older token brings what a newer one does, and perhaps some of what is known already, in no older version: so those that
 * have seen all that there was go on together, from the oldest. What a client came with is its own. */
void
tw_stream_group_ask (TwStreams *streams, TwStreamGroup *group, TwStreamRank rank)
{
  const TwStream *oldest = find_oldest (group);
  TwStreamAsk *ask = oldest != NULL ? get_ask (streams, group, oldest->token, rank) : NULL;

  for (GList *at = group->streams.head; at != NULL; at = at->next)
    {
      TwStream *stream = at->data;

      if (stream->state == TW_STREAM_IDLE && stream->answered_ms != 0)
        join (ask, stream);
      else if (stream->state == TW_STREAM_IDLE)
        tw_stream_ask (stream, rank);
    }
}

/* --- Events. --- */

typedef struct
{
  GBytes *event;
  gsize *unread;
} Counted;

static void
on_event_freed (gpointer data)
{
  Counted *counted = data;

  *counted->unread -= g_bytes_get_size (counted->event);
  g_bytes_unref (counted->event);
  g_rc_box_release (counted->unread);
  g_free (counted);
}

GBytes *
tw_stream_count_event (TwStreams *streams, GBytes *event)
{
  Counted *counted = g_new (Counted, 1);
  gsize size;
  gconstpointer data = g_bytes_get_data (event, &size);

  *counted = (Counted) { event, g_rc_box_acquire (streams->unread) };
  *streams->unread += size;
  return g_bytes_new_with_free_func (data, size, on_event_freed, counted);
}

/* --- Answers. --- */

/* What the reply's struct says beside its JSON. FALSE where it lacks something. */
static gboolean
read_parts (const TwMethod *method, TwReader *reader, TwStreamAnswer *answer)
{
  const TwStreamRoute *stream = method->stream;
  g_autofree char *token = tw_reply_scalar (reader, stream->token), *more = tw_reply_scalar (reader, stream->more);
  TwReader list;
  TwWireType element;

  if (token == NULL || token[0] == '\0' || !tw_sse_is_id (token) || !tw_reply_find (reader, stream->list, &list))
    return FALSE;
  answer->token = g_ref_string_new (token);
  answer->more = g_strcmp0 (more, "true") == 0;
  answer->kind = tw_reader_list (&list, &element) > 0 ? TW_STREAM_ANSWER_NEWS : TW_STREAM_ANSWER_NOTHING;
  return TRUE;
}

static void
read_value (TwStreamAsk *ask, TwReader *reader, const TwResponse *response, TwStreamAnswer *answer)
{
  const TwMethod *method = ask->group->method;
  const guint8 *json;
  gsize length;

  if (!read_parts (method, reader, answer))
    {
      tw_log_error ("%s.%s: the reply is none that a stream can go on from", method->service->name, method->name);
      answer->kind = TW_STREAM_ANSWER_FAILED;
      return;
    }
  json = tw_response_body (response, &length);
  answer->event = tw_stream_count_event (ask->streams, tw_sse_event (method->stream->list->json_name, answer->token, json,
                                                                     length));
}

static TwStreamAnswerKind
kind_of_refusal (const TwStreamAsk *ask, guint status)
{
  if (status == 410 && ask->token != NULL)
    return TW_STREAM_ANSWER_REFETCH;
  return status < 500 && status != 408 && status != 429 ? TW_STREAM_ANSWER_REFUSED : TW_STREAM_ANSWER_FAILED;
}

static void
read_reply (TwStreamAsk *ask, const TwClientReply *reply, TwStreamAnswer *answer)
{
  const TwMethod *method = ask->group->method;
  const TwAnswerCall call = { .method = method };
  g_autoptr (TwResponse) response = tw_answer_new (ask->streams->spec.answers, &call, reply);
  const TwField *field;
  TwReader reader;

  answer->status = tw_response_status (response);
  if (answer->status != method->status)
    answer->kind = kind_of_refusal (ask, answer->status);
  else if (tw_reply_open (method, reply->protocol, reply->body, reply->length, &field, &reader) == TW_REPLY_VALUE)
    read_value (ask, &reader, response, answer);
}

static void
on_reply (const TwClientReply *reply, gpointer data)
{
  TwStreamAsk *ask = data;
  TwStreams *streams = ask->streams;
  TwStreamAnswer answer
      = { .kind = TW_STREAM_ANSWER_FAILED, .heard = ask->heard, .asked_ms = ask->sent_ms, .reply = reply };

  streams->n_asked--;
  streams->n_asked_later -= ask->rank == TW_STREAM_LATER;
  ask->state = TW_STREAM_ASK_ANSWERED;
  if (ask->members.length > 0)
    read_reply (ask, reply, &answer);
  while (ask->members.length > 0)
    {
      TwStream *stream = g_queue_pop_head_link (&ask->members)->data;

      stream->ask = NULL;
      tw_stream_take_answer (stream, &answer);
    }
  ask_free (ask);
  g_clear_pointer (&answer.event, g_bytes_unref);
  g_clear_pointer (&answer.token, g_ref_string_release);
  if (!streams->stopped)
    go_soon (streams);
}

/* --- Calls. --- */

static void
send_ask (TwStreams *streams, TwStreamAsk *ask)
{
  const TwMethod *method = ask->group->method;
  g_auto (TwBuffer) arguments = TW_BUFFER_INIT;
  g_autoptr (TwProblems) problems = tw_problems_new ();

  g_queue_unlink (&streams->asks[ask->rank], &ask->link);
  ask->state = TW_STREAM_ASK_SENT;
  ask->heard = ask->group->heard;
  ask->sent_ms = tw_streams_now_ms ();
  for (GList *at = ask->members.head; at != NULL; at = at->next)
    if (((TwStream *) at->data)->state == TW_STREAM_DUE)
      tw_stream_move (at->data, TW_STREAM_ASKING);
  streams->n_asked++;
  streams->n_asked_later += ask->rank == TW_STREAM_LATER;
  tw_stream_values_bind (ask->group->values, ask->token, &arguments, problems);
  tw_client_call (tw_clients_get (streams->spec.clients, method->service),
                  &(TwClientRequest) {
                    .method = method->name,
                    .arguments = arguments.data,
                    .length = arguments.len,
                    .safe = TRUE,
                    .context.deadline_ms = ask->sent_ms + streams->spec.timeout_ms,
                  },
                  on_reply, ask);
}

/* The next that is sent, or NULL: mostly of the first queue, and always some of the second. */
static TwStreamAsk *
next (TwStreams *streams)
{
  const gboolean may_be_later = streams->asks[TW_STREAM_LATER].length > 0 && streams->n_asked_later < MAX_LATER
                                && *streams->unread < MAX_UNREAD / 2;
  const gboolean later
    = may_be_later && (streams->asks[TW_STREAM_SOON].length == 0 || streams->n_soon >= MAX_SOON);

  streams->n_soon = later ? 0 : streams->n_soon + 1;
  return g_queue_peek_head (&streams->asks[later ? TW_STREAM_LATER : TW_STREAM_SOON]);
}

/* Where nobody knows which sessions go on, nobody is told anything. */
static gboolean
may_ask (const TwStreams *streams)
{
  return !streams->stopped && streams->n_asked < MAX_ASKED && *streams->unread < MAX_UNREAD
         && tw_revocations_state (streams->spec.answers->revocations) == TW_REVOCATIONS_CURRENT;
}

void
tw_stream_asks_go (TwStreams *streams)
{
  TwStreamAsk *ask;

  while (may_ask (streams) && (ask = next (streams)) != NULL)
    send_ask (streams, ask);
  tw_clients_flush (streams->spec.clients);
}
