/* SPDX-License-Identifier: Apache-2.0 */

/* The sessions that have ended while tokens of theirs could still be valid: one table a process, read by every worker,
 * filled from lists that tw-revocation-poller.h keeps up to date. A table whose list is not there, or is too old, can't
 * say that a session has not ended. */

#pragma once

#include "tw-clock.h"

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwRevocations TwRevocations;

/* A list that the table is filled from. Belongs to the table. */
typedef struct _TwRevocationList TwRevocationList;

/* How well the table knows. */
typedef enum
{
  TW_REVOCATIONS_CURRENT, /* each list was loaded, and is not too old */
  TW_REVOCATIONS_MISSING, /* some list has never been loaded */
  TW_REVOCATIONS_STALE,   /* some list is older than it may be */
} TwRevocationsState;

/* An empty table; @clock must outlive it. A list is too old when it was current more than @max_age_ms ago; 0: it never
 * is. */
TwRevocations *tw_revocations_new (const TwClock *clock, gint64 max_age_ms);
void tw_revocations_free (TwRevocations *revocations);

/* Adds a list, as one that has never been loaded. Call before another thread has the table. Without any list the table
 * is current. */
TwRevocationList *tw_revocations_expect (TwRevocations *revocations);

/* Says that all that @list had at @as_of_ms (of the clock's monotonic time) has been added. Thread-safe. */
void tw_revocation_list_loaded (TwRevocationList *list, gint64 as_of_ms);

/* Whether it was ever loaded. Thread-safe. */
gboolean tw_revocation_list_is_loaded (const TwRevocationList *list);

/* Thread-safe, and without a lock. */
TwRevocationsState tw_revocations_state (const TwRevocations *revocations);

/* Refuses @session until @expires_s (seconds since 1970; later of the two where it is known already). Thread-safe. */
void tw_revocations_add (TwRevocations *revocations, const char *session, gint64 expires_s);

/* Whether @session was ended. Thread-safe; readers do not wait for each other. */
gboolean tw_revocations_contains (TwRevocations *revocations, const char *session);

/* How often one was added that had not been there: for who looks now and then whether anything has changed. Wraps.
 * Thread-safe. */
guint tw_revocations_changes (const TwRevocations *revocations);

/* How many are held; expired ones are dropped as time goes on. Thread-safe. */
guint tw_revocations_size (TwRevocations *revocations);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwRevocations, tw_revocations_free)

G_END_DECLS
