/* SPDX-License-Identifier: Apache-2.0 */

/* A MongoDB that comes and goes: a port in front of a real one, which can be silenced and cut. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Forwarder Forwarder;

typedef enum
{
  FORWARDER_AWAY,    /* connections are cut, new ones refused */
  FORWARDER_THROUGH, /* as if it were not there */
  FORWARDER_SILENT,  /* connections are made and stay, nothing moves: a server that was stopped */
} ForwarderMode;

/* In front of 127.0.0.1:@port. */
Forwarder *forwarder_new (guint16 port, ForwarderMode mode);
void forwarder_free (Forwarder *forwarder);

guint16 forwarder_port (const Forwarder *forwarder);

/* Holds when it returns. */
void forwarder_set (Forwarder *forwarder, ForwarderMode mode);

/* The next command of this name, or, in the form "update books", of this name on this collection, is carried out, but
 * its answer never comes: its connection is cut instead. */
void forwarder_lose_answer (Forwarder *forwarder, const char *command);

/* Whether that has happened. */
gboolean forwarder_has_lost (Forwarder *forwarder);

/* From now on only @n commands like that, as "update books", are carried out, and those alone that are at most @bytes
 * long: where another one comes its connection is cut. NULL: all are. */
void forwarder_limit (Forwarder *forwarder, const char *command, guint n, gsize bytes);

/* From now on commands like that are not carried out, and their connections stay and are silent. NULL: all are. */
void forwarder_hold (Forwarder *forwarder, const char *command);

/* How many commands on this collection have been sent. */
guint forwarder_count (Forwarder *forwarder, const char *collection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Forwarder, forwarder_free)

G_END_DECLS
