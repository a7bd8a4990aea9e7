/* SPDX-License-Identifier: Apache-2.0 */

/* How a source of ours joins a loop. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Attaches @source, whose dispatch never runs the loop again. It is told so: GLib takes the descriptors of a source that
 * may not recurse out of the poll while it is dispatched, and puts them back by waking the very loop that is running,
 * which is four system calls more each time. */
static inline void
tw_source_attach (GSource *source, GMainContext *context)
{
  g_source_set_can_recurse (source, TRUE);
  g_source_attach (source, context);
}

G_END_DECLS
