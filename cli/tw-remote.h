/* SPDX-License-Identifier: Apache-2.0 */

/* One call of a method at a service, waited for. */

#pragma once

#include "tw-schema.h"
#include "tw-socket.h"

#include <jansson.h>

G_BEGIN_DECLS

/* Calls @method at @address with @arguments (an object, see tw_bind_object()). *@reply becomes the value (NULL for void;
 * free with json_decref()). Fails with TW_ERROR: INVALID where an argument breaks its limits, what the service's
 * exception means, UNAVAILABLE, TIMEOUT after @timeout_ms. */
gboolean tw_remote_call (const TwAddress *address, const TwMethod *method, const json_t *arguments,
                         guint timeout_ms, json_t **reply, GError **error);

G_END_DECLS
