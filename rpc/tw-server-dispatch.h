/* SPDX-License-Identifier: Apache-2.0 */

/* From a message to its handler: which method it names, whether its arguments keep every limit, who answers it. */

#pragma once

#include "tw-call-private.h"
#include "tw-server-private.h"

G_BEGIN_DECLS

/* The method that @message names; NULL if the service has none of that name. */
const TwMethod *tw_server_method_of (const TwServer *server, const TwMessage *message);

/* A call of @method: the message that starts at @start and came at @came_ms. */
TwCall *tw_server_make_call (const TwServer *server, const TwMethod *method, const guint8 *start,
                             const TwMessage *message, gint64 came_ms);

/* Hands @call to its handler, or refuses it. Consumes @call. */
void tw_server_start_call (TwServer *server, TwCall *call);

G_END_DECLS
