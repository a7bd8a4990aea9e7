/* SPDX-License-Identifier: Apache-2.0 */

#include "tw-amqp.h"

#include "tw-error.h"

#include <glib-unix.h>
#include <amqp.h>
#include <amqp_tcp_socket.h>

#define CHANNEL 1
#define FRAME_SIZE 131072
#define REQUESTS "bench-requests"
#define DIRECT_REPLY "amq.rabbitmq.reply-to"

struct _TwAmqp
{
  amqp_connection_state_t state;
  guint reading;
  gboolean open; /* its socket is there to be closed */
  TwAmqpFunc func;
  gpointer user_data;
};

static void
give (TwAmqp *amqp, const amqp_envelope_t *envelope)
{
  const amqp_basic_properties_t *properties = &envelope->message.properties;
  g_autofree char *reply_to = NULL;

  if (properties->_flags & AMQP_BASIC_REPLY_TO_FLAG)
    reply_to = g_strndup (properties->reply_to.bytes, properties->reply_to.len);
  amqp->func (envelope->message.body.bytes, envelope->message.body.len, reply_to != NULL ? reply_to : "",
              envelope->delivery_tag, amqp->user_data);
}

/* All that has come. FALSE: the connection is gone. */
static gboolean
take_all (TwAmqp *amqp)
{
  const struct timeval at_once = { 0, 0 };

  for (;;)
    {
      amqp_envelope_t envelope;
      amqp_rpc_reply_t reply;

      amqp_maybe_release_buffers (amqp->state);
      reply = amqp_consume_message (amqp->state, &envelope, &at_once, 0);
      if (reply.reply_type != AMQP_RESPONSE_NORMAL)
        return reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION && reply.library_error == AMQP_STATUS_TIMEOUT;
      give (amqp, &envelope);
      amqp_destroy_envelope (&envelope);
    }
}

static gboolean
can_read (gint fd, GIOCondition condition, gpointer user_data)
{
  TwAmqp *amqp = user_data;

  if (take_all (amqp))
    return G_SOURCE_CONTINUE;
  amqp->reading = 0;
  return G_SOURCE_REMOVE;
}

/* What came while the connection was made waits in the library's buffer, of which the socket says nothing. */
static gboolean
take_first (gpointer user_data)
{
  take_all (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
is_well (TwAmqp *amqp)
{
  return amqp_get_rpc_reply (amqp->state).reply_type == AMQP_RESPONSE_NORMAL;
}

static gboolean
connect_and_log_in (TwAmqp *amqp, const TwAddress *address)
{
  amqp_socket_t *socket = amqp_tcp_socket_new (amqp->state);

  amqp->open = amqp_socket_open (socket, address->host, address->port) == AMQP_STATUS_OK;
  /* The account that every RabbitMQ has for this machine itself. */
  if (!amqp->open
      || amqp_login (amqp->state, "/", 0, FRAME_SIZE, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest").reply_type
           != AMQP_RESPONSE_NORMAL)
    return FALSE;
  amqp_channel_open (amqp->state, CHANNEL);
  return is_well (amqp);
}

static gboolean
consume (TwAmqp *amqp, const char *queue, gboolean no_ack)
{
  amqp_basic_consume (amqp->state, CHANNEL, amqp_cstring_bytes (queue), amqp_empty_bytes, FALSE, no_ack, FALSE,
                      amqp_empty_table);
  return is_well (amqp);
}

static gboolean
declare (TwAmqp *amqp, guint16 unacknowledged)
{
  amqp_queue_declare (amqp->state, CHANNEL, amqp_cstring_bytes (REQUESTS), FALSE, TRUE, FALSE, FALSE, amqp_empty_table);
  if (!is_well (amqp))
    return FALSE;
  amqp_basic_qos (amqp->state, CHANNEL, 0, unacknowledged, FALSE);
  return is_well (amqp);
}

static TwAmqp *
finish (TwAmqp *amqp, gboolean well, const TwAddress *address, GError **error)
{
  if (!well)
    {
      g_set_error (error, TW_ERROR, TW_ERROR_UNAVAILABLE, "%s:%u: RabbitMQ does not take us", address->host,
                   address->port);
      tw_amqp_free (amqp);
      return NULL;
    }
  amqp->reading = g_unix_fd_add (amqp_get_sockfd (amqp->state), G_IO_IN, can_read, amqp);
  g_idle_add (take_first, amqp);
  return amqp;
}

static TwAmqp *
new_amqp (TwAmqpFunc func, gpointer user_data)
{
  TwAmqp *amqp = g_new0 (TwAmqp, 1);

  amqp->state = amqp_new_connection ();
  amqp->func = func;
  amqp->user_data = user_data;
  return amqp;
}

TwAmqp *
tw_amqp_new_asking (const TwAddress *address, TwAmqpFunc func, gpointer user_data, GError **error)
{
  TwAmqp *amqp = new_amqp (func, user_data);

  return finish (amqp, connect_and_log_in (amqp, address) && consume (amqp, DIRECT_REPLY, TRUE), address, error);
}

TwAmqp *
tw_amqp_new_answering (const TwAddress *address, guint16 unacknowledged, TwAmqpFunc func, gpointer user_data,
                       GError **error)
{
  TwAmqp *amqp = new_amqp (func, user_data);

  return finish (
    amqp, connect_and_log_in (amqp, address) && declare (amqp, unacknowledged) && consume (amqp, REQUESTS, FALSE),
    address, error);
}

void
tw_amqp_free (TwAmqp *amqp)
{
  g_clear_handle_id (&amqp->reading, g_source_remove);
  g_source_remove_by_user_data (amqp);
  if (amqp->open)
    amqp_connection_close (amqp->state, AMQP_REPLY_SUCCESS);
  amqp_destroy_connection (amqp->state);
  g_free (amqp);
}

static gboolean
publish (TwAmqp *amqp, const char *key, const char *reply_to, const void *body, gsize length)
{
  const amqp_basic_properties_t properties = {
    ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | (reply_to != NULL ? AMQP_BASIC_REPLY_TO_FLAG : 0),
    .delivery_mode = AMQP_DELIVERY_NONPERSISTENT,
    .reply_to = amqp_cstring_bytes (reply_to != NULL ? reply_to : ""),
  };
  const amqp_bytes_t bytes = { length, (gpointer) (guintptr) body };

  return amqp_basic_publish (amqp->state, CHANNEL, amqp_empty_bytes, amqp_cstring_bytes (key), FALSE, FALSE,
                             &properties, bytes)
         == AMQP_STATUS_OK;
}

gboolean
tw_amqp_ask (TwAmqp *amqp, const void *body, gsize length)
{
  return publish (amqp, REQUESTS, DIRECT_REPLY, body, length);
}

gboolean
tw_amqp_answer (TwAmqp *amqp, const char *reply_to, const void *body, gsize length)
{
  return publish (amqp, reply_to, NULL, body, length);
}

gboolean
tw_amqp_acknowledge (TwAmqp *amqp, guint64 tag)
{
  return amqp_basic_ack (amqp->state, CHANNEL, tag, FALSE) == AMQP_STATUS_OK;
}
