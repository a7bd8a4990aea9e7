/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-health.h"

#include "tw-clock.h"
#include "tw-error.h"
#include "tw-reply.h"
#include "tw-writer.h"

/* Fields of the role's reply: see TwRole in tw-schema.h. */
#define FIELD_WELL 1
#define FIELD_MESSAGE 2

/* One round of questions. */
typedef struct
{
  TwProblems *problems;
  guint waiting; /* for that many answers, and for the round to be complete */
  TwHealthFunc func;
  gpointer user_data;
} Round;

typedef struct
{
  Round *round;
  const TwMethod *method;
} Question;

static void
answered_one (Round *round)
{
  if (--round->waiting > 0)
    return;
  round->func (round->problems, round->user_data);
  tw_problems_free (round->problems);
  g_free (round);
}

/* NULL if the service says that it is well, else what is wrong. */
static char *
read_health (TwReader *reader)
{
  gboolean well = FALSE;
  const char *message = "";
  gsize length = 0;
  TwWireType type;
  gint16 id;

  tw_reader_struct_begin (reader);
  while (tw_reader_field (reader, &type, &id))
    if (id == FIELD_WELL && type == TW_WIRE_BOOL)
      well = tw_reader_bool (reader);
    else if (id == FIELD_MESSAGE && type == TW_WIRE_STRING)
      tw_reader_string (reader, &message, &length);
    else
      tw_reader_skip (reader, type);
  tw_reader_struct_end (reader);
  if (reader->failed)
    return g_strdup ("gave an answer that can't be read");
  if (well)
    return NULL;
  return length > 0 ? g_utf8_make_valid (message, (gssize) length) : g_strdup ("is not well");
}

static char *
judge (const TwMethod *method, const TwClientReply *reply)
{
  const TwField *field = NULL;
  TwReader reader;

  if (reply->error != NULL)
    return g_strdup (g_error_matches (reply->error, TW_ERROR, TW_ERROR_TIMEOUT) ? "took too long to answer"
                                                                               : "can't be reached");
  if (reply->type != TW_MESSAGE_REPLY
      || tw_reply_open (method, reply->protocol, reply->body, reply->length, &field, &reader) != TW_REPLY_VALUE
      || field == NULL)
    return g_strdup ("failed to answer");
  return read_health (&reader);
}

static void
on_reply (const TwClientReply *reply, gpointer user_data)
{
  Question *question = user_data;
  char *wrong = judge (question->method, reply);

  if (wrong != NULL)
    tw_problems_take (question->round->problems, g_strdup (question->method->service->name), wrong);
  answered_one (question->round);
  g_free (question);
}

static void
ask_one (Round *round, TwClient *client, const TwMethod *method, guint timeout_ms)
{
  g_auto (TwBuffer) arguments = TW_BUFFER_INIT;
  Question *question = g_new (Question, 1);
  TwWriter writer;

  *question = (Question) { round, method };
  round->waiting++;
  tw_writer_init (&writer, TW_PROTOCOL_BINARY, &arguments);
  tw_writer_struct_begin (&writer);
  tw_writer_struct_end (&writer);
  tw_client_call (client,
                  &(TwClientRequest) {
                    .method = method->name,
                    .arguments = arguments.data,
                    .length = arguments.len,
                    .safe = method->retry_safe,
                    .context.deadline_ms = tw_clock_monotonic_ms (tw_clock_system ()) + timeout_ms,
                  },
                  on_reply, question);
}

void
tw_health_ask (const TwClients *clients, const TwSchema *schema, guint timeout_ms, TwHealthFunc func,
               gpointer user_data)
{
  Round *round = g_new0 (Round, 1);

  *round = (Round) { .problems = tw_problems_new (), .waiting = 1, .func = func, .user_data = user_data };
  for (guint i = 0; i < tw_schema_n_services (schema); i++)
    {
      const TwService *service = tw_schema_service (schema, i);
      const TwMethod *method = tw_service_find_role (service, TW_ROLE_HEALTH);
      TwClient *client = tw_clients_get (clients, service);

      if (method != NULL && client != NULL)
        ask_one (round, client, method, timeout_ms);
    }
  answered_one (round);
}
