/* SPDX-License-Identifier: Apache-2.0 */

/* The calls of a server's connections: taken from what was read, kept until there is room for their answers, handed to
 * their handlers, given back with an answer. One whose deadline is over, or whose connection is gone, is abandoned: it
 * frees its place at once, its caller, if there is one, is told, and what its handler says later is dropped. The loop's
 * own. */

#pragma once

#include "tw-server-connection.h"

G_BEGIN_DECLS

/* Begins the call of @method (NULL: there is none of that name) that @message, at @start, is; or puts it behind the one
 * in flight that has its sequence id, or where the calls are that have to wait for room. Where there are @too_many, it is
 * as one whose time is over. */
void tw_server_calls_take (TwServerConnection *connection, const TwMethod *method, const guint8 *start,
                           const TwMessage *message, gboolean too_many);

/* Takes back a call that its handler has answered or returned. Its answer is queued, and what waited for it begun: to
 * be followed by tw_server_connection_go_on(). May end the connection's last reference. */
void tw_server_calls_come_back (TwCall *call);

/* Begins the calls that wait for room, as many as there is room for. */
void tw_server_calls_go_on (TwServerConnection *connection);

/* @connection is closed: nobody waits for its calls any more. */
void tw_server_calls_abandon_all (TwServerConnection *connection);

/* Abandons all calls whose deadline is over. Adds their connections, with a reference each, to @touched. Returns the
 * next deadline, or TW_DEADLINE_NONE. */
gint64 tw_server_calls_expire (TwServer *server, GPtrArray *touched);

G_END_DECLS
