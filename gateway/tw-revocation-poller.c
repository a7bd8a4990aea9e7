/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-revocation-poller.h"

#include "tw-buffer.h"
#include "tw-log.h"
#include "tw-reader.h"
#include "tw-writer.h"

#include <string.h>


/* The fields that TW_ROLE_REVOCATIONS fixes: see tw-schema.h. */
enum
{
  ARGUMENT_SINCE = 1,
  RESULT_VALUE = 0,
  VALUE_POSITION = 1,
  VALUE_ENDED = 2,
  ENDED_SESSION = 1,
  ENDED_EXPIRES_S = 2,
};

struct _TwRevocationPoller
{
  TwRevocations *revocations;
  TwRevocationList *list;
  TwClient *client;
  const TwMethod *method;
  guint interval_ms;
  GMainContext *context;
  GSource *timer;   /* set while it waits for the next turn */
  guint64 call;     /* set while a poll is on its way */
  gint64 position;  /* what to ask for next */
  gint64 asked_ms;  /* when the last poll was sent, monotonic */
  gboolean failing; /* the last poll failed */
};

/* What an answer says. */
typedef struct
{
  gboolean has_value;
  gint64 position;
  guint32 n; /* sessions */
} Answer;

static void poll_now (TwRevocationPoller *poller);

static void
read_ended (TwReader *reader, TwRevocations *revocations)
{
  const char *data = NULL;
  gsize length = 0;
  gint64 expires_s = 0;
  TwWireType type;
  gint16 id;

  tw_reader_struct_begin (reader);
  while (tw_reader_field (reader, &type, &id))
    if (id == ENDED_SESSION && type == TW_WIRE_STRING)
      tw_reader_string (reader, &data, &length);
    else if (id == ENDED_EXPIRES_S && type == TW_WIRE_I64)
      expires_s = tw_reader_i64 (reader);
    else
      tw_reader_skip (reader, type);
  tw_reader_struct_end (reader);
  if (!reader->failed && length > 0 && memchr (data, '\0', length) == NULL)
    {
      g_autofree char *session = g_strndup (data, length);

      tw_revocations_add (revocations, session, expires_s);
    }
}

static void
read_value (TwReader *reader, TwRevocations *revocations, Answer *answer)
{
  TwWireType type, element;
  gint16 id;

  answer->has_value = TRUE;
  tw_reader_struct_begin (reader);
  while (tw_reader_field (reader, &type, &id))
    if (id == VALUE_POSITION && type == TW_WIRE_I64)
      answer->position = tw_reader_i64 (reader);
    else if (id == VALUE_ENDED && type == TW_WIRE_LIST)
      {
        answer->n = tw_reader_list (reader, &element);
        for (guint32 i = 0; i < answer->n && !reader->failed; i++)
          if (element == TW_WIRE_STRUCT)
            read_ended (reader, revocations);
          else
            tw_reader_skip (reader, element);
      }
    else
      tw_reader_skip (reader, type);
  tw_reader_struct_end (reader);
}

/* Enters the sessions of a reply. FALSE where it is none, but the method's exception, or has another shape. */
static gboolean
read_reply (TwRevocationPoller *poller, const TwClientReply *reply, Answer *answer)
{
  TwReader reader;
  TwWireType type;
  gint16 id;

  tw_reader_init (&reader, reply->protocol, reply->body, reply->length);
  tw_reader_struct_begin (&reader);
  while (tw_reader_field (&reader, &type, &id))
    if (id == RESULT_VALUE && type == TW_WIRE_STRUCT)
      read_value (&reader, poller->revocations, answer);
    else
      tw_reader_skip (&reader, type);
  tw_reader_struct_end (&reader);
  return !reader.failed && answer->has_value;
}

/* Logs what changed, so that a service that stays away is one line and not one every turn. */
static void
note_outcome (TwRevocationPoller *poller, const char *failure)
{
  if (failure != NULL && !poller->failing)
    tw_log_warning ("%s.%s: %s; until it answers, %s", poller->method->service->name, poller->method->name, failure,
                    tw_revocation_list_is_loaded (poller->list) ? "sessions that end now are not refused here"
                                                                : "no token is taken here");
  else if (failure == NULL && poller->failing)
    tw_log_info ("%s.%s answers again", poller->method->service->name, poller->method->name);
  poller->failing = failure != NULL;
}

static gboolean
on_timer (gpointer user_data)
{
  TwRevocationPoller *poller = user_data;

  g_clear_pointer (&poller->timer, g_source_unref);
  poll_now (poller);
  return G_SOURCE_REMOVE;
}

static void
poll_later (TwRevocationPoller *poller)
{
  poller->timer = g_timeout_source_new (poller->interval_ms);
  g_source_set_callback (poller->timer, on_timer, poller, NULL);
  g_source_attach (poller->timer, poller->context);
}

static void
on_reply (const TwClientReply *reply, gpointer user_data)
{
  TwRevocationPoller *poller = user_data;
  gint64 asked_for = poller->position;
  Answer answer = { .position = asked_for };
  const char *failure = NULL;

  poller->call = 0;
  if (reply->error != NULL)
    failure = reply->error->message;
  else if (reply->type != TW_MESSAGE_REPLY || !read_reply (poller, reply, &answer))
    failure = "the service gave no list";
  else if (answer.n > 0 && answer.position == asked_for)
    failure = "the service's list does not advance";
  else if (answer.position < asked_for)
    {
      failure = "the service's list begins anew";
      poller->position = 0;
    }
  note_outcome (poller, failure);
  if (failure == NULL)
    {
      poller->position = answer.position;
      if (answer.n > 0)
        {
          poll_now (poller);
          return;
        }
      tw_revocation_list_loaded (poller->list, poller->asked_ms);
    }
  poll_later (poller);
}

static void
poll_now (TwRevocationPoller *poller)
{
  g_auto (TwBuffer) arguments = TW_BUFFER_INIT;
  TwWriter writer;

  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &arguments);
  tw_writer_struct_begin (&writer);
  tw_writer_field (&writer, TW_WIRE_I64, ARGUMENT_SINCE);
  tw_writer_i64 (&writer, poller->position);
  tw_writer_struct_end (&writer);
  poller->asked_ms = tw_clock_monotonic_ms (tw_clock_system ());
  poller->call = tw_client_call (poller->client,
                                 &(TwClientRequest) {
                                   .method = poller->method->name,
                                   .arguments = arguments.data,
                                   .length = arguments.len,
                                   .safe = poller->method->retry_safe,
                                   .context.deadline_ms = poller->asked_ms + TW_REVOCATION_POLL_TIMEOUT_MS,
                                 },
                                 on_reply, poller);
}

TwRevocationPoller *
tw_revocation_poller_new (TwRevocations *revocations, TwRevocationList *list, TwClient *client, const TwMethod *method,
                          guint interval_ms)
{
  TwRevocationPoller *poller = g_new0 (TwRevocationPoller, 1);

  poller->revocations = revocations;
  poller->list = list;
  poller->client = client;
  poller->method = method;
  poller->interval_ms = interval_ms;
  poller->context = g_main_context_ref_thread_default ();
  poll_now (poller);
  return poller;
}

void
tw_revocation_poller_free (TwRevocationPoller *poller)
{
  if (poller == NULL)
    return;
  if (poller->call != 0)
    tw_client_cancel (poller->client, poller->call);
  if (poller->timer != NULL)
    {
      g_source_destroy (poller->timer);
      g_source_unref (poller->timer);
    }
  g_main_context_unref (poller->context);
  g_free (poller);
}
