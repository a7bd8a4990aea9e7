/* SPDX-License-Identifier: Apache-2.0 */

/* A connection to an AMQP 0-9-1 broker on the default GMainContext, by librabbitmq, for requests and answers. Requests
 * go to one durable queue, answers by RabbitMQ's direct reply-to (https://www.rabbitmq.com/docs/direct-reply-to). */

#pragma once

#include "tw-socket.h"

G_BEGIN_DECLS

typedef struct _TwAmqp TwAmqp;

/* A message; all is valid during the call only. @reply_to is "" where it has none; @tag is for
 * tw_amqp_acknowledge(). */
typedef void (*TwAmqpFunc) (const void *body, gsize length, const char *reply_to, guint64 tag, gpointer user_data);

/* Who asks: takes answers. Both fail with TW_ERROR_UNAVAILABLE. */
TwAmqp *tw_amqp_new_asking (const TwAddress *address, TwAmqpFunc func, gpointer user_data, GError **error);

/* Who answers: makes the queue where it is not there, and takes requests, at most so many that it has not acknowledged.
 * The broker gives them to the next one if this one goes away. */
TwAmqp *tw_amqp_new_answering (const TwAddress *address, guint16 unacknowledged, TwAmqpFunc func, gpointer user_data,
                               GError **error);

void tw_amqp_free (TwAmqp *amqp);

/* FALSE: the connection is gone. */
gboolean tw_amqp_ask (TwAmqp *amqp, const void *body, gsize length);
gboolean tw_amqp_answer (TwAmqp *amqp, const char *reply_to, const void *body, gsize length);
gboolean tw_amqp_acknowledge (TwAmqp *amqp, guint64 tag);

G_END_DECLS
