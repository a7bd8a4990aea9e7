/* SPDX-License-Identifier: Apache-2.0 */

/* The bytes of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
 * Thread-safe. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define TW_SSE_TYPE "text/event-stream"

/* What no reader sees, and keeps a connection alive. */
#define TW_SSE_COMMENT ":\n\n"

/* Whether @id can stand in an event: it has no line's end. */
gboolean tw_sse_is_id (const char *id);

/* An event of that @name and @id ("": none, from now on) with @length bytes of @data. What is in several lines comes to its
 * reader so, each ended by a line feed. */
GBytes *tw_sse_event (const char *name, const char *id, const guint8 *data, gsize length);

G_END_DECLS
