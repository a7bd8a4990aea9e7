/* SPDX-License-Identifier: Apache-2.0 */

/* Time, handed in where it matters, so that a test can stand still or jump. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _TwClock TwClock;

/* The machine's clock. Static; thread-safe. */
const TwClock *tw_clock_system (void);

/* A clock for tests that stands at @wall_ms until it is moved; free with tw_clock_free(). Thread-safe. */
TwClock *tw_clock_new_fixed (gint64 wall_ms);
void tw_clock_advance (TwClock *clock, gint64 by_ms);
void tw_clock_free (TwClock *clock);

/* Milliseconds since 1970-01-01T00:00:00Z: for what is stored or shown. */
gint64 tw_clock_wall_ms (const TwClock *clock);

/* Milliseconds since some point, never going back: for deadlines. */
gint64 tw_clock_monotonic_ms (const TwClock *clock);

/* Length of what tw_time_format() writes, with its NUL. */
#define TW_TIME_SIZE 25

/* Writes @wall_ms as UTC in RFC 3339 with milliseconds ("2026-11-21T09:00:00.000Z"). Holds for years 0000 to 9999;
 * what is outside is clamped. Thread-safe. */
void tw_time_format (gint64 wall_ms, char out[TW_TIME_SIZE]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TwClock, tw_clock_free)

G_END_DECLS
