/* SPDX-License-Identifier: Apache-2.0 */

/* The body of an answer that comes bit by bit, and whose end nobody knows. Whoever writes it gives some bytes, is told when
 * the connection has taken all of them, and gives more when there are more. Nothing is kept here but what was given and is
 * not taken yet.
 *
 * While there is nothing to send its connection is suspended, and costs libmicrohttpd nothing. HTTP/1.1 clients get a chunk
 * for each piece that is read, HTTP/1.0 clients the plain bytes and the connection's end. Not thread-safe: all on the
 * daemon's loop.
 *
 *     NEW ─▶ FLOWS ⇄ RESTS
 *               └───┴──▶ ENDS
 */

#pragma once

#include <glib.h>
#include <microhttpd.h>

G_BEGIN_DECLS

typedef struct _TwFlow TwFlow;

/* Who writes. Each may write and end. */
typedef struct
{
  void (*taken) (gpointer user_data); /* the connection has taken all that was written */
  void (*left) (gpointer user_data);  /* the client has ended what it sends: it may read still, or have gone away */
  void (*gone) (gpointer user_data);  /* nobody reads any more: the flow is being freed */
} TwFlowWriter;

/* @writer outlives it. */
TwFlow *tw_flow_new (const TwFlowWriter *writer, gpointer user_data);

/* Tells its writer. Not while its connection reads: tw_flow_end() comes first. */
void tw_flow_free (TwFlow *flow);

/* Whether all that was written has been taken, and nothing is on its way. */
gboolean tw_flow_rests (const TwFlow *flow);

/* Adds @bytes (referenced): where it rests, or its writer is just being told that all is taken, or, twice, before it is
 * started. */
void tw_flow_write (TwFlow *flow, GBytes *bytes);

/* Ends the body behind what was written. Nothing may be written any more. */
void tw_flow_end (TwFlow *flow);

/* --- For who sends it. --- */

/* The bytes that libmicrohttpd reads at once where it does not write in chunks, and keeps room for in any case. */
#define TW_FLOW_BLOCK 256

/* Says that @mhd is going to read it. @moved is told when there is something to send again, and when there is nothing. */
void tw_flow_start (TwFlow *flow, struct MHD_Connection *mhd, void (*moved) (gboolean rests, gpointer user_data),
                    gpointer user_data);

/* Says which @response it is the body of, before that is queued: its headers are dropped when they have been sent. */
void tw_flow_set_response (TwFlow *flow, struct MHD_Response *response);

/* The client has ended what it sends. */
void tw_flow_leave (TwFlow *flow);

/* An MHD_ContentReaderCallback; @flow is a TwFlow. */
ssize_t tw_flow_read (void *flow, uint64_t position, char *out, size_t max);

G_END_DECLS
