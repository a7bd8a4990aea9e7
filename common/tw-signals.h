/* SPDX-License-Identifier: Apache-2.0 */

/* The signals that a program lives with. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Ignores SIGPIPE, and makes the first SIGINT or SIGTERM call @stop once on the loop of the default context; a second
 * one ends the process at once. Call from main, before other threads start. */
void tw_signals_init (GSourceFunc stop, gpointer user_data);

/* The same for a program that has no loop, because it does one thing after the other: it asks tw_signals_seen() now and
 * then. A second signal ends the process at once, also while it waits for something and does not ask. */
void tw_signals_init_without_loop (void);
gboolean tw_signals_seen (void);

G_END_DECLS
