/* SPDX-License-Identifier: Apache-2.0 */

/* A way that calls take to the service, as their caller sees it: the same calls by HTTP, Thrift, a broker or datagrams.
 *
 * A carrier lives on the default GMainContext. It connects when it is opened and, after its connection broke, when the
 * next call is to be sent. It tells what becomes of each call as far as it learns of it; the deadline is its user's.
 */

#pragma once

#include "tw-ask.h"
#include "tw-socket.h"

G_BEGIN_DECLS

typedef struct _TwCarrier TwCarrier;

typedef enum
{
  TW_FATE_ANSWERED,
  TW_FATE_FAILED, /* an error came back, or the connection is gone: whether it was done is not known */
  TW_FATE_UNSENT, /* nothing was sent: it is not done */
  TW_FATE_SILENT, /* the deadline passed; no carrier says this */
} TwFate;

/* What became of the call @id. @answer are the bytes of an answer; it is empty for other fates. May be called from
 * within send. A call that is over already may be named again, and calls that nobody made: both are the callee's to
 * ignore. */
typedef void (*TwFateFunc) (gint32 id, TwFate fate, const void *answer, gsize length, gpointer user_data);

typedef struct
{
  TwAddress *address;  /* of the service, the gateway, the broker or the bridge */
  char *token;         /* http: the user's */
  guint in_flight;     /* at most; http has as many connections */
  guint deadline_ms;   /* client: of a call */
  TwEncoding encoding; /* stream: how it speaks */
  int qos;             /* mqtt: 0 or 1 */
  TwFateFunc func;
  gpointer user_data;
} TwCarrierSetup;

typedef struct
{
  /* Connected; NULL with @error. @setup stays the caller's and must stay there as long as the carrier. */
  TwCarrier *(*open) (const TwCarrierSetup *setup, GError **error);
  void (*send) (TwCarrier *carrier, const TwAsk *ask); /* may keep it until flush */
  void (*flush) (TwCarrier *carrier);
  void (*close) (TwCarrier *carrier);
  /* Bytes of all datagrams so far, both ways; NULL for TCP, where the kernel counts. */
  guint64 (*carried) (const TwCarrier *carrier);
} TwCarrierClass;

extern const TwCarrierClass tw_carrier_client; /* rpc/'s pipelined client */
extern const TwCarrierClass tw_carrier_stream; /* one TCP connection, Thrift messages one behind the other */
extern const TwCarrierClass tw_carrier_http;   /* HTTP/1.1 and JSON, a connection for each call in flight */
extern const TwCarrierClass tw_carrier_udp;    /* a message a datagram */
extern const TwCarrierClass tw_carrier_mqtt;   /* MQTT 5's request and response */
extern const TwCarrierClass tw_carrier_amqp;   /* AMQP 0-9-1, answers by direct reply-to */

/* A connected TCP or UDP socket that does not wait; -1 with TW_ERROR_UNAVAILABLE. @type is SOCK_STREAM or SOCK_DGRAM.
 * The address is a literal of IPv4. */
int tw_carrier_connect (const TwAddress *address, int type, GError **error);

/* Tells what became of a call by a whole message that came back, in @bytes; what is none is ignored. */
void tw_carrier_tell_message (const TwCarrierSetup *setup, const void *bytes, gsize length);

G_END_DECLS
