/* SPDX-License-Identifier: Apache-2.0 */

/* One address of a client, with its connections: makes one when it is needed, more when they are busy, and leaves
 * the address out for a growing time, with jitter, after it has failed. Each kind of calls has a lane, which is
 * connections of its own. A lane that takes calls and answers none is asked only now and then, by one call, while
 * another address is there. Private to the client. */

#pragma once

#include "tw-client.h"
#include "tw-client-connection.h"

G_BEGIN_DECLS

/* Called when something happened outside of the client's source. */
typedef void (*TwClientChangedFunc) (gpointer user_data);

typedef struct
{
  GPtrArray *connections; /* of TwClientConnection; those without a socket wait for the name to be resolved */
  guint failures;         /* not yet taken by tw_client_endpoints_take_failures() */
  guint timeouts;         /* calls that it let wait in vain since its last answer */
  gint64 silent_until_ms;
} TwClientLane;

typedef struct
{
  TwAddress *address;
  char *label; /* the address, for the log */
  gboolean side_by_side; /* it answers calls of one connection as they finish */
  const TwClientLimits *limits;
  GSource *source;
  GArray *literal;      /* of TwSocketName; NULL: the address is a name */
  TwResolver *resolver; /* for names */
  gboolean resolving;
  TwClientChangedFunc changed;
  gpointer changed_data;

  TwClientLane lanes[TW_N_CALL_KINDS];
  gint64 left_out_until_ms; /* 0: it is not */
  guint pause_ms; /* the last one; 0 while all is well */
} TwClientEndpoint;

/* @literal (taken) is what @address stands for, or NULL if it is a name, which @resolver then looks up. @source polls
 * the connections' sockets. */
TwClientEndpoint *tw_client_endpoint_new (const TwAddress *address, GArray *literal, TwPeer peer,
                                          const TwClientLimits *limits, GSource *source, TwResolver *resolver,
                                          TwClientChangedFunc changed, gpointer changed_data);
void tw_client_endpoint_free (TwClientEndpoint *endpoint);

/* A reply came on @connection. The first one of a connection makes all well again; those of older connections say
 * nothing about a new one. */
void tw_client_endpoint_answered (TwClientEndpoint *endpoint, const TwClientConnection *connection);

/* Closes the connection of @kind at @index, which has failed, with calls on it or not; they must have been taken. */
void tw_client_endpoint_drop (TwClientEndpoint *endpoint, TwCallKind kind, guint index, gboolean had_calls,
                              gint64 now_ms, const GError *why);

/* Whether @connection may have a call more. */
gboolean tw_client_endpoint_has_room (const TwClientEndpoint *endpoint, const TwClientConnection *connection);

/* Sees whether a pause is over. Where calls of a connection are answered one after the other: closes those that are
 * spent, and those that have been idle for long, but for one of each kind. */
void tw_client_endpoint_tidy (TwClientEndpoint *endpoint, gint64 now_ms);

/* When tidying has something to do of itself: G_MAXINT64 for never. */
gint64 tw_client_endpoint_tidy_at_ms (const TwClientEndpoint *endpoint);

/* Of several, in an array: an open connection for a call of @kind, from the addresses in turn (@turn is where to
 * begin and moves on), and of an address the one with the fewest calls; NULL if none has room. Sees to it that each
 * address has one or that one is being made, unless it is left out and @at_once is not set, and more than one where
 * they are busy: @n_waiting calls want one, this one included. */
TwClientConnection *tw_client_endpoints_pick (GPtrArray *endpoints, TwCallKind kind, guint *turn, guint n_waiting,
                                              gint64 now_ms, gboolean at_once);

/* A call on @connection, which is of one of them, was not answered in time. */
void tw_client_endpoints_timed_out (GPtrArray *endpoints, TwClientConnection *connection, gint64 now_ms);

/* Whether there is any connection for calls of @kind, or one is being made: one to wait for. */
gboolean tw_client_endpoints_have_any (GPtrArray *endpoints, TwCallKind kind);

/* How often those of @kind have failed since the last call of this. */
guint tw_client_endpoints_take_failures (GPtrArray *endpoints, TwCallKind kind);

G_END_DECLS
