/* SPDX-License-Identifier: Apache-2.0 */

/* The TCP connections of a libmicrohttpd daemon: each with its phase (tw-phase.h), an absolute deadline that follows from
 * that, its peer's address, and an eye on whether the peer has ended.
 *
 * libmicrohttpd's own time limit counts from the last byte, so a client that trickles would never meet it; and version
 * 0.9.75 never sees an end that comes with the bytes before it, since it takes a short read for "no more until the next
 * edge". So an epoll set beside the daemon's hears of each peer that ends. What such a connection is at decides: one that
 * needs more bytes is over once all were read; one whose answer is under way gets it first. Bytes that are no request
 * line are found by counting, once a second, where no request is under way. The deadline of TW_PHASE_STREAMING is one of
 * silence: where its peer has taken a byte meanwhile it begins anew.
 *
 * Costs a system call a connection, and none a request. Not thread-safe: all on the daemon's loop.
 */

#pragma once

#include "tw-cidr.h"
#include "tw-client-limit.h"
#include "tw-phase.h"

#include <microhttpd.h>

G_BEGIN_DECLS

typedef struct _TwConnections TwConnections;
typedef struct _TwConnection TwConnection;

/* @timeouts_ms: of each phase, from its start; 0: none. @limit and @trusted (each may be NULL) outlive it. Attaches to the
 * thread-default context. Fails with TW_ERROR_CONFIGURATION: no more descriptors. */
TwConnections *tw_connections_new (const guint timeouts_ms[TW_N_PHASES], TwClientLimit *limit, const TwCidrs *trusted,
                                   GError **error);

/* Call when the daemon has stopped. */
void tw_connections_free (TwConnections *connections);

/* For MHD_start_daemon()'s policy and MHD_OPTION_NOTIFY_CONNECTION; @connections is a TwConnections. */
enum MHD_Result tw_connections_admit (void *connections, const struct sockaddr *address, socklen_t length);
void tw_connections_notify (void *connections, struct MHD_Connection *mhd, void **context,
                            enum MHD_ConnectionNotificationCode code);

/* Call after each run of the daemon: ends connections whose peers have ended, and that need more bytes. */
void tw_connections_look (TwConnections *connections);

/* How many are to be looked at again: then the daemon has to run soon. */
guint tw_connections_pending (const TwConnections *connections);

/* How many have begun, and ended, so far: both wrap. */
guint tw_connections_begun (const TwConnections *connections);
guint tw_connections_finished (const TwConnections *connections);

/* That of @mhd. */
TwConnection *tw_connection_find (struct MHD_Connection *mhd);

TwPhase tw_connection_phase (const TwConnection *connection);

/* Takes it to @phase at @now_ms of tw_clock_monotonic_ms (tw_clock_system ()), and checks that this is allowed, and that
 * there is an answer (@answered) where the phase says so. What is not is a mistake of ours: it is logged as critical, and
 * ends this connection alone. */
void tw_connection_move (TwConnection *connection, TwPhase phase, gboolean answered, gint64 now_ms);

/* Has @ended called when its peer ends what it sends, or @connection is found to be broken: once, at once where it has
 * been already. NULL: it is not told any more. */
void tw_connection_watch (TwConnection *connection, void (*ended) (gpointer user_data), gpointer user_data);

/* Bytes are sent on it now and then, and nothing is waited for: has the kernel give its peer up where it does not take them
 * for as long as TW_PHASE_STREAMING lasts. One that vanished is noticed by that alone. */
void tw_connection_notice_loss (TwConnection *connection);

/* A request of @n bytes was taken from it; -1: of who knows how many. */
void tw_connection_took (TwConnection *connection, gint64 n);

/* The peer's address; as text without port or brackets. */
const TwIp *tw_connection_ip (const TwConnection *connection);
const char *tw_connection_address (const TwConnection *connection);

/* The list of proxies that are believed, where the peer is one of them; else NULL. */
const TwCidrs *tw_connection_trusted (const TwConnection *connection);

/* Ends it: the shutdown makes epoll tell libmicrohttpd, which cleans up. */
void tw_connection_end (TwConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwConnections, tw_connections_free)

G_END_DECLS
