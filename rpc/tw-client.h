/* SPDX-License-Identifier: Apache-2.0 */

/* A Thrift client that never blocks: framed strict binary, many calls in flight on a few connections, answers matched
 * by sequence id, each call with a deadline of its own.
 *
 * Many calls travel on one connection only where the service answers them side by side. Stock Thrift servers answer the
 * calls of a connection one after the other, whatever their sequence ids: such a server gets one call a connection, so
 * that a slow one holds up nothing, and what finds all connections busy waits here, with its deadline. A connection
 * whose call was given up is closed then: its late answer would be in the way. Calls that read and calls that write
 * have connections, bounds and a circuit of their own (tw-call-kind.h).
 *
 * It lives on one GMainContext and belongs to its thread. Calls made in one turn of the loop go out in one write. A
 * connection is made when a call needs it, and made again, with growing pauses and jitter, after it broke; addresses
 * are taken in turn and one that fails, or takes calls and answers none, is left out until it answers again. Names are
 * resolved for each connection anew, by a thread. After too many failures in a row the circuit opens: calls fail at
 * once with UNAVAILABLE until a probe succeeds. A call whose bytes may have reached the service is sent again only if
 * it is marked safe or repeatable, and once.
 */

#pragma once

#include "tw-call-context.h"
#include "tw-schema.h"
#include "tw-socket.h"
#include "tw-wire.h"

G_BEGIN_DECLS

typedef struct _TwClient TwClient;

typedef struct
{
  guint connections;        /* at most, each address and kind of calls, to a service that answers side by side … */
  guint max_on_connection;  /* calls; further ones wait here: not more than what the service takes of one */
  guint single_connections; /* … and to one that does not, of one call each */
  guint idle_timeout_ms;    /* after which all of these but the first are closed */
  guint max_in_flight;      /* calls of a kind, those that wait too; further ones fail with UNAVAILABLE */
  guint connect_timeout_ms;
  guint retry_min_ms, retry_max_ms; /* pause before a broken connection is made again */
  guint breaker_failures;   /* in a row, of calls made after the last answer, until the circuit opens */
  TwWireLimits reply_limits;
} TwClientLimits;

extern const TwClientLimits TW_CLIENT_DEFAULT_LIMITS;

/* What is known of the services at the addresses. */
typedef enum
{
  TW_PEER_PLAIN = 0,
  TW_PEER_SIDE_BY_SIDE = 1 << 0,  /* answers calls of one connection as they finish */
  TW_PEER_TAKES_CONTEXT = 1 << 1, /* a call's context may go with it */
} TwPeer;

/* What @service says of itself. */
TwPeer tw_peer_of (const TwService *service);

/* A call to be made. All is copied. */
typedef struct
{
  const char *method;
  const guint8 *arguments; /* their struct, in binary protocol */
  gsize length;
  gboolean safe;           /* calling twice does no more than calling once */
  gboolean repeatable;     /* the same, of a call that changes something, and so is of that kind: it has a key */
  TwCallContext context;   /* its deadline holds here; the rest is for a service that takes it */
} TwClientRequest;

/* A reply; @body is valid during the callback only and has passed the scanner. With @error set the rest is zero. */
typedef struct
{
  const GError *error;      /* TW_ERROR_UNAVAILABLE, TIMEOUT or INTERNAL (the reply breaks the protocol) */
  TwMessageType type;       /* REPLY: @body is the result's struct; EXCEPTION: a TApplicationException's */
  TwProtocol protocol;      /* of @body */
  const guint8 *body;
  gsize length;
} TwClientReply;

typedef void (*TwClientFunc) (const TwClientReply *reply, gpointer user_data);

/* Called once after the replies that one turn of the loop brought: the gateway lets libmicrohttpd run then. */
typedef void (*TwClientBatchFunc) (gpointer user_data);

/* A client of @n >= 1 addresses (copied) on the thread-default context. */
TwClient *tw_client_new (const TwAddress *const *addresses, guint n, TwPeer peer, const TwClientLimits *limits);

void tw_client_set_batch_func (TwClient *client, TwClientBatchFunc func, gpointer user_data);

/* Makes the call. @func is called exactly once, on the loop, never before this returns; it may call and cancel. Returns
 * a handle for tw_client_cancel(), never 0. */
guint64 tw_client_call (TwClient *client, const TwClientRequest *request, TwClientFunc func, gpointer user_data);

/* Forgets a call: its function is not called any more. A handle that is no longer in flight is ignored. */
void tw_client_cancel (TwClient *client, guint64 call);

/* Writes the calls that were made, as the loop's next turn would: for who has just made all calls that there are. */
void tw_client_flush (TwClient *client);

/* Calls in flight. */
guint tw_client_in_flight (const TwClient *client);

/* Fails every call in flight with UNAVAILABLE, then frees. Not to be called from one of its callbacks, which must not
 * call again while this runs. */
void tw_client_free (TwClient *client);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwClient, tw_client_free)

/* The sentence in a TApplicationException's struct and its code; free *@message with g_free(). */
void tw_application_exception_read (TwProtocol protocol, const guint8 *body, gsize length, TwApplicationError *code,
                                    char **message);

G_END_DECLS
