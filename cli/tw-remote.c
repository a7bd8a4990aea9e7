/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-remote.h"

#include "tw-client.h"
#include "tw-clock.h"
#include "tw-error.h"
#include "tw-json.h"
#include "tw-reply.h"

struct _TwRemote
{
  TwAddress address;
  TwClient *client;
  GMainLoop *loop;
};

typedef struct
{
  const TwRemote *remote;
  const TwMethod *method;
  json_t *reply;
  GError *error;
} Waiting;

static void
take_value (Waiting *waiting, const TwField *field, TwReader *reader)
{
  g_auto (TwBuffer) text = TW_BUFFER_INIT;

  if (field == NULL)
    return;
  if (tw_json_write (&text, field->type, reader, TW_JSON_CLAIMS))
    waiting->reply = json_loadb ((const char *) text.data, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
  if (waiting->reply == NULL)
    g_set_error (&waiting->error, TW_ERROR, TW_ERROR_INTERNAL, "the reply does not fit the schema");
}

/* A declared exception, as the error that its status means. */
static void
take_exception (Waiting *waiting, const TwField *field, const TwReader *reader)
{
  const TwStruct *structure = field->type->structure;
  g_autofree char *status = NULL, *detail = NULL;
  TwErrorCode code = TW_ERROR_INTERNAL;

  for (guint i = 0; i < structure->n_fields; i++)
    if (structure->fields[i].error_role == TW_ERROR_ROLE_STATUS)
      status = tw_reply_scalar (reader, &structure->fields[i]);
    else if (structure->fields[i].error_role == TW_ERROR_ROLE_DETAIL)
      detail = tw_reply_scalar (reader, &structure->fields[i]);
  if (status != NULL)
    code = tw_error_code_from_status ((int) g_ascii_strtoll (status, NULL, 10));
  g_set_error_literal (&waiting->error, TW_ERROR, (int) code,
                       detail != NULL && detail[0] != '\0' ? detail : structure->name);
}

/* No answer: most often it is asked in the wrong place. */
static void
take_failure (Waiting *waiting, const GError *failure)
{
  g_autofree char *address = tw_address_to_string (&waiting->remote->address);

  waiting->error = g_error_copy (failure);
  g_prefix_error (&waiting->error, "%s (--host, --port): ", address);
}

static void
take_reply (const TwClientReply *reply, gpointer user_data)
{
  Waiting *waiting = user_data;
  TwReader reader;
  const TwField *field = NULL;

  if (reply->error != NULL)
    take_failure (waiting, reply->error);
  else if (reply->type == TW_MESSAGE_EXCEPTION)
    {
      TwApplicationError code;
      g_autofree char *message = NULL;

      tw_application_exception_read (reply->protocol, reply->body, reply->length, &code, &message);
      g_set_error (&waiting->error, TW_ERROR, TW_ERROR_INTERNAL, "%s", message);
    }
  else
    switch (tw_reply_open (waiting->method, reply->protocol, reply->body, reply->length, &field, &reader))
      {
      case TW_REPLY_VALUE:
        take_value (waiting, field, &reader);
        break;
      case TW_REPLY_EXCEPTION:
        take_exception (waiting, field, &reader);
        break;
      case TW_REPLY_MALFORMED:
      default:
        g_set_error (&waiting->error, TW_ERROR, TW_ERROR_INTERNAL, "the reply does not fit the schema");
        break;
      }
  g_main_loop_quit (waiting->remote->loop);
}

TwRemote *
tw_remote_new (const TwAddress *address, const TwService *service)
{
  TwRemote *remote = g_new0 (TwRemote, 1);

  remote->address = *address;
  remote->client = tw_client_new (&address, 1, tw_peer_of (service), &TW_CLIENT_DEFAULT_LIMITS);
  remote->loop = g_main_loop_new (NULL, FALSE);
  return remote;
}

void
tw_remote_free (TwRemote *remote)
{
  tw_client_free (remote->client);
  g_main_loop_unref (remote->loop);
  g_free (remote);
}

gboolean
tw_remote_call (TwRemote *remote, const TwMethod *method, const TwBuffer *arguments, guint timeout_ms,
                json_t **reply, GError **error)
{
  Waiting waiting = { .remote = remote, .method = method };

  tw_client_call (remote->client,
                  &(TwClientRequest) {
                    .method = method->name,
                    .arguments = arguments->data,
                    .length = arguments->len,
                    .safe = method->retry_safe,
                    .repeatable = method->retry_keyed,
                    .context.deadline_ms = tw_clock_monotonic_ms (tw_clock_system ()) + timeout_ms,
                  },
                  take_reply, &waiting);
  g_main_loop_run (remote->loop);

  *reply = waiting.reply;
  if (waiting.error != NULL)
    g_propagate_error (error, waiting.error);
  return waiting.error == NULL;
}
