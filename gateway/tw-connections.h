/* SPDX-License-Identifier: Apache-2.0 */

/* The TCP connections of a libmicrohttpd daemon, each with an absolute deadline.
 *
 * libmicrohttpd's own time limit counts from the last byte, so a client that trickles would never meet it. Here whoever
 * knows the phase of a connection sets its deadline, and a sweep once a second ends those that passed it. Not
 * thread-safe: all on the daemon's loop.
 */

#pragma once

#include <glib.h>
#include <microhttpd.h>

G_BEGIN_DECLS

typedef struct _TwConnections TwConnections;

#define TW_CONNECTION_NO_DEADLINE G_MAXINT64

/* The sweep runs on the thread-default context. A new connection gets a deadline in @first_ms. */
TwConnections *tw_connections_new (gint64 first_ms);

/* Call when the daemon has stopped. */
void tw_connections_free (TwConnections *connections);

/* For MHD_OPTION_NOTIFY_CONNECTION; @connections is a TwConnections. */
void tw_connections_notify (void *connections, struct MHD_Connection *mhd, void **context,
                            enum MHD_ConnectionNotificationCode code);

/* In the time of tw_clock_monotonic_ms (tw_clock_system ()). */
void tw_connection_set_deadline (struct MHD_Connection *mhd, gint64 deadline_ms);

/* Ends it: the shutdown makes epoll tell libmicrohttpd, which cleans up. */
void tw_connection_end (struct MHD_Connection *mhd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwConnections, tw_connections_free)

G_END_DECLS
