/* SPDX-License-Identifier: Apache-2.0 */

/* One call of a method at a service, waited for. */

#pragma once

#include "tw-buffer.h"
#include "tw-schema.h"
#include "tw-socket.h"

#include <jansson.h>

G_BEGIN_DECLS

/* Calls @method at @address with @arguments (what tw_bind_object() writes in the binary protocol). *@reply becomes the
 * value (NULL for void; free with json_decref()). Fails with TW_ERROR: what the service's exception means; UNAVAILABLE,
 * or TIMEOUT after @timeout_ms, with a message that says which address was asked. */
gboolean tw_remote_call (const TwAddress *address, const TwMethod *method, const TwBuffer *arguments,
                         guint timeout_ms, json_t **reply, GError **error);

G_END_DECLS
