/* SPDX-License-Identifier: Apache-2.0 */

/* One address of a client, with its connections: makes one when it is needed, more when they are busy, and leaves the
 * address out for a growing time, with jitter, after it has failed. One that takes calls and answers none is asked
 * only now and then, by one call, while another one is there. Private to the client. */

#pragma once

#include "tw-client.h"
#include "tw-client-connection.h"

G_BEGIN_DECLS

/* Called when something happened outside of the client's source. */
typedef void (*TwClientStirFunc) (gpointer user_data);

typedef struct
{
  TwAddress *address;
  char *label; /* the address, for the log */
  const TwClientLimits *limits;
  GSource *source;
  GArray *literal;      /* of TwSocketName; NULL: the address is a name */
  TwResolver *resolver; /* for names */
  TwClientStirFunc stir;
  gpointer stir_data;

  GPtrArray *connections; /* of TwClientConnection; those without a socket wait for the name to be resolved */
  gint64 left_out_until_ms;
  guint pause_ms; /* the last one; 0 while all is well */
  guint failures; /* not yet taken by tw_client_endpoints_take_failures() */

  guint timeouts; /* calls that it let wait in vain since its last answer */
  gint64 silent_until_ms;
} TwClientEndpoint;

/* @literal (taken) is what @address stands for, or NULL if it is a name, which @resolver then looks up. @source polls
 * the connections' sockets. */
TwClientEndpoint *tw_client_endpoint_new (const TwAddress *address, GArray *literal, const TwClientLimits *limits,
                                          GSource *source, TwResolver *resolver, TwClientStirFunc stir,
                                          gpointer stir_data);
void tw_client_endpoint_free (TwClientEndpoint *endpoint);

/* A reply came on a connection. Its @first one makes all well again; those of older connections say nothing about a new
 * one. */
void tw_client_endpoint_answered (TwClientEndpoint *endpoint, gboolean first);

/* Closes the connection at @index, which has failed, with calls on it or not; they must have been taken. */
void tw_client_endpoint_drop (TwClientEndpoint *endpoint, guint index, gboolean had_calls, gint64 now_ms,
                              const GError *why);

/* Of several, in an array: an open connection, from the addresses in turn (@turn is where to begin and moves on), and
 * of an address the one with the fewest calls; NULL if there is none. Sees to it that each address has one or that one
 * is being made, unless it is left out and @at_once is not set, and more than one where they are busy. */
TwClientConnection *tw_client_endpoints_pick (GPtrArray *endpoints, guint *turn, gint64 now_ms, gboolean at_once);

/* A call on @connection, which is of one of them, was not answered in time. */
void tw_client_endpoints_timed_out (GPtrArray *endpoints, TwClientConnection *connection, gint64 now_ms);

/* Whether a connection to any of them is being made. */
gboolean tw_client_endpoints_are_connecting (GPtrArray *endpoints);

/* How often they have failed since the last call of this. */
guint tw_client_endpoints_take_failures (GPtrArray *endpoints);

G_END_DECLS
