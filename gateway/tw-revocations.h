/* SPDX-License-Identifier: Apache-2.0 */

/* The sessions that have ended while tokens of theirs could still be valid: one table a process, read by every worker.
 * tw-revocation-poller.h keeps it up to date. */

#pragma once

#include "tw-clock.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwRevocations TwRevocations;

/* An empty table; @clock must outlive it. */
TwRevocations *tw_revocations_new (const TwClock *clock);
void tw_revocations_free (TwRevocations *revocations);

/* Refuses @session until @expires_s (seconds since 1970; later of the two where it is known already). Thread-safe. */
void tw_revocations_add (TwRevocations *revocations, const char *session, gint64 expires_s);

/* Whether @session was ended. Thread-safe; readers do not wait for each other. */
gboolean tw_revocations_contains (TwRevocations *revocations, const char *session);

/* How many are held; expired ones are dropped as time goes on. Thread-safe. */
guint tw_revocations_size (TwRevocations *revocations);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwRevocations, tw_revocations_free)

G_END_DECLS
