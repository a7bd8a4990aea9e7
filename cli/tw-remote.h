/* SPDX-License-Identifier: Apache-2.0 */

/* Calls of a service's methods, each waited for. */

#pragma once

#include "tw-buffer.h"
#include "tw-schema.h"
#include "tw-socket.h"

#include <jansson.h>

G_BEGIN_DECLS

/* A service at one address, with a connection that is kept. It uses the default GMainContext; not thread-safe. */
typedef struct _TwRemote TwRemote;

/* Connects when something is called. @service and the strings of @address stay the caller's, and have to live as long. */
TwRemote *tw_remote_new (const TwAddress *address, const TwService *service);
void tw_remote_free (TwRemote *remote);

/* Calls @method with @arguments (what tw_bind_object() writes in the binary protocol). *@reply becomes the
 * value (NULL for void; free with json_decref()). Fails with TW_ERROR: what the service's exception means; UNAVAILABLE,
 * or TIMEOUT after @timeout_ms, with a message that says which address was asked. */
gboolean tw_remote_call (TwRemote *remote, const TwMethod *method, const TwBuffer *arguments, guint timeout_ms,
                         json_t **reply, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwRemote, tw_remote_free)

G_END_DECLS
