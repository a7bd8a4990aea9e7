/* SPDX-License-Identifier: Apache-2.0 */

/* A Thrift server whose I/O never waits for a handler.
 *
 * One loop (the GMainContext it was made in) accepts, reads, scans, checks every limit of the schema and writes; calls
 * are handed on as TwCall. A call that breaks a limit is answered with the method's declared exception (code 400) or,
 * where it has none, an application exception; an unknown method with UNKNOWN_METHOD; a message that is no call, or
 * malformed, closes the connection. Whether a call is answered is the method's word (oneway), not the message type's.
 *
 * Calls of one connection whose sequence ids differ run side by side and are answered as they finish; a call whose id
 * equals one still in flight waits for it, so a client that always sends 0 is served strictly in order. Reading from a
 * connection pauses while it has too much in flight or unsent, or its next call is of a kind of which the server has
 * too many in flight (tw-call-kind.h): calls that write and are stuck stop none that read. A place that is free again
 * is for one call of the connection that has waited for one the longest.
 *
 * A call whose deadline is over is answered UNAVAILABLE by the loop and frees its place, wherever it is; so is, without
 * an answer, one whose connection is closed. Its handler is told when it asks (tw_call_begin()), and what it answers is
 * dropped. What comes after a pause may have come when the pause began, and is taken to have; so are calls that write and
 * are there when the loop stood still, as that of a process that is stopped does, or of a machine that is moved.
 */

#pragma once

#include "tw-socket.h"
#include "tw-call.h"

G_BEGIN_DECLS

typedef struct _TwServer TwServer;

typedef struct
{
  guint max_connections;          /* further ones are closed at once */
  guint max_calls;                /* of a kind in flight, all connections; further ones wait unread */
  guint max_calls_per_connection;
  guint idle_timeout_ms;          /* without a message begun; 0: none */
  guint read_timeout_ms;          /* from a message's first byte to its last, absolute */
  guint write_timeout_ms;         /* without any progress on unsent replies */
  guint drain_timeout_ms;         /* how long tw_server_stop() waits for calls in flight */
  TwWireLimits request_limits;
  guint max_call_ms;              /* from when a call came: how long its caller waits, where it does not say */
  gsize max_reply;                /* bytes */
  gsize max_unsent;               /* bytes; a connection with more answers unsent has none begun, and is not read from */

  /* Bytes of answers, all connections: with more of them unsent, none is begun for a connection that has any itself,
   * and those that take none for a while are closed, the ones with the most first. */
  gsize max_unsent_total;

  /* Bytes of requests, all connections: calls in flight have at most so many of each kind. Further ones wait: those
   * that were read by then have as many again, and what finds no room among them is answered UNAVAILABLE. Messages that
   * are not whole yet take at most as many, too, and the connection that has been at its own the longest is closed for
   * a new one. */
  gsize max_input;
} TwServerLimits;

/* What serves a few thousand clients: see the .c file. */
extern const TwServerLimits TW_SERVER_DEFAULT_LIMITS;

/* Answers a call, now or later, on any thread. Called on the loop: it must not block. */
typedef void (*TwCallFunc) (TwCall *call, gpointer user_data);

/* A server of @service that answers from @handler every method that has no function of its own. Listens at once, on
 * the thread-default context's loop. Fails with TW_ERROR_CONFIGURATION when the address can't be had. */
TwServer *tw_server_new (TwSchema *schema, const TwService *service, const TwAddress *address,
                         const TwServerLimits *limits, TwCallFunc handler, gpointer user_data, GError **error);

/* Has @func answer @method instead. Call before the loop runs. */
void tw_server_set_method (TwServer *server, const char *method, TwCallFunc func, gpointer user_data);

/* Called on the loop at the end of each of its turns: for what hands on all calls of a turn together. It may answer
 * some with tw_mailbox_deliver(): what comes in by that is of the same turn, and all are called again. */
typedef void (*TwServerTurnFunc) (gpointer user_data);

/* Has @func called. Call before the loop runs. */
void tw_server_add_turn_func (TwServer *server, TwServerTurnFunc func, gpointer user_data);

/* The port it listens on (of use where 0 was asked for). */
guint16 tw_server_port (const TwServer *server);

/* Accepts and reads no more; calls @stopped on the loop when every call in flight is answered and written, or after the
 * drain timeout. Once. */
void tw_server_stop (TwServer *server, void (*stopped) (gpointer user_data), gpointer user_data);

/* Frees a server that has stopped, or never ran. Its calls must all have been answered. */
void tw_server_free (TwServer *server);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwServer, tw_server_free)

G_END_DECLS
