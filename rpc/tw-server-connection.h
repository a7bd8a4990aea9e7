/* SPDX-License-Identifier: Apache-2.0 */

/* One peer of a server: reads messages, starts their calls in order, writes the answers, and closes itself when the
 * peer is done, breaks the protocol or takes too long. The loop's own.
 *
 * A connection is referenced by its server while it is open and by each of its calls, so that an answer that comes
 * late still finds it, closed.
 */

#pragma once

#include "tw-call-private.h"
#include "tw-server-private.h"

G_BEGIN_DECLS

typedef struct _TwServerConnection TwServerConnection;

/* Opens a connection on the non-blocking socket @fd, which it takes, and adds it to the server. */
void tw_server_connection_open (TwServer *server, int fd);

TwServerConnection *tw_server_connection_ref (TwServerConnection *connection);
void tw_server_connection_unref (TwServerConnection *connection);

/* The socket has @events of epoll(7). */
void tw_server_connection_ready (TwServerConnection *connection, guint32 events);

/* Writes what waits, begins calls for whose answers there is room now, takes what has been read already as far as
 * the limits let it, and sees what to wait for next: to be called whenever something has changed. */
void tw_server_connection_go_on (TwServerConnection *connection);

/* Closes the connection if a deadline is over. */
void tw_server_connection_check_deadlines (TwServerConnection *connection, gint64 now_ms);

void tw_server_connection_close (TwServerConnection *connection);

/* Closes connections that have taken nothing of their answers for a while, those with the most first, until there
 * are not too many of all; sees to it that this is looked at again. */
void tw_server_connections_make_room (TwServer *server);

/* The loop has looked at nothing since @since_ms, and what has come may have come then. */
void tw_server_connection_was_unseen (TwServerConnection *connection, gint64 since_ms);

/* Whether what it is starved for is there. */
gboolean tw_server_connection_can_go_on (const TwServerConnection *connection);

/* It is starved no more; or it has had its turn, and is behind the others if it still is. */
void tw_server_connection_leave_starved (TwServerConnection *connection);

/* Adds @connection, with a reference, to those that are to go on, unless it is the last one already. */
void tw_server_touch (GPtrArray *touched, TwServerConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwServerConnection, tw_server_connection_unref)

G_END_DECLS
