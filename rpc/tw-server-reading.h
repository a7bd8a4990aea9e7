/* SPDX-License-Identifier: Apache-2.0 */

/* How a connection of a server reads: takes calls out of what has come as far as the limits let it, keeps the begin of
 * a message that is not all there, and bounds what all connections keep. Those that may close the connection return
 * FALSE if they did. */

#pragma once

#include "tw-server-connection.h"

G_BEGIN_DECLS

/* The socket has something to read, and a call may be taken. */
gboolean tw_server_connection_read (TwServerConnection *connection);

/* Goes on with what was read before. */
gboolean tw_server_connection_take_input (TwServerConnection *connection);

/* Frees what was read and not taken. */
void tw_server_connection_clear_input (TwServerConnection *connection);

/* A message's time runs from its first byte, but not while we are the ones who do not read. To be called when that may
 * have changed; a new message @begins. */
void tw_server_connection_watch_reading (TwServerConnection *connection, gboolean begins);

G_END_DECLS
