/* SPDX-License-Identifier: Apache-2.0 */

/* Inside rpc/: where a server's connections come from. */

#pragma once

#include "tw-server-private.h"

G_BEGIN_DECLS

/* Listens, and has epoll_fd tell of what comes: with no data, where a connection's has the connection. Fails with
 * TW_ERROR_CONFIGURATION. */
gboolean tw_server_listen (TwServer *server, const TwAddress *address, GError **error);

/* Takes up to @at_most connections that wait. One that is too many is closed at once. Where no file descriptor is left it
 * stops until tw_server_go_on_accepting(). */
void tw_server_accept (TwServer *server, guint at_most);
void tw_server_go_on_accepting (TwServer *server);

/* Takes no more. */
void tw_server_close_listener (TwServer *server);

G_END_DECLS
