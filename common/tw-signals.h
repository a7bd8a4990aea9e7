/* SPDX-License-Identifier: Apache-2.0 */

/* The signals that a server lives with. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Ignores SIGPIPE, and makes the first SIGINT or SIGTERM call @stop once on the loop of the default context; a second
 * one ends the process at once. Call from main, before other threads start. */
void tw_signals_init (GSourceFunc stop, gpointer user_data);

G_END_DECLS
