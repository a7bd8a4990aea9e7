/* SPDX-License-Identifier: Apache-2.0 */

/* One call that a server was asked: its arguments' bytes, and exactly one answer, given on any thread at any time.
 *
 * The bytes have passed the scanner and the schema's limits before a handler sees the call. A call that is answered
 * must not be touched again. A connection that went away meanwhile, or a deadline that was over, makes the answer a
 * no-op, never an error: then the server has given the caller one of its own.
 */

#pragma once

#include "tw-call-context.h"
#include "tw-schema.h"
#include "tw-reader.h"
#include "tw-writer.h"

G_BEGIN_DECLS

typedef struct _TwCall TwCall;

const TwMethod *tw_call_method (const TwCall *call);

/* Until when somebody waits, and who. Valid until the call is answered. */
const TwCallContext *tw_call_context (const TwCall *call);

/* The arguments' struct. Valid until the call is answered. */
void tw_call_arguments (const TwCall *call, TwReader *reader);

/* The whole message as it came, without a frame's length, and how it is encoded: for an adapter that parses it again.
 * Valid until the call is answered. */
const guint8 *tw_call_message (const TwCall *call, gsize *length, TwProtocol *protocol);

/* Whether @call is still to be begun: to be asked by whatever has let it wait, before it does anything for it, on any
 * thread. FALSE: nobody waits for it any more, or there is no room for its answer now; it has been given back, and is
 * consumed. */
gboolean tw_call_begin (TwCall *call) G_GNUC_WARN_UNUSED_RESULT;

/* Begins the answer: a writer inside the result's struct, ready for tw_writer_field (w, type, 0) and the value. */
TwWriter *tw_call_begin_reply (TwCall *call);

/* Whether the answer that was begun exceeds the reply limit already: whatever is added is in vain. */
gboolean tw_call_reply_is_too_large (const TwCall *call);

/* Whether @bytes more may come into the reply. */
gboolean tw_call_reply_has_room (const TwCall *call, gsize bytes);

/* Ends and sends what tw_call_begin_reply() began; nothing written is the answer of a void method. Consumes @call.
 * More than the reply limit becomes an application exception that says so. */
void tw_call_reply (TwCall *call);

/* Sends a whole message (without a frame's length) that an adapter has made in the call's encoding. Takes what @message
 * holds; consumes @call. */
void tw_call_reply_message (TwCall *call, TwBuffer *message);

/* Answers with @error: as the method's declared exception with status and detail fields (code and public message of
 * tw-error.h), else as an application exception: PROTOCOL_ERROR for TW_ERROR_INVALID, INTERNAL_ERROR for all others.
 * What internal errors say goes to the log, not to the client. Consumes @call. */
void tw_call_fail (TwCall *call, const GError *error);

G_END_DECLS
