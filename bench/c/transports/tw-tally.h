/* SPDX-License-Identifier: Apache-2.0 */

/* What a measured run of calls comes to, and how it is agreed with the driver when the run begins and ends.
 *
 * The driver reads the CPU time of the servers, and what their sockets have carried, right before and right after the
 * run, while all connections are up: so a program prints "ready", waits for a line, runs, prints its tally as one line
 * of JSON, and stays until its standard input ends. Not thread-safe.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwTally TwTally;

TwTally *tw_tally_new (void);
void tw_tally_free (TwTally *tally);

/* Says "ready" and waits for the driver's word. The run's time starts when it returns. Fails where nobody takes what it
 * says, or the driver goes away. */
gboolean tw_tally_begin (TwTally *tally, GError **error);

/* One more call that was answered after @ns nanoseconds. */
void tw_tally_add (TwTally *tally, gint64 ns);

/* The run is over: its time stops. Prints calls, seconds, calls a second, percentiles in microseconds, this process's
 * own CPU seconds and @datagram_bytes, then waits for the end of standard input. Fails where that can't be printed. */
gboolean tw_tally_report (TwTally *tally, guint64 datagram_bytes, GError **error);

/* Nanoseconds since some point, never going back. */
gint64 tw_tally_now_ns (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwTally, tw_tally_free)

G_END_DECLS
