/* SPDX-License-Identifier: Apache-2.0 */

/* What a turn of a server's loop does beside its sockets: takes answers back, abandons calls that are over, and at
 * its end lets those go on that others were in the way of, and hands on what was collected. */

#pragma once

#include "tw-server-private.h"

G_BEGIN_DECLS

/* To be called at the end of whatever the loop has called. */
void tw_server_end_turn (TwServer *server);

/* The mailbox brings @n calls; @server is a TwServer. */
void tw_server_take_answers (gpointer *calls, guint n, gpointer server);

/* The source that tw_server_arm() sets, attached. */
GSource *tw_server_deadline_source_new (TwServer *server);

G_END_DECLS
