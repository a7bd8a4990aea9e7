/* SPDX-License-Identifier: Apache-2.0 */

/* The calls by which a gateway hears who may have something new (tw.role = "hints"): one at a time of each instance of a
 * service, that is answered when there is something to say, or after a while. What an instance says is handed on to all
 * workers; where one does not answer anybody may have something new, and when it does again all may once more.
 *
 * While no worker has a stream of a service nobody listens. */

#pragma once

#include "tw-stream-hint.h"
#include "tw-upstreams.h"

G_BEGIN_DECLS

typedef struct _TwStreamHints TwStreamHints;

/* Called on the loop that the hints live on; @hint is referenced by whoever keeps it. */
typedef void (*TwStreamHintFunc) (TwStreamHint *hint, gpointer user_data);

/* For the services of @schema whose methods have streams, on the thread-default context. Both outlive it. */
TwStreamHints *tw_stream_hints_new (TwSchema *schema, const TwUpstreams *upstreams);

/* Has @func called with each from now on. On the loop's thread. */
void tw_stream_hints_add_listener (TwStreamHints *hints, TwStreamHintFunc func, gpointer user_data);

/* One more listener has streams of @service, or one less. Thread-safe, until it is freed. */
void tw_stream_hints_want (TwStreamHints *hints, const TwService *service, gboolean wanted);

/* Forgets all listeners, and asks nobody any more. On the loop's thread. */
void tw_stream_hints_stop (TwStreamHints *hints);

void tw_stream_hints_free (TwStreamHints *hints);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwStreamHints, tw_stream_hints_free)

G_END_DECLS
