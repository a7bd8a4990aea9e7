/* SPDX-License-Identifier: Apache-2.0 */

/* From a message to its handler: which method it names, whether its arguments keep every limit, who answers it. */

#pragma once

#include "tw-call-private.h"
#include "tw-server-private.h"

G_BEGIN_DECLS

/* Of which kind a call of @message is; where the service has no such method, one that reads. */
TwCallKind tw_server_kind_of (const TwServer *server, const TwMessage *message);

/* A call of the message that starts at @start and came at @came_ms. */
TwCall *tw_server_make_call (TwServer *server, const guint8 *start, const TwMessage *message, gint64 came_ms);

/* Hands @call to its handler, or refuses it. Consumes @call. */
void tw_server_start_call (TwServer *server, TwCall *call);

G_END_DECLS
