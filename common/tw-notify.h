/* SPDX-License-Identifier: Apache-2.0 */

/* Tells whoever started this process what has become of it: systemd's notify protocol (sd_notify(3)), which other
 * supervisors speak too. A state is one datagram to the socket that $NOTIFY_SOCKET names; without it nobody is told.
 *
 * Not thread-safe.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwNotify TwNotify;

/* Takes the socket's address from the environment: a path, or "@NAME" in Linux' abstract namespace. It is unset, so that
 * no child speaks for this process. Call from main, before other threads
 * start. */
TwNotify *tw_notify_new (void);
void tw_notify_free (TwNotify *notify);

/* This process serves from now on; @status is one line for people. That nobody could be told is warned of. */
void tw_notify_ready (const TwNotify *notify, const char *status);

/* It was told to stop, and finishes what it is doing. */
void tw_notify_stopping (const TwNotify *notify);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwNotify, tw_notify_free)

G_END_DECLS
