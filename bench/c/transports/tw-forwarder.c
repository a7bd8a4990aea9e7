/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-forwarder.h"

#include "tw-client.h"
#include "tw-clock.h"
#include "tw-error.h"
#include "tw-writer.h"

#define DEADLINE_MS 5000

struct _TwForwarder
{
  TwClient *client;
};

/* A call under way: what its answer has to be like. */
typedef struct
{
  TwEncoding encoding;
  gint32 sequence_id;
  char *name;
  TwForwarderFunc func;
  gpointer user_data;
} Forwarded;

TwForwarder *
tw_forwarder_new (const TwAddress *service)
{
  TwForwarder *forwarder = g_new0 (TwForwarder, 1);
  TwClientLimits limits = TW_CLIENT_DEFAULT_LIMITS;

  limits.connections = 1;
  forwarder->client = tw_client_new (&service, 1, TW_PEER_SIDE_BY_SIDE, &limits);
  return forwarder;
}

void
tw_forwarder_free (TwForwarder *forwarder)
{
  tw_client_free (forwarder->client);
  g_free (forwarder);
}

static void
write_answer (const Forwarded *call, const TwClientReply *reply, TwBuffer *answer)
{
  TwWriter writer;

  if (reply->error != NULL)
    {
      tw_writer_application_exception (answer, &call->encoding, call->name, strlen (call->name), call->sequence_id,
                                       TW_APPLICATION_INTERNAL_ERROR, tw_error_public_message (reply->error));
      return;
    }
  tw_writer_init (&writer, call->encoding.protocol, answer);
  tw_writer_message_begin (&writer, call->encoding.framed, reply->type, call->name, strlen (call->name),
                           call->sequence_id);
  tw_buffer_append (answer, reply->body, reply->length);
  tw_writer_message_end (&writer);
}

static void
take_reply (const TwClientReply *reply, gpointer user_data)
{
  g_autofree Forwarded *call = user_data;
  g_auto (TwBuffer) answer = TW_BUFFER_INIT;

  write_answer (call, reply, &answer);
  call->func (&answer, call->user_data);
  g_free (call->name);
}

void
tw_forwarder_forward (TwForwarder *forwarder, const TwMessage *message, TwForwarderFunc func, gpointer user_data)
{
  Forwarded *call = g_new (Forwarded, 1);

  *call = (Forwarded) {
    .encoding = message->encoding,
    .sequence_id = message->sequence_id,
    .name = g_strndup (message->name, message->name_length),
    .func = func,
    .user_data = user_data,
  };
  /* It knows no method, so none is safe to be sent again. */
  tw_client_call (forwarder->client,
                  &(TwClientRequest) {
                    .method = call->name,
                    .arguments = message->body,
                    .length = message->body_length,
                    .context.deadline_ms = tw_clock_monotonic_ms (tw_clock_system ()) + DEADLINE_MS,
                  },
                  take_reply, call);
}

gboolean
tw_forwarder_forward_bytes (TwForwarder *forwarder, const void *bytes, gsize length, TwForwarderFunc func,
                            gpointer user_data)
{
  g_autoptr (TwScanner) scanner = tw_scanner_new (&TW_WIRE_REQUEST_LIMITS);
  TwMessage message;

  if (tw_scanner_scan (scanner, bytes, length, &message, NULL) != TW_SCAN_COMPLETE || message.total != length
      || message.encoding.protocol != TW_PROTOCOL_BINARY)
    return FALSE;
  tw_forwarder_forward (forwarder, &message, func, user_data);
  return TRUE;
}
